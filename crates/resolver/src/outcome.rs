//! From a solved search to the pinned graph.

use crate::exchange::{Source, Warning};
use crate::facts::Facts;
use crate::search::Search;
use crate::solver::Var;
use crate::wishes::{Asked, Wishes};
use packaging::candidate::Availability;
use packaging::markers::MarkerSet;
use packaging::resolution::{DependencyEdge, PackageSource, Reason, ResolvedPackage};
use packaging::{Extra, Origin};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::sync::Arc;

/// A package in the graph of one part of the environments.
pub(crate) struct Placed {
    pub(crate) package: ResolvedPackage,
    /// Where something needs it.
    pub(crate) needed: MarkerSet,
    /// What it needs, and where.
    pub(crate) edges: Vec<(DependencyEdge, MarkerSet)>,
}

impl Placed {
    /// Adds an edge, to a known one where it leads to the same version.
    pub(crate) fn add_edge(&mut self, edge: DependencyEdge, when: MarkerSet) {
        let known =
            self.edges.iter_mut().find(|(known, _)| known.name == edge.name && known.version == edge.version);
        let Some((known, known_when)) = known else { return self.edges.push((edge, when)) };
        for extra in edge.extras {
            if !known.extras.contains(&extra) {
                known.extras.push(extra);
            }
        }
        *known_when = known_when.or(&when);
    }
}

/// A package or one of its extras, and where it is needed.
struct Node {
    var: Var,
    extra: Option<Extra>,
    needed: MarkerSet,
    /// What it requires: the nodes of the target, and the condition.
    requires: Vec<(Vec<usize>, MarkerSet)>,
}

/// The graph while it is walked from the user's requirements on, breadth first.
struct Walk<'a> {
    search: &'a Search,
    facts: &'a mut Facts,
    wishes: &'a Wishes,
    places: FxHashMap<Var, usize>,
    placed: Vec<Placed>,
    nodes: Vec<Node>,
    known: FxHashMap<(Var, Option<Extra>), usize>,
    warnings: Vec<Warning>,
}

/// The packages that are reachable from the user's requirements, and what there is to say about them.
pub(crate) fn read(search: &Search, facts: &mut Facts, wishes: &Wishes) -> (Vec<Placed>, Vec<Warning>) {
    let mut walk = Walk {
        search,
        facts,
        wishes,
        places: FxHashMap::default(),
        placed: Vec::new(),
        nodes: Vec::new(),
        known: FxHashMap::default(),
        warnings: Vec::new(),
    };
    let mut starts = Vec::new();
    for asked in wishes.roots.iter() {
        let origin = asked.requirement().origin.clone().unwrap_or_else(|| Arc::new(Origin::CommandLine));
        if let Some((_, nodes)) = walk.reach(asked, &origin) {
            starts
                .push((nodes, wishes.scope.condition(asked.requirement(), None).and(&wishes.scope.within())));
        }
    }
    let mut next = 0;
    while next < walk.nodes.len() {
        walk.expand(next);
        next += 1;
    }
    walk.spread(starts);
    (walk.placed, walk.warnings)
}

impl Walk<'_> {
    /// The edge to the package that `asked` names, and its nodes; notes who asked.
    fn reach(&mut self, asked: &Asked, origin: &Arc<Origin>) -> Option<(DependencyEdge, Vec<usize>)> {
        let requirement = asked.requirement();
        let id = self.facts.id(&requirement.name);
        let var = self.search.var_of(id)?;
        let place = match self.places.get(&var) {
            Some(place) => *place,
            None => self.enter(var)?,
        };
        let package = &mut self.placed[place].package;
        package.reasons.push(Reason { origin: Arc::clone(origin), requirement: requirement.to_string() });
        for extra in &requirement.extras {
            if !package.extras.contains(extra) {
                package.extras.push(extra.clone());
            }
        }
        let edge = DependencyEdge {
            name: package.name.clone(),
            extras: requirement.extras.clone(),
            version: package.version.clone(),
            marker: None,
        };
        let extras = requirement.extras.iter().cloned().map(Some);
        let nodes = std::iter::once(None).chain(extras).map(|extra| self.node(var, extra)).collect();
        Some((edge, nodes))
    }

    fn node(&mut self, var: Var, extra: Option<Extra>) -> usize {
        let next = self.nodes.len();
        let place = *self.known.entry((var, extra.clone())).or_insert(next);
        if place == next {
            self.nodes.push(Node { var, extra, needed: MarkerSet::never(), requires: Vec::new() });
        }
        place
    }

    fn enter(&mut self, var: Var) -> Option<usize> {
        let state = self.search.state(var)?;
        let entry = self.search.table(var)?.entry(state);
        let package = ResolvedPackage {
            name: self.search.package(var)?.name.clone(),
            version: entry.version.clone(),
            extras: Vec::new(),
            source: package_source(&entry.source),
            dependencies: Vec::new(),
            reasons: Vec::new(),
            marker: None,
        };
        if let Availability::Yanked { reason } = entry.availability {
            let (name, version) = (package.name.clone(), package.version.clone());
            self.warnings.push(Warning::Yanked { name, version, reason: reason.clone() });
        }
        self.placed.push(Placed { package, needed: MarkerSet::never(), edges: Vec::new() });
        let place = self.placed.len() - 1;
        self.places.insert(var, place);
        Some(place)
    }

    /// Follows what a package, or one of its extras, requires.
    fn expand(&mut self, node: usize) {
        let (var, extra) = (self.nodes[node].var, self.nodes[node].extra.clone());
        let (Some(package), Some(state)) = (self.search.package(var), self.search.state(var)) else { return };
        let entry = package.table.entry(state);
        if let Some(extra) = &extra {
            self.check_extra(var, extra);
        }
        if !self.wishes.follows_dependencies() {
            return;
        }
        let Some(place) = self.places.get(&var).copied() else { return };
        let origin = Arc::new(Origin::Package { name: package.name.clone(), version: entry.version.clone() });
        let asked = self.facts.in_force(package.id, &entry.source, extra.as_ref(), self.wishes);
        for one in asked.iter() {
            let Some((edge, nodes)) = self.reach(one, &origin) else { continue };
            let when = self.wishes.scope.condition(one.requirement(), extra.as_ref());
            self.placed[place].add_edge(edge, when.and(&self.wishes.scope.within()));
            self.nodes[node].requires.push((nodes, when));
        }
    }

    /// Warns of an extra that the chosen version does not have.
    fn check_extra(&mut self, var: Var, extra: &Extra) {
        let (Some(package), Some(state)) = (self.search.package(var), self.search.state(var)) else { return };
        let entry = package.table.entry(state);
        let Some(Ok(dependencies)) = self.facts.metadata(package.id, &entry.source) else { return };
        if !dependencies.provides_extras.contains(extra) {
            let (name, version, extra) = (package.name.clone(), entry.version.clone(), extra.clone());
            self.warnings.push(Warning::UnknownExtra { name, version, extra });
        }
    }

    /// Carries conditions along the edges until nothing changes.
    fn spread(&mut self, starts: Vec<(Vec<usize>, MarkerSet)>) {
        let mut todo: VecDeque<(usize, MarkerSet)> = VecDeque::new();
        for (nodes, when) in starts {
            todo.extend(nodes.into_iter().map(|node| (node, when.clone())));
        }
        while let Some((node, when)) = todo.pop_front() {
            let needed = self.nodes[node].needed.or(&when);
            if needed == self.nodes[node].needed {
                continue;
            }
            self.nodes[node].needed = needed.clone();
            for (targets, condition) in &self.nodes[node].requires {
                let when = needed.and(condition);
                todo.extend(targets.iter().map(|target| (*target, when.clone())));
            }
        }
        for node in &self.nodes {
            if let Some(place) = self.places.get(&node.var) {
                let placed = &mut self.placed[*place];
                placed.needed = placed.needed.or(&node.needed);
            }
        }
        self.placed.retain(|placed| !placed.needed.is_never());
    }
}

fn package_source(source: &Source) -> PackageSource {
    match source {
        Source::Candidate(id) => PackageSource::Candidate(*id),
        Source::Installed => PackageSource::Installed,
        Source::Url(url) => PackageSource::Url(url.clone()),
    }
}
