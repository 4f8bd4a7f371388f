//! Who needs whom among installed packages, as values that outlive the reading.

use environment::dependencies::Dependencies;
use environment::{Environment, Installed, Interpreter, ReadError};
use packaging::{MarkerEnvironment, PackageName, Requirement};
use std::collections::BTreeSet;
use std::mem::ManuallyDrop;

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
    /// Whether a change has to do with it: the package came, or needs something that came.
    pub is_affected: bool,
}

/// The installed packages with what they need.
pub struct Graph {
    /// What is installed.
    pub installed: Installed,
    /// What each needs. Given back with the process: it is many small pieces.
    pub dependencies: ManuallyDrop<Dependencies>,
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
        let dependencies = ManuallyDrop::new(Dependencies::read(&installed));
        Self { installed, dependencies, markers: interpreter.marker_environment() }
    }

    /// The same after a change; `coming` has come.
    pub fn misfits_after(&self, coming: &BTreeSet<PackageName>) -> Vec<Misfit> {
        let mut affected = coming.clone();
        for package in self.installed.iter() {
            let needs = self.dependencies.get(package.name()).map(|one| one.requirements.as_slice());
            if needs.unwrap_or_default().iter().any(|requirement| affected.contains(&requirement.name)) {
                affected.insert(package.name().clone());
            }
        }
        let is_affected = |name: &str| PackageName::new(name).is_ok_and(|name| affected.contains(&name));
        let mut misfits = self.misfits();
        for misfit in &mut misfits {
            misfit.is_affected = is_affected(&misfit.name);
        }
        misfits
    }

    /// What does not fit, in the order of names.
    pub fn misfits(&self) -> Vec<Misfit> {
        let problems = self.dependencies.problems(&self.markers);
        let misfits = problems.into_iter().map(|problem| Misfit {
            name: problem.package.raw_name.clone(),
            version: problem.package.version_text.clone(),
            requirement: problem.requirement.clone(),
            found: problem.found.map(|found| (found.raw_name.clone(), found.version_text.clone())),
            is_affected: true,
        });
        misfits.collect()
    }
}
