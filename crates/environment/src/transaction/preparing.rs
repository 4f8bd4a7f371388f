//! Everything up to the moment of decision: staging, bytecode, RECORDs, and the list of renames.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use store::StoredWheel;

use super::area::Areas;
use super::bytecode::{self, Module};
use super::finishing::{Finishing, final_folder, write_new};
use super::journal::{Journal, Step};
use super::placing::Placing;
use super::staging::{self, Destination, StagedTree, Staging};
use super::{Change, Collision, Collisions, InstallError, InstallPolicy, Report, in_parallel, io_error};
use crate::installed::{Format, InstalledDistribution};
use crate::link::Linker;
use crate::removal::Removal;
use crate::site::{Environment, Scheme};
use crate::venv::relative;

/// A change that is being prepared.
pub(super) struct Attempt<'a> {
    pub(super) environment: &'a Environment,
    pub(super) scheme: Scheme,
    pub(super) change: &'a Change,
    pub(super) policy: &'a InstallPolicy,
    pub(super) removal: &'a Removal,
    pub(super) cancelled: &'a AtomicBool,
}

impl Attempt<'_> {
    /// Everything up to the decision.
    pub(super) fn prepare(&self, areas: &mut Areas) -> Result<(Journal, Report), InstallError> {
        let trees = self.trees(areas)?;
        let wheels: Vec<StoredWheel> = self.change.install.iter().map(|one| one.wheel.clone()).collect();
        let linkers = self.linkers(areas);
        let staging =
            Staging { wheels: &wheels, linkers: &linkers, trees: &trees, cancelled: self.cancelled };
        staging.run(crate::thread_count())?;
        let bytecode = self.compile(&trees)?;
        let programs = self.finish(&trees, &bytecode)?;
        let mut placing = Placing::new(self.removal, areas);
        placing.remove()?;
        for (pth, text) in &self.removal.rewritten {
            let staged = placing.areas.fresh(pth).map_err(io_error(pth))?;
            write_new(&staged, text.as_bytes())?;
            let trash = placing.areas.fresh(pth).map_err(io_error(pth))?;
            placing.steps.push(Step::Remove { path: pth.clone(), trash });
            placing.steps.push(Step::Add { staged, path: pth.clone() });
        }
        for tree in &trees {
            let name = self.change.install[tree.wheel].header_name();
            placing.place(&tree.folder, &final_folder(&self.scheme, tree.destination, &name))?;
        }
        let Placing { steps, collisions, overwritten, .. } = placing;
        self.check_collisions(&collisions, &overwritten)?;
        let journal = Journal { steps, gone: self.gone(), come: self.come(&trees), scratch: areas.folders() };
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(InstallError::Cancelled);
        }
        Ok((journal, Report { programs, collisions, overwritten, refused: self.removal.refused.clone() }))
    }

    fn check_collisions(
        &self,
        collisions: &[Collision],
        overwritten: &[PathBuf],
    ) -> Result<(), InstallError> {
        if self.policy.collisions == Collisions::Overwrite {
            return Ok(());
        }
        let paths: Vec<PathBuf> =
            collisions.iter().map(|one| one.path.clone()).chain(overwritten.iter().cloned()).collect();
        if paths.is_empty() { Ok(()) } else { Err(InstallError::Collides { paths }) }
    }

    /// Where each part of each wheel is staged.
    fn trees(&self, areas: &mut Areas) -> Result<Vec<StagedTree>, InstallError> {
        let mut trees = Vec::new();
        for (wheel, installation) in self.change.install.iter().enumerate() {
            let manifest = installation.wheel.manifest();
            let library =
                if manifest.root_is_purelib() { Destination::Purelib } else { Destination::Platlib };
            let mut others: Vec<Destination> = Vec::new();
            for data in manifest.data_files() {
                let Some(destination) = Destination::named(data.scheme()) else {
                    let wheel = manifest.filename().to_owned();
                    return Err(InstallError::UnknownScheme { wheel, path: data.file().path().to_owned() });
                };
                others.push(destination);
            }
            if manifest.scripts().len() > 0 {
                others.push(Destination::Scripts);
            }
            others.sort();
            others.dedup();
            let parts = [(library, true)].into_iter().chain(others.into_iter().map(|other| (other, false)));
            for (destination, is_library) in parts {
                let target = final_folder(&self.scheme, destination, &installation.header_name());
                let folder = areas.fresh(&target).map_err(io_error(&target))?;
                let area = areas.folders().iter().position(|area| folder.parent() == Some(area)).unwrap_or(0);
                trees.push(StagedTree { wheel, destination, is_library, folder, area });
            }
        }
        Ok(trees)
    }

    /// One for each scratch folder: what a file system can is found out once.
    fn linkers(&self, areas: &Areas) -> Vec<(PathBuf, Linker)> {
        let linker = || Linker::new(self.policy.link_mode, self.policy.umask);
        areas.folders().into_iter().map(|folder| (folder, linker())).collect()
    }

    /// Writes what belongs to the environment, each wheel by itself, on all threads.
    fn finish(
        &self,
        trees: &[StagedTree],
        bytecode: &[Vec<String>],
    ) -> Result<Vec<Vec<String>>, InstallError> {
        let (major, minor, _) = self.environment.interpreter().version();
        let one = |index: usize| {
            let finishing = Finishing {
                installation: &self.change.install[index],
                policy: self.policy,
                scheme: &self.scheme,
                trees: trees.iter().filter(|tree| tree.wheel == index).collect(),
                version: (major, minor),
                bytecode: &bytecode[index],
            };
            finishing.run()
        };
        in_parallel(self.change.install.len(), one).into_iter().collect()
    }

    /// Compiles the staged modules; the recorded paths of each wheel's bytecode.
    fn compile(&self, trees: &[StagedTree]) -> Result<Vec<Vec<String>>, InstallError> {
        let mut compiled = vec![Vec::new(); self.change.install.len()];
        let tag = self.environment.interpreter().facts().cache_tag.as_deref();
        if let (Some(workers), Some(tag)) = (self.policy.bytecode, tag) {
            let modules: Vec<Module> = trees.iter().flat_map(|tree| self.modules(tree, tag)).collect();
            let python = self.environment.interpreter().executable();
            let done = bytecode::compile(&modules, python, workers, self.cancelled)?;
            for (module, _) in modules.into_iter().zip(done).filter(|(_, done)| *done) {
                compiled[module.wheel].push(module.recorded);
            }
        }
        Ok(compiled)
    }

    fn modules(&self, tree: &StagedTree, tag: &str) -> Vec<Module> {
        let installation = &self.change.install[tree.wheel];
        let manifest = installation.wheel.manifest();
        let folder = |destination| final_folder(&self.scheme, destination, &installation.header_name());
        let target = folder(tree.destination);
        let library = if manifest.root_is_purelib() { Destination::Purelib } else { Destination::Platlib };
        let to_target = relative(&folder(library), &target);
        let module = |path: &str| {
            let seen = if to_target.is_empty() { path.to_owned() } else { format!("{to_target}/{path}") };
            let recorded = bytecode::cache_path(&seen, tag)?;
            let (staged, path) = (tree.folder.join(path), target.join(path));
            Some(Module { wheel: tree.wheel, staged, path, recorded })
        };
        if tree.is_library {
            manifest.files().filter_map(|file| module(file.path())).collect()
        } else {
            staging::data_files_of(&installation.wheel, tree.destination)
                .filter_map(|data| module(data.path()))
                .collect()
        }
    }

    fn gone(&self) -> Vec<PathBuf> {
        let of = |one: &InstalledDistribution| match one.format() {
            Format::EggLink => one.location().to_owned(),
            _ => one.info().to_owned(),
        };
        self.removal.distributions.iter().map(of).collect()
    }

    fn come(&self, trees: &[StagedTree]) -> Vec<(PathBuf, PathBuf)> {
        let of = |tree: &StagedTree| {
            let manifest = self.change.install[tree.wheel].wheel.manifest();
            let folder = match tree.destination {
                Destination::Platlib => &self.environment.scheme().platlib,
                _ => &self.environment.scheme().purelib,
            };
            (folder.join(manifest.dist_info()), tree.folder.join(manifest.dist_info()))
        };
        trees.iter().filter(|tree| tree.is_library).map(of).collect()
    }
}
