//! From flags to requests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use environment::{Environment, InstallPolicy, Interpreter, LinkMode};
use index::{IndexOrder, PlainHttp};
use packaging::{PackageName, Requirement};
use project::requirements_file::FileOption;
use resolver::{DependencyMode, PrereleaseMode, PrereleasePolicy, RuleSet, Strategy, Upgrade};

use store::Store;

use super::listener::observer;
use super::target::Target;
use super::{Session, diagnosis};
use crate::cli::native as flags;
use crate::ops::candidates::Selection;
use crate::ops::formats::{FormatOption, Formats};
use crate::ops::install::ResolvePolicy;
use crate::ops::network::Connection;
use crate::ops::wanted::{self, Sources, Wanted};
use crate::output::Diagnostic;
use crate::settings::Sourced;

type Read<T> = Result<T, Box<Diagnostic>>;

impl Session<'_> {
    /// What is asked for.
    pub fn sources(&self) -> Sources {
        let all = |flag| self.parsed.values(flag).into_iter().map(str::to_owned).collect();
        Sources {
            words: self.parsed.arguments.clone(),
            files: all(&flags::REQUIREMENT),
            constraints: all(&flags::CONSTRAINT),
            overrides: all(&flags::OVERRIDE),
            editables: all(&flags::EDITABLE),
            groups: all(&flags::GROUP),
            extras: all(&flags::EXTRA),
            all_extras: self.parsed.is_on(&flags::ALL_EXTRAS),
            whole_paths: false,
        }
    }

    /// Indexes and the way to them.
    pub fn connection(&self) -> Read<Connection> {
        let parsed = self.parsed;
        let owned = |one: Sourced<&str>| Sourced { value: one.value.to_owned(), origin: one.origin };
        let one = |flag| parsed.value(flag).map(owned);
        let many = |flag| parsed.sourced_values(flag).into_iter().map(owned).collect();
        let merged = parsed.text(&flags::INDEX_STRATEGY) == Some("merged");
        Ok(Connection {
            index_url: one(&flags::INDEX_URL),
            extra_index_urls: many(&flags::EXTRA_INDEX_URL),
            find_links: many(&flags::FIND_LINKS),
            no_index: parsed.is_on(&flags::NO_INDEX),
            extra_first: true,
            order: if merged { IndexOrder::Every } else { IndexOrder::FirstMatch },
            plain_http: PlainHttp::Allowed,
            cert: one(&flags::CERT),
            client_cert: one(&flags::CLIENT_CERT),
            trusted_hosts: parsed.values(&flags::TRUSTED_HOST).into_iter().map(str::to_owned).collect(),
            proxy: one(&flags::PROXY),
            ignore_environment: false,
            retries: parsed.integer(&flags::RETRIES).map_or(3, |count| u32::try_from(count).unwrap_or(0)),
            resumes: parsed.integer(&flags::RETRIES).map_or(3, |count| u32::try_from(count).unwrap_or(0)),
            timeout: seconds(parsed.decimal(&flags::TIMEOUT).unwrap_or(30.0)),
            keyring: parsed.text(&flags::KEYRING_PROVIDER) == Some("subprocess"),
            offline: parsed.is_on(&flags::OFFLINE),
            refresh: parsed.is_on(&flags::REFRESH),
            refresh_packages: self.names(&flags::REFRESH_PACKAGE)?,
            user_agent: concat!("tilsit/", env!("CARGO_PKG_VERSION")).to_owned(),
        })
    }

    fn names(&self, flag: &'static crate::cli::Flag) -> Read<Vec<PackageName>> {
        let words = self.parsed.values(flag).into_iter().flat_map(|value| value.split(',')).map(str::trim);
        words
            .map(|word| PackageName::new(word).map_err(|_| Box::new(diagnosis::bad_name(flag, word))))
            .collect()
    }

    /// Which files can be used.
    pub fn selection(&self, target: &Target, wanted: &Wanted) -> Read<Selection> {
        let mut formats = Formats::default();
        for occurrence in &self.parsed.occurrences {
            let option = match occurrence.flag.id {
                "only-binary" => FormatOption::OnlyBinary,
                "no-binary" => FormatOption::NoBinary,
                _ => continue,
            };
            if let crate::cli::Given::Text(value) = &occurrence.given {
                formats.add(option, value).map_err(|word| diagnosis::bad_name(occurrence.flag, &word))?;
            }
        }
        for setting in &wanted.options {
            let added = match &setting.option {
                FileOption::OnlyBinary(value) => formats.add(FormatOption::OnlyBinary, value),
                FileOption::NoBinary(value) => formats.add(FormatOption::NoBinary, value),
                _ => Ok(()),
            };
            added.map_err(|word| diagnosis::bad_name(&flags::ONLY_BINARY, &word))?;
        }
        Ok(Selection {
            tags: Arc::clone(&target.tags),
            python: target.python.clone(),
            formats,
            rules: RuleSet::Native,
            merge_indexes: self.parsed.text(&flags::INDEX_STRATEGY) == Some("merged"),
            hashes: wanted.hashes.clone(),
            ignore_requires_python: false,
            prefer_binary: false,
            uploaded_before: None,
            locked: BTreeMap::new(),
            pinned: BTreeSet::new(),
        })
    }

    /// How versions are chosen.
    pub fn resolve_policy(&self, wanted: &mut Wanted) -> Read<ResolvePolicy> {
        let pre =
            self.parsed.is_on(&flags::PRE) || wanted.options.iter().any(|one| one.option == FileOption::Pre);
        let default = match self.parsed.text(&flags::PRERELEASE) {
            _ if pre => PrereleaseMode::Allow,
            Some("allow") => PrereleaseMode::Allow,
            Some("disallow") => PrereleaseMode::Disallow,
            Some("explicit") => PrereleaseMode::Explicit,
            Some("if-necessary-or-explicit") => PrereleaseMode::IfNecessaryOrExplicit,
            _ => PrereleaseMode::IfNecessary,
        };
        Ok(ResolvePolicy {
            strategy: match self.parsed.text(&flags::RESOLUTION) {
                Some("lowest") => Strategy::Lowest,
                Some("lowest-direct") => Strategy::LowestDirect,
                _ => Strategy::Highest,
            },
            prereleases: PrereleasePolicy { default, packages: BTreeMap::new() },
            dependencies: if self.parsed.is_on(&flags::NO_DEPS) {
                DependencyMode::Ignore
            } else {
                DependencyMode::Follow
            },
            upgrade: self.upgrade_policy(wanted)?,
        })
    }

    /// `-U` and `-P`; a specifier after `-P` becomes a constraint.
    fn upgrade_policy(&self, wanted: &mut Wanted) -> Read<Upgrade> {
        if self.parsed.is_on(&flags::UPGRADE) {
            return Ok(Upgrade::All);
        }
        let mut names = BTreeSet::new();
        for word in self.parsed.values(&flags::UPGRADE_PACKAGE) {
            let requirement =
                Requirement::parse(word).map_err(|_| diagnosis::bad_name(&flags::UPGRADE_PACKAGE, word))?;
            names.insert(requirement.name.clone());
            if requirement.specifiers().is_some_and(|specifiers| !specifiers.is_empty()) {
                wanted.constraints.push(requirement);
            }
        }
        Ok(if names.is_empty() { Upgrade::Nothing } else { Upgrade::Packages(names) })
    }

    /// How files are installed.
    pub fn install_policy(&self, environment: &Environment) -> InstallPolicy {
        let mut policy = InstallPolicy::new(environment);
        if let Some(mode) = self.parsed.text(&flags::LINK_MODE).and_then(LinkMode::parse) {
            policy.link_mode = mode;
        }
        if self.parsed.is_on(&flags::COMPILE_BYTECODE) {
            policy.bytecode = Some(std::thread::available_parallelism().map_or(2, usize::from));
        }
        policy
    }

    /// Everything that is asked for, read; requirements files behind URLs are fetched as indexes are.
    pub fn wanted(&self, sources: &Sources, interpreter: &Interpreter, store: &Store) -> Read<Wanted> {
        let connection = self.connection()?;
        let mut fetch =
            |url: &str| match connection.client(self.process, interpreter, store, (observer(), None)) {
                Ok(mut client) => wanted::fetch(&mut client, url),
                Err(_) => Err(wanted::no_fetch(url)),
            };
        wanted::read(sources, self.process, &mut fetch).map_err(|error| Box::new(diagnosis::wanted(&error)))
    }

    /// Options of requirements files that are about indexes join those of the command line.
    pub fn join_file_options(&self, connection: &mut Connection, wanted: &Wanted) {
        for setting in &wanted.options {
            match &setting.option {
                FileOption::IndexUrl(url) => {
                    connection.index_url = Some(setting.sourced("--index-url", url));
                    connection.no_index = false;
                }
                FileOption::ExtraIndexUrl(url) => {
                    connection.extra_index_urls.push(setting.sourced("--extra-index-url", url))
                }
                FileOption::FindLinks(link) => {
                    let beside = project::requirements_file::resolve(&setting.path, link);
                    let exists = self.process.absolute(&beside).exists();
                    let link = if exists { &beside } else { link };
                    connection.find_links.push(setting.sourced("--find-links", link));
                }
                FileOption::NoIndex => {
                    connection.no_index = true;
                    connection.index_url = None;
                    connection.extra_index_urls.clear();
                }
                FileOption::TrustedHost(host) => connection.trusted_hosts.push(host.clone()),
                _ => {}
            }
        }
    }
}

/// A time-out that no arithmetic can overflow.
pub fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.clamp(0.001, 1e9)).unwrap_or(Duration::from_secs(30))
}
