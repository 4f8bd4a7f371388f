//! `pip debug`

use environment::PIP_VERSION;

use super::{Ended, Session, version};
use crate::cli::pip as flags;
use crate::settings::{PipConfiguration, PipPolicy};

/// So many tags are shown without `-v`.
const TAGS: usize = 10;

impl Session<'_> {
    pub(super) fn debug(&self) -> Ended {
        self.warn(
            "This command is only meant for debugging. Do not use this with automation for parsing and getting these details, since the output and options of this command may change without notice.",
        );
        let target = self.target()?;
        let facts = self.interpreter.facts();
        let variable = |name| self.process.var(name).unwrap_or("None").to_owned();
        for (name, value) in [
            ("pip version", version(self.interpreter)),
            ("sys.version", facts.full_version.clone()),
            ("sys.executable", self.interpreter.executable().display().to_string()),
            ("sys.platform", facts.markers.sys_platform.clone()),
        ] {
            self.info(&format!("{name}: {value}"));
        }
        self.info(&format!("sys.implementation:\n  name: {}", facts.implementation));
        for (name, value) in [
            ("'cert' config value", self.certificate_levels()),
            ("REQUESTS_CA_BUNDLE", variable("REQUESTS_CA_BUNDLE")),
            ("CURL_CA_BUNDLE", variable("CURL_CA_BUNDLE")),
            ("answered by", format!("tilsit {} as pip {PIP_VERSION}", env!("CARGO_PKG_VERSION"))),
        ] {
            self.info(&format!("{name}: {value}"));
        }
        let count = target.tags.len();
        self.info(&format!("Compatible tags: {count}{}", self.given_target()));
        let shown = if self.terminal.verbosity() > 0 { count } else { TAGS };
        target.tags.iter().take(shown).for_each(|tag| self.info(&format!("  {tag}")));
        if shown < count {
            self.info(&format!("  ...\n  [First {TAGS} tags shown. Pass --verbose to show all.]"));
        }
        Ok(0)
    }

    /// In which sections of the configuration anything stands, as pip tells it.
    fn certificate_levels(&self) -> String {
        let policy = PipPolicy {
            isolated: self.parsed.is_on(&flags::ISOLATED),
            prefix: Some(self.interpreter.prefix()),
        };
        let Ok(configuration) = PipConfiguration::load(self.process, policy) else { return String::new() };
        let entries = configuration.effective();
        let mut levels: Vec<&str> = entries.iter().map(|entry| entry.section.as_str()).collect();
        levels.sort_unstable();
        levels.dedup();
        match levels.iter().any(|level| ["install", "wheel", "download"].contains(level)) {
            _ if levels.is_empty() => "Not specified".to_owned(),
            false => "global".to_owned(),
            true => levels.into_iter().filter(|level| *level != "global").collect::<Vec<_>>().join(", "),
        }
    }

    /// ` (target: …)`: the options that ask for another Python.
    fn given_target(&self) -> String {
        let list = |flag| {
            let values = self.parsed.values(flag);
            let quoted: Vec<String> = values.iter().map(|value| crate::cli::python_repr(value)).collect();
            (!quoted.is_empty()).then(|| format!("[{}]", quoted.join(", ")))
        };
        let asked =
            self.parsed.text(&flags::PYTHON_VERSION).map(packaging::tags::target::parse_python_version);
        let version = asked.and_then(Result::ok).map(|numbers| {
            let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            format!("'{}'", numbers.join("."))
        });
        let parts = [
            ("platforms", list(&flags::PLATFORM)),
            ("version_info", version),
            ("abis", list(&flags::ABI)),
            ("implementation", self.parsed.text(&flags::IMPLEMENTATION).map(crate::cli::python_repr)),
        ];
        let parts: Vec<String> =
            parts.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))).collect();
        if parts.is_empty() { String::new() } else { format!(" (target: {})", parts.join(" ")) }
    }
}
