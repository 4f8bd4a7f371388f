//! From pip's options to requests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use builder::ConfigSettings;
use environment::{Environment, InstallPolicy, Unplanned};
use index::vcs::{Existing, VcsPolicy, VcsUrl};
use index::{IndexOrder, PlainHttp};
use packaging::tags::{Tags, TargetOptions};
use packaging::{MarkerEnvironment, PackageName, Version};
use project::requirements_file::FileOption;
use resolver::{DependencyMode, PrereleaseMode, PrereleasePolicy, RuleSet, Strategy, Upgrade};

use super::Session;
use super::errors::Failure;
use crate::cli::{Flag, Given, pip as flags};
use crate::ops::build::BuildPolicy;
use crate::ops::candidates::Selection;
use crate::ops::formats::{FormatOption, Formats};
use crate::ops::install::ResolvePolicy;
use crate::ops::interrupt;
use crate::ops::network::Connection;
use crate::ops::sources::SourcePolicy;
use crate::ops::wanted::Wanted;
use crate::output::Level;
use crate::settings::Sourced;

/// The Python and platform that is resolved for.
pub struct Target {
    /// Its markers: always those of the interpreter, as in pip.
    pub markers: MarkerEnvironment,
    /// Its tags.
    pub tags: Arc<Tags>,
    /// Its full version.
    pub python: Version,
}

impl Session<'_> {
    /// Indexes and the way to them, with what requirements files say about them.
    pub fn connection(&self, wanted: &Wanted) -> Result<Connection, Failure> {
        let parsed = self.parsed;
        let owned = |one: Sourced<&str>| Sourced { value: one.value.to_owned(), origin: one.origin };
        let one = |flag: &Flag| parsed.value(flag).filter(|one| !one.value.is_empty()).map(owned);
        // an index that is named by nothing is none, and the default one does not take its place
        let index_url = parsed.value(&flags::INDEX_URL).map(owned);
        let many = |flag| parsed.sourced_values(flag).into_iter().map(owned).collect();
        let (refresh, refresh_packages) = self.refresh()?;
        let mut connection = Connection {
            index_url,
            extra_index_urls: many(&flags::EXTRA_INDEX_URL),
            find_links: many(&flags::FIND_LINKS),
            no_index: parsed.is_on(&flags::NO_INDEX),
            extra_first: false,
            order: IndexOrder::Every,
            plain_http: PlainHttp::Refused,
            cert: one(&flags::CERT),
            client_cert: one(&flags::CLIENT_CERT),
            trusted_hosts: parsed.values(&flags::TRUSTED_HOST).into_iter().map(str::to_owned).collect(),
            proxy: one(&flags::PROXY),
            ignore_environment: parsed.value(&flags::PROXY).is_some() || parsed.is_on(&flags::NO_PROXY_ENV),
            retries: parsed.integer(&flags::RETRIES).map_or(5, |count| u32::try_from(count).unwrap_or(0)),
            resumes: parsed
                .integer(&flags::RESUME_RETRIES)
                .map_or(5, |count| u32::try_from(count).unwrap_or(0)),
            timeout: seconds(parsed.decimal(&flags::TIMEOUT).unwrap_or(15.0)),
            keyring: self.asks_keyring(),
            offline: false,
            refresh,
            refresh_packages,
            user_agent: self.user_agent(),
        };
        self.join_file_options(&mut connection, wanted);
        Ok(connection)
    }

    fn asks_keyring(&self) -> bool {
        match self.parsed.text(&flags::KEYRING_PROVIDER) {
            Some("disabled") => false,
            Some("import" | "subprocess") => true,
            _ => !self.parsed.is_on(&flags::NO_INPUT),
        }
    }

    /// pip's own, so that servers and their statistics know what they talk to.
    fn user_agent(&self) -> String {
        let facts = self.interpreter.facts();
        let told = serde_json::json!({
            "implementation": { "name": facts.markers.platform_python_implementation, "version": facts.full_version },
            "installer": { "name": "pip", "version": environment::PIP_VERSION },
            "python": facts.full_version,
            "system": { "name": facts.markers.platform_system, "release": facts.markers.platform_release },
            "cpu": facts.machine,
        });
        format!("pip/{} {told}", environment::PIP_VERSION)
    }

    fn refresh(&self) -> Result<(bool, Vec<PackageName>), Failure> {
        let mut names = Vec::new();
        let words = self.parsed.values(&flags::REFRESH_PACKAGE);
        let words = words.iter().flat_map(|value| value.split(',')).map(str::trim);
        for word in words.filter(|word| !word.is_empty()) {
            match word {
                ":all:" => return Ok((true, Vec::new())),
                ":none:" => names.clear(),
                _ => names.push(
                    PackageName::new(word)
                        .map_err(|_| Failure::error(format!("Invalid package name: {word}")))?,
                ),
            }
        }
        Ok((false, names))
    }

    fn join_file_options(&self, connection: &mut Connection, wanted: &Wanted) {
        for setting in &wanted.options {
            match &setting.option {
                FileOption::IndexUrl(url) => {
                    connection.index_url = Some(setting.sourced("--index-url", url));
                    connection.extra_index_urls.clear();
                }
                FileOption::ExtraIndexUrl(url) => {
                    connection.extra_index_urls.push(setting.sourced("--extra-index-url", url))
                }
                FileOption::FindLinks(link) => {
                    let file = crate::ops::wanted::local_path(self.process, &setting.path);
                    let beside = crate::ops::direct::tidy(&file).with_file_name(link);
                    let whole = beside.to_string_lossy();
                    let link = if beside.exists() { &*whole } else { link };
                    connection.find_links.push(setting.sourced("--find-links", link));
                }
                FileOption::NoIndex => connection.no_index = true,
                FileOption::TrustedHost(host) => connection.trusted_hosts.push(host.clone()),
                _ => {}
            }
        }
        if connection.no_index {
            connection.index_url = None;
            connection.extra_index_urls.clear();
        }
    }

    /// How sources are built and obtained. Builds are trusted: pip knows no sandbox.
    pub fn building(&self, wanted: &Wanted) -> Result<(BuildPolicy, SourcePolicy), Failure> {
        self.tell_lazy_wheels(wanted);
        let is_editable = |url: &&str| wanted.editables.contains(*url);
        let unnamed = wanted.unnamed.iter().map(|(_, one)| one.url.as_str());
        if let Some(url) = unnamed.filter(is_editable).find(|url| VcsUrl::is_one(url)) {
            return Err(Failure::error(format!(
                "Could not detect requirement name for '{}', please specify one with your_package_name @ URL",
                index::redacted_text(url)
            )));
        }
        let isolation = self.parsed.switch(&flags::NO_BUILD_ISOLATION);
        let build = BuildPolicy {
            rules: RuleSet::Pip,
            formats: self.formats(&Wanted::default())?,
            merge_indexes: true,
            shared: isolation.is_some_and(|switch| !switch.value),
            as_pip: true,
            constraints: self.build_constraints()?,
            check_dependencies: self.parsed.is_on(&flags::CHECK_BUILD_DEPENDENCIES),
            trusted: true,
            network: true,
            ..BuildPolicy::default()
        };
        let settings = wanted.settings.iter().map(|(key, values)| {
            let words = values.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
            (key.clone(), ConfigSettings::from_words(words.iter().map(String::as_str)))
        });
        let source = SourcePolicy {
            vcs: VcsPolicy {
                environment: self.process.env.clone().into_iter().collect(),
                offline: false,
                interrupted: Some(interrupt::flag()),
                whole: self.process.filled("PIP_NO_PARTIAL_CLONE_FOR_BROKEN_GIT_SERVER").is_some(),
            },
            editables: wanted.editables.clone(),
            names: wanted.names.clone(),
            settings: ConfigSettings::from_words(self.parsed.values(&flags::CONFIG_SETTINGS)),
            own_settings: settings.collect(),
            checkouts: Some(self.checkouts()),
            existing: Existing::Abort,
            wheels_only: self.command() == "wheel",
            wants_trees: self.command() == "download",
            builds_all: true,
            verifies: self.parsed.switch(&flags::NO_VERIFY).is_none(),
            believes_project: false,
        };
        Ok((build, source))
    }

    /// pip asks for the metadata inside of wheels by ranges only where it is told to; we always do.
    fn tell_lazy_wheels(&self, wanted: &Wanted) {
        let fast = |option: &FileOption| *option == FileOption::UseFeature("fast-deps".to_owned());
        let asked = self.parsed.values(&flags::USE_FEATURE).contains(&"fast-deps");
        if !asked && !wanted.options.iter().any(|one| fast(&one.option)) {
            return;
        }
        if self.parsed.values(&flags::USE_DEPRECATED).contains(&"legacy-resolver") {
            return self.warn("fast-deps has no effect when used with the legacy resolver.");
        }
        self.warn("pip is using lazily downloaded wheels using HTTP range requests to obtain dependency information. This experimental feature is enabled through --use-feature=fast-deps and it is not ready for production.");
    }

    /// `--src`, else `src` in the environment, or here outside of one (pip).
    fn checkouts(&self) -> PathBuf {
        match (self.parsed.text(&flags::SRC), self.interpreter.virtual_environment()) {
            (Some(folder), _) => self.process.absolute(folder),
            (None, Some(_)) => self.interpreter.prefix().join("src"),
            (None, None) => self.process.cwd.join("src"),
        }
    }

    /// The Python and platform that is resolved for.
    pub fn target(&self) -> Result<Target, Failure> {
        let markers = self.interpreter.marker_environment();
        let facts = self.interpreter.tag_facts();
        let all = |flag| self.parsed.values(flag).into_iter().map(str::to_owned).collect::<Vec<String>>();
        let asked = self.parsed.text(&flags::PYTHON_VERSION);
        let numbers = match asked {
            Some(text) => {
                let bad = |words: &str| {
                    let shown = crate::cli::python_repr(text);
                    self.usage(
                        "--python-version",
                        &format!("invalid --python-version value: {shown}: {words}"),
                    )
                };
                if text.split('.').count() > 3 {
                    return Err(bad("at most three version parts are allowed"));
                }
                let parts = python_version(text);
                Some(parts.ok_or_else(|| bad("each version part must be an integer"))?)
            }
            None => None,
        };
        let options = TargetOptions {
            platforms: all(&flags::PLATFORM),
            python_version: numbers.clone(),
            implementation: self.parsed.text(&flags::IMPLEMENTATION).map(str::to_owned),
            abis: all(&flags::ABI),
            ..TargetOptions::default()
        };
        let other = options != TargetOptions::default();
        let tags = if other { Tags::for_target(&facts, &options) } else { Tags::new(&facts) };
        let text = match numbers {
            Some(mut numbers) => {
                numbers.resize(3, 0);
                numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
            }
            None => markers.python_full_version.clone(),
        };
        let python = Version::parse(&text).map_err(|error| Failure::error(error.to_string()))?;
        Ok(Target { markers, tags: Arc::new(tags), python })
    }

    /// The usage of the command and what is wrong with a value of `option`, in lines of at most 70 characters, as pip
    /// fills them.
    pub fn usage(&self, option: &str, problem: &str) -> Failure {
        let mut text = crate::cli::help::marked_usage(&flags::PROGRAM, &self.parsed.path);
        let mut width = 0;
        for word in format!("{option} error: {problem}").split_whitespace() {
            let length = word.chars().count();
            if width > 0 && width + 1 + length > 70 {
                text.push('\n');
                width = 0;
            } else if width > 0 {
                text.push(' ');
                width += 1;
            }
            text.push_str(word);
            width += length;
        }
        Failure { lines: vec![(Level::Critical, text)], code: 2 }
    }

    /// pip's rules about options for another Python.
    pub fn check_target_options(&self, formats: &Formats, needs_place: bool) -> Result<(), Failure> {
        let given = [&flags::PYTHON_VERSION, &flags::PLATFORM, &flags::ABI, &flags::IMPLEMENTATION];
        if !given.into_iter().any(|flag| self.parsed.all(flag).next().is_some()) {
            return Ok(());
        }
        if !formats.refuses_all_sources() && !self.parsed.is_on(&flags::NO_DEPS) {
            return Err(Failure::error(
                "When restricting platform and interpreter constraints using --python-version, --platform, --abi, or --implementation, either --no-deps must be set, or --only-binary=:all: must be set and --no-binary must not be set (or must be set to :none:).",
            ));
        }
        let has_place = self.parsed.is_on(&flags::DRY_RUN) || self.parsed.filled(&flags::TARGET).is_some();
        if needs_place && !has_place {
            return Err(Failure::error(
                "Can not use any platform or abi specific options unless installing via '--target' or using '--dry-run'",
            ));
        }
        match self.first_lock() {
            Some(lock) => Err(Failure::error(format!(
                "Platform and interpreter constraints using --python-version, --platform, --abi, or --implementation, are not supported when selecting requirements from {}",
                crate::cli::python_repr(lock)
            ))),
            None => Ok(()),
        }
    }

    /// `--only-binary` and `--no-binary` of the command line and of files.
    pub fn formats(&self, wanted: &Wanted) -> Result<Formats, Failure> {
        let mut formats = Formats::default();
        let bad = |word: String| Failure::error(format!("Invalid package name: {word}"));
        for occurrence in &self.parsed.occurrences {
            let option = match occurrence.flag.id {
                "only-binary" => FormatOption::OnlyBinary,
                "no-binary" => FormatOption::NoBinary,
                _ => continue,
            };
            if let Given::Text(value) = &occurrence.given {
                formats.add(option, value).map_err(bad)?;
            }
        }
        for setting in &wanted.options {
            match &setting.option {
                FileOption::OnlyBinary(value) => formats.add(FormatOption::OnlyBinary, value).map_err(bad)?,
                FileOption::NoBinary(value) => formats.add(FormatOption::NoBinary, value).map_err(bad)?,
                _ => {}
            }
        }
        Ok(formats)
    }

    /// Which files can be used.
    pub fn selection(&self, target: &Target, wanted: &Wanted) -> Result<Selection, Failure> {
        let from_file =
            |wanted: &Wanted| wanted.options.iter().any(|one| one.option == FileOption::PreferBinary);
        Ok(Selection {
            tags: Arc::clone(&target.tags),
            python: target.python.clone(),
            formats: self.formats(wanted)?,
            rules: RuleSet::Pip,
            merge_indexes: true,
            hashes: wanted.hashes.clone(),
            uploaded_before: self.uploaded_before()?,
            locked: wanted.locked.clone(),
            pinned: pinned(wanted),
            ignore_requires_python: self.parsed.is_on(&flags::IGNORE_REQUIRES_PYTHON),
            prefer_binary: self.parsed.is_on(&flags::PREFER_BINARY) || from_file(wanted),
        })
    }

    /// How versions are chosen.
    pub fn resolve_policy(&self, wanted: &Wanted) -> Result<ResolvePolicy, Failure> {
        let upgrade = match self.parsed.text(&flags::UPGRADE_STRATEGY) {
            _ if !self.parsed.is_on(&flags::UPGRADE) => Upgrade::Nothing,
            Some("eager") => Upgrade::All,
            _ => Upgrade::Requested,
        };
        Ok(ResolvePolicy {
            strategy: Strategy::Highest,
            prereleases: self.prereleases(wanted)?,
            dependencies: if self.parsed.is_on(&flags::NO_DEPS) {
                DependencyMode::Ignore
            } else {
                DependencyMode::Follow
            },
            upgrade,
        })
    }

    fn prereleases(&self, wanted: &Wanted) -> Result<PrereleasePolicy, Failure> {
        let single = [&flags::ALL_RELEASES, &flags::ONLY_FINAL];
        let any_single = single.into_iter().any(|flag| self.parsed.all(flag).next().is_some());
        if self.parsed.is_on(&flags::PRE) && any_single {
            return Err(Failure::error("--pre cannot be used with --all-releases or --only-final."));
        }
        let mut policy = PrereleasePolicy { default: PrereleaseMode::IfNecessary, packages: BTreeMap::new() };
        if self.parsed.is_on(&flags::PRE) || wanted.options.iter().any(|one| one.option == FileOption::Pre) {
            policy.default = PrereleaseMode::Allow;
        }
        for occurrence in &self.parsed.occurrences {
            let Given::Text(value) = &occurrence.given else { continue };
            match occurrence.flag.id {
                "all-releases" => release_control(&mut policy, value, PrereleaseMode::Allow)?,
                "only-final" => release_control(&mut policy, value, PrereleaseMode::Disallow)?,
                _ => {}
            }
        }
        for setting in &wanted.options {
            match &setting.option {
                FileOption::AllReleases(value) => release_control(&mut policy, value, PrereleaseMode::Allow)?,
                FileOption::OnlyFinal(value) => {
                    release_control(&mut policy, value, PrereleaseMode::Disallow)?;
                }
                _ => {}
            }
        }
        Ok(policy)
    }

    /// How files are installed: pip compiles to bytecode unless told otherwise.
    pub fn install_policy(&self, environment: &Environment) -> InstallPolicy {
        let compile = self.parsed.switch(&flags::COMPILE).is_none_or(|switch| switch.value);
        let blind = self.is_blind();
        InstallPolicy {
            installer: "pip".to_owned(),
            bytecode: compile.then(|| std::thread::available_parallelism().map_or(2, usize::from)),
            unplanned: if blind { Unplanned::Overwrite } else { Unplanned::Refuse },
            ..InstallPolicy::new(environment)
        }
    }

    /// Whether what is installed is not looked at.
    pub fn is_blind(&self) -> bool {
        self.parsed.is_on(&flags::IGNORE_INSTALLED) || self.parsed.filled(&flags::TARGET).is_some()
    }

    /// Whether every file needs a hash beforehand.
    pub fn requires_hashes(&self, wanted: &Wanted) -> bool {
        let said = |option: &FileOption| wanted.options.iter().any(|one| one.option == *option);
        let never = self.parsed.is_on(&flags::NO_REQUIRE_HASHES) || said(&FileOption::NoRequireHashes);
        self.parsed.is_on(&flags::REQUIRE_HASHES)
            || said(&FileOption::RequireHashes)
            || (!never && wanted.has_hashes())
    }

    /// What pip says before it looks anywhere.
    pub fn tell_places(&self, connection: &Connection, client: &index::Client) {
        let places = connection.places();
        if !places.indexes.is_empty() {
            self.info(&format!("Looking in indexes: {}", places.indexes.join(", ")));
        }
        if !places.links.is_empty() {
            self.info(&format!("Looking in links: {}", places.links.join(", ")));
        }
        let named = connection.index_url.iter().chain(&connection.extra_index_urls);
        if named.filter(|url| url.value.is_empty()).count() > 0 && !connection.no_index {
            self.warn("The index url \"\" seems invalid, please provide a scheme.");
        }
        for place in &connection.find_links {
            let place = &place.value;
            if place.is_empty() {
                self.warn(
                    "Location '' is ignored: it is either a non-existing path or lacks a specific scheme.",
                );
            } else if !place.contains("://")
                && !place.starts_with("file:")
                && !self.process.absolute(place).exists()
            {
                self.warn(&format!(
                    "Location {} is ignored: it is either a non-existing path or lacks a specific scheme.",
                    crate::cli::python_repr(place)
                ));
            }
        }
        for ignored in client.ignored_indexes() {
            let host = ignored.bare().host_str().unwrap_or_default();
            self.warn(&format!(
                "The repository located at {host} is not a trusted or secure host and is being ignored. If this repository is available via HTTPS we recommend you use HTTPS instead, otherwise you may silence this warning and allow it anyway with '--trusted-host {host}'."
            ));
        }
    }
}

/// Packages of which one version is named.
fn pinned(wanted: &Wanted) -> BTreeSet<PackageName> {
    let all = wanted.requirements.iter().chain(&wanted.constraints);
    let pins = all.filter(|one| one.specifiers().is_some_and(|set| set.pinned().is_some()));
    pins.map(|one| one.name.clone()).collect()
}

fn release_control(policy: &mut PrereleasePolicy, value: &str, mode: PrereleaseMode) -> Result<(), Failure> {
    for word in value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match word {
            ":all:" => {
                policy.default = mode;
                policy.packages.clear();
            }
            ":none:" => {
                policy.default = PrereleaseMode::IfNecessary;
                policy.packages.retain(|_, held| *held != mode);
            }
            _ => {
                let name = PackageName::new(word)
                    .map_err(|_| Failure::error(format!("Invalid package name: {word}")))?;
                policy.packages.insert(name, mode);
            }
        }
    }
    Ok(())
}

/// A `--python-version` as pip reads it: `3`, `3.11`, `3.11.7`, or digits without dots: `311`.
fn python_version(text: &str) -> Option<Vec<u32>> {
    let (major, minor) = match text.split_at_checked(1) {
        Some((major, minor)) if !minor.is_empty() && !text.contains('.') => (major, Some(minor)),
        _ => {
            return text
                .splitn(4, '.')
                .map(|part| part.parse().ok())
                .collect::<Option<Vec<u32>>>()
                .filter(|all| all.len() < 4);
        }
    };
    [Some(major), minor].into_iter().flatten().map(|part| part.parse().ok()).collect()
}

/// A usage error, its sentence broken into lines as Python's `textwrap.fill` breaks it.
/// A time-out that no arithmetic can overflow.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.clamp(0.001, 1e9)).unwrap_or(Duration::from_secs(15))
}
