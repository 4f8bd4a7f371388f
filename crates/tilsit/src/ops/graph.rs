//! Who needs whom among installed packages, as values that outlive the reading.

use environment::dependencies::Dependencies;
use environment::{Environment, Installed, Interpreter, ReadError};
use packaging::{MarkerEnvironment, Requirement};

/// Something that does not fit among what is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Who needs something, as its author writes it.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it needs.
    pub requirement: Requirement,
    /// Name and version of that which is installed; `None` when it is missing.
    pub found: Option<(String, String)>,
}

/// The installed packages with what they need.
pub struct Graph {
    /// What is installed.
    pub installed: Installed,
    /// What each needs.
    pub dependencies: Dependencies,
    /// For which markers.
    pub markers: MarkerEnvironment,
}

impl Graph {
    /// Reads an environment.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn read(environment: &Environment) -> Result<Self, ReadError> {
        Ok(Self::of(environment.installed()?, environment.interpreter()))
    }

    /// Reads what is installed for this interpreter.
    pub fn of(installed: Installed, interpreter: &Interpreter) -> Self {
        let dependencies = Dependencies::read(&installed);
        Self { installed, dependencies, markers: interpreter.marker_environment() }
    }

    /// What does not fit, in the order of names.
    pub fn misfits(&self) -> Vec<Misfit> {
        let problems = self.dependencies.problems(&self.markers);
        let misfits = problems.into_iter().map(|problem| Misfit {
            name: problem.package.raw_name.clone(),
            version: problem.package.version_text.clone(),
            requirement: problem.requirement.clone(),
            found: problem.found.map(|found| (found.raw_name.clone(), found.version_text.clone())),
        });
        misfits.collect()
    }
}
