//! What a build may do: Landlock rules for files, a filter for sockets.
//!
//! A build inside reads what its user may read. It writes only below its tree, its scratch folder and the folders it is
//! given; without network it opens no socket of any kind, so that neither a server nor a daemon of the same machine can
//! be asked for what is forbidden here. The rules hold for all that a build starts, and cannot be taken off.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, Scope,
};

use crate::session::BuildPlace;
use crate::sys;

/// The newest rules that are asked for; an older kernel keeps those that it knows.
const NEWEST: ABI = ABI::V6;

/// Devices that programs write to, and the memory that locks of Python's `multiprocessing` live in.
const DEVICES: [&str; 4] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/shm"];

/// Whether a build may reach others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// No sockets.
    Denied,
    /// As any program of the user.
    Allowed,
}

/// What a build may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sandbox {
    /// Whatever its user may.
    Off,
    /// Only what it needs.
    On {
        /// Folders it may write to, besides its tree and its scratch folder.
        writable: Vec<PathBuf>,
        /// Whether it may reach others.
        network: Network,
    },
}

/// What the running kernel does not forbid although it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// There is no Landlock: a build can write wherever its user can.
    Files,
    /// Files elsewhere cannot be written, but emptied (Landlock before ABI 3).
    Truncation,
}

impl Sandbox {
    /// Whether a build may do whatever its user may.
    #[must_use]
    pub fn is_off(&self) -> bool {
        matches!(self, Self::Off)
    }

    /// What the kernel lacks for the sandbox.
    #[must_use]
    pub fn lack() -> Option<Lack> {
        match sys::landlock_abi() {
            0 => Some(Lack::Files),
            1 | 2 => Some(Lack::Truncation),
            _ => None,
        }
    }

    /// Makes `command` put itself under the rules before it starts.
    pub(crate) fn apply(&self, command: &mut Command, tree: &Path, place: &BuildPlace) -> io::Result<()> {
        let Self::On { writable, network } = self else { return Ok(()) };
        let mut folders = vec![tree, place.scratch.as_path()];
        folders.extend(writable.iter().map(PathBuf::as_path));
        let rules = rules(&folders, *network).map_err(io::Error::other)?;
        sys::confine(command, rules, *network == Network::Denied);
        Ok(())
    }
}

fn rules(writable: &[&Path], network: Network) -> Result<RulesetCreated, RulesetError> {
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::BestEffort);
    let mut ruleset = ruleset.handle_access(AccessFs::from_all(NEWEST))?.scope(Scope::Signal)?;
    if network == Network::Denied {
        ruleset = ruleset.handle_access(AccessNet::from_all(NEWEST))?.scope(Scope::AbstractUnixSocket)?;
    }
    let mut rules = allow(ruleset.create()?, Path::new("/"), AccessFs::from_read(NEWEST))?;
    for folder in writable {
        rules = allow(rules, folder, AccessFs::from_all(NEWEST))?;
    }
    for device in DEVICES.map(Path::new) {
        let files = AccessFs::WriteFile | AccessFs::ReadFile | AccessFs::Truncate;
        let access = if device.is_dir() { AccessFs::from_all(NEWEST) } else { files };
        rules = allow(rules, device, access)?;
    }
    Ok(rules)
}

/// A folder that is not there needs no rule.
fn allow(
    rules: RulesetCreated,
    path: &Path,
    access: landlock::BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    match PathFd::new(path) {
        Ok(opened) => rules.add_rule(PathBeneath::new(opened, access)),
        Err(_) => Ok(rules),
    }
}
