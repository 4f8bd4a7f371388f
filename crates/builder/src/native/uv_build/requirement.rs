//! Requirements in uv's spelling: specifiers sorted by version, markers in their canonical form.
//!
//! Only markers whose canonical form is plain are printed here: one comparison, or one of Python's version with one of
//! something else. The rest is for uv.

use packaging::name::canonicalize_name;
use packaging::requirements::RequirementSource;
use packaging::{Marker, Operator, Requirement, Specifier, SpecifierSet, Version};

use crate::native::{Stop, not_native};

/// The requirement, as one of `extra` where there is one.
pub(super) fn print(text: &str, extra: Option<&str>) -> Result<String, Stop> {
    let Ok(requirement) = Requirement::parse(text) else {
        return not_native(format!("`{text}` is not a requirement"));
    };
    let mut printed = requirement.name.as_str().to_owned();
    if !requirement.extras.is_empty() {
        printed.push_str(&format!("[{}]", extras(text).join(",")));
    }
    match &requirement.source {
        RequirementSource::Specifiers(specifiers) => printed.push_str(&sorted(specifiers)?.join(",")),
        RequirementSource::Url(url) if is_plain(url) => printed.push_str(&format!(" @ {url}")),
        RequirementSource::Url(url) => return not_native(format!("the address `{url}`")),
    }
    let marker = requirement.marker.as_ref().map(canonical).transpose()?;
    let extra = extra.map(|extra| format!("extra == '{extra}'"));
    let conditions: Vec<String> = marker.into_iter().chain(extra).collect();
    if !conditions.is_empty() {
        printed.push_str(&format!(" ; {}", conditions.join(" and ")));
    }
    Ok(printed)
}

/// The extras in the order in which they are written.
fn extras(text: &str) -> Vec<String> {
    let inner =
        text.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(inner, _)| inner);
    inner.split(',').map(|extra| canonicalize_name(extra.trim()).into_owned()).collect()
}

/// An address that no parser changes.
fn is_plain(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.and_then(|rest| rest.split_once('/')).is_some_and(|(host, path)| {
        !host.is_empty()
            && host
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte))
            && !path.split('/').any(|part| matches!(part, "." | ".."))
            && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+=".contains(&byte))
    })
}

/// The specifiers with normalized versions, sorted by version.
pub(super) fn sorted(specifiers: &SpecifierSet) -> Result<Vec<String>, Stop> {
    let mut all: Vec<(&Version, &Specifier)> = Vec::new();
    for specifier in specifiers {
        match specifier.version() {
            Some(version) if specifier.operator() != Operator::Arbitrary => all.push((version, specifier)),
            _ => return not_native(format!("the versions `{specifiers}`")),
        }
    }
    all.sort_by_key(|(version, _)| *version);
    if all.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return not_native(format!("the order of `{specifiers}`"));
    }
    let print = |(version, specifier): (&Version, &Specifier)| {
        format!("{}{version}{}", specifier.operator(), if specifier.is_wildcard() { ".*" } else { "" })
    };
    Ok(all.into_iter().map(print).collect())
}

/// A comparison: of Python's version, or of a text.
enum Comparison {
    Python(String),
    Text(String),
}

fn canonical(marker: &Marker) -> Result<String, Stop> {
    let odd = || Stop::NotNative(format!("the marker `{marker}`"));
    let text = marker.to_string();
    let parts: Vec<&str> = text.split(" and ").collect();
    let read: Option<Vec<Comparison>> = parts.iter().map(|part| comparison(part)).collect();
    match read.ok_or_else(odd)?.as_slice() {
        [Comparison::Python(only) | Comparison::Text(only)] => Ok(only.clone()),
        [Comparison::Python(python), Comparison::Text(text)]
        | [Comparison::Text(text), Comparison::Python(python)] => Ok(format!("{python} and {text}")),
        _ => Err(odd()),
    }
}

/// One comparison in the spelling of `packaging`: `variable operator "value"`.
fn comparison(text: &str) -> Option<Comparison> {
    let (variable, rest) = text.split_once(' ')?;
    let (operator, value) = rest.split_once(' ')?;
    let value =
        value.strip_prefix('"')?.strip_suffix('"').filter(|value| !value.contains(['"', '\'', ' ']))?;
    if variable == "python_version" {
        return python(operator, value).map(Comparison::Python);
    }
    if variable == "python_full_version" {
        return full_python(operator, value).map(Comparison::Python);
    }
    let (variable, value) = match (variable, value) {
        ("platform_system", "Windows") => ("sys_platform", "win32"),
        ("platform_system", "Linux") => ("sys_platform", "linux"),
        ("platform_system", "Darwin") => ("sys_platform", "darwin"),
        ("platform_system", _) => return None,
        ("sys_platform" | "os_name" | "platform_machine" | "implementation_name", _)
        | ("platform_python_implementation", _) => (variable, value),
        _ => return None,
    };
    matches!(operator, "==" | "!=").then(|| Comparison::Text(format!("{variable} {operator} '{value}'")))
}

/// Python's version, whose two numbers are a range of full versions.
fn python(operator: &str, value: &str) -> Option<String> {
    let (major, minor) = value.split_once('.')?;
    let (major, minor): (u64, u64) = (number(major)?, number(minor)?);
    let version = |minor: u64| if minor == 0 { major.to_string() } else { format!("{major}.{minor}") };
    let (operator, version) = match operator {
        "<" | ">=" => (operator, version(minor)),
        "<=" => ("<", version(minor + 1)),
        ">" => (">=", version(minor + 1)),
        "==" | "!=" => (operator, format!("{major}.{minor}.*")),
        _ => return None,
    };
    Some(format!("python_full_version {operator} '{version}'"))
}

/// Python's full version, without zeros at its end.
fn full_python(operator: &str, value: &str) -> Option<String> {
    let mut parts: Vec<u64> = value.split('.').map(number).collect::<Option<_>>()?;
    if !matches!(operator, "<" | ">=") || parts.len() > 3 {
        return None;
    }
    while parts.len() > 1 && parts.last() == Some(&0) {
        parts.pop();
    }
    let version: Vec<String> = parts.iter().map(u64::to_string).collect();
    Some(format!("python_full_version {operator} '{}'", version.join(".")))
}

fn number(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.len() < 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_print_as_by_uv() {
        let cases = [
            ("Foo_Bar[Z_a,b]<3,>=2.00", "foo-bar[z-a,b]>=2.0,<3"),
            ("a==1.*", "a==1.*"),
            ("d!=2,>1", "d>1,!=2"),
            ("f (>=1)", "f>=1"),
            ("e @ https://index.example/e-1.whl", "e @ https://index.example/e-1.whl"),
            ("m1; python_version<'3.9'", "m1 ; python_full_version < '3.9'"),
            ("m2; python_version>'3.8'", "m2 ; python_full_version >= '3.9'"),
            ("m4; python_version=='3.8'", "m4 ; python_full_version == '3.8.*'"),
            ("m9; platform_system=='Windows'", "m9 ; sys_platform == 'win32'"),
            (
                "m17; sys_platform=='win32' and python_version<'3.9'",
                "m17 ; python_full_version < '3.9' and sys_platform == 'win32'",
            ),
            ("m28; python_version < '4.0'", "m28 ; python_full_version < '4'"),
        ];
        for (text, printed) in cases {
            assert_eq!(print(text, None).unwrap(), printed);
        }
        assert_eq!(print("y; os_name=='nt'", Some("dev")).unwrap(), "y ; os_name == 'nt' and extra == 'dev'");
        assert_eq!(print("x", Some("dev")).unwrap(), "x ; extra == 'dev'");
        for text in
            ["a; os_name=='nt' or os_name=='x'", "a; 'x' in os_name", "a>1,!=1", "a===1", "a @ file:///x"]
        {
            assert!(print(text, None).is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in "[a-z]{1,3}(\\[[a-z,]{0,3}\\])?[<>=!~]{0,3}[0-9.*]{0,4}(; ?[a-z_]{2,14} ?[<>=!]{1,2} ?'[a-z0-9.]{0,5}')?") {
            let _ = print(&text, Some("x"));
        }
    }
}
