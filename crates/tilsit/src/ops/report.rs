//! The report of an installation in the format of `pip install --report` (version 1).

use std::collections::BTreeMap;

use environment::PIP_VERSION;
use packaging::direct_url::{DirectUrl, DirectUrlInfo};
use packaging::metadata::Metadata;
use packaging::{Extra, MarkerEnvironment, PackageName};
use resolver::Warning;
use serde_json::Value;

use super::install::{InstallReport, InstallRequest};
use super::obtain::Source;
use crate::output::Json;

/// The report as JSON text; packages stand in this order, others after them.
pub fn report(request: &InstallRequest<'_>, done: &InstallReport, order: &[PackageName]) -> String {
    let place = |name: &PackageName| order.iter().position(|one| one == name).unwrap_or(usize::MAX);
    let mut coming: Vec<_> = done.plan.install.iter().map(|(wish, _)| wish).collect();
    coming.sort_by_key(|wish| place(&wish.name));
    let items = coming.into_iter().map(|wish| {
        let (download_info, is_direct) = download_info(&wish.wheel, request, done, &wish.name);
        let asked = request.wanted.requirements.iter().filter(|one| one.name == wish.name);
        let mut entries = vec![
            ("download_info", download_info),
            ("is_direct", is_direct.into()),
            ("is_yanked", is_yanked(done, &wish.name).into()),
            ("requested", asked.clone().any(|one| request.wanted.is_asked(one)).into()),
            ("metadata", metadata(done, &wish.name, &wish.version.to_string())),
        ];
        let extras = extras(done, &wish.name);
        if !extras.is_empty() && asked.clone().any(|one| !one.extras.is_empty()) {
            entries.push(("requested_extras", Json::Value(Value::from(extras))));
        }
        Json::table(entries)
    });
    let whole = Json::table([
        ("version", "1".into()),
        ("pip_version", PIP_VERSION.into()),
        ("install", Json::List(items.collect())),
        ("environment", environment(&request.markers)),
    ]);
    whole.pretty()
}

/// A package's name as its author writes it, else in its normal form.
pub fn raw_name(done: &InstallReport, name: &PackageName) -> String {
    let parsed = done.metadata.get(name).and_then(|text| Metadata::parse_as_written(text).ok());
    parsed.map_or_else(|| name.to_string(), |metadata| metadata.raw_name)
}

/// PEP 610.
fn download_info(
    source: &Source,
    request: &InstallRequest<'_>,
    done: &InstallReport,
    name: &PackageName,
) -> (Json, bool) {
    if let Some(text) = done.direct_urls.get(name)
        && let Ok(direct) = DirectUrl::parse(text.as_bytes())
    {
        return (direct_url_json(&direct), true);
    }
    let (url, hash) = match source.distribution() {
        Some(distribution) => {
            let file = distribution.file();
            (file.url.clone(), file.sha256().or(file.hashes.first()))
        }
        None => {
            let asked = request.wanted.requirements.iter().find(|one| one.name == *name);
            (asked.and_then(|one| one.url()).unwrap_or_default().to_owned(), None)
        }
    };
    let hashes =
        hash.map(|hash| BTreeMap::from([(hash.algorithm().name().to_owned(), hash.hex().to_owned())]));
    let direct = DirectUrl { url, info: DirectUrlInfo::Archive { hashes }, subdirectory: None };
    (direct_url_json(&direct), source.distribution().is_none())
}

fn is_yanked(done: &InstallReport, name: &PackageName) -> bool {
    done.warnings
        .iter()
        .any(|warning| matches!(warning, Warning::Yanked { name: yanked, .. } if yanked == name))
}

fn metadata(done: &InstallReport, name: &PackageName, version: &str) -> Json {
    let parsed = done.metadata.get(name).and_then(|text| Metadata::parse_as_written(text).ok());
    match parsed {
        Some(metadata) => {
            let fields = metadata.into_json_fields().into_iter();
            Json::table(fields.map(|(key, value)| (key, Json::Value(value))))
        }
        None => Json::table([("name", Json::from(name.as_str())), ("version", version.into())]),
    }
}

fn extras(done: &InstallReport, name: &PackageName) -> Vec<String> {
    let extras = done.resolution.get(name).flat_map(|one| one.extras.iter().map(Extra::to_string));
    extras.collect()
}

/// In the order in which pip writes the keys, with the single hash of old beside the table of hashes.
pub fn direct_url_json(direct: &DirectUrl) -> Json {
    let mut info: Vec<(&str, Json)> = Vec::new();
    let key = match &direct.info {
        DirectUrlInfo::Archive { hashes } => {
            if let Some(hashes) = hashes {
                let table = hashes.iter().map(|(name, digest)| (name.clone(), digest.as_str().into()));
                info.push(("hashes", Json::Table(table.collect())));
                let legacy = hashes.iter().next().map(|(name, digest)| format!("{name}={digest}"));
                info.extend(legacy.map(|legacy| ("hash", legacy.into())));
            }
            "archive_info"
        }
        DirectUrlInfo::Directory { editable } => {
            info.extend(editable.filter(|editable| *editable).map(|editable| ("editable", editable.into())));
            "dir_info"
        }
        DirectUrlInfo::Vcs { vcs, requested_revision, commit_id } => {
            info.push(("vcs", vcs.as_str().into()));
            info.push(("commit_id", commit_id.as_str().into()));
            info.extend(requested_revision.as_deref().map(|one| ("requested_revision", one.into())));
            "vcs_info"
        }
    };
    let url = packaging::direct_url::without_credentials(&direct.url);
    let mut entries = vec![("url", Json::from(url)), (key, Json::table(info))];
    entries.extend(direct.subdirectory.as_deref().map(|folder| ("subdirectory", Json::from(folder))));
    Json::table(entries)
}

/// PEP 508's variables in pip's order.
pub fn environment(markers: &MarkerEnvironment) -> Json {
    let entries = [
        ("implementation_name", &markers.implementation_name),
        ("implementation_version", &markers.implementation_version),
        ("os_name", &markers.os_name),
        ("platform_machine", &markers.platform_machine),
        ("platform_release", &markers.platform_release),
        ("platform_system", &markers.platform_system),
        ("platform_version", &markers.platform_version),
        ("python_full_version", &markers.python_full_version),
        ("platform_python_implementation", &markers.platform_python_implementation),
        ("python_version", &markers.python_version),
        ("sys_platform", &markers.sys_platform),
    ];
    Json::table(entries.map(|(key, value)| (key, Json::Value(Value::from(value.as_str())))))
}
