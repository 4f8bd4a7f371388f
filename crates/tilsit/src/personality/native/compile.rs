//! `tilsit compile`

use std::collections::BTreeMap;
use std::path::Path;

use packaging::pylock::{Pylock, is_pylock_filename};
use packaging::{PackageName, SpecifierSet, Version};
use project::compile_output::{self, OutputPolicy};

use super::building::Site;
use super::listener::{Shown, observer};
use super::{Ended, Session, diagnosis};
use crate::cli::native as flags;
use crate::ops::build::{Builds, Hands};
use crate::ops::compile::{CompileRequest, Compiled, compile};
use crate::ops::sources::Preparer;
use crate::ops::wanted::Sources;
use crate::ops::{project_file, python, whole_file};
use crate::output::Diagnostic;

type Read<T> = Result<T, Box<Diagnostic>>;

impl Session<'_> {
    pub(super) fn compile(&self) -> Ended {
        let sources = self.compile_sources()?;
        let store = self.working_store()?;
        let request = self.parsed.text(&flags::PYTHON);
        let interpreter =
            python::any(self.process, &store, request).map_err(|error| diagnosis::python(&error))?;
        let target = self.target(&interpreter)?;
        let mut wanted = self.wanted(&sources, &interpreter, &store)?;
        let selection = self.selection(&target, &wanted)?;
        let resolve = self.resolve_policy(&mut wanted)?;
        let mut connection = self.connection()?;
        self.join_file_options(&mut connection, &wanted);
        let mut client = connection
            .client(self.process, &interpreter, &store, (observer(), None))
            .map_err(|error| diagnosis::connection(&error))?;
        let requires_python = self.requires_python(&sources, &target.python)?;
        let universal = self.parsed.is_on(&flags::UNIVERSAL);
        let site = Site { environment: None, interpreter: &interpreter, store: &store };
        let (build_policy, source_policy) = self.building(&wanted, &site, &selection)?;
        let builds = Builds::new(self.process, &interpreter, &build_policy);
        let mut preparer = Preparer::new(&builds, &source_policy);
        let mut shown = Shown::new(self.terminal);
        let mut hands = Hands { client: &mut client, store: &store, listener: &mut shown };
        preparer.name_all(&mut wanted, &mut hands).map_err(|error| diagnosis::source(&error))?;
        let request = CompileRequest {
            wanted: &wanted,
            selection: &selection,
            resolve: &resolve,
            markers: target.markers,
            universal: universal.then(|| requires_python.clone()),
            preferences: self.preferences()?,
        };
        let compiled = compile(&request, &mut preparer, &mut hands);
        drop(shown);
        let compiled = compiled.map_err(|error| diagnosis::search(&error))?;
        for warning in &compiled.warnings {
            self.terminal.warn(&super::install::warning_text(warning));
        }
        let text = self.compiled_text(&compiled, requires_python);
        match self.parsed.text(&flags::OUTPUT) {
            Some(path) => {
                let path = self.process.absolute(path);
                whole_file::write(&path, text.as_bytes())
                    .map_err(|error| diagnosis::cannot_write(&path, &error))?;
                let count = compiled.resolution.packages.len();
                self.terminal.info(&format!("Pinned {count} packages in {}", path.display()));
            }
            None => self.terminal.text(&text),
        }
        // The process ends now: to unmap each page of an index by itself takes a tenth of a warm run.
        std::mem::forget(compiled);
        Ok(0)
    }

    /// The words name files here.
    fn compile_sources(&self) -> Read<Sources> {
        let mut sources = self.sources();
        sources.files = std::mem::take(&mut sources.words);
        if sources.is_empty() {
            let usual = ["pyproject.toml", "requirements.in"].into_iter();
            let found = usual.filter(|name| self.process.cwd.join(name).is_file()).map(str::to_owned).next();
            sources.files.push(found.ok_or_else(|| Box::new(diagnosis::nothing_named("compile")))?);
        }
        Ok(sources)
    }

    /// What the project says, else the Python at hand and later ones.
    fn requires_python(&self, sources: &Sources, python: &Version) -> Read<SpecifierSet> {
        for file in sources.files.iter().filter(|file| file.ends_with("pyproject.toml")) {
            let project =
                project_file::read(self.process, file).map_err(|error| diagnosis::project_file(&error))?;
            if let Some(requires_python) = project.requires_python {
                return Ok(requires_python);
            }
        }
        let release = python.release();
        let minor: Vec<String> = release.iter().take(2).map(ToString::to_string).collect();
        let minimum = match self.parsed.text(&flags::PYTHON_VERSION) {
            Some(given) => given.to_owned(),
            None => minor.join("."),
        };
        Ok(SpecifierSet::parse(&format!(">={minimum}")).unwrap_or_default())
    }

    /// The pins of an output that exists, unless they are to be upgraded.
    fn preferences(&self) -> Read<BTreeMap<PackageName, Vec<Version>>> {
        let mut preferences: BTreeMap<PackageName, Vec<Version>> = BTreeMap::new();
        let Some(path) = self.parsed.text(&flags::OUTPUT).filter(|_| !self.parsed.is_on(&flags::UPGRADE))
        else {
            return Ok(preferences);
        };
        let Ok(text) = std::fs::read_to_string(self.process.absolute(path)) else { return Ok(preferences) };
        let pins: Vec<(PackageName, Version)> = if is_lock(path) {
            let lock = Pylock::parse(&text).map_err(|error| diagnosis::lock(path, &error))?;
            lock.packages.into_iter().filter_map(|package| Some((package.name, package.version?))).collect()
        } else {
            let pins = compile_output::read(&text, path).map_err(|error| diagnosis::wanted(&error.into()))?;
            pins.into_iter().map(|pin| (pin.name, pin.version)).collect()
        };
        let upgraded = self.parsed.values(&flags::UPGRADE_PACKAGE);
        let is_upgraded = |name: &PackageName| {
            let mut names = upgraded.iter().filter_map(|word| packaging::Requirement::parse(word).ok());
            names.any(|one| one.name == *name)
        };
        for (name, version) in pins.into_iter().filter(|(name, _)| !is_upgraded(name)) {
            preferences.entry(name).or_default().push(version);
        }
        Ok(preferences)
    }

    fn compiled_text(&self, compiled: &Compiled, requires_python: SpecifierSet) -> String {
        if self.parsed.text(&flags::OUTPUT).is_some_and(is_lock) {
            return compiled.lock(Some(requires_python), Vec::new()).to_toml();
        }
        let with_hashes = self.parsed.is_on(&flags::GENERATE_HASHES);
        if with_hashes {
            for name in compiled.without_hashes() {
                self.terminal.warn(&format!("the index gives no hash for the files of {name}"));
            }
        }
        let policy = OutputPolicy {
            command: (!self.parsed.is_on(&flags::NO_HEADER)).then(|| self.command_line()),
            annotate: !self.parsed.is_on(&flags::NO_ANNOTATE),
        };
        compile_output::write(&compiled.pins(with_hashes), &policy)
    }

    /// The command as it was typed, passwords masked, without what changes nothing in the result.
    fn command_line(&self) -> String {
        let words = self.process.args.iter().skip(1).map(|word| word.to_string_lossy());
        let quiet = ["-q", "-qq", "-v", "-vv", "--quiet", "--verbose", "-U", "--upgrade"];
        let kept = words.filter(|word| !quiet.contains(&word.as_ref()));
        let shown: Vec<String> = kept.map(|word| index::redacted_text(&word)).collect();
        format!("tilsit {}", shown.join(" "))
    }
}

/// PEP 751 names.
fn is_lock(path: &str) -> bool {
    Path::new(path).file_name().and_then(|name| name.to_str()).is_some_and(is_pylock_filename)
}
