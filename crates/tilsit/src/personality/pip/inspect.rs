//! `pip inspect`

use std::num::NonZero;
use std::thread::Builder;

use environment::{Format, InstalledDistribution, PIP_VERSION};
use packaging::metadata::Metadata;

use super::list::is_standard;
use super::{Ended, Session};
use crate::ops::list::placed;
use crate::ops::report::{direct_url_json, environment};
use crate::output::Json;

impl Session<'_> {
    pub(super) fn inspect(&self) -> Ended {
        let request = self.list_request()?;
        let seen = self.seen_environment();
        self.warn_leftovers(&seen);
        let mut installed = placed(&seen, &request.place)?;
        installed.retain(|one| !is_standard(one.name()));
        // pip prints this even with -q
        let head = [("version", Json::from("1")), ("pip_version", PIP_VERSION.into())];
        self.terminal.text(Json::table(head).pretty().trim_end_matches("\n}"));
        self.terminal.text(",\n  \"installed\": [");
        self.inspect_each(&installed);
        let mut end = String::from(if installed.is_empty() { "]" } else { "\n  ]" });
        end.push_str(",\n  \"environment\": ");
        environment(&self.interpreter.marker_environment()).write_pretty(&mut end, 1);
        end.push_str("\n}");
        self.terminal.line(&end);
        Ok(0)
    }

    /// Reading and writing all their metadata is worth a thread for each core.
    fn inspect_each(&self, installed: &[InstalledDistribution]) {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get).min(4);
        let share = installed.len().div_ceil(cores).max(16);
        let (own, others) = installed.split_at(share.min(installed.len()));
        let mut separator = "";
        let mut print = |text: &str| {
            self.terminal.text(separator);
            self.terminal.text(text);
            separator = ",";
        };
        std::thread::scope(|scope| {
            let begin = |part| Builder::new().spawn_scoped(scope, move || texts(part)).map_err(|_| part);
            let others: Vec<_> = others.chunks(share).map(begin).collect();
            let mut text = String::new();
            for one in own {
                write(one, &mut text);
                print(&text);
            }
            for other in others {
                // where no thread could be had, this one does it
                let texts = match other {
                    Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                    Err(part) => texts(part),
                };
                texts.iter().for_each(|text| print(text));
            }
        });
    }
}

fn texts(installed: &[InstalledDistribution]) -> Vec<Box<str>> {
    let mut text = String::new();
    let written = installed.iter().map(|one| {
        write(one, &mut text);
        text.as_str().into()
    });
    written.collect()
}

/// As pip shows it, on a line of its own.
fn write(one: &InstalledDistribution, text: &mut String) {
    text.clear();
    text.push_str("\n    ");
    distribution(one).write_pretty(text, 2);
}

fn distribution(one: &InstalledDistribution) -> Json {
    let bytes = one.metadata_bytes().ok().flatten().unwrap_or_default();
    let mut metadata = Metadata::parse_as_written(&bytes).ok();
    if one.format() != Format::DistInfo
        && let (Some(metadata), Some(requires)) = (&mut metadata, one.read("requires.txt").ok().flatten())
    {
        metadata.add_egg_info_requires(&String::from_utf8_lossy(&requires));
    }
    let fields = metadata.map(Metadata::into_json_fields).unwrap_or_default();
    let fields = fields.into_iter().map(|(key, value)| (key, Json::Value(value)));
    let mut entries = vec![
        ("metadata", Json::table(fields)),
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
