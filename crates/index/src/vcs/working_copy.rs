//! Working copies that stay: those of `-e git+…`, and those in which people work.

use std::path::{Path, PathBuf};

use url::Url;

use super::program::Programs;
use super::url::{System, VcsUrl};
use super::{VcsError, VcsPolicy, git, linear};

/// What to do when something stands where a working copy belongs (`pip`'s `--exists-action`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// Refuse.
    #[default]
    Abort,
    /// Let it point to the other repository.
    Switch,
    /// Take it as it is.
    Ignore,
    /// Remove it.
    Wipe,
    /// Move it aside.
    Backup,
}

/// A folder under version control, as `pip freeze` asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingCopy {
    /// The system.
    pub system: System,
    /// Where it came from, as an address that can be installed from.
    pub remote: Result<String, NoRemote>,
    /// The commit that is checked out.
    pub commit: String,
    /// The project's folder below the repository's root, when it is not the root itself.
    pub subdirectory: Option<String>,
}

/// Why a working copy has no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoRemote {
    /// It was made here.
    None,
    /// Its remote is gone or no address.
    Invalid(String),
}

/// What stands where a working copy belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occupant {
    /// A working copy of another repository: where that is, if it is known.
    WorkingCopy(Option<String>),
    /// Something else.
    Other,
}

/// Who stands in the way of [`place`]: nobody where the folder is free or a working copy of `url`.
///
/// # Errors
/// That the system's program is missing or fails.
pub fn occupant(url: &VcsUrl, folder: &Path, policy: &VcsPolicy) -> Result<Option<Occupant>, VcsError> {
    let programs = Programs::new(url, policy);
    if !folder.exists() || is_of(&programs, folder)? {
        return Ok(None);
    }
    if !has_own_data(url.system, folder) {
        return Ok(Some(Occupant::Other));
    }
    let remote = remote(&programs, folder)?;
    Ok(Some(Occupant::WorkingCopy(remote.map(|remote| as_address(&remote).unwrap_or(remote)))))
}

/// Puts a working copy of `url` at `folder`, or brings the one there up to date.
///
/// # Errors
/// See [`VcsError`].
pub fn place(
    url: &VcsUrl,
    folder: &Path,
    existing: Existing,
    policy: &VcsPolicy,
) -> Result<String, VcsError> {
    let programs = Programs::new(url, policy);
    if policy.offline {
        return Err(VcsError::Offline { url: url.shown() });
    }
    if !folder.exists() {
        fetch_whole(&programs, folder)?;
    } else if is_of(&programs, folder)? {
        update(&programs, folder)?;
    } else {
        replace(&programs, folder, existing)?;
    }
    commit(&programs, folder)
}

fn io_failed(programs: &Programs<'_>, error: &std::io::Error) -> VcsError {
    VcsError::Failed {
        command: "the file system".to_owned(),
        url: programs.url.shown(),
        status: None,
        output: error.to_string(),
    }
}

fn replace(programs: &Programs<'_>, folder: &Path, existing: Existing) -> Result<(), VcsError> {
    let failed = |error: std::io::Error| io_failed(programs, &error);
    match existing {
        Existing::Ignore => return Ok(()),
        Existing::Abort => {
            let path = folder.display().to_string();
            return Err(VcsError::Occupied { path, url: programs.url.shown() });
        }
        Existing::Switch if has_own_data(programs.url.system, folder) => return switch(programs, folder),
        Existing::Switch | Existing::Wipe => std::fs::remove_dir_all(folder).map_err(failed)?,
        Existing::Backup => std::fs::rename(folder, backup_name(folder)).map_err(failed)?,
    }
    fetch_new(programs, folder)
}

/// Where [`Existing::Backup`] moves a folder: `NAME.bak`, `NAME.bak2`, … (pip)
pub fn backup_name(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let numbered = (2..).map(|number| format!("{name}.bak{number}"));
    let names = std::iter::once(format!("{name}.bak")).chain(numbered);
    names.map(|name| folder.with_file_name(name)).find(|path| !path.exists()).unwrap_or_default()
}

fn has_own_data(system: System, folder: &Path) -> bool {
    folder.join(format!(".{}", system.prefix())).exists()
}

fn is_of(programs: &Programs<'_>, folder: &Path) -> Result<bool, VcsError> {
    if !has_own_data(programs.url.system, folder) {
        return Ok(false);
    }
    let same = |one: &str| one.trim_end_matches('/') == programs.url.repository.trim_end_matches('/');
    let remote = remote(programs, folder)?;
    Ok(remote.as_deref().is_some_and(|remote| same(remote) || as_address(remote).is_ok_and(|url| same(&url))))
}

/// As [`fetch_new`]; what fails leaves no folder behind.
fn fetch_whole(programs: &Programs<'_>, folder: &Path) -> Result<(), VcsError> {
    let parent = folder.parent().filter(|parent| !parent.exists());
    let fetched = fetch_new(programs, folder);
    if fetched.is_err() {
        let _ = std::fs::remove_dir_all(folder);
        let _ = parent.map(std::fs::remove_dir);
    }
    fetched
}

fn fetch_new(programs: &Programs<'_>, folder: &Path) -> Result<(), VcsError> {
    if let Some(parent) = folder.parent() {
        std::fs::create_dir_all(parent).map_err(|error| io_failed(programs, &error))?;
    }
    let url = programs.url;
    match url.system {
        System::Git => {
            let filter = (!programs.policy.whole).then_some("--filter=blob:none");
            let front = ["clone"].into_iter().chain(filter).chain(["--quiet", "--", &url.repository]);
            programs.text(None, front.map(AsRef::as_ref).chain([folder.as_os_str()]))?;
            go_to_revision(programs, folder)
        }
        System::Mercurial => {
            let front = ["clone", "--noupdate", "--quiet", "--", &url.repository];
            programs.text(None, front.iter().map(AsRef::as_ref).chain([folder.as_os_str()]))?;
            mercurial_update(programs, folder)
        }
        System::Subversion | System::Bazaar => {
            let commit = linear::resolve(programs)?.commit;
            linear::check_out(programs, &commit, folder)
        }
    }
}

fn mercurial_update(programs: &Programs<'_>, folder: &Path) -> Result<(), VcsError> {
    let revision = programs.url.revision.as_ref().map(|revision| format!("--rev={revision}"));
    let arguments = ["update", "--quiet"].into_iter().map(str::to_owned).chain(revision);
    programs.text(Some(folder), arguments).map(|_| ())
}

/// A fresh clone stands at the default branch; a branch that was asked for is tracked, anything else is checked out.
fn go_to_revision(programs: &Programs<'_>, folder: &Path) -> Result<(), VcsError> {
    let Some(revision) = &programs.url.revision else {
        return git::update_submodules(programs, folder);
    };
    let branch = format!("refs/remotes/origin/{revision}");
    if programs.if_so(folder, ["rev-parse", "--quiet", "--verify", &branch])?.is_some() {
        let current = programs.if_so(folder, ["symbolic-ref", "-q", "--short", "HEAD"])?;
        if current.as_deref() != Some(revision) {
            let track = format!("origin/{revision}");
            programs.text(Some(folder), ["checkout", "-q", "-b", revision, "--track", &track])?;
        }
    } else {
        let commit = known_or_fetched(programs, folder, revision)?;
        programs.text(Some(folder), ["checkout", "-q", &commit])?;
    }
    git::update_submodules(programs, folder)
}

/// The commit of a tag, hash or ref.
fn known_or_fetched(programs: &Programs<'_>, folder: &Path, revision: &str) -> Result<String, VcsError> {
    let here = [format!("refs/tags/{revision}^{{commit}}"), format!("{revision}^{{commit}}")];
    for place in here.iter().filter(|_| !revision.starts_with("refs/")) {
        if let Some(commit) = programs.if_so(folder, ["rev-parse", "--quiet", "--verify", place])? {
            return Ok(commit);
        }
    }
    if !revision.starts_with("refs/") && programs.url.commit().is_none() {
        return Err(VcsError::NoSuchRevision { url: programs.url.shown(), revision: revision.to_owned() });
    }
    programs.text(Some(folder), ["fetch", "-q", "origin", revision])?;
    programs.text(Some(folder), ["rev-parse", "FETCH_HEAD"])
}

fn update(programs: &Programs<'_>, folder: &Path) -> Result<(), VcsError> {
    let url = programs.url;
    match url.system {
        System::Git => {
            if url.revision.is_some()
                && programs.text(Some(folder), ["rev-parse", "HEAD"])?
                    == url.revision.clone().unwrap_or_default()
            {
                return Ok(());
            }
            programs.text(Some(folder), ["fetch", "--tags", "-q"])?;
            let target = match &url.revision {
                Some(revision) => {
                    let branch = format!("refs/remotes/origin/{revision}");
                    match programs.if_so(folder, ["rev-parse", "--quiet", "--verify", &branch])? {
                        Some(commit) => commit,
                        None => known_or_fetched(programs, folder, revision)?,
                    }
                }
                None => "HEAD".to_owned(),
            };
            programs.text(Some(folder), ["reset", "--hard", "-q", &target])?;
            git::update_submodules(programs, folder)
        }
        System::Mercurial => {
            programs.text(Some(folder), ["pull", "-q"])?;
            mercurial_update(programs, folder)
        }
        System::Subversion => {
            let revision = url.revision.iter().flat_map(|revision| ["-r", revision]);
            programs
                .text(Some(folder), ["update", "-q", "--non-interactive"].into_iter().chain(revision))
                .map(|_| ())
        }
        System::Bazaar => {
            let revision = url.revision.iter().flat_map(|revision| ["-r", revision]);
            programs.text(Some(folder), ["update", "-q"].into_iter().chain(revision)).map(|_| ())
        }
    }
}

fn switch(programs: &Programs<'_>, folder: &Path) -> Result<(), VcsError> {
    let repository = programs.url.repository.as_str();
    match programs.url.system {
        System::Git => {
            programs.text(Some(folder), ["config", "remote.origin.url", repository])?;
            programs.text(Some(folder), ["fetch", "--tags", "-q"])?;
            let revision = programs.url.revision.as_deref().unwrap_or("HEAD");
            programs.text(Some(folder), ["checkout", "-q", revision])?;
            git::update_submodules(programs, folder)
        }
        System::Mercurial => {
            programs.text(Some(folder), ["pull", "-q", "--", repository])?;
            mercurial_update(programs, folder)
        }
        System::Subversion => {
            let revision = programs.url.revision.iter().flat_map(|revision| ["-r", revision]);
            let front = ["switch", "-q", "--non-interactive"].into_iter().chain(revision);
            programs.text(Some(folder), front.chain(["--", repository])).map(|_| ())
        }
        System::Bazaar => programs.text(Some(folder), ["switch", "--", repository]).map(|_| ()),
    }
}

/// The first remote, `origin` before others.
fn remote(programs: &Programs<'_>, folder: &Path) -> Result<Option<String>, VcsError> {
    let found = match programs.url.system {
        System::Git => {
            let remotes = programs.if_so(folder, ["config", "--get-regexp", r"remote\..*\.url"])?;
            let remotes = remotes.unwrap_or_default();
            let origin = remotes.lines().find(|line| line.starts_with("remote.origin.url "));
            let line = origin.or_else(|| remotes.lines().next());
            line.and_then(|line| line.split_once(' ')).map(|(_, url)| url.trim().to_owned())
        }
        System::Mercurial => programs.if_so(folder, ["showconfig", "paths.default"])?,
        System::Subversion => {
            let xml = programs.if_so(folder, ["info", "--xml"])?.unwrap_or_default();
            let url = xml.split_once("<url>").and_then(|(_, rest)| rest.split_once("</url>"));
            url.map(|(url, _)| url.to_owned())
        }
        System::Bazaar => {
            let info = programs.if_so(folder, ["info"])?.unwrap_or_default();
            let keys = ["checkout of branch: ", "parent branch: "];
            info.lines()
                .find_map(|line| keys.iter().find_map(|key| line.trim().strip_prefix(key)))
                .map(str::to_owned)
        }
    };
    Ok(found.filter(|url| !url.is_empty()))
}

fn commit(programs: &Programs<'_>, folder: &Path) -> Result<String, VcsError> {
    match programs.url.system {
        System::Git => programs.text(Some(folder), ["rev-parse", "HEAD"]),
        System::Mercurial => programs.text(Some(folder), ["parents", "--template={node}"]),
        System::Subversion => {
            let xml = programs.text(Some(folder), ["info", "--xml"])?;
            Ok(linear::first_number(&xml).unwrap_or_default())
        }
        System::Bazaar => programs.text(Some(folder), ["revno"]),
    }
}

/// pip: a path becomes a `file:` address, `user@host:path` one of ssh.
fn as_address(remote: &str) -> Result<String, NoRemote> {
    let scheme = remote.split_once("://").map(|(scheme, _)| scheme);
    if scheme.is_some_and(|scheme| {
        !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+')
    }) {
        return Ok(remote.to_owned());
    }
    let path = Path::new(remote);
    if path.is_absolute() && path.exists() {
        return Url::from_file_path(path).map(Into::into).map_err(|()| NoRemote::Invalid(remote.to_owned()));
    }
    match remote.split_once(':') {
        Some((host, path))
            if !host.is_empty()
                && !host.contains('/')
                && path.starts_with(|c: char| c.is_alphanumeric() || c == '_') =>
        {
            Ok(format!("ssh://{host}/{path}"))
        }
        _ => Err(NoRemote::Invalid(remote.to_owned())),
    }
}

impl WorkingCopy {
    /// The working copy that `folder` is in, the innermost; `None` where there is none.
    ///
    /// # Errors
    /// That its program is missing or fails.
    pub fn around(folder: &Path, policy: &VcsPolicy) -> Result<Option<Self>, VcsError> {
        let found = folder.ancestors().find_map(|root| {
            System::ALL.into_iter().find(|one| has_own_data(*one, root)).map(|one| (one, root))
        });
        let Some((system, root)) = found else { return Ok(None) };
        let nowhere = VcsUrl {
            system,
            repository: folder.display().to_string(),
            revision: None,
            subdirectory: None,
            egg: None,
        };
        let programs = Programs::new(&nowhere, policy);
        let remote = match remote(&programs, root)? {
            Some(remote) => as_address(&remote),
            None => Err(NoRemote::None),
        };
        let below = project_root(folder, root).strip_prefix(root).ok().map(|path| path.display().to_string());
        Ok(Some(Self {
            system,
            remote,
            commit: commit(&programs, root)?,
            subdirectory: below.filter(|path| !path.is_empty()),
        }))
    }
}

/// The nearest folder at or above `folder` that can be installed.
fn project_root<'a>(folder: &'a Path, root: &'a Path) -> &'a Path {
    let is_project = |path: &&Path| path.join("pyproject.toml").is_file() || path.join("setup.py").is_file();
    folder.ancestors().take_while(|path| path.starts_with(root)).find(is_project).unwrap_or(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_become_addresses() {
        for (remote, expected) in [
            ("https://h.example/a", Ok("https://h.example/a")),
            ("git@h.example:a/b.git", Ok("ssh://git@h.example/a/b.git")),
            ("h.example:a/b.git", Ok("ssh://h.example/a/b.git")),
            ("/nowhere/at/all", Err(NoRemote::Invalid("/nowhere/at/all".to_owned()))),
            ("C:\\x", Err(NoRemote::Invalid("C:\\x".to_owned()))),
        ] {
            assert_eq!(as_address(remote), expected.map(str::to_owned), "{remote}");
        }
    }
}
