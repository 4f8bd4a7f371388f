//! From flags to how sources are obtained and built.

use builder::ConfigSettings;
use environment::{Environment, Interpreter};
use index::vcs::VcsPolicy;
use resolver::RuleSet;
use store::Store;

use super::Session;
use crate::cli::native as flags;
use crate::ops::build::BuildPolicy;
use crate::ops::candidates::Selection;
use crate::ops::interrupt;
use crate::ops::sources::SourcePolicy;
use crate::ops::wanted::{Sources, Wanted};
use crate::output::Diagnostic;

/// For whom sources are built.
pub struct Site<'a> {
    /// The environment that is changed, if one is.
    pub environment: Option<&'a Environment>,
    /// The interpreter that is built for.
    pub interpreter: &'a Interpreter,
    /// The store.
    pub store: &'a Store,
}

impl Session<'_> {
    /// How sources are built and obtained.
    pub fn building(
        &self,
        wanted: &Wanted,
        site: &Site<'_>,
        selection: &Selection,
    ) -> Result<(BuildPolicy, SourcePolicy), Box<Diagnostic>> {
        let own_settings = wanted.settings.iter().map(|(key, values)| {
            let mut settings = ConfigSettings::default();
            values.iter().for_each(|(name, value)| settings.add(name, value));
            (key.clone(), settings)
        });
        let sources = SourcePolicy {
            vcs: VcsPolicy {
                environment: self.process.env.clone().into_iter().collect(),
                offline: self.parsed.is_on(&flags::OFFLINE),
                whole: false,
                interrupted: Some(interrupt::flag()),
            },
            editables: wanted.editables.clone(),
            names: wanted.names.clone(),
            settings: self.config_settings(),
            own_settings: own_settings.collect(),
            checkouts: site.environment.map(|one| one.interpreter().prefix().join("src")),
            believes_project: true,
            ..SourcePolicy::default()
        };
        Ok((self.build_policy(site, selection)?, sources))
    }

    /// How sources are built: confined, unless somebody says otherwise.
    pub fn build_policy(
        &self,
        site: &Site<'_>,
        selection: &Selection,
    ) -> Result<BuildPolicy, Box<Diagnostic>> {
        let says_no = |flag| self.parsed.switch(flag).is_some_and(|switch| !switch.value);
        Ok(BuildPolicy {
            rules: RuleSet::Native,
            formats: selection.formats.clone(),
            merge_indexes: selection.merge_indexes,
            shared: says_no(&flags::NO_BUILD_ISOLATION),
            constraints: self.build_constraints(site)?,
            check_dependencies: self.parsed.is_on(&flags::CHECK_BUILD_DEPENDENCIES),
            hooks_only: self.parsed.is_on(&flags::FORCE_PEP517),
            never: self.parsed.text(&flags::BUILD) == Some("never"),
            trusted: says_no(&flags::SANDBOX),
            network: self.parsed.is_on(&flags::ALLOW_NETWORK),
            keeps_log: true,
            ..BuildPolicy::default()
        })
    }

    fn build_constraints(&self, site: &Site<'_>) -> Result<Vec<packaging::Requirement>, Box<Diagnostic>> {
        let files = self.parsed.values(&flags::BUILD_CONSTRAINT);
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let constraints = files.into_iter().map(str::to_owned).collect();
        let limits = Sources { constraints, ..Sources::default() };
        Ok(self.wanted(&limits, site.interpreter, site.store)?.constraints)
    }

    /// `--config-setting`
    pub fn config_settings(&self) -> ConfigSettings {
        ConfigSettings::from_words(self.parsed.values(&flags::CONFIG_SETTING))
    }
}
