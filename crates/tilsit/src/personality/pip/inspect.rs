//! `pip inspect`

use environment::{Format, InstalledDistribution, PIP_VERSION};
use packaging::MarkerEnvironment;
use packaging::direct_url::{DirectUrl, DirectUrlInfo};
use packaging::metadata::Metadata;
use serde_json::Value;

use super::list::is_standard;
use super::{Ended, Session};
use crate::ops::list::{ListRequest, list};
use crate::output::Json;

impl Session<'_> {
    pub(super) fn inspect(&self) -> Ended {
        let request = ListRequest { exclude: Default::default(), ..self.list_request()? };
        let seen = self.seen_environment();
        self.warn_leftovers(&seen);
        let listed = list(&seen, &request)?;
        let listed = listed.iter().filter(|one| !is_standard(&one.name));
        let installed = listed.map(|one| distribution(&one.distribution)).collect();
        let whole = Json::table([
            ("version", Json::from("1")),
            ("pip_version", PIP_VERSION.into()),
            ("installed", Json::List(installed)),
            ("environment", environment(&self.interpreter.marker_environment())),
        ]);
        // pip prints this even with -q
        self.terminal.line(&whole.pretty());
        Ok(0)
    }
}

fn distribution(one: &InstalledDistribution) -> Json {
    let bytes = one.metadata_bytes().ok().flatten().unwrap_or_default();
    let mut metadata = Metadata::parse(&bytes).ok();
    if one.format() != Format::DistInfo
        && let (Some(metadata), Some(requires)) = (&mut metadata, one.read("requires.txt").ok().flatten())
    {
        metadata.add_egg_info_requires(&String::from_utf8_lossy(&requires));
    }
    let fields = metadata.map(|metadata| metadata.json_fields()).unwrap_or_default();
    let fields = fields.into_iter().map(|(key, value)| (key, Json::Value(value)));
    let mut entries = vec![
        ("metadata", Json::Table(fields.collect())),
        ("metadata_location", one.info().to_string_lossy().into_owned().into()),
    ];
    entries.extend(direct_url(one).map(|direct| ("direct_url", direct)));
    if let Some(installer) = one.installer().filter(|installer| !installer.is_empty()) {
        entries.push(("installer", installer.into()));
    }
    if one.format() == Format::DistInfo {
        entries.push(("requested", one.is_requested().into()));
    }
    Json::table(entries)
}

/// PEP 610's file, or the like of it for an `.egg-link`.
fn direct_url(one: &InstalledDistribution) -> Option<Json> {
    if let Some(direct) = one.direct_url() {
        return Some(direct_url_json(&direct));
    }
    let url = url::Url::from_file_path(one.editable_location()?).ok()?;
    let info = Json::table([("editable", Json::from(true))]);
    Some(Json::table([("url", Json::from(String::from(url))), ("dir_info", info)]))
}

/// In the order in which pip writes the keys, with the single hash of old beside the table of hashes.
fn direct_url_json(direct: &DirectUrl) -> Json {
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
pub(super) fn environment(markers: &MarkerEnvironment) -> Json {
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
