//! What has been answered so far. It outlives every restart of the search.

use crate::exchange::{Answer, Batch, Dependencies, Need, Pick, Source, Unavailable};
use crate::solver::Bits;
use crate::table::{Entry, Parts, Row, Table};
use crate::wishes::{Asked, Wishes};
use packaging::candidate::{Availability, Candidate};
use packaging::markers::MarkerSet;
use packaging::{Extra, PackageName, SpecifierSet, Version};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;
use std::sync::Arc;

/// A package name, interned. Numbers depend on the order of answers, so nothing may be ordered by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PackageId(u32);

type Found<T> = Result<T, Unavailable>;

/// What is known of one package.
struct Package {
    name: PackageName,
    index: Option<Found<Arc<[Candidate]>>>,
    directs: FxHashMap<String, Found<Candidate>>,
    metadata: FxHashMap<Source, Known>,
    /// The index must be asked although an installed version might do.
    index_needed: bool,
    /// URLs that dependencies name, in the order in which the search met them.
    urls: Vec<String>,
    table: Option<Rc<Table>>,
    openers: Vec<Opener>,
    /// What each version that requires the package allows, as far as pip's rule about pre-releases needs it.
    noted: Vec<(Party, Bits)>,
    /// Openers that no longer count.
    void: Vec<Vec<Party>>,
    /// A search chose it although nothing required it.
    unsupported: bool,
}

/// The metadata of a version and the requirements in it that count here, per extra.
struct Known {
    found: Found<Arc<Dependencies>>,
    in_force: Vec<(Option<Extra>, Rc<[Asked]>)>,
}

/// Versions that are closed unless something opens them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Gate {
    /// Pre-releases, by pip's rule.
    Prerelease,
    /// Yanked versions.
    Yanked,
    /// Versions from the URL of a dependency.
    Direct,
    /// All versions of a package that something else opens a gate with: it must be required by something, not only be
    /// wished to be there.
    Support,
}

/// What opens a gate of a package when all of it is part of the solution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opener {
    pub(crate) gate: Gate,
    pub(crate) parties: Vec<Party>,
}

/// A version of a package, perhaps with an extra.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Party {
    pub(crate) package: PackageId,
    pub(crate) extra: Option<Extra>,
    pub(crate) state: u32,
}

/// All answers, and the questions that are outstanding.
#[derive(Default)]
pub(crate) struct Facts {
    packages: Vec<Package>,
    ids: FxHashMap<PackageName, PackageId>,
    asked: FxHashSet<Need>,
    hinted: FxHashSet<Need>,
    batch: Batch,
    /// Required and not answered.
    outstanding: FxHashSet<Need>,
    /// Packages about which something was answered since this was last taken.
    news: Vec<PackageId>,
    /// Some answer replaced an earlier one: what was derived from it no longer holds.
    pub(crate) changed: bool,
}

impl Facts {
    pub(crate) fn id(&mut self, name: &PackageName) -> PackageId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = PackageId(self.packages.len() as u32);
        self.packages.push(Package {
            name: name.clone(),
            index: None,
            directs: FxHashMap::default(),
            metadata: FxHashMap::default(),
            index_needed: false,
            urls: Vec::new(),
            table: None,
            openers: Vec::new(),
            noted: Vec::new(),
            void: Vec::new(),
            unsupported: false,
        });
        self.ids.insert(name.clone(), id);
        id
    }

    fn package(&self, id: PackageId) -> &Package {
        &self.packages[id.0 as usize]
    }

    fn package_mut(&mut self, id: PackageId) -> &mut Package {
        &mut self.packages[id.0 as usize]
    }

    pub(crate) fn name(&self, id: PackageId) -> &PackageName {
        &self.package(id).name
    }

    /// Takes in an answer.
    pub(crate) fn answer(&mut self, answer: Answer) {
        match answer {
            Answer::Candidates { name, found } => {
                let id = self.settle(&name, &Need::Candidates(name.clone()));
                let package = self.package_mut(id);
                if package.index.as_ref() == Some(&found) {
                    return;
                }
                package.index = Some(found);
                let stale = package.table.take_if(|table| !table.provisional).is_some();
                self.renumber(stale);
            }
            Answer::Direct { name, url, found } => {
                let id = self.settle(&name, &direct_need(&name, &url));
                let package = self.package_mut(id);
                package.directs.insert(url, found);
                let stale = package.table.take().is_some();
                self.renumber(stale);
            }
            Answer::Metadata { pick, found } => {
                let id = self.settle(&pick.name, &Need::Metadata(pick.clone()));
                let known = Known { found, in_force: Vec::new() };
                let stale = self.package_mut(id).metadata.insert(pick.source, known).is_some();
                self.changed |= stale;
            }
        }
    }

    fn settle(&mut self, name: &PackageName, need: &Need) -> PackageId {
        self.outstanding.remove(need);
        let id = self.id(name);
        self.news.push(id);
        id
    }

    /// Asks for what the search cannot do without.
    pub(crate) fn require(&mut self, need: Need) {
        if self.asked.insert(need.clone()) {
            self.outstanding.insert(need.clone());
            self.batch.required.push(need);
        }
    }

    /// Whether the search waits for an answer.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.outstanding.is_empty()
    }

    /// Packages about which something was answered since the last call.
    pub(crate) fn take_news(&mut self) -> Vec<PackageId> {
        std::mem::take(&mut self.news)
    }

    /// Asks for what will probably be needed.
    pub(crate) fn hint(&mut self, need: Need) {
        if !self.asked.contains(&need) && self.hinted.insert(need.clone()) {
            self.batch.likely.push(need);
        }
    }

    /// The questions not yet handed out.
    pub(crate) fn take_batch(&mut self) -> Batch {
        std::mem::take(&mut self.batch)
    }

    /// The versions of a package, or what must be asked to know them.
    pub(crate) fn table(&mut self, id: PackageId, wishes: &Wishes) -> Result<Rc<Table>, Vec<Need>> {
        if let Some(table) = &self.package(id).table {
            return Ok(Rc::clone(table));
        }
        let table = Rc::new(self.build_table(id, wishes)?);
        self.package_mut(id).table = Some(Rc::clone(&table));
        Ok(table)
    }

    fn build_table(&self, id: PackageId, wishes: &Wishes) -> Result<Table, Vec<Need>> {
        let package = self.package(id);
        if let Some(url) = wishes.url(&package.name) {
            return match package.directs.get(url) {
                None => Err(vec![direct_need(&package.name, url)]),
                Some(Ok(candidate)) => Ok(Table::new(vec![direct_entry(candidate, url)])),
                Some(Err(unavailable)) => Ok(Table::missing(&unavailable.reason)),
            };
        }
        if let Some(version) = wishes.kept(&package.name).filter(|_| !package.index_needed) {
            return Ok(Table::provisional(installed_entry(version)));
        }
        package.indexed_table(wishes)
    }

    /// Demands the index for a package of which only the installed version was considered.
    pub(crate) fn demand_index(&mut self, id: PackageId) {
        let package = self.package_mut(id);
        package.index_needed = true;
        let stale = package.table.take_if(|table| table.provisional).is_some();
        self.forget_openers_if(stale);
    }

    /// A dependency names a URL for the package. Whether its table has to be made anew.
    pub(crate) fn demand_url(&mut self, id: PackageId, url: &str) -> bool {
        let package = self.package_mut(id);
        if package.urls.iter().any(|known| known == url) {
            return false;
        }
        package.urls.push(url.to_owned());
        package.index_needed = true;
        let stale = package.table.take().is_some();
        self.forget_openers_if(stale);
        stale
    }

    fn renumber(&mut self, stale: bool) {
        self.changed |= stale;
        self.forget_openers_if(stale);
    }

    /// Openers name versions by their number in a table.
    fn forget_openers_if(&mut self, stale: bool) {
        if stale {
            for package in &mut self.packages {
                package.openers.clear();
                package.noted.clear();
                package.void.clear();
            }
        }
    }

    /// What a version depends on, if it has been answered.
    pub(crate) fn metadata(&self, id: PackageId, source: &Source) -> Option<&Found<Arc<Dependencies>>> {
        self.package(id).metadata.get(source).map(|known| &known.found)
    }

    /// The requirements that count of a version whose metadata is known.
    pub(crate) fn in_force(
        &mut self,
        id: PackageId,
        source: &Source,
        extra: Option<&Extra>,
        wishes: &Wishes,
    ) -> Rc<[Asked]> {
        let Some(known) = self.package_mut(id).metadata.get_mut(source) else { return Rc::from([]) };
        let cached = known.in_force.iter().find(|(of, _)| of.as_ref() == extra);
        if let Some((_, requirements)) = cached {
            return Rc::clone(requirements);
        }
        let Ok(dependencies) = &known.found else { return Rc::from([]) };
        let requirements = wishes.in_force(dependencies, extra);
        known.in_force.push((extra.cloned(), Rc::clone(&requirements)));
        requirements
    }

    /// Forgets what depends on the environment: another one is searched.
    pub(crate) fn change_scope(&mut self) {
        for package in &mut self.packages {
            package.table = None;
            package.openers.clear();
            package.noted.clear();
            package.void.clear();
            package.unsupported = false;
            package.urls.clear();
            package.index_needed = false;
            for known in package.metadata.values_mut() {
                known.in_force.clear();
            }
        }
    }

    /// What is known to open a gate of a package.
    pub(crate) fn openers(&self, id: PackageId, gate: Gate) -> impl Iterator<Item = &Opener> {
        let package = self.package(id);
        let openers = package.openers.iter();
        openers.filter(move |opener| opener.gate == gate && !package.void.contains(&opener.parties))
    }

    /// Packages that require only each other open nothing any more; whether that is news.
    pub(crate) fn void_openers(&mut self, packages: &[PackageId]) -> bool {
        let mut news = false;
        for package in &mut self.packages {
            for opener in package.openers.iter().filter(|opener| opener.gate != Gate::Support) {
                let doubtful = opener.parties.iter().any(|party| packages.contains(&party.package));
                if doubtful && !package.void.contains(&opener.parties) {
                    package.void.push(opener.parties.clone());
                    news = true;
                }
            }
        }
        news
    }

    /// Notes what opens a gate; whether it is news.
    pub(crate) fn add_opener(&mut self, id: PackageId, opener: Opener) -> bool {
        let openers = &mut self.package_mut(id).openers;
        let news = !openers.contains(&opener);
        if news {
            openers.push(opener);
        }
        news
    }

    /// Notes what `party` allows of a package, and gives what it allows by all its requirements.
    pub(crate) fn note_requirement(&mut self, id: PackageId, party: &Party, allowed: Bits) -> Bits {
        let noted = &mut self.package_mut(id).noted;
        match noted.iter_mut().find(|(known, _)| known == party) {
            Some((_, known)) => {
                *known = known.intersection(&allowed);
                known.clone()
            }
            None => {
                noted.push((party.clone(), allowed.clone()));
                allowed
            }
        }
    }

    /// From now on the package must be required by something; whether that is news.
    pub(crate) fn require_support(&mut self, id: PackageId) -> bool {
        !std::mem::replace(&mut self.package_mut(id).unsupported, true)
    }

    pub(crate) fn needs_support(&self, id: PackageId) -> bool {
        self.package(id).unsupported
    }

    pub(crate) fn noted_requirements(&self, id: PackageId) -> &[(Party, Bits)] {
        &self.package(id).noted
    }

    /// A version of a table as it is asked for.
    pub(crate) fn pick(&self, id: PackageId, entry: &Entry<'_>) -> Pick {
        Pick { name: self.name(id).clone(), version: entry.version.clone(), source: entry.source.clone() }
    }
}

impl Package {
    fn indexed_table(&self, wishes: &Wishes) -> Result<Table, Vec<Need>> {
        if let Some(Ok(candidates)) = &self.index
            && self.urls.is_empty()
            && wishes.installed(&self.name).is_none()
            && !wishes.scope.is_many()
        {
            return Ok(Table::answered(candidates));
        }
        let mut needs = Vec::new();
        let mut entries = Vec::new();
        let mut missing = None;
        for url in &self.urls {
            match self.directs.get(url) {
                None => needs.push(direct_need(&self.name, url)),
                Some(Ok(candidate)) => entries.push(direct_entry(candidate, url)),
                Some(Err(unavailable)) => missing = Some(&unavailable.reason),
            }
        }
        match &self.index {
            None => needs.push(Need::Candidates(self.name.clone())),
            Some(Ok(candidates)) => entries.extend(indexed_entries(candidates, wishes)),
            Some(Err(unavailable)) => missing = Some(&unavailable.reason),
        }
        if !needs.is_empty() {
            return Err(needs);
        }
        if let Some(version) = wishes.installed(&self.name) {
            entries.retain(|entry| entry.version != *version || matches!(entry.source, Source::Url(_)));
            entries.push(installed_entry(version));
        }
        match missing {
            Some(reason) if entries.is_empty() => Ok(Table::missing(reason)),
            _ => Ok(Table::new(entries)),
        }
    }
}

/// The entries of an index page.
fn indexed_entries<'a>(candidates: &'a [Candidate], wishes: &'a Wishes) -> impl Iterator<Item = Row> + 'a {
    let mut known: Vec<(&str, Option<Parts>, bool)> = Vec::new();
    candidates.iter().map(move |candidate| {
        let mut availability = candidate.availability.clone();
        let mut parts = None;
        if let Availability::NeedsPython { requires_python } = &candidate.availability {
            let text = requires_python.as_str();
            let place = known.iter().position(|(of, ..)| *of == text).unwrap_or_else(|| {
                let (parts, fits) = judge_python(text, wishes);
                known.push((text, parts.map(Rc::new), fits));
                known.len() - 1
            });
            parts = known[place].1.clone();
            if known[place].2 {
                availability = Availability::Usable;
            }
        }
        let version = candidate.version.clone();
        Row { version, availability, source: Source::Candidate(candidate.id), parts }
    })
}

/// What a Requires-Python means here that excludes some Python of a universal resolution: the environments which it
/// parts, and whether it fits all of them after all.
fn judge_python(requires_python: &str, wishes: &Wishes) -> (Option<[MarkerSet; 2]>, bool) {
    if !wishes.scope.is_many() {
        return (None, false);
    }
    match SpecifierSet::parse(requires_python) {
        Ok(specifiers) if wishes.python_allows(&specifiers) => (None, true),
        Ok(specifiers) => (wishes.scope.split_by_python(&specifiers), false),
        Err(_) => (None, false),
    }
}

fn installed_entry(version: &Version) -> Row {
    let (version, availability) = (version.clone(), Availability::Usable);
    Row { version, availability, source: Source::Installed, parts: None }
}

fn direct_entry(candidate: &Candidate, url: &str) -> Row {
    Row {
        version: candidate.version.clone(),
        availability: candidate.availability.clone(),
        source: Source::Url(url.to_owned()),
        parts: None,
    }
}

fn direct_need(name: &PackageName, url: &str) -> Need {
    Need::Direct { name: name.clone(), url: url.to_owned() }
}
