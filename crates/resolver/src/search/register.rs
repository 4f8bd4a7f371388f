//! Variables: the user, packages, extras and conditions.

use super::{Premise, Search, gallop::Gallop, gates::OpenGate};
use crate::facts::{Facts, PackageId};
use crate::request::PrereleaseMode;
use crate::solver::{Bits, SetId, Var};
use crate::table::Table;
use crate::wishes::{Asked, Wishes};
use packaging::candidate::Availability;
use packaging::{Extra, PackageName, RequirementSource};
use rustc_hash::FxHashMap;
use std::mem::{Discriminant, discriminant};
use std::rc::Rc;

/// After so many versions of a package were tried, the next ones are asked for at once.
const TRIED: u32 = 3;

/// More reasons for which versions of a package cannot be used are not told apart: nobody reads them, and a page can hold
/// as many as it has versions.
const MOST_REASONS: usize = 64;

/// A variable of the solver and what it stands for.
pub(crate) struct Variable {
    pub(crate) kind: Kind,
}

/// What a variable stands for.
pub(crate) enum Kind {
    /// The user's own requirements.
    Root,
    /// A package; its states are its versions.
    Package(PackageVar),
    /// An extra of a package is wanted or not.
    Extra { base: Var, extra: Extra },
    /// Something holds or not.
    Condition,
}

/// What is known of the variable of a package.
pub(crate) struct PackageVar {
    pub(crate) id: PackageId,
    pub(crate) name: PackageName,
    pub(crate) table: Rc<Table>,
    /// Some requirement pins it with `==`.
    pub(crate) pinned: bool,
    /// It comes from a URL that the user names.
    pub(crate) direct: bool,
    /// Its place in the order of discovery; the greatest number until then.
    pub(crate) discovered: u32,
    pub(crate) gates: Vec<OpenGate>,
    pub(crate) gated: bool,
    /// How many versions have been tried.
    pub(crate) tried: u32,
    /// When so many have been tried, the next ones are asked for at once.
    pub(crate) batch_at: u32,
    /// For which domain metadata has been asked ahead.
    pub(crate) hinted: Option<SetId>,
    pub(crate) special: bool,
    pub(crate) gallop: Gallop,
}

impl Variable {
    pub(crate) fn root() -> Self {
        Self { kind: Kind::Root }
    }

    pub(crate) fn package(&self) -> Option<&PackageVar> {
        match &self.kind {
            Kind::Package(package) => Some(package),
            _ => None,
        }
    }

    pub(crate) fn package_mut(&mut self) -> Option<&mut PackageVar> {
        match &mut self.kind {
            Kind::Package(package) => Some(package),
            _ => None,
        }
    }
}

impl Search {
    pub(super) fn add_variable(&mut self, states: u32, kind: Kind) -> Var {
        self.variables.push(Variable { kind });
        self.solver.add_var(states)
    }

    /// The variable of a package, made with the facts that hold whoever requires it.
    pub(super) fn register(
        &mut self,
        id: PackageId,
        table: &Rc<Table>,
        facts: &Facts,
        wishes: &Wishes,
    ) -> Var {
        if let Some(var) = self.packages.get(&id).copied() {
            let same = self.table(var).is_some_and(|known| Rc::ptr_eq(known, table));
            self.restart |= !same;
            return var;
        }
        let package = PackageVar {
            id,
            name: facts.name(id).clone(),
            table: Rc::clone(table),
            pinned: false,
            direct: wishes.url(facts.name(id)).is_some(),
            discovered: u32::MAX,
            gates: Vec::new(),
            gated: false,
            tried: 0,
            batch_at: TRIED,
            hinted: None,
            special: false,
            gallop: Gallop::default(),
        };
        let var = self.add_variable(table.states(), Kind::Package(package));
        self.packages.insert(id, var);
        if wishes.url(facts.name(id)).is_some() {
            self.mark_special(var);
        }
        if table.provisional {
            self.provisional.push(var);
        }
        self.exclude_unusable(var, table);
        self.apply_constraints(var, wishes.constraints(facts.name(id)), wishes);
        if wishes.prereleases(facts.name(id)) == PrereleaseMode::Disallow && !table.provisional {
            let term = self.term(var, table.prereleases.clone());
            self.add(&[term], Premise::PrereleasesOff { package: var });
        }
        self.ungated.push(var);
        var
    }

    /// The package may have to be decided before others.
    pub(super) fn mark_special(&mut self, var: Var) {
        if let Some(package) = self.variables[var.index()].package_mut()
            && !std::mem::replace(&mut package.special, true)
        {
            self.special.push(var);
        }
    }

    /// One incompatibility per reason for which versions cannot be used, and one for all reasons after so many.
    fn exclude_unusable(&mut self, var: Var, table: &Table) {
        let mut places: FxHashMap<(Discriminant<Availability>, &str), usize> = FxHashMap::default();
        let mut groups: Vec<Vec<u32>> = Vec::new();
        for state in table.unusable.iter() {
            let availability = table.entry(state).availability;
            let next = groups.len().min(MOST_REASONS);
            let place = *places.entry((discriminant(availability), reason(availability))).or_insert(next);
            if place == groups.len() {
                groups.push(Vec::new());
            }
            groups[place].push(state);
        }
        for group in groups {
            let term = self.term(var, Bits::from_states(table.states(), group));
            self.add(&[term], Premise::Unusable { package: var });
        }
    }

    fn apply_constraints(&mut self, var: Var, constraints: &[Asked], wishes: &Wishes) {
        for asked in constraints {
            let Some(table) = self.table(var).cloned() else { continue };
            let allowed = allowed(&table, asked, wishes);
            let term = self.term(var, table.all().minus(&allowed));
            self.add(&[term], Premise::Constrains { target: var, asked: asked.clone() });
        }
    }

    /// The variable of an extra of a package.
    pub(super) fn extra_var(&mut self, base: Var, extra: &Extra) -> Var {
        if let Some(var) = self.extras.get(&(base, extra.clone())) {
            return *var;
        }
        let var = self.add_variable(2, Kind::Extra { base, extra: extra.clone() });
        self.extras.insert((base, extra.clone()), var);
        self.extra_vars.push((base, var));
        var
    }
}

/// The versions that a requirement allows.
pub(super) fn allowed(table: &Table, asked: &Asked, wishes: &Wishes) -> Rc<Bits> {
    let requirement = asked.requirement();
    match &requirement.source {
        RequirementSource::Specifiers(specifiers) => table.allowed(specifiers),
        RequirementSource::Url(url) => match wishes.url(&requirement.name) {
            Some(wanted) if same_url(wanted, url) => Rc::new(table.all()),
            Some(_) => Rc::new(Bits::empty(table.states())),
            None => Rc::new(table.direct_from(url)),
        },
    }
}

/// Whether two URLs give the same files: all but the part of the fragment that names the project.
pub(super) fn same_url(a: &str, b: &str) -> bool {
    let parts = |url: &str| {
        let (address, fragment) = url.split_once('#').unwrap_or((url, ""));
        let mut kept: Vec<String> =
            fragment.split('&').filter(|part| part.starts_with("subdirectory=")).map(str::to_owned).collect();
        kept.sort();
        (address.trim_end_matches('/').to_owned(), kept)
    };
    parts(a) == parts(b)
}

/// What tells apart versions that cannot be used in the same way.
fn reason(availability: &Availability) -> &str {
    match availability {
        Availability::NeedsPython { requires_python } => requires_python,
        Availability::Excluded { reason } => reason,
        Availability::Usable | Availability::Yanked { .. } | Availability::NoCompatibleFile { .. } => "",
    }
}
