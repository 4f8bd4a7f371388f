//! From staged trees to renames: a folder that nobody else has goes into place whole, otherwise its
//! entries do, and so on down.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::area::Areas;
use super::journal::Step;
use super::{Collision, InstallError};
use crate::removal::Removal;

/// What is at a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Folder,
    File,
    /// A file put there by this change.
    Ours,
}

type Listing = HashMap<OsString, Kind>;

/// Collects the steps of one change.
pub(crate) struct Placing<'a> {
    pub(crate) removal: &'a Removal,
    pub(crate) areas: &'a mut Areas,
    pub(crate) steps: Vec<Step>,
    /// Files that more than one wheel brings; the later one stays.
    pub(crate) collisions: Vec<Collision>,
    /// Files of unknown origin that were in the way.
    pub(crate) overwritten: Vec<PathBuf>,
    listings: HashMap<PathBuf, Listing>,
    /// Where folders that were placed whole are until the steps are carried out.
    placed: Vec<(PathBuf, PathBuf)>,
}

fn io_error(path: &Path) -> impl FnOnce(std::io::Error) -> InstallError + '_ {
    move |source| InstallError::Io { path: path.to_owned(), source }
}

impl<'a> Placing<'a> {
    pub(crate) fn new(removal: &'a Removal, areas: &'a mut Areas) -> Placing<'a> {
        Placing {
            removal,
            areas,
            steps: Vec::new(),
            collisions: Vec::new(),
            overwritten: Vec::new(),
            listings: HashMap::new(),
            placed: Vec::new(),
        }
    }

    /// Takes old things away.
    pub(crate) fn remove(&mut self) -> Result<(), InstallError> {
        for path in &self.removal.taken {
            let trash = self.areas.fresh(path).map_err(io_error(path))?;
            self.steps.push(Step::Remove { path: path.clone(), trash });
        }
        Ok(())
    }

    /// Puts the entries of the staged folder into `target`, which is made if need be.
    pub(crate) fn place(&mut self, staged: &Path, target: &Path) -> Result<(), InstallError> {
        self.make(target)?;
        for (name, kind) in listing_of(staged)? {
            let (from, to) = (staged.join(&name), target.join(&name));
            match (self.at(target, &name)?, kind) {
                (None, _) => {
                    self.put(target, name, kind);
                    if kind == Kind::Folder {
                        self.placed.push((to.clone(), from.clone()));
                    }
                    self.steps.push(Step::Add { staged: from, path: to });
                }
                (Some(Kind::Folder), Kind::Folder) => self.place(&from, &to)?,
                (Some(Kind::Folder), _) | (Some(_), Kind::Folder) => {
                    return Err(InstallError::InTheWay { path: to, is_folder: kind != Kind::Folder });
                }
                (Some(Kind::Ours), _) => {
                    self.collisions.push(Collision { path: to.clone() });
                    self.steps.push(Step::Add { staged: from, path: to });
                }
                (Some(Kind::File), _) => {
                    let trash = self.areas.fresh(&to).map_err(io_error(&to))?;
                    self.overwritten.push(to.clone());
                    self.put(target, name, Kind::File);
                    self.steps.push(Step::Remove { path: to.clone(), trash });
                    self.steps.push(Step::Add { staged: from, path: to });
                }
            }
        }
        Ok(())
    }

    /// Makes the folders down to `target` that do not exist.
    fn make(&mut self, target: &Path) -> Result<(), InstallError> {
        let mut missing = Vec::new();
        for folder in target.ancestors() {
            let standing = self.listings.contains_key(folder)
                || self.placed.iter().any(|(placed, _)| folder.starts_with(placed));
            let removed = self.removal.takes(folder);
            if standing || (!removed && folder.is_dir()) {
                break;
            }
            missing.push(folder.to_owned());
        }
        for folder in missing.into_iter().rev() {
            self.listings.insert(folder.clone(), Listing::new());
            if let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) {
                self.put(parent, name.to_owned(), Kind::Folder);
            }
            self.steps.push(Step::Make { path: folder });
        }
        Ok(())
    }

    /// What is at `name` in `folder` when the steps so far are carried out.
    fn at(&mut self, folder: &Path, name: &OsStr) -> Result<Option<Kind>, InstallError> {
        if !self.listings.contains_key(folder) {
            let listing = self.read(folder)?;
            self.listings.insert(folder.to_owned(), listing);
        }
        Ok(self.listings.get(folder).and_then(|listing| listing.get(name)).copied())
    }

    fn put(&mut self, folder: &Path, name: OsString, kind: Kind) {
        let kind = if kind == Kind::File { Kind::Ours } else { kind };
        if let Some(listing) = self.listings.get_mut(folder) {
            listing.insert(name, kind);
        }
    }

    fn read(&self, folder: &Path) -> Result<Listing, InstallError> {
        // Of the folders placed whole the nearest one above holds the entries.
        let above = self.placed.iter().filter_map(|(placed, staged)| {
            Some((placed.as_os_str().len(), staged, folder.strip_prefix(placed).ok()?))
        });
        let whole = above.max_by_key(|(length, ..)| *length).map(|(_, staged, below)| (staged, below));
        if let Some((staged, below)) = whole {
            let listing = listing_of(&staged.join(below))?;
            let ours = |kind| if kind == Kind::File { Kind::Ours } else { kind };
            return Ok(listing.into_iter().map(|(name, kind)| (name, ours(kind))).collect());
        }
        let mut listing: Listing = listing_of(folder)?.into_iter().collect();
        if !self.removal.taken.is_empty() {
            listing.retain(|name, _| !self.removal.takes(&folder.join(name)));
        }
        Ok(listing)
    }
}

/// The entries of a folder, sorted; a link to a folder counts as one.
fn listing_of(folder: &Path) -> Result<Vec<(OsString, Kind)>, InstallError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io_error(folder)(error)),
    };
    let mut listing = Vec::new();
    for entry in entries {
        let entry = entry.map_err(io_error(folder))?;
        let kind = entry.file_type().map_err(io_error(folder))?;
        let is_folder = kind.is_dir() || (kind.is_symlink() && entry.path().is_dir());
        listing.push((entry.file_name(), if is_folder { Kind::Folder } else { Kind::File }));
    }
    listing.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(listing)
}
