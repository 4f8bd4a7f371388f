//! The standards' values: what is printed is read as the same value.

use packaging::direct_url::DirectUrl;
use packaging::entry_points::EntryPoints;
use packaging::filenames::DistributionFilename;
use packaging::licenses::LicenseExpression;
use packaging::markers::{MarkerContext, MarkerSet};
use packaging::metadata::Metadata;
use packaging::pylock::Pylock;
use packaging::record::Record;
use packaging::{Marker, MarkerEnvironment, Prereleases, Requirement, SpecifierSet, Version};

use crate::text;

pub(crate) fn requirement(bytes: &[u8]) {
    let Some(Ok(requirement)) = text(bytes).map(Requirement::parse) else { return };
    let printed = requirement.to_string();
    let again = Requirement::parse(&printed);
    assert_eq!(again.as_ref(), Ok(&requirement), "{printed}");
}

pub(crate) fn specifiers(bytes: &[u8]) {
    let Some(Ok(specifiers)) = text(bytes).map(SpecifierSet::parse) else { return };
    let printed = specifiers.to_string();
    assert_eq!(SpecifierSet::parse(&printed).as_ref(), Ok(&specifiers), "{printed}");
    for version in ["0", "1.0", "1.0.post1", "2!1.0a1.dev3+local.7", "18446744073709551615.0"] {
        let version = Version::parse(version).unwrap();
        let all = specifiers.contains(&version, Prereleases::Allow);
        let some = specifiers.contains(&version, Prereleases::Exclude);
        assert!(all || !some, "{printed} has {version} only without pre-releases");
    }
}

/// Two versions, one a line: their order is the same from both sides.
pub(crate) fn version(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let versions: Vec<Version> = text.lines().take(8).filter_map(|line| Version::parse(line).ok()).collect();
    for version in &versions {
        assert_eq!(Version::parse(&version.to_string()).as_ref(), Ok(version));
        for other in &versions {
            assert_eq!(version.cmp(other), other.cmp(version).reverse(), "{version} and {other}");
        }
    }
}

/// What the algebra of markers says of a marker is what the marker says.
pub(crate) fn marker(bytes: &[u8]) {
    let Some(Ok(marker)) = text(bytes).map(Marker::parse) else { return };
    let printed = marker.to_string();
    assert_eq!(Marker::parse(&printed).as_ref(), Ok(&marker), "{printed}");
    // what has no answer here has none to compare
    let Ok(holds) = marker.evaluate_in(&environment(), &MarkerContext::metadata("")) else { return };
    let set = MarkerSet::of(&marker);
    assert!(!holds || !set.is_never(), "{printed} holds, though it never does");
    assert!(holds || !set.is_always(), "{printed} does not hold, though it always does");
}

fn environment() -> MarkerEnvironment {
    MarkerEnvironment {
        implementation_name: "cpython".to_owned(),
        implementation_version: "3.12.1".to_owned(),
        os_name: "posix".to_owned(),
        platform_machine: "x86_64".to_owned(),
        platform_release: "6.1.0".to_owned(),
        platform_system: "Linux".to_owned(),
        platform_version: "#1 SMP".to_owned(),
        python_full_version: "3.12.1".to_owned(),
        platform_python_implementation: "CPython".to_owned(),
        python_version: "3.12".to_owned(),
        sys_platform: "linux".to_owned(),
    }
}

pub(crate) fn filename(bytes: &[u8]) {
    let Some(Ok(filename)) = text(bytes).map(DistributionFilename::parse) else { return };
    let printed = match &filename {
        DistributionFilename::Wheel(wheel) => wheel.to_string(),
        DistributionFilename::Source(source) => source.to_string(),
    };
    assert_eq!(DistributionFilename::parse(&printed).as_ref(), Ok(&filename), "{printed}");
}

/// The three ways to read metadata agree.
pub(crate) fn metadata(bytes: &[u8]) {
    let whole = Metadata::parse(bytes);
    let dependencies = Metadata::parse_dependencies(bytes);
    assert_eq!(whole.is_ok(), dependencies.is_ok());
    assert_eq!(whole.is_ok(), Metadata::parse_as_written(bytes).is_ok());
}

pub(crate) fn record(bytes: &[u8]) {
    let Ok(record) = Record::parse(bytes) else { return };
    let printed = record.to_text();
    let again = Record::parse(printed.as_bytes()).map(|again| again.to_text());
    assert_eq!(again.as_ref(), Ok(&printed));
}

pub(crate) fn entry_points(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let points = EntryPoints::parse(text);
    for point in points.console_scripts().chain(points.gui_scripts()) {
        assert!(!point.value().contains('\n'), "{point:?}");
    }
}

/// As it is printed it has lost its password, so it is the second text that comes again.
pub(crate) fn direct_url(bytes: &[u8]) {
    let Ok(direct) = DirectUrl::parse(bytes) else { return };
    let printed = direct.to_json();
    let again = DirectUrl::parse(printed.as_bytes()).map(|again| again.to_json());
    assert_eq!(again.ok().as_ref(), Some(&printed));
    assert!(!direct.to_requirement("name").contains(char::is_control), "{printed}");
}

pub(crate) fn license(bytes: &[u8]) {
    let Some(Ok(license)) = text(bytes).map(LicenseExpression::parse) else { return };
    let again = LicenseExpression::parse(license.as_str());
    assert_eq!(again.as_ref().map(LicenseExpression::as_str), Ok(license.as_str()));
}

pub(crate) fn pylock(bytes: &[u8]) {
    let Some(Ok(lock)) = text(bytes).map(Pylock::parse) else { return };
    let printed = lock.to_toml();
    let again = Pylock::parse(&printed).map(|again| again.to_toml());
    assert_eq!(again.ok().as_ref(), Some(&printed));
}
