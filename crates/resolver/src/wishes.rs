//! The user's wishes, indexed by package and reduced to what counts in one environment.

use crate::exchange::Dependencies;
use crate::request::{
    DependencyMode, PrereleaseMode, RequiresPython, ResolveRequest, RuleSet, Strategy, Upgrade,
};
use crate::scope::Scope;
use packaging::{Extra, PackageName, Requirement, SpecifierSet, Version};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// One requirement in a shared list.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    list: Arc<Dependencies>,
    index: u32,
}

impl Asked {
    pub(crate) fn requirement(&self) -> &Requirement {
        &self.list.requires[self.index as usize]
    }

    fn all(list: &Arc<Dependencies>) -> impl Iterator<Item = Self> {
        let list = Arc::clone(list);
        (0..list.requires.len() as u32).map(move |index| Self { list: Arc::clone(&list), index })
    }
}

type ByName = FxHashMap<PackageName, Vec<Asked>>;

/// What the request says, ready to be looked up.
pub(crate) struct Wishes {
    pub(crate) request: Rc<ResolveRequest>,
    pub(crate) scope: Scope,
    /// The user's requirements that count here, overrides applied.
    pub(crate) roots: Rc<[Asked]>,
    constraints: ByName,
    /// The user's requirements and constraints.
    own: ByName,
    overrides: ByName,
    /// Packages that the user's requirements name.
    direct: FxHashSet<PackageName>,
    /// Packages for which a requirement of the user's names a pre-release.
    explicit: FxHashSet<PackageName>,
    /// Where the user says that a package comes from.
    urls: FxHashMap<PackageName, String>,
    /// What other parts of a universal resolution have chosen.
    chosen_elsewhere: BTreeMap<PackageName, Vec<Version>>,
}

impl Wishes {
    pub(crate) fn new(request: Rc<ResolveRequest>, scope: Scope) -> Self {
        let mut wishes = Self {
            scope,
            chosen_elsewhere: BTreeMap::new(),
            roots: Rc::from([]),
            constraints: by_name(&request.constraints),
            own: ByName::default(),
            overrides: by_name(&request.overrides),
            direct: FxHashSet::default(),
            explicit: FxHashSet::default(),
            urls: FxHashMap::default(),
            request,
        };
        let roots = list_of(&wishes.request.requirements);
        wishes.roots = wishes.in_force(&roots, None);
        wishes.drop_foreign_constraints();
        wishes.note_roots();
        wishes
    }

    /// Constraints whose marker does not hold here do not count.
    fn drop_foreign_constraints(&mut self) {
        let scope = &self.scope;
        for constraints in self.constraints.values_mut() {
            constraints.retain(|asked| scope.applies(asked.requirement()));
        }
    }

    fn note_roots(&mut self) {
        let roots = Rc::clone(&self.roots);
        self.own = self.constraints.clone();
        for asked in roots.iter() {
            self.own.entry(asked.requirement().name.clone()).or_default().push(asked.clone());
        }
        for asked in roots.iter() {
            let requirement = asked.requirement();
            self.direct.insert(requirement.name.clone());
            if requirement.specifiers().is_some_and(SpecifierSet::names_prerelease) {
                self.explicit.insert(requirement.name.clone());
            }
        }
        let overriding = self.overrides.values().flatten();
        let constraining = self.constraints.values().flatten();
        for asked in roots.iter().chain(overriding).chain(constraining) {
            let requirement = asked.requirement();
            if let Some(url) = requirement.url() {
                self.urls.entry(requirement.name.clone()).or_insert_with(|| url.to_owned());
            }
        }
    }

    /// The requirements of `list` that count: of a package without extras (`extra` is `None`), or those that
    /// `extra` adds. Overrides replace, excluded packages are left out.
    pub(crate) fn in_force(&self, list: &Arc<Dependencies>, extra: Option<&Extra>) -> Rc<[Asked]> {
        let mut result = Vec::new();
        let mut replaced = FxHashSet::default();
        for asked in Asked::all(list) {
            let requirement = asked.requirement();
            let added = match extra {
                None => self.scope.applies(requirement),
                Some(extra) => self.scope.is_added(requirement, extra),
            };
            if !added || self.request.excludes.contains(&requirement.name) {
                continue;
            }
            match self.overrides.get(&requirement.name) {
                None => result.push(asked),
                Some(overrides) if replaced.insert(requirement.name.clone()) => {
                    let counts = |asked: &&Asked| self.scope.applies(asked.requirement());
                    result.extend(overrides.iter().filter(counts).cloned());
                }
                Some(_) => {}
            }
        }
        result.into()
    }

    /// The constraints on `name`.
    pub(crate) fn constraints(&self, name: &PackageName) -> &[Asked] {
        self.constraints.get(name).map_or(&[], Vec::as_slice)
    }

    /// The requirements of the user's own on `name`, constraints included: always in force.
    pub(crate) fn own<'a>(&'a self, name: &'a PackageName) -> impl Iterator<Item = &'a Requirement> {
        self.own.get(name).into_iter().flatten().map(Asked::requirement)
    }

    /// Where the user says that `name` comes from.
    pub(crate) fn url(&self, name: &PackageName) -> Option<&str> {
        self.urls.get(name).map(String::as_str)
    }

    /// Whether the user's requirements name `name`.
    pub(crate) fn is_direct(&self, name: &PackageName) -> bool {
        self.direct.contains(name)
    }

    /// Whether the oldest version is wanted.
    pub(crate) fn wants_oldest(&self, name: &PackageName) -> bool {
        match self.request.strategy {
            Strategy::Highest => false,
            Strategy::Lowest => true,
            Strategy::LowestDirect => self.is_direct(name),
        }
    }

    /// What counts about pre-releases of `name`, with the modes that depend on the user's specifiers resolved.
    pub(crate) fn prereleases(&self, name: &PackageName) -> PrereleaseMode {
        let explicit = self.explicit.contains(name);
        match self.request.prereleases.of(name) {
            PrereleaseMode::Explicit if explicit => PrereleaseMode::Allow,
            PrereleaseMode::Explicit => PrereleaseMode::Disallow,
            PrereleaseMode::IfNecessaryOrExplicit if explicit => PrereleaseMode::Allow,
            PrereleaseMode::IfNecessaryOrExplicit => PrereleaseMode::IfNecessary,
            mode => mode,
        }
    }

    /// The installed version of `name`, if it is to stay where it fits.
    pub(crate) fn kept(&self, name: &PackageName) -> Option<&Version> {
        let version = self.installed(name)?;
        let replaceable = match &self.request.upgrade {
            _ if self.request.held.contains(name) => false,
            Upgrade::Nothing => false,
            Upgrade::Requested => self.is_direct(name),
            Upgrade::Packages(names) => names.contains(name),
            Upgrade::All => true,
        };
        (!replaceable).then_some(version)
    }

    /// The installed version of `name`.
    pub(crate) fn installed(&self, name: &PackageName) -> Option<&Version> {
        self.request.installed.get(name)
    }

    /// The versions of `name` to take where they fit, best first.
    pub(crate) fn preferences<'a>(&'a self, name: &'a PackageName) -> impl Iterator<Item = &'a Version> {
        let asked = self.request.preferences.get(name).into_iter().flatten();
        // What is the oldest here need not be the oldest there.
        let elsewhere = self.chosen_elsewhere.get(name).filter(|_| !self.wants_oldest(name));
        asked.chain(elsewhere.into_iter().flatten())
    }

    /// The same wishes in another part of the environments, where `chosen` is preferred.
    pub(crate) fn elsewhere(&self, scope: Scope, chosen: BTreeMap<PackageName, Vec<Version>>) -> Self {
        Self { chosen_elsewhere: chosen, ..Self::new(Rc::clone(&self.request), scope) }
    }

    /// Whether a version with this Requires-Python can be used.
    pub(crate) fn python_allows(&self, requires_python: &SpecifierSet) -> bool {
        self.request.requires_python == RequiresPython::Ignored
            || self.scope.python_allows(requires_python, self.rules())
    }

    pub(crate) fn rules(&self) -> RuleSet {
        self.request.rules
    }

    /// Whether the metadata of chosen versions matters. pip reads it for Requires-Python even without
    /// dependencies; we trust what the index says.
    pub(crate) fn needs_metadata(&self) -> bool {
        self.follows_dependencies() || self.rules() == RuleSet::Pip
    }

    pub(crate) fn follows_dependencies(&self) -> bool {
        self.request.dependencies == DependencyMode::Follow
    }
}

fn list_of(requirements: &[Requirement]) -> Arc<Dependencies> {
    Arc::new(Dependencies { requires: requirements.to_vec(), ..Dependencies::default() })
}

fn by_name(requirements: &[Requirement]) -> ByName {
    let mut map = ByName::default();
    for asked in Asked::all(&list_of(requirements)) {
        map.entry(asked.requirement().name.clone()).or_default().push(asked);
    }
    map
}
