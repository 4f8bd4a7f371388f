//! The plan: what is wanted, against what is installed. Pure: it reads nothing and changes nothing.

use std::collections::BTreeSet;

use packaging::name::PackageName;
use packaging::version::Version;
use store::StoredWheel;

use crate::installed::{Installed, InstalledDistribution};

/// A package that shall be installed afterwards.
#[derive(Debug, Clone)]
pub struct Wanted<W> {
    /// Its name.
    pub name: PackageName,
    /// Its version.
    pub version: Version,
    /// Whether an installed distribution of this version will do.
    pub freshness: Freshness,
    /// The caller's handle: a candidate, a stored wheel, …
    pub wheel: W,
}

/// When an installed distribution of the wanted version is good enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Freshness {
    /// Whenever it has the version.
    Version,
    /// Never (`--force-reinstall`, an editable or a local folder).
    Reinstall,
    /// When its `direct_url.json` has this text too (a direct URL that is pinned).
    DirectUrl(String),
}

/// What happens to packages that are installed and not wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Others {
    /// They stay (`install`).
    Keep,
    /// They go (`sync`), except these names.
    RemoveExcept(Vec<PackageName>),
}

/// How a wanted package comes.
#[derive(Debug, Clone)]
pub enum Arrival {
    /// It was not there.
    New,
    /// In the place of an older version.
    Upgrade(InstalledDistribution),
    /// In the place of a newer version.
    Downgrade(InstalledDistribution),
    /// In the place of the same version.
    Reinstall(InstalledDistribution),
}

impl Arrival {
    /// What it takes the place of.
    pub fn replaced(&self) -> Option<&InstalledDistribution> {
        match self {
            Arrival::New => None,
            Arrival::Upgrade(old) | Arrival::Downgrade(old) | Arrival::Reinstall(old) => Some(old),
        }
    }
}

/// What is to be done; `--dry-run` prints it.
#[derive(Debug, Clone)]
pub struct InstallPlan<W> {
    /// Wanted and there already.
    pub keep: Vec<InstalledDistribution>,
    /// Installed and not wanted.
    pub remove: Vec<InstalledDistribution>,
    /// To be installed, in the order of the wishes.
    pub install: Vec<(Wanted<W>, Arrival)>,
}

/// Compares wishes with what is installed.
pub fn plan<W>(wanted: Vec<Wanted<W>>, installed: &Installed, others: &Others) -> InstallPlan<W> {
    let mut plan = InstallPlan { keep: Vec::new(), remove: Vec::new(), install: Vec::new() };
    if let Others::RemoveExcept(kept) = others {
        let stay: BTreeSet<&PackageName> = wanted.iter().map(|one| &one.name).chain(kept).collect();
        plan.remove.extend(installed.iter().filter(|one| !stay.contains(one.name())).cloned());
    }
    for wish in wanted {
        match installed.get(&wish.name) {
            None => plan.install.push((wish, Arrival::New)),
            Some(old) if suffices(old, &wish) => plan.keep.push(old.clone()),
            Some(old) => {
                let arrival = arrival(old.clone(), &wish.version);
                plan.install.push((wish, arrival));
            }
        }
    }
    plan
}

fn suffices<W>(old: &InstalledDistribution, wish: &Wanted<W>) -> bool {
    let same_version = old.version().as_ref() == Some(&wish.version);
    match &wish.freshness {
        Freshness::Version => same_version,
        Freshness::Reinstall => false,
        Freshness::DirectUrl(text) => {
            let there = old.read("direct_url.json").ok().flatten();
            same_version && there.is_some_and(|bytes| bytes == text.as_bytes())
        }
    }
}

fn arrival(old: InstalledDistribution, version: &Version) -> Arrival {
    match old.version() {
        Some(before) if before == *version => Arrival::Reinstall(old),
        Some(before) if before > *version => Arrival::Downgrade(old),
        _ => Arrival::Upgrade(old),
    }
}

impl<W> InstallPlan<W> {
    /// Whether nothing is to be done.
    pub fn is_satisfied(&self) -> bool {
        self.install.is_empty() && self.remove.is_empty()
    }

    /// Everything that goes: what is not wanted, and what gives way to another version.
    pub fn leaving(&self) -> Vec<InstalledDistribution> {
        let replaced = self.install.iter().filter_map(|(_, arrival)| arrival.replaced().cloned());
        self.remove.iter().cloned().chain(replaced).collect()
    }
}

impl Wanted<StoredWheel> {
    /// A stored wheel as a wish; `None` when its version is none by PEP 440.
    pub fn of(wheel: StoredWheel) -> Option<Wanted<StoredWheel>> {
        let name = PackageName::new(wheel.manifest().name()).ok()?;
        let version = Version::parse(wheel.manifest().version()).ok()?;
        Some(Wanted { name, version, freshness: Freshness::Version, wheel })
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::installed::Format;

    fn installed(names: &[&str]) -> Installed {
        let info = |name: &&str| PathBuf::from("/s").join(format!("{name}.dist-info"));
        let one =
            |name: &&str| InstalledDistribution::named(name, Format::DistInfo, info(name), Path::new("/s"));
        Installed::from_search_order(names.iter().filter_map(one).collect())
    }

    fn wish(name: &str, version: &str) -> Wanted<()> {
        let (name, version) = (name.parse().unwrap(), version.parse().unwrap());
        Wanted { name, version, freshness: Freshness::Version, wheel: () }
    }

    fn told(plan: &InstallPlan<()>) -> String {
        let names = |list: &[InstalledDistribution]| {
            list.iter().map(|one| one.name().to_string()).collect::<Vec<_>>().join(" ")
        };
        let how = |arrival: &Arrival| match arrival {
            Arrival::New => "new",
            Arrival::Upgrade(_) => "up",
            Arrival::Downgrade(_) => "down",
            Arrival::Reinstall(_) => "again",
        };
        let install: Vec<String> =
            plan.install.iter().map(|(wish, arrival)| format!("{}:{}", wish.name, how(arrival))).collect();
        format!("keep {} | remove {} | install {}", names(&plan.keep), names(&plan.remove), install.join(" "))
    }

    #[test]
    fn plans() {
        let there = installed(&["a-1.0", "b-2.0", "c-3.0", "d-1"]);
        let wishes = || vec![wish("a", "1"), wish("b", "3"), wish("c", "2.9"), wish("e", "1")];
        let kept = plan(wishes(), &there, &Others::Keep);
        assert_eq!(told(&kept), "keep a | remove  | install b:up c:down e:new");
        assert_eq!(kept.leaving().len(), 2);
        let synced = plan(wishes(), &there, &Others::RemoveExcept(vec![]));
        assert_eq!(told(&synced), "keep a | remove d | install b:up c:down e:new");
        let excepted = plan(wishes(), &there, &Others::RemoveExcept(vec!["d".parse().unwrap()]));
        assert_eq!(told(&excepted), "keep a | remove  | install b:up c:down e:new");
        let mut again = wish("a", "1");
        again.freshness = Freshness::Reinstall;
        assert_eq!(told(&plan(vec![again], &there, &Others::Keep)), "keep  | remove  | install a:again");
        assert!(plan(vec![wish("a", "1")], &there, &Others::Keep).is_satisfied());
    }
}
