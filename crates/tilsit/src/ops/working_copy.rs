//! What the folder of an editable project is a checkout of, read from git's and Mercurial's own files: no program of
//! theirs is started. Those of Subversion and Bazaar are.

use std::path::{Path, PathBuf};

use index::vcs::{NoRemote, System, VcsPolicy};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::settings::Process;

/// Python's `urllib.parse.quote(text, "/")` leaves these.
const QUOTED: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'_').remove(b'.').remove(b'-').remove(b'~');

/// What a folder is a checkout of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkingCopy {
    /// Of nothing.
    None,
    /// Of this: `git+URL@COMMIT#egg=NAME`, with the subdirectory where there is one.
    At(String),
    /// Of a repository that came from nowhere.
    NoRemote {
        /// `Git` or `Mercurial`.
        tool: &'static str,
    },
    /// Of a repository whose origin is neither an address nor a path that is there.
    BadRemote {
        /// `Git` or `Mercurial`.
        tool: &'static str,
        /// What its settings say.
        url: String,
    },
    /// Of a repository that could not be read.
    Unknown,
}

/// Looks at `folder` and the folders above it; `name` is the project's as its author writes it.
pub fn working_copy(folder: &Path, name: &str, process: &Process) -> WorkingCopy {
    for root in folder.ancestors() {
        let git = root.join(".git");
        if git.exists() {
            return of_git(&git, root, (folder, name)).unwrap_or(WorkingCopy::Unknown);
        }
        let hg = root.join(".hg");
        if hg.is_dir() {
            return of_mercurial(&hg, root, (folder, name)).unwrap_or(WorkingCopy::Unknown);
        }
        if [".svn", ".bzr"].iter().any(|own| root.join(own).is_dir()) {
            return asked(folder, name, process);
        }
    }
    WorkingCopy::None
}

/// Subversion and Bazaar are asked: what they write down about a working copy is theirs alone to read.
fn asked(folder: &Path, name: &str, process: &Process) -> WorkingCopy {
    let environment = process.env.clone().into_iter().collect();
    let policy = VcsPolicy { environment, ..VcsPolicy::default() };
    let Ok(Some(copy)) = index::vcs::WorkingCopy::around(folder, &policy) else {
        return WorkingCopy::Unknown;
    };
    let tool = if copy.system == System::Subversion { "Subversion" } else { "Bazaar" };
    match copy.remote {
        Ok(address) => {
            let address = without_secret(&address);
            let below = copy.subdirectory.map(|below| format!("&subdirectory={below}")).unwrap_or_default();
            let (prefix, commit) = (copy.system.prefix(), copy.commit);
            WorkingCopy::At(format!("{prefix}+{address}@{commit}#egg={}{below}", name.replace('-', "_")))
        }
        Err(NoRemote::None) => WorkingCopy::NoRemote { tool },
        Err(NoRemote::Invalid(url)) => WorkingCopy::BadRemote { tool, url },
    }
}

fn of_git(git: &Path, root: &Path, project: (&Path, &str)) -> Option<WorkingCopy> {
    let own = git_folder(git, root)?;
    // a linked working tree keeps its settings and references with the first one
    let shared = std::fs::read_to_string(own.join("commondir"));
    let shared = shared.map_or_else(|_| own.clone(), |text| own.join(text.trim_end()));
    let config = std::fs::read_to_string(shared.join("config")).ok()?;
    let Some(url) = git_remote(&config) else { return Some(WorkingCopy::NoRemote { tool: "Git" }) };
    let Some(address) = git_address(&url) else {
        return Some(WorkingCopy::BadRemote { tool: "Git", url });
    };
    let commit = git_commit(&own, &shared)?;
    let address = without_secret(&address);
    let prefix = if address.to_lowercase().starts_with("git:") { "" } else { "git+" };
    Some(WorkingCopy::At(requirement(&format!("{prefix}{address}"), &commit, root, project)))
}

/// `.git` itself, or the folder that a `.git` file names.
fn git_folder(git: &Path, root: &Path) -> Option<PathBuf> {
    if git.is_dir() {
        return Some(git.to_owned());
    }
    let text = std::fs::read_to_string(git).ok()?;
    Some(root.join(text.strip_prefix("gitdir:")?.trim()))
}

/// The first remote's address, that of `origin` before others.
fn git_remote(config: &str) -> Option<String> {
    let mut section = "";
    let mut first = None;
    for line in config.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            section = header.split(']').next().unwrap_or_default();
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let Some(remote) = section.strip_prefix("remote ") else { continue };
        if !key.trim().eq_ignore_ascii_case("url") {
            continue;
        }
        let value = value.trim().trim_matches('"').to_owned();
        if remote.trim().trim_matches('"') == "origin" {
            return Some(value);
        }
        first.get_or_insert(value);
    }
    first
}

/// A git address as pip takes it: a URL stays, a path becomes a `file:` URL, `user@host:path` becomes `ssh:`.
fn git_address(url: &str) -> Option<String> {
    let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    if url.split_once("://").is_some_and(|(scheme, _)| is_word(scheme)) {
        return Some(url.to_owned());
    }
    if Path::new(url).exists() {
        return url::Url::from_file_path(url).ok().map(String::from);
    }
    let (host, path) = url.split_once(':')?;
    let (user, server) = host.rsplit_once('@').map_or((None, host), |(user, server)| (Some(user), server));
    let starts_well = path.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let fits = starts_well && !path.contains(':') && !server.is_empty() && !server.contains('/');
    (fits && user.is_none_or(is_word)).then(|| format!("ssh://{host}/{path}"))
}

/// An address whose password, or token in the place of a user, is not for others to see. A user of ssh belongs to it.
fn without_secret(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let bare = packaging::direct_url::without_credentials(address);
    let authority = rest.split('/').next().unwrap_or(rest);
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    match (scheme, user.split_once(':'), bare.split_once("://")) {
        _ if bare == address => bare,
        ("http" | "https", ..) => bare,
        (_, None, _) => address.to_owned(),
        (_, Some((user, _)), Some((_, rest))) => format!("{scheme}://{user}@{rest}"),
        (_, Some(_), None) => bare,
    }
}

fn git_commit(own: &Path, shared: &Path) -> Option<String> {
    let mut text = std::fs::read_to_string(own.join("HEAD")).ok()?;
    // references may point at references; git stops after five
    for _ in 0..5 {
        let Some(reference) = text.trim().strip_prefix("ref:") else { return Some(text.trim().to_owned()) };
        let reference = reference.trim().to_owned();
        let found = [own, shared]
            .into_iter()
            .find_map(|folder| std::fs::read_to_string(folder.join(&reference)).ok());
        text = found.or_else(|| packed_reference(shared, &reference))?;
    }
    None
}

fn packed_reference(shared: &Path, reference: &str) -> Option<String> {
    let packed = std::fs::read_to_string(shared.join("packed-refs")).ok()?;
    let mut lines = packed.lines().filter_map(|line| line.split_once(' '));
    lines.find(|(_, name)| *name == reference).map(|(commit, _)| commit.to_owned())
}

fn of_mercurial(hg: &Path, root: &Path, project: (&Path, &str)) -> Option<WorkingCopy> {
    let settings = std::fs::read_to_string(hg.join("hgrc")).unwrap_or_default();
    let in_paths =
        settings.split("[paths]").nth(1).unwrap_or_default().split("\n[").next().unwrap_or_default();
    let lines = in_paths.lines().filter_map(|line| line.split_once('='));
    let mut defaults = lines.filter(|(key, _)| key.trim() == "default");
    let Some((_, url)) = defaults.next() else { return Some(WorkingCopy::NoRemote { tool: "Mercurial" }) };
    let url = url.trim();
    let address = if Path::new(url).exists() {
        url::Url::from_file_path(url).ok().map_or_else(|| url.to_owned(), String::from)
    } else {
        url.to_owned()
    };
    let state = std::fs::read(hg.join("dirstate")).ok()?;
    let state = state.strip_prefix(b"dirstate-v2\n").unwrap_or(&state);
    let commit: String = state.get(..20)?.iter().map(|byte| format!("{byte:02x}")).collect();
    let address = without_secret(&address);
    Some(WorkingCopy::At(requirement(&format!("hg+{address}"), &commit, root, project)))
}

fn requirement(address: &str, revision: &str, root: &Path, (folder, name): (&Path, &str)) -> String {
    let revision = utf8_percent_encode(revision, &QUOTED);
    let is_project =
        |folder: &&Path| ["pyproject.toml", "setup.py"].iter().any(|file| folder.join(file).is_file());
    let project = folder.ancestors().find(is_project);
    let below = project.and_then(|project| project.strip_prefix(root).ok());
    let below = below.filter(|below| !below.as_os_str().is_empty());
    let subdirectory = below.map_or_else(String::new, |below| format!("&subdirectory={}", below.display()));
    format!("{address}@{revision}#egg={}{subdirectory}", name.replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_of_git() {
        let config = "[core]\n\tbare = false\n[remote \"fork\"]\n\turl = https://fork.example/x\n[remote \"origin\"]\n\tfetch = +refs\n\turl = git@host.example:a/b.git\n";
        assert_eq!(git_remote(config).as_deref(), Some("git@host.example:a/b.git"));
        assert_eq!(git_remote("[remote \"a\"]\nurl=one\n[remote \"b\"]\nurl=two").as_deref(), Some("one"));
        assert_eq!(git_remote("[core]\nurl = x\n"), None);
    }

    #[test]
    fn secrets_of_remotes() {
        for (address, shown) in [
            ("https://user:secret@host.example/a", "https://host.example/a"),
            ("https://token@host.example/a", "https://host.example/a"),
            ("https://${USER}:${TOKEN}@host.example/a", "https://${USER}:${TOKEN}@host.example/a"),
            ("https://host.example/a@b", "https://host.example/a@b"),
            ("ssh://git@host.example/a", "ssh://git@host.example/a"),
            ("ssh://ada@host.example/a", "ssh://ada@host.example/a"),
            ("ssh://ada:secret@host.example:22/a", "ssh://ada@host.example:22/a"),
            ("file:///a@b:c/d", "file:///a@b:c/d"),
        ] {
            assert_eq!(without_secret(address), shown, "{address}");
        }
    }

    #[test]
    fn addresses_of_git() {
        for (url, address) in [
            ("https://host.example/a", Some("https://host.example/a")),
            ("git@host.example:a/b.git", Some("ssh://git@host.example/a/b.git")),
            ("host.example:a/b.git", Some("ssh://host.example/a/b.git")),
            ("/no/such/place", None),
            ("a b", None),
            ("C:/x:y", None),
        ] {
            assert_eq!(git_address(url).as_deref(), address, "{url}");
        }
    }
}
