//! The report of an installation in the format of `pip install --report` (version 1).

use packaging::metadata::Metadata;
use packaging::{Extra, MarkerEnvironment, PackageName};
use resolver::Warning;
use serde_json::{Map, Value, json};

use super::install::{InstallReport, InstallRequest};
use super::obtain::Source;
use environment::PIP_VERSION;
use environment::plan::Freshness;

/// The report as JSON text.
pub fn report(request: &InstallRequest<'_>, done: &InstallReport) -> String {
    let install = done.plan.install.iter().map(|(wish, _)| {
        let (download_info, is_direct) = download_info(&wish.wheel, &wish.freshness, request, &wish.name);
        let asked = request.wanted.requirements.iter().filter(|one| one.name == wish.name);
        let mut item = Map::new();
        item.insert("download_info".to_owned(), download_info);
        item.insert("is_direct".to_owned(), json!(is_direct));
        item.insert("is_yanked".to_owned(), json!(is_yanked(done, &wish.name)));
        item.insert("requested".to_owned(), json!(asked.clone().next().is_some()));
        item.insert("metadata".to_owned(), metadata(done, &wish.name, &wish.version.to_string()));
        let extras = extras(done, &wish.name);
        if !extras.is_empty() && asked.clone().any(|one| !one.extras.is_empty()) {
            item.insert("requested_extras".to_owned(), json!(extras));
        }
        Value::Object(item)
    });
    let whole = json!({
        "version": "1",
        "pip_version": PIP_VERSION,
        "install": install.collect::<Vec<_>>(),
        "environment": environment(&request.markers),
    });
    serde_json::to_string_pretty(&whole).unwrap_or_default()
}

/// A package's name as its author writes it, else in its normal form.
pub fn raw_name(done: &InstallReport, name: &PackageName) -> String {
    let parsed = done.metadata.get(name).and_then(|text| Metadata::parse(text).ok());
    parsed.map_or_else(|| name.to_string(), |metadata| metadata.raw_name)
}

/// PEP 610, with the single hash of old beside the table of hashes.
fn download_info(
    source: &Source,
    freshness: &Freshness,
    request: &InstallRequest<'_>,
    name: &PackageName,
) -> (Value, bool) {
    if let Some(distribution) = source.distribution() {
        let file = distribution.file();
        let mut archive = Map::new();
        if let Some(hash) = file.sha256().or(file.hashes.first()) {
            archive.insert("hash".to_owned(), json!(format!("{}={}", hash.algorithm().name(), hash.hex())));
            archive.insert("hashes".to_owned(), json!({ hash.algorithm().name(): hash.hex() }));
        }
        let url = packaging::direct_url::without_credentials(&file.url);
        return (json!({ "url": url, "archive_info": archive }), false);
    }
    if let Freshness::DirectUrl(text) = freshness
        && let Ok(value) = serde_json::from_str(text)
    {
        return (value, true);
    }
    let asked = request.wanted.requirements.iter().find(|one| one.name == *name);
    let url = asked.and_then(|one| one.url()).unwrap_or_default();
    (json!({ "url": packaging::direct_url::without_credentials(url), "archive_info": {} }), true)
}

fn is_yanked(done: &InstallReport, name: &PackageName) -> bool {
    done.warnings
        .iter()
        .any(|warning| matches!(warning, Warning::Yanked { name: yanked, .. } if yanked == name))
}

fn metadata(done: &InstallReport, name: &PackageName, version: &str) -> Value {
    let parsed = done.metadata.get(name).and_then(|text| Metadata::parse(text).ok());
    parsed.map_or_else(|| json!({ "name": name.as_str(), "version": version }), |metadata| metadata.to_json())
}

fn extras(done: &InstallReport, name: &PackageName) -> Vec<String> {
    let extras = done.resolution.get(name).flat_map(|one| one.extras.iter().map(Extra::to_string));
    extras.collect()
}

fn environment(markers: &MarkerEnvironment) -> Value {
    json!({
        "implementation_name": markers.implementation_name,
        "implementation_version": markers.implementation_version,
        "os_name": markers.os_name,
        "platform_machine": markers.platform_machine,
        "platform_release": markers.platform_release,
        "platform_system": markers.platform_system,
        "platform_version": markers.platform_version,
        "python_full_version": markers.python_full_version,
        "platform_python_implementation": markers.platform_python_implementation,
        "python_version": markers.python_version,
        "sys_platform": markers.sys_platform,
    })
}
