//! The environment of a build: what it requires, searched and installed by ourselves, kept for the next build.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::environment::plan::{Freshness, Others, Wanted as Wish, plan};
use ::environment::{
    Change, Environment, InstallError, InstallPolicy, Installation, Installed, Interpreter, InterpreterError,
    Transaction, VenvError, VenvPolicy, Wait, create,
};
use packaging::specifiers::Prereleases;
use packaging::tags::Tags;
use packaging::{PackageName, Requirement, Version};
use resolver::{Environment as Target, ResolveRequest};
use store::{DiskError, StoredWheel};

use super::super::candidates::Selection;
use super::super::events::{Event, Listener};
use super::super::obtain::{self, ObtainError};
use super::super::python::FactsInStore;
use super::super::search::{Search, SearchError};
use super::super::sources::{Preparer, SourcePolicy};
use super::super::{interrupt, order};
use super::{BuildOpError, Builds, Hands};

/// Why there is no environment for a build.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequiresError {
    /// No versions.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// No files.
    #[error(transparent)]
    Obtain(#[from] ObtainError),
    /// The interpreter that the environment is made of.
    #[error(transparent)]
    Interpreter(#[from] InterpreterError),
    /// The environment.
    #[error(transparent)]
    Venv(#[from] VenvError),
    /// The packages in it.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// The store.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// An environment with what a build requires.
pub(super) struct BuildEnvironment {
    /// Its Python.
    pub(super) python: PathBuf,
    /// The folder of its programs; none for one that is shared with others.
    pub(super) programs: Option<PathBuf>,
    /// What is in it.
    pub(super) packages: Vec<(PackageName, Version)>,
}

impl BuildEnvironment {
    /// Those of `requires` that count here and are not there.
    pub(super) fn lacks(&self, builds: &Builds<'_>, requires: &[Requirement]) -> Vec<Requirement> {
        let markers = builds.interpreter.marker_environment();
        let counts = |one: &&Requirement| one.marker.as_ref().is_none_or(|m| m.evaluate(&markers, &[]));
        requires.iter().filter(counts).filter(|one| !self.has(one)).cloned().collect()
    }

    /// What is in it of these, by name.
    pub(super) fn versions(&self, names: &[&PackageName]) -> Vec<(String, String)> {
        let found = self.packages.iter().filter(|(name, _)| names.contains(&name));
        let mut versions: Vec<_> =
            found.map(|(name, version)| (name.to_string(), version.to_string())).collect();
        versions.sort();
        versions
    }

    /// Extras are not looked into: what they add is decided by a search.
    fn has(&self, requirement: &Requirement) -> bool {
        let found = self.packages.iter().find(|(name, _)| *name == requirement.name);
        let fits = |version: &Version| {
            requirement
                .specifiers()
                .is_some_and(|specifiers| specifiers.contains(version, Prereleases::Allow))
        };
        requirement.extras.is_empty() && found.is_some_and(|(_, version)| fits(version))
    }
}

/// Nobody is told what is done for a build on the way.
struct Silent;

impl Listener for Silent {
    fn event(&mut self, _event: &Event<'_>) {}
}

/// The environment that is worked for, as it is (`--no-build-isolation`).
pub(super) fn shared(builds: &Builds<'_>) -> Result<BuildEnvironment, BuildOpError> {
    let environment = Environment::of(builds.interpreter.clone(), Path::new(""));
    let installed = environment.installed().map_err(|error| BuildOpError::Requires {
        requires: Vec::new(),
        late: 0,
        source: Box::new(InstallError::from(error).into()),
    })?;
    let packages = installed.iter().filter_map(|one| Some((one.name().clone(), one.version()?))).collect();
    Ok(BuildEnvironment { python: builds.interpreter.executable().to_owned(), programs: None, packages })
}

/// An environment with `requires` and nothing else, made now unless one with the same packages is kept.
pub(super) fn isolated(
    builds: &Builds<'_>,
    requires: &[Requirement],
    hands: &mut Hands<'_>,
) -> Result<BuildEnvironment, BuildOpError> {
    let made = Making { builds, requires }.make(hands);
    made.map_err(|source| BuildOpError::Requires {
        requires: requires.iter().map(ToString::to_string).collect(),
        late: 0,
        source: Box::new(source),
    })
}

struct Making<'a> {
    builds: &'a Builds<'a>,
    requires: &'a [Requirement],
}

impl Making<'_> {
    fn make(&self, hands: &mut Hands<'_>) -> Result<BuildEnvironment, RequiresError> {
        let base = self.base(hands)?;
        let wheels = self.wheels(hands)?;
        let folder = match &self.builds.policy.place {
            Some(place) => self.anew(place, &base, &wheels)?,
            None => {
                let key = self.key(&base, &wheels);
                hands.store.build_environment(&key, |folder| fill(folder, &base, &wheels))?
            }
        };
        let programs = folder.join("bin");
        Ok(BuildEnvironment {
            python: programs.join("python"),
            programs: Some(programs),
            packages: wheels.into_iter().map(|wheel| (wheel.name, wheel.version)).collect(),
        })
    }

    /// In a folder that the user named.
    fn anew(&self, place: &Path, base: &Interpreter, wheels: &[Wheel]) -> Result<PathBuf, RequiresError> {
        match std::fs::remove_dir_all(place) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(InstallError::Io { path: place.to_owned(), source: error }.into());
            }
            _ => {}
        }
        fill(place, base, wheels)?;
        Ok(place.to_owned())
    }

    /// An environment is made of the interpreter below the one that is built for.
    fn base(&self, hands: &Hands<'_>) -> Result<Interpreter, InterpreterError> {
        let interpreter = self.builds.interpreter;
        if interpreter.virtual_environment().is_none() {
            return Ok(interpreter.clone());
        }
        Interpreter::open(interpreter.base_executable(), &FactsInStore(hands.store))
    }

    fn wheels(&self, hands: &mut Hands<'_>) -> Result<Vec<Wheel>, RequiresError> {
        if self.requires.is_empty() {
            return Ok(Vec::new());
        }
        let selection = self.selection();
        let sources = SourcePolicy { believes_project: true, ..SourcePolicy::default() };
        let mut preparer = Preparer::new(self.builds, &sources);
        let mut search = Search {
            client: hands.client,
            store: hands.store,
            selection: &selection,
            installed: &Installed::default(),
            listener: &mut Silent,
            preparer: Some(&mut preparer),
        };
        let found = search.run(&self.request())?;
        let wishes = order::dependencies_first(&found.resolution).into_iter().map(|package| Wish {
            name: package.name.clone(),
            version: package.version.clone(),
            freshness: Freshness::Version,
            wheel: obtain::source(&found, package),
        });
        let mut plan = plan(wishes.collect(), &Installed::default(), &Others::Keep);
        let mut silent = Silent;
        let mut hands = Hands { client: hands.client, store: hands.store, listener: &mut silent };
        obtain::wheels(&mut plan, &selection, &mut preparer, &mut hands)?;
        let wheels = plan.install.into_iter().filter_map(|(wish, _)| {
            let stored = wish.wheel.stored()?.clone();
            Some(Wheel { name: wish.name, version: wish.version, stored })
        });
        Ok(wheels.collect())
    }

    fn request(&self) -> ResolveRequest {
        let markers = self.builds.interpreter.marker_environment();
        let policy = self.builds.policy;
        let target = Target::Single(Box::new(markers));
        let mut request = ResolveRequest::new(self.requires.to_vec(), policy.rules, target);
        request.constraints.clone_from(&policy.constraints);
        request
    }

    fn selection(&self) -> Selection {
        let interpreter = self.builds.interpreter;
        let (major, minor, micro) = interpreter.version();
        let full = interpreter.marker_environment().python_full_version;
        let policy = self.builds.policy;
        Selection {
            tags: Arc::new(Tags::new(&interpreter.tag_facts())),
            python: Version::parse(&full)
                .unwrap_or_else(|_| Version::of([major, minor, micro].map(u64::from))),
            formats: policy.formats.clone(),
            rules: policy.rules,
            merge_indexes: policy.merge_indexes,
            hashes: std::collections::BTreeMap::new(),
            ignore_requires_python: false,
            prefer_binary: false,
            uploaded_before: None,
            locked: std::collections::BTreeMap::new(),
            pinned: std::collections::BTreeSet::new(),
        }
    }

    /// All that the environment depends on.
    fn key(&self, base: &Interpreter, wheels: &[Wheel]) -> String {
        let facts = base.facts();
        let soabi = facts.soabi.as_deref().unwrap_or_default();
        let version = base.marker_environment().python_full_version;
        let mut key = format!("{}\n{version} {soabi}\n", base.executable().display());
        for wheel in wheels {
            key.push_str(&format!("{}\n", wheel.stored.sha256()));
        }
        key
    }
}

struct Wheel {
    name: PackageName,
    version: Version,
    stored: StoredWheel,
}

/// Makes the environment. Its bytecode is compiled now and once: builds may not write there.
fn fill(folder: &Path, base: &Interpreter, wheels: &[Wheel]) -> Result<(), RequiresError> {
    let interpreter = create(folder, base, &VenvPolicy::default())?;
    let environment = Environment::of(interpreter, folder);
    let mut policy = InstallPolicy::new(&environment);
    policy.bytecode = Some(std::thread::available_parallelism().map_or(2, usize::from));
    let install = wheels.iter().map(|wheel| Installation::new(wheel.stored.clone())).collect();
    let change = Change { remove: Vec::new(), install };
    Transaction::begin(&environment, Wait::Forever)?.apply(&change, &policy, interrupt::flag())?;
    Ok(())
}
