//! From a solved search to the pinned graph.

use crate::exchange::{Source, Warning};
use crate::facts::{Facts, PackageId};
use crate::search::Search;
use crate::solver::Var;
use crate::wishes::{Asked, Wishes};
use packaging::candidate::Availability;
use packaging::resolution::{DependencyEdge, PackageSource, Reason, Resolution, ResolvedPackage};
use packaging::{Extra, Origin};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::sync::Arc;

/// The graph while it is walked from the user's requirements on, breadth first.
struct Walk<'a> {
    search: &'a Search,
    facts: &'a mut Facts,
    wishes: &'a Wishes,
    places: FxHashMap<Var, usize>,
    packages: Vec<ResolvedPackage>,
    todo: VecDeque<(Var, Option<Extra>)>,
}

/// The packages that are reachable from the user's requirements, and what there is to say about them.
pub(crate) fn read(search: &Search, facts: &mut Facts, wishes: &Wishes) -> (Resolution, Vec<Warning>) {
    let mut walk = Walk {
        search,
        facts,
        wishes,
        places: FxHashMap::default(),
        packages: Vec::new(),
        todo: VecDeque::new(),
    };
    for asked in wishes.roots.iter() {
        let origin = asked.requirement().origin.clone().unwrap_or_else(|| Arc::new(Origin::CommandLine));
        walk.reach(asked, &origin);
    }
    let mut warnings = Vec::new();
    while let Some((var, extra)) = walk.todo.pop_front() {
        walk.expand(var, extra, &mut warnings);
    }
    let mut packages = walk.packages;
    for package in &mut packages {
        package.extras.sort();
        package.dependencies.sort_by(|a, b| a.name.cmp(&b.name));
    }
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    (Resolution { packages }, warnings)
}

impl Walk<'_> {
    /// The entry of the package that `asked` names, noting who asked.
    fn reach(&mut self, asked: &Asked, origin: &Arc<Origin>) -> Option<DependencyEdge> {
        let requirement = asked.requirement();
        let id = self.facts.id(&requirement.name);
        let var = self.search.var_of(id)?;
        let place = match self.places.get(&var) {
            Some(place) => *place,
            None => self.enter(var)?,
        };
        let package = &mut self.packages[place];
        package.reasons.push(Reason { origin: Arc::clone(origin), requirement: requirement.to_string() });
        for extra in &requirement.extras {
            if !package.extras.contains(extra) {
                package.extras.push(extra.clone());
                self.todo.push_back((var, Some(extra.clone())));
            }
        }
        Some(DependencyEdge {
            name: package.name.clone(),
            extras: requirement.extras.clone(),
            version: package.version.clone(),
            marker: None,
        })
    }

    fn enter(&mut self, var: Var) -> Option<usize> {
        let state = self.search.state(var)?;
        let entry = self.search.table(var)?.entry(state);
        self.packages.push(ResolvedPackage {
            name: self.search.package(var)?.name.clone(),
            version: entry.version.clone(),
            extras: Vec::new(),
            source: package_source(&entry.source),
            dependencies: Vec::new(),
            reasons: Vec::new(),
            marker: None,
        });
        let place = self.packages.len() - 1;
        self.places.insert(var, place);
        self.todo.push_back((var, None));
        Some(place)
    }

    /// Follows what a package, or one of its extras, requires.
    fn expand(&mut self, var: Var, extra: Option<Extra>, warnings: &mut Vec<Warning>) {
        let (Some(package), Some(state)) = (self.search.package(var), self.search.state(var)) else { return };
        let (id, entry) = (package.id, package.table.entry(state));
        match &extra {
            Some(extra) => warnings.extend(self.unknown_extra(var, id, extra)),
            None => {
                if let Availability::Yanked { reason } = &entry.availability {
                    let (name, version) = (package.name.clone(), entry.version.clone());
                    warnings.push(Warning::Yanked { name, version, reason: reason.clone() });
                }
            }
        }
        if !self.wishes.follows_dependencies() {
            return;
        }
        let origin = Arc::new(Origin::Package { name: package.name.clone(), version: entry.version.clone() });
        let asked = self.facts.in_force(id, &entry.source, extra.as_ref(), self.wishes);
        let Some(place) = self.places.get(&var).copied() else { return };
        for one in asked.iter() {
            let Some(edge) = self.reach(one, &origin) else { continue };
            let edges = &mut self.packages[place].dependencies;
            match edges.iter_mut().find(|known| known.name == edge.name) {
                Some(known) => {
                    let new = edge.extras.into_iter().filter(|extra| !known.extras.contains(extra));
                    let new: Vec<Extra> = new.collect();
                    known.extras.extend(new);
                }
                None => edges.push(edge),
            }
        }
    }

    fn unknown_extra(&self, var: Var, id: PackageId, extra: &Extra) -> Option<Warning> {
        let (package, state) = (self.search.package(var)?, self.search.state(var)?);
        let entry = package.table.entry(state);
        let dependencies = self.facts.metadata(id, &entry.source)?.as_ref().ok()?;
        let (name, version, extra) = (package.name.clone(), entry.version.clone(), extra.clone());
        let known = dependencies.provides_extras.contains(&extra);
        (!known).then_some(Warning::UnknownExtra { name, version, extra })
    }
}

fn package_source(source: &Source) -> PackageSource {
    match source {
        Source::Candidate(id) => PackageSource::Candidate(*id),
        Source::Installed => PackageSource::Installed,
        Source::Url(url) => PackageSource::Url(url.clone()),
    }
}
