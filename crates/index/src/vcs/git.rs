//! git: one bare clone in the store for each repository, working trees made from it.

use std::path::Path;

use store::{Repository, Store};

use super::program::Programs;
use super::{Resolved, VcsError};

/// Where branches of the repository stand in the clone.
const BRANCHES: &str = "refs/remotes/origin";

/// The commit that is meant. Branch before tag before anything else, as in `pip`.
pub(super) fn resolve(programs: &Programs<'_>, store: &Store) -> Result<Resolved, VcsError> {
    let url = programs.url;
    let repository = store.repository(&format!("git {}", url.repository))?;
    let known = url.commit().filter(|_| repository.exists());
    // A commit never changes: one that is there needs no network.
    if let Some(commit) = known
        && let Some(found) = commit_of(programs, repository.path(), commit)?
    {
        return Ok(resolved(programs, &repository, found, true));
    }
    if programs.policy.offline {
        return offline(programs, &repository);
    }
    renew(programs, store, &repository)?;
    let clone = repository.path();
    let (commit, immutable) = match &url.revision {
        None => (commit_of(programs, clone, &format!("{BRANCHES}/HEAD"))?, false),
        Some(revision) => named(programs, clone, revision)?,
    };
    let commit = commit.ok_or_else(|| no_such_revision(programs))?;
    Ok(resolved(programs, &repository, commit, immutable))
}

fn resolved(programs: &Programs<'_>, repository: &Repository, commit: String, immutable: bool) -> Resolved {
    Resolved { url: programs.url.clone(), commit, immutable, clone: Some(repository.path().to_owned()) }
}

fn no_such_revision(programs: &Programs<'_>) -> VcsError {
    let revision = programs.url.revision.clone().unwrap_or_else(|| "HEAD".to_owned());
    VcsError::NoSuchRevision { url: programs.url.shown(), revision }
}

/// Without the network, what the last answers were.
fn offline(programs: &Programs<'_>, repository: &Repository) -> Result<Resolved, VcsError> {
    let missing = || VcsError::Offline { url: programs.url.shown() };
    if !repository.exists() {
        return Err(missing());
    }
    let revision = programs.url.revision.as_deref().unwrap_or("HEAD");
    let found = present(programs, repository.path(), revision)?;
    Ok(resolved(programs, repository, found.ok_or_else(missing)?, false))
}

/// Clones, or asks for news.
fn renew(programs: &Programs<'_>, store: &Store, repository: &Repository) -> Result<(), VcsError> {
    if !repository.exists() {
        let scratch = store.scratch()?;
        begin(programs, scratch.path())?;
        fetch_all(programs, scratch.path())?;
        repository.adopt(&scratch)?;
        return Ok(());
    }
    match fetch_all(programs, repository.path()) {
        // A clone that is broken is made anew; a server that does not answer stays an error.
        Err(VcsError::Failed { output, .. }) if is_damaged(&output) => {
            repository.discard()?;
            renew(programs, store, repository)
        }
        fetched => fetched,
    }
}

fn is_damaged(output: &str) -> bool {
    ["not a git repository", "bad object", "is corrupt", "unable to read tree", "loose object"]
        .iter()
        .any(|words| output.contains(words))
}

fn begin(programs: &Programs<'_>, clone: &Path) -> Result<(), VcsError> {
    programs.text(None, ["init".as_ref(), "--bare".as_ref(), "--quiet".as_ref(), clone.as_os_str()])?;
    programs.text(Some(clone), ["config", "remote.origin.url", &programs.url.repository])?;
    programs.text(Some(clone), ["config", "remote.origin.fetch", &format!("+refs/heads/*:{BRANCHES}/*")])?;
    if !programs.policy.whole {
        // As `git clone --filter=blob:none` sets it; a server that cannot do that sends everything.
        for (key, value) in [
            ("core.repositoryformatversion", "1"),
            ("extensions.partialClone", "origin"),
            ("remote.origin.promisor", "true"),
            ("remote.origin.partialclonefilter", "blob:none"),
        ] {
            programs.text(Some(clone), ["config", key, value])?;
        }
    }
    Ok(())
}

fn fetch_all(programs: &Programs<'_>, clone: &Path) -> Result<(), VcsError> {
    let branches = format!("+refs/heads/*:{BRANCHES}/*");
    let head = format!("+HEAD:{BRANCHES}/HEAD");
    let arguments =
        ["fetch", "--quiet", "--prune", "--force", "origin", &branches, "+refs/tags/*:refs/tags/*", &head];
    let fetched = programs.text(Some(clone), arguments);
    match fetched {
        // HEAD may name a branch that does not exist.
        Err(VcsError::NoSuchRevision { .. }) => {
            let arguments =
                ["fetch", "--quiet", "--prune", "--force", "origin", &branches, "+refs/tags/*:refs/tags/*"];
            programs.text(Some(clone), arguments).map(|_| ())
        }
        fetched => fetched.map(|_| ()),
    }
}

/// The commit of a branch, a tag, a hash or any other ref, which may have to be asked for by its name; whether the
/// revision is that very commit.
fn named(programs: &Programs<'_>, clone: &Path, revision: &str) -> Result<(Option<String>, bool), VcsError> {
    for place in [format!("{BRANCHES}/{revision}"), format!("refs/tags/{revision}")] {
        if let Some(commit) = commit_of(programs, clone, &place)? {
            return Ok((Some(commit), false));
        }
    }
    let is_hash = programs.url.commit().is_some();
    if !revision.starts_with("refs/")
        && let Some(commit) = present(programs, clone, revision)?
    {
        return Ok((Some(commit), is_hash));
    }
    // pip: short hashes cannot be asked for.
    if !is_hash && !revision.starts_with("refs/") {
        return Ok((None, false));
    }
    // A hash that no branch holds is kept by a ref of its own.
    let wanted = format!("+{revision}:refs/tilsit/{}", revision.trim_start_matches("refs/"));
    programs.text(Some(clone), ["fetch", "--quiet", "--force", "origin", &wanted])?;
    let fetched =
        commit_of(programs, clone, &format!("refs/tilsit/{}", revision.trim_start_matches("refs/")))?;
    Ok((fetched, is_hash))
}

/// The commit of `revision` as a working clone would understand it: names of branches are those of the repository.
fn present(programs: &Programs<'_>, clone: &Path, revision: &str) -> Result<Option<String>, VcsError> {
    let places = [format!("{BRANCHES}/{revision}"), format!("refs/tags/{revision}"), revision.to_owned()];
    for place in places {
        if let Some(commit) = commit_of(programs, clone, &place)? {
            return Ok(Some(commit));
        }
    }
    Ok(None)
}

fn commit_of(programs: &Programs<'_>, clone: &Path, place: &str) -> Result<Option<String>, VcsError> {
    programs.if_so(
        clone,
        ["rev-parse", "--quiet", "--verify", "--end-of-options", &format!("{place}^{{commit}}")],
    )
}

/// A working tree of its own, whose `.git` leads to the clone: tools that ask git for a version work in it.
pub(super) fn check_out(programs: &Programs<'_>, resolved: &Resolved, tree: &Path) -> Result<(), VcsError> {
    let clone = resolved.clone.as_deref().unwrap_or(tree);
    // Trees of builds that are over.
    programs.text(Some(clone), ["worktree", "prune"])?;
    programs.text(
        Some(clone),
        [
            "worktree".as_ref(),
            "add".as_ref(),
            "--quiet".as_ref(),
            "--detach".as_ref(),
            tree.as_os_str(),
            resolved.commit.as_ref(),
        ],
    )?;
    update_submodules(programs, tree)
}

pub(super) fn update_submodules(programs: &Programs<'_>, tree: &Path) -> Result<(), VcsError> {
    if !tree.join(".gitmodules").exists() {
        return Ok(());
    }
    programs.text(Some(tree), ["submodule", "update", "--init", "--recursive", "-q"]).map(|_| ())
}
