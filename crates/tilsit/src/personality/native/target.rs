//! The Pythons and platforms that are resolved for.

use std::sync::Arc;

use environment::Interpreter;
use packaging::tags::{PythonPlatform, Tags, TargetOptions};
use packaging::{MarkerEnvironment, Version};

use super::{Session, diagnosis};
use crate::cli::native as flags;
use crate::output::Diagnostic;

type Read<T> = Result<T, Box<Diagnostic>>;

/// The Python and platform that is resolved for.
pub struct Target {
    /// Its markers.
    pub markers: MarkerEnvironment,
    /// Its tags.
    pub tags: Arc<Tags>,
    /// Its full version.
    pub python: Version,
}

impl Session<'_> {
    /// The Python and platform that is resolved for: `--python-version` and `--python-platform`, else `interpreter`.
    pub fn target(&self, interpreter: &Interpreter) -> Read<Target> {
        let platform = self.parsed.text(&flags::PYTHON_PLATFORM);
        target(interpreter, self.parsed.text(&flags::PYTHON_VERSION), platform)
    }

    /// Every pair of a `--python-version` and a `--platform`, with words for it; the interpreter's own, without words,
    /// where none is given.
    pub fn targets(&self, interpreter: &Interpreter) -> Read<Vec<(Option<String>, Target)>> {
        let listed = |flag| -> Vec<&str> {
            let values = self.parsed.values(flag).into_iter().flat_map(|value| value.split(','));
            values.map(str::trim).filter(|value| !value.is_empty()).collect()
        };
        let or_own = |given: Vec<&'_ str>| -> Vec<Option<String>> {
            if given.is_empty() {
                vec![None]
            } else {
                given.into_iter().map(|one| Some(one.to_owned())).collect()
            }
        };
        let versions = or_own(listed(&flags::PYTHON_VERSIONS));
        let platforms = or_own(listed(&flags::PLATFORMS));
        let mut targets = Vec::with_capacity(versions.len() * platforms.len());
        for version in &versions {
            for platform in &platforms {
                let target = target(interpreter, version.as_deref(), platform.as_deref())?;
                let place = platform.as_deref().unwrap_or("this machine");
                let is_other = version.is_some() || platform.is_some();
                let words = is_other.then(|| format!("Python {} on {place}", target.markers.python_version));
                targets.push((words, target));
            }
        }
        Ok(targets)
    }
}

fn target(interpreter: &Interpreter, version: Option<&str>, platform: Option<&str>) -> Read<Target> {
    let mut markers = interpreter.marker_environment();
    let mut facts = interpreter.tag_facts();
    let mut options = TargetOptions::default();
    if let Some(text) = version {
        let version = Version::parse(text).map_err(|_| diagnosis::bad_python_version(text))?;
        let release = version.release();
        let [major, minor, ..] = &*release else {
            return Err(Box::new(diagnosis::bad_python_version(text)));
        };
        markers.python_version = format!("{major}.{minor}");
        markers.python_full_version = if release.len() > 2 { text.to_owned() } else { format!("{text}.0") };
        markers.implementation_version.clone_from(&markers.python_full_version);
        facts.python_version = (*major as u32, *minor as u32);
    }
    if let Some(name) = platform {
        let (platform, tags) =
            platform_named(name).map_err(|error| Box::new(diagnosis::bad_platform(name, &error)))?;
        platform.apply(&mut markers);
        options.platforms = tags;
    }
    let other = version.is_some() || platform.is_some();
    let tags = if other { Tags::for_target(&facts, &options) } else { Tags::new(&facts) };
    let python = Version::parse(&markers.python_full_version)
        .map_err(|_| diagnosis::bad_python_version(&markers.python_full_version))?;
    Ok(Target { markers, tags: Arc::new(tags), python })
}

/// A platform by one of our names, or by a platform tag as pip's `--platform` takes them; with its tags.
fn platform_named(
    name: &str,
) -> Result<(PythonPlatform, Vec<String>), packaging::tags::UnknownPythonPlatform> {
    match name.parse::<PythonPlatform>() {
        Ok(platform) => {
            let tags = platform.platforms();
            Ok((platform, tags))
        }
        Err(unknown) => {
            let ours = name_of_tag(name).ok_or(unknown)?;
            Ok((ours.parse()?, vec![name.to_owned()]))
        }
    }
}

/// Our name of the platform that a tag belongs to.
fn name_of_tag(tag: &str) -> Option<String> {
    let windows = match tag {
        "win_amd64" => Some("x86_64"),
        "win_arm64" => Some("aarch64"),
        "win32" => Some("i686"),
        _ => None,
    };
    if let Some(arch) = windows {
        return Some(format!("{arch}-pc-windows-msvc"));
    }
    let (system, rest) = ["macosx_", "manylinux", "musllinux", "linux_"]
        .into_iter()
        .find_map(|system| Some((system, tag.strip_prefix(system)?)))?;
    let arch = rest.trim_start_matches(|one: char| one.is_ascii_digit() || one == '_');
    Some(match (system, arch) {
        ("macosx_", "arm64" | "universal2") => "aarch64-apple-darwin".to_owned(),
        ("macosx_", arch) => format!("{arch}-apple-darwin"),
        ("musllinux", arch) => format!("{arch}-unknown-linux-musl"),
        (_, arch) => format!("{arch}-unknown-linux-gnu"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_named_by_tags_too() {
        for (name, system) in [
            ("win_amd64", Some("win32")),
            ("win32", Some("win32")),
            ("macosx_11_0_arm64", Some("darwin")),
            ("macosx_10_9_universal2", Some("darwin")),
            ("macosx_10_9_x86_64", Some("darwin")),
            ("manylinux2014_x86_64", Some("linux")),
            ("manylinux_2_28_aarch64", Some("linux")),
            ("musllinux_1_2_x86_64", Some("linux")),
            ("linux_x86_64", Some("linux")),
            ("windows", Some("win32")),
            ("amiga", None),
            ("macosx_11_0_", None),
            ("manylinux", None),
        ] {
            let named = platform_named(name).ok().map(|(platform, tags)| {
                assert!(!tags.is_empty());
                let mut markers = MarkerEnvironment::default();
                platform.apply(&mut markers);
                markers.sys_platform
            });
            assert_eq!(named.as_deref(), system, "{name}");
        }
    }
}
