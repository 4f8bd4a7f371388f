//! `pip inspect`

use std::num::NonZero;

use environment::{Format, InstalledDistribution, PIP_VERSION};
use packaging::metadata::Metadata;

use super::list::is_standard;
use super::{Ended, Session};
use crate::ops::list::{ListRequest, Listed, list};
use crate::ops::report::{direct_url_json, environment};
use crate::output::Json;

impl Session<'_> {
    pub(super) fn inspect(&self) -> Ended {
        let request = ListRequest { exclude: Default::default(), ..self.list_request()? };
        let seen = self.seen_environment();
        self.warn_leftovers(&seen);
        let listed = list(&seen, &request)?;
        let listed: Vec<&Listed> = listed.iter().filter(|one| !is_standard(&one.name)).collect();
        let installed = distributions(&listed);
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

/// As pip shows them; reading and sorting all their metadata is worth a thread for each core.
fn distributions(listed: &[&Listed]) -> Vec<Json> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get).min(4);
    let share = listed.len().div_ceil(cores).max(16);
    let read = |part: &[&Listed]| part.iter().map(|one| distribution(&one.distribution)).collect::<Vec<_>>();
    std::thread::scope(|scope| {
        let (own, others) = listed.split_at(share.min(listed.len()));
        let others: Vec<_> = others.chunks(share).map(|part| scope.spawn(move || read(part))).collect();
        let mut rows = read(own);
        for other in others {
            rows.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        rows
    })
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
    let editable = Some(one).filter(|one| one.format() != Format::DistInfo)?.editable_location();
    let url = url::Url::from_file_path(editable?).ok()?;
    let info = Json::table([("editable", Json::from(true))]);
    Some(Json::table([("url", Json::from(String::from(url))), ("dir_info", info)]))
}
