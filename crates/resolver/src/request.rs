//! What is asked of a resolution.

use packaging::{Marker, MarkerEnvironment, PackageName, Requirement, SpecifierSet, Version};
use std::collections::{BTreeMap, BTreeSet};

/// All that one resolution depends on, besides the answers to what it asks.
#[derive(Clone, Debug)]
pub struct ResolveRequest {
    /// What the user wants.
    pub requirements: Vec<Requirement>,
    /// Limits on packages, should something require them (`-c`). A constraint with a URL says where the package
    /// comes from.
    pub constraints: Vec<Requirement>,
    /// Requirements that replace every other one of their name, the user's too.
    pub overrides: Vec<Requirement>,
    /// Packages to leave out wherever they are required.
    pub excludes: BTreeSet<PackageName>,
    /// Versions to take where they fit, best first: the previous output, another fork.
    pub preferences: BTreeMap<PackageName, Vec<Version>>,
    /// What the environment holds. A version that stays is chosen without asking an index for the package.
    pub installed: BTreeMap<PackageName, Version>,
    /// Which of the installed packages may be replaced although they fit.
    pub upgrade: Upgrade,
    /// Installed packages that stay where they fit, whatever `upgrade` says.
    pub held: BTreeSet<PackageName>,
    /// Whose rules.
    pub rules: RuleSet,
    /// Which of the versions that fit.
    pub strategy: Strategy,
    /// Which pre-releases.
    pub prereleases: PrereleasePolicy,
    /// Whether dependencies are followed.
    pub dependencies: DependencyMode,
    /// Whether Requires-Python counts.
    pub requires_python: RequiresPython,
    /// How a long row of versions is searched.
    pub walk: Walk,
    /// What it is resolved for.
    pub environment: Environment,
}

impl ResolveRequest {
    /// A request for `requirements` in `environment` by `rules`, everything else as it is by default.
    pub fn new(requirements: Vec<Requirement>, rules: RuleSet, environment: Environment) -> Self {
        Self {
            requirements,
            constraints: Vec::new(),
            overrides: Vec::new(),
            excludes: BTreeSet::new(),
            preferences: BTreeMap::new(),
            installed: BTreeMap::new(),
            upgrade: Upgrade::Nothing,
            held: BTreeSet::new(),
            rules,
            strategy: Strategy::Highest,
            prereleases: PrereleasePolicy::default(),
            dependencies: DependencyMode::Follow,
            requires_python: RequiresPython::Honoured,
            walk: Walk::Gallop,
            environment,
        }
    }
}

/// Whose rules decide about pre-releases, yanked files, Requires-Python and transitive URLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleSet {
    /// pip's: a pre-release where some specifier in force names one or no final version matches; any `==` may
    /// take a yanked file; upper bounds of Requires-Python count; dependencies may name URLs.
    Pip,
    /// Ours: final versions first, pre-releases when all final ones are rejected; only the user's `==` takes
    /// a yanked file; upper bounds of Requires-Python are ignored; URLs only from the user.
    Native,
}

/// Which of the versions that fit is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// The newest.
    #[default]
    Highest,
    /// The oldest.
    Lowest,
    /// The oldest of what the user named, the newest of the others.
    LowestDirect,
}

/// Which pre-releases may be chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrereleasePolicy {
    /// For all packages but those below.
    pub default: PrereleaseMode,
    /// For single packages.
    pub packages: BTreeMap<PackageName, PrereleaseMode>,
}

impl PrereleasePolicy {
    /// The mode for one package.
    pub fn of(&self, name: &PackageName) -> PrereleaseMode {
        self.packages.get(name).copied().unwrap_or(self.default)
    }
}

/// Whether pre-releases of a package may be chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PrereleaseMode {
    /// As the rule set says: pip's opt-in by a specifier, ours when every final version is rejected.
    #[default]
    IfNecessary,
    /// Like any version.
    Allow,
    /// Never.
    Disallow,
    /// Like any version where one of the user's own specifiers names a pre-release; else never.
    Explicit,
    /// Like any version where one of the user's own specifiers names a pre-release; else if necessary.
    IfNecessaryOrExplicit,
}

/// Whether dependencies are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DependencyMode {
    /// Yes.
    #[default]
    Follow,
    /// No (`--no-deps`): exactly what the user named.
    Ignore,
}

/// Whether Requires-Python counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequiresPython {
    /// Yes, by the rule set.
    #[default]
    Honoured,
    /// No (`--ignore-requires-python`). What the caller says of candidates counts all the same.
    Ignored,
}

/// How a long row of versions of one package is searched for one that fits the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Walk {
    /// In jumps, on the assumption that what skipped versions require lies between what their neighbours require.
    /// The result is valid either way; where the assumption is wrong, a newer version may have been passed over.
    #[default]
    Gallop,
    /// Step by step.
    Step,
}

/// Which installed packages may be replaced although they fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Upgrade {
    /// None.
    #[default]
    Nothing,
    /// Those that the user named (pip's `only-if-needed`).
    Requested,
    /// These.
    Packages(BTreeSet<PackageName>),
    /// All (pip's `eager`).
    All,
}

/// What a resolution is for.
#[derive(Clone, Debug)]
pub enum Environment {
    /// One interpreter on one platform.
    Single(Box<MarkerEnvironment>),
    /// All environments at once.
    Universal {
        /// The Pythons that must work; only the lower bound counts.
        requires_python: SpecifierSet,
        /// The environments that must work, each on its own; empty for all.
        environments: Vec<Marker>,
    },
}
