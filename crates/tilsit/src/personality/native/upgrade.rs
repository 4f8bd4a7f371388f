//! `tilsit upgrade`

use std::collections::BTreeSet;

use environment::plan::Others;
use environment::{Installed, InstalledDistribution};
use packaging::{PackageName, Requirement};
use resolver::Upgrade;

use super::install::{Consent, Order};
use super::listener::Shown;
use super::{Ended, Session, diagnosis};
use crate::cli::native as flags;
use crate::ops::own_pip;
use crate::ops::wanted::{Recorded, Sources};
use crate::output::Diagnostic;

impl Session<'_> {
    pub(super) fn upgrade(&self) -> Ended {
        let store = self.working_store()?;
        let shown = Shown::new(self.terminal);
        let environment = self.place_to_read(&store)?;
        self.refuse_managed(&environment)?;
        let installed = environment.installed().map_err(|error| diagnosis::read(&error))?;
        let names = self.to_upgrade(&installed, &own_pip::held(&environment))?;
        let target = self.target(environment.interpreter())?;
        let sources = Sources { words: Vec::new(), ..self.sources() };
        let mut wanted = self.wanted(&sources, environment.interpreter(), &store)?;
        wanted.recorded = Recorded::Unchanged;
        wanted.requirements =
            names.iter().filter_map(|name| Requirement::parse(name.as_str()).ok()).collect();
        let mut resolve = self.resolve_policy(&mut wanted)?;
        resolve.upgrade = Upgrade::Packages(names);
        let order = Order { environment: &environment, target, wanted, resolve, others: Others::Keep };
        let consent = if self.parsed.is_on(&flags::YES) { Consent::Given } else { Consent::Wanted };
        self.carry_out(order, &store, shown, consent)
    }

    /// The packages named, or all that an index can have newer ones of.
    fn to_upgrade(
        &self,
        installed: &Installed,
        kept: &BTreeSet<PackageName>,
    ) -> Result<BTreeSet<PackageName>, Box<Diagnostic>> {
        if self.parsed.is_on(&flags::ALL) {
            let comes_from_an_index = |one: &&InstalledDistribution| {
                !kept.contains(one.name()) && one.direct_url().is_none() && one.editable_location().is_none()
            };
            return Ok(installed.iter().filter(comes_from_an_index).map(|one| one.name().clone()).collect());
        }
        let mut names = BTreeSet::new();
        let mut missing = Vec::new();
        for word in &self.parsed.arguments {
            let name = PackageName::new(word).map_err(|_| diagnosis::not_a_name(word))?;
            match installed.get(&name) {
                Some(_) => drop(names.insert(name)),
                None => missing.push(word.as_str()),
            }
        }
        match (missing.is_empty(), names.is_empty()) {
            (false, _) => Err(Box::new(diagnosis::not_installed(&missing))),
            (true, true) => Err(Box::new(diagnosis::nothing_to_upgrade())),
            (true, false) => Ok(names),
        }
    }
}
