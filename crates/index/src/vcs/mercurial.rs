//! Mercurial: one clone without files in the store for each repository, working copies cloned from it.

use std::path::Path;

use store::{Repository, Store};

use super::program::Programs;
use super::{Resolved, VcsError};

/// The commit that is meant; without a revision the newest of the default branch, as `hg update` takes it.
pub(super) fn resolve(programs: &Programs<'_>, store: &Store) -> Result<Resolved, VcsError> {
    let url = programs.url;
    let repository = store.repository(&format!("hg {}", url.repository))?;
    let known = url.commit().filter(|_| repository.exists());
    let found = match known {
        Some(commit) => node(programs, repository.path(), commit)?,
        None => None,
    };
    let commit = match found {
        Some(commit) => commit,
        None => asked(programs, store, &repository)?,
    };
    let immutable = url.commit() == Some(commit.as_str());
    Ok(Resolved { url: url.clone(), commit, immutable, clone: Some(repository.path().to_owned()) })
}

fn asked(programs: &Programs<'_>, store: &Store, repository: &Repository) -> Result<String, VcsError> {
    let url = programs.url;
    if programs.policy.offline && !repository.exists() {
        return Err(VcsError::Offline { url: url.shown() });
    }
    if !programs.policy.offline {
        renew(programs, store, repository)?;
    }
    let revision = url.revision.as_deref().unwrap_or("default");
    let commit = match node(programs, repository.path(), revision)? {
        None if url.revision.is_none() => node(programs, repository.path(), "tip")?,
        found => found,
    };
    commit.ok_or_else(|| VcsError::NoSuchRevision { url: url.shown(), revision: revision.to_owned() })
}

fn renew(programs: &Programs<'_>, store: &Store, repository: &Repository) -> Result<(), VcsError> {
    if repository.exists() {
        programs.text(Some(repository.path()), ["pull", "--quiet", "--", &programs.url.repository])?;
        return Ok(());
    }
    let scratch = store.scratch()?;
    programs.text(
        None,
        [
            "clone".as_ref(),
            "--noupdate".as_ref(),
            "--quiet".as_ref(),
            "--".as_ref(),
            programs.url.repository.as_ref(),
            scratch.path().as_os_str(),
        ],
    )?;
    Ok(repository.adopt(&scratch)?)
}

fn node(programs: &Programs<'_>, clone: &Path, revision: &str) -> Result<Option<String>, VcsError> {
    let found =
        programs.if_so(clone, ["log", "--limit=1", &format!("--rev={revision}"), "--template={node}"])?;
    Ok(found.filter(|node| !node.is_empty()))
}

pub(super) fn check_out(programs: &Programs<'_>, resolved: &Resolved, tree: &Path) -> Result<(), VcsError> {
    let clone = resolved.clone.as_deref().unwrap_or(tree);
    let paths = ["--".as_ref(), clone.as_os_str(), tree.as_os_str()];
    let clone = ["clone".as_ref(), "--noupdate".as_ref(), "--quiet".as_ref()];
    programs.text(None, clone.into_iter().chain(paths))?;
    programs.text(Some(tree), ["update", "--quiet", &format!("--rev={}", resolved.commit)])?;
    Ok(())
}
