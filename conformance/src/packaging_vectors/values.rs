//! Names, versions, specifiers, markers and requirements.

use super::{Count, Handler};
use packaging::markers::{Marker, MarkerContext, MarkerEnvironment, MarkerVariable};
use packaging::name::{canonicalize_name, is_normalized_name, is_valid_name};
use packaging::{Extra, Operator, Prereleases, Requirement, Specifier, SpecifierSet, Version};
use serde_json::{Value, json};

/// By the name of the file.
pub const HANDLERS: [(&str, Handler); 17] = [
    ("canonicalize_name", name),
    ("is_normalized_name", normalized_name),
    ("canonicalize_version", canonical_version),
    ("version_parse", version),
    ("version_compare", compare),
    ("specifier_parse", specifier),
    ("specifier_contains", specifier_contains),
    ("specifier_equality", equality),
    ("specifier_filter", set_filter),
    ("specifierset_parse", set),
    ("specifierset_contains", set_contains),
    ("specifierset_filter", set_filter),
    ("specifierset_relations", relations),
    ("specifierset_unsatisfiable", unsatisfiable),
    ("marker_parse", marker),
    ("marker_evaluate", evaluate),
    ("requirement_parse", requirement),
];

/// The file that holds a sorted list of versions and no cases.
pub const SORTED: &str = "versions_sorted";

type Answer = Result<Value, String>;

fn text<'a>(input: &'a Value, key: &str) -> Result<&'a str, String> {
    input[key].as_str().ok_or_else(|| format!("no text `{key}`"))
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(input: &Value, key: &str) -> Result<T, String> {
    text(input, key)?.parse().map_err(|error: T::Err| error.to_string())
}

fn name(input: &Value) -> Answer {
    let name = text(input, "name")?;
    if input["validate"] == true && !is_valid_name(name) {
        return Err(format!("invalid name {name}"));
    }
    Ok(json!(canonicalize_name(name)))
}

fn normalized_name(input: &Value) -> Answer {
    Ok(json!(is_normalized_name(text(input, "name")?)))
}

fn canonical_version(input: &Value) -> Answer {
    let text = text(input, "version")?;
    let Ok(version) = Version::parse(text) else { return Ok(json!(text)) };
    let keep_zeros = input["strip_trailing_zero"] == false;
    let version = if keep_zeros { version } else { version.without_trailing_zeros() };
    Ok(json!(version.to_string()))
}

fn version(input: &Value) -> Answer {
    let version: Version = parsed(input, "input")?;
    let local: Vec<String> = version.local().iter().map(ToString::to_string).collect();
    Ok(json!({
        "str": version.to_string(),
        "epoch": version.epoch(),
        "release": version.release().to_vec(),
        "pre": version.pre().map(|pre| (pre.kind.as_str(), pre.number)),
        "post": version.post(),
        "dev": version.dev(),
        "local": version.is_local().then(|| local.join(".")),
        "base_version": version.base_version().to_string(),
        "public": version.public().to_string(),
        "is_prerelease": version.is_prerelease(),
        "is_postrelease": version.is_postrelease(),
        "is_devrelease": version.is_devrelease(),
    }))
}

fn compare(input: &Value) -> Answer {
    let (left, right): (Version, Version) = (parsed(input, "left")?, parsed(input, "right")?);
    Ok(json!(match text(input, "op")? {
        "lt" => left < right,
        "le" => left <= right,
        "eq" => left == right,
        "ne" => left != right,
        "ge" => left >= right,
        "gt" => left > right,
        op => return Err(format!("unknown comparison {op}")),
    }))
}

/// The list is sorted: no version is above the next one.
pub fn run_sorted(versions: &[Value]) -> Count {
    let versions: Vec<Option<Version>> =
        versions.iter().map(|version| Version::parse(version.as_str()?).ok()).collect();
    let mut count = Count { passed: 0, failed: 0 };
    for pair in versions.windows(2) {
        match pair {
            [Some(left), Some(right)] if left <= right => count.passed += 1,
            _ => count.failed += 1,
        }
    }
    count
}

fn specifier(input: &Value) -> Answer {
    let specifier: Specifier = parsed(input, "input")?;
    let unknown = specifier.operator() == Operator::Arbitrary && specifier.version().is_none();
    let named = (!unknown).then(|| specifier.names_prerelease());
    Ok(json!({
        "operator": specifier.operator().as_str(),
        "version": specifier.version_text(),
        "str": specifier.to_string(),
        "prereleases": input["prereleases"].as_bool().or(named),
    }))
}

/// The policy of a call, else that of the specifier's constructor.
fn policy(input: &Value) -> Prereleases {
    match input["prereleases"].as_bool().or(input["spec_prereleases"].as_bool()) {
        Some(true) => Prereleases::Allow,
        Some(false) => Prereleases::Exclude,
        None => Prereleases::Auto,
    }
}

fn specifier_contains(input: &Value) -> Answer {
    let specifier: Specifier = parsed(input, "spec")?;
    Ok(json!(specifier.contains_text(text(input, "version")?, policy(input))))
}

fn equality(input: &Value) -> Answer {
    let equal = if text(input, "kind")? == "Specifier" {
        parsed::<Specifier>(input, "left")? == parsed::<Specifier>(input, "right")?
    } else {
        parsed::<SpecifierSet>(input, "left")? == parsed::<SpecifierSet>(input, "right")?
    };
    Ok(json!(equal == (text(input, "op")? == "eq")))
}

fn set(input: &Value) -> Answer {
    let set: SpecifierSet = parsed(input, "input")?;
    let named = set.names_prerelease().then_some(true);
    Ok(json!({ "str": set.to_string(), "prereleases": input["prereleases"].as_bool().or(named) }))
}

fn set_contains(input: &Value) -> Answer {
    let set: SpecifierSet = parsed(input, "spec")?;
    let version = text(input, "version")?;
    let installed_prerelease =
        input["installed"] == true && Version::parse(version).is_ok_and(|version| version.is_prerelease());
    let policy = if installed_prerelease { Prereleases::Allow } else { policy(input) };
    Ok(json!(set.contains_text(version, policy)))
}

fn set_filter(input: &Value) -> Answer {
    let set: SpecifierSet = parsed(input, "spec")?;
    let texts = input["input"].as_array().ok_or("no list `input`")?.iter().filter_map(Value::as_str);
    Ok(json!(set.filter_texts(texts, policy(input))))
}

fn relations(input: &Value) -> Answer {
    let (left, right): (SpecifierSet, SpecifierSet) = (parsed(input, "left")?, parsed(input, "right")?);
    if input["left_pre"] != input["right_pre"] {
        return Err("different policies".to_owned());
    }
    let answer = match text(input, "op")? {
        "is_subset" => left.is_subset(&right),
        "is_superset" => left.is_superset(&right),
        "is_disjoint" => left.is_disjoint(&right),
        op => return Err(format!("unknown relation {op}")),
    };
    answer.map(|answer| json!(answer)).map_err(|error| error.to_string())
}

fn unsatisfiable(input: &Value) -> Answer {
    Ok(json!(parsed::<SpecifierSet>(input, "spec")?.is_unsatisfiable(policy(input))))
}

fn marker(input: &Value) -> Answer {
    Ok(json!({ "str": parsed::<Marker>(input, "input")?.to_string() }))
}

fn evaluate(input: &Value) -> Answer {
    let given = &input["environment"];
    let mut environment = serde_json::to_value(default_environment()).map_err(|error| error.to_string())?;
    for variable in MarkerVariable::ALL {
        if let (Some(value), Some(slot)) =
            (given[variable.as_str()].as_str(), environment.get_mut(variable.as_str()))
        {
            *slot = json!(value);
        }
    }
    let environment: MarkerEnvironment =
        serde_json::from_value(environment).map_err(|error| error.to_string())?;
    let context = text(input, "context")?;
    let extra = given["extra"].as_str().map(canonicalize_name).or((context == "metadata").then(|| "".into()));
    let (extras, groups) = (names(&given["extras"], context), names(&given["dependency_groups"], context));
    let context = MarkerContext {
        extra: extra.as_deref(),
        extras: extras.as_deref(),
        dependency_groups: groups.as_deref(),
    };
    let holds = parsed::<Marker>(input, "marker")?.evaluate_in(&environment, &context);
    holds.map(|holds| json!(holds)).map_err(|error| error.to_string())
}

fn names(given: &Value, context: &str) -> Option<Vec<Extra>> {
    match given.as_array() {
        Some(names) => names.iter().map(|name| Extra::new(name.as_str()?).ok()).collect(),
        None => (context == "lock_file").then(Vec::new),
    }
}

fn default_environment() -> MarkerEnvironment {
    MarkerEnvironment {
        implementation_name: "cpython".to_owned(),
        implementation_version: "3.11.7".to_owned(),
        os_name: "posix".to_owned(),
        platform_machine: "x86_64".to_owned(),
        platform_release: "6.1.0".to_owned(),
        platform_system: "Linux".to_owned(),
        platform_version: "#1 SMP".to_owned(),
        python_full_version: "3.11.7".to_owned(),
        platform_python_implementation: "CPython".to_owned(),
        python_version: "3.11".to_owned(),
        sys_platform: "linux".to_owned(),
    }
}

fn requirement(input: &Value) -> Answer {
    let requirement: Requirement = parsed(input, "input")?;
    Ok(json!({
        "name": requirement.raw_name.as_ref(),
        "extras": requirement.raw_extras().collect::<Vec<_>>(),
        "specifier": requirement.specifiers().map(ToString::to_string).unwrap_or_default(),
        "url": requirement.url(),
        "marker": requirement.marker.as_ref().map(ToString::to_string),
        "str": requirement.to_string(),
    }))
}
