//! `tilsit venv`

use environment::{Existing, VenvPolicy, create};

use super::{Ended, Session, diagnosis};
use crate::cli::native as flags;
use crate::ops::python;

impl Session<'_> {
    pub(super) fn venv(&self) -> Ended {
        let store = self.store()?;
        let request = self.parsed.text(&flags::PYTHON);
        let base = python::base(self.process, &store, request).map_err(|error| diagnosis::python(&error))?;
        let folder = self.parsed.arguments.first().map_or(".venv", String::as_str);
        let policy = VenvPolicy {
            prompt: self.parsed.text(&flags::PROMPT).map(str::to_owned),
            system_site_packages: self.parsed.is_on(&flags::SYSTEM_SITE_PACKAGES),
            existing: if self.parsed.is_on(&flags::CLEAR) { Existing::Clear } else { Existing::Refuse },
            pip: (!self.parsed.is_on(&flags::WITHOUT_PIP)).then(python::binary).flatten(),
            ..VenvPolicy::default()
        };
        let made = create(&self.process.absolute(folder), &base, &policy)
            .map_err(|error| diagnosis::venv(&error))?;
        let (major, minor, patch) = made.version();
        self.terminal.info(&format!(
            "Made {folder} with Python {major}.{minor}.{patch} ({})",
            base.executable().display()
        ));
        self.terminal.info(&format!("Activate it with: source {folder}/bin/activate"));
        Ok(0)
    }
}
