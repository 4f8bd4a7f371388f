//! `git+https://host/repository@revision#egg=name&subdirectory=folder`.

use percent_encoding::percent_decode_str;

/// A version control system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum System {
    /// `git+`
    Git,
    /// `hg+`
    Mercurial,
    /// `svn+`
    Subversion,
    /// `bzr+`
    Bazaar,
}

impl System {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Git, Self::Mercurial, Self::Subversion, Self::Bazaar];

    /// The word before the plus sign, and in `direct_url.json` (PEP 610).
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::Mercurial => "hg",
            Self::Subversion => "svn",
            Self::Bazaar => "bzr",
        }
    }

    /// The program's name.
    #[must_use]
    pub fn program(self) -> &'static str {
        self.prefix()
    }

    /// The transports that may follow the plus sign (pip's lists). Others, such as git's `ext::`, run commands.
    fn transports(self) -> &'static [&'static str] {
        match self {
            Self::Git => &["http", "https", "ssh", "git", "file"],
            Self::Mercurial => &["file", "http", "https", "ssh", "static-http"],
            Self::Subversion => &["ssh", "http", "https", "svn", "file"],
            Self::Bazaar => &["http", "https", "ssh", "sftp", "ftp", "lp", "file"],
        }
    }
}

/// An address of a repository, taken apart as pip takes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VcsUrl {
    /// The system.
    pub system: System,
    /// As its program takes it: without `git+`, revision and fragment. May hold credentials.
    pub repository: String,
    /// What follows the last `@` of the path, percent-decoded.
    pub revision: Option<String>,
    /// `#subdirectory=`
    pub subdirectory: Option<String>,
    /// `#egg=`, as written.
    pub egg: Option<String>,
}

/// Why an address is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VcsUrlError {
    /// It does not begin with `git+`, `hg+`, `svn+` or `bzr+`.
    #[error("it does not begin with git+, hg+, svn+ or bzr+")]
    NoSystem,
    /// The transport is none of those that the system can be asked by.
    #[error("its transport is not supported")]
    Transport,
    /// There is nothing after the `@`.
    #[error("it has an empty revision after the @")]
    EmptyRevision,
    /// A revision that a program would take for an option, or `#subdirectory=` that leaves the repository.
    #[error("its revision or subdirectory is not allowed")]
    Unsafe,
}

impl VcsUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// See [`VcsUrlError`].
    pub fn parse(text: &str) -> Result<Self, VcsUrlError> {
        let (front, fragment) = text.split_once('#').unwrap_or((text, ""));
        let (prefix, rest) = front.split_once('+').ok_or(VcsUrlError::NoSystem)?;
        let system = System::ALL.into_iter().find(|system| system.prefix().eq_ignore_ascii_case(prefix));
        let system = system.ok_or(VcsUrlError::NoSystem)?;
        let (address, revision) = match rest.split_once("://") {
            Some((transport, place)) => parse_place(system, transport, place)?,
            None if system == System::Git => short_ssh(rest)?,
            None => return Err(VcsUrlError::Transport),
        };
        let part = |key: &str| {
            let value = fragment.split('&').find_map(|part| part.strip_prefix(key)?.strip_prefix('='));
            value.map(|value| percent_decode_str(value).decode_utf8_lossy().into_owned())
        };
        let subdirectory = part("subdirectory").filter(|folder| !folder.is_empty());
        let escapes = subdirectory.as_deref().is_some_and(|folder| !is_inside(folder));
        if escapes || revision.as_deref().is_some_and(|revision| revision.starts_with('-')) {
            return Err(VcsUrlError::Unsafe);
        }
        Ok(Self { system, repository: address, revision, subdirectory, egg: part("egg") })
    }

    /// Whether `text` begins as such an address does.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        let prefix = text.split_once('+').map(|(prefix, _)| prefix);
        prefix.is_some_and(|prefix| {
            System::ALL.iter().any(|system| system.prefix().eq_ignore_ascii_case(prefix))
        })
    }

    /// The repository without what identifies a user.
    #[must_use]
    pub fn shown(&self) -> String {
        crate::redacted_text(&self.repository)
    }

    /// The revision, when it is a full hash: then the commit is known without asking.
    #[must_use]
    pub fn commit(&self) -> Option<&str> {
        let revision = self.revision.as_deref()?;
        let is_hash =
            matches!(revision.len(), 40 | 64) && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
        let hashes = matches!(self.system, System::Git | System::Mercurial);
        (is_hash && hashes).then_some(revision)
    }

    /// The address again, with `commit` as its revision and without credentials: what means the same for ever.
    #[must_use]
    pub fn pinned(&self, commit: &str) -> String {
        let bare = packaging::direct_url::without_credentials(&self.repository);
        let folder = self.subdirectory.as_ref().map(|folder| format!("#subdirectory={folder}"));
        format!("{}+{bare}@{commit}{}", self.system.prefix(), folder.unwrap_or_default())
    }
}

/// A relative path that stays inside.
fn is_inside(folder: &str) -> bool {
    !folder.starts_with('/') && !folder.split(['/', '\\']).any(|part| part == "..")
}

/// What follows `git+https://`: the address for the program, and the revision.
fn parse_place(
    system: System,
    transport: &str,
    place: &str,
) -> Result<(String, Option<String>), VcsUrlError> {
    let transport = transport.to_ascii_lowercase();
    if !system.transports().contains(&transport.as_str()) {
        return Err(VcsUrlError::Transport);
    }
    let (path, query) = match place.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (place, String::new()),
    };
    let start = path.find('/').unwrap_or(path.len());
    let (host, path) = path.split_at(start);
    let (path, revision) = split_revision(path)?;
    let path = match (system, &*transport) {
        // git takes no percent signs in paths of this machine.
        (System::Git, "file") => percent_decode_str(path).decode_utf8_lossy().into_owned(),
        _ => path.to_owned(),
    };
    // These two programs know the transport by their own name for it.
    let scheme = match (system, &*transport) {
        (System::Subversion, "ssh") => "svn+ssh",
        (System::Bazaar, "ssh") => "bzr+ssh",
        (System::Bazaar, "lp") => {
            return Ok((format!("lp:{}", format!("{host}{path}").trim_start_matches('/')), revision));
        }
        (_, other) => other,
    };
    Ok((format!("{scheme}://{host}{path}{query}"), revision))
}

/// `user@host:path/repository.git`, the short form of ssh.
fn short_ssh(place: &str) -> Result<(String, Option<String>), VcsUrlError> {
    let (host, path) = place.split_once(':').ok_or(VcsUrlError::Transport)?;
    let is_host = !host.is_empty() && !host.starts_with('-') && !host.contains('/');
    // `ext::command` and its like are no hosts.
    if !is_host || path.starts_with([':', '-']) || path.is_empty() {
        return Err(VcsUrlError::Transport);
    }
    let (path, revision) = split_revision(path)?;
    Ok((format!("{host}:{path}"), revision))
}

fn split_revision(path: &str) -> Result<(&str, Option<String>), VcsUrlError> {
    match path.rsplit_once('@') {
        None => Ok((path, None)),
        Some((_, "")) => Err(VcsUrlError::EmptyRevision),
        Some((path, revision)) => {
            Ok((path, Some(percent_decode_str(revision).decode_utf8_lossy().into_owned())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_taken_apart() {
        type Row<'a> = (&'a str, &'a str, Option<&'a str>, Option<&'a str>, Option<&'a str>);
        let table: &[Row<'_>] = &[
            ("git+https://h.example/a/b.git", "https://h.example/a/b.git", None, None, None),
            ("git+https://u:p@h.example/a@v1", "https://u:p@h.example/a", Some("v1"), None, None),
            ("git+https://h/a@feature%2Fx#egg=b", "https://h/a", Some("feature/x"), None, Some("b")),
            (
                "git+ssh://git@h/a.git@1.0#subdirectory=x/y&egg=b",
                "ssh://git@h/a.git",
                Some("1.0"),
                Some("x/y"),
                Some("b"),
            ),
            ("git+git@h.example:a/b.git@v1", "git@h.example:a/b.git", Some("v1"), None, None),
            ("git+file:///tmp/a%20b@x", "file:///tmp/a b", Some("x"), None, None),
            ("hg+http://h/a?b=c@d", "http://h/a?b=c@d", None, None, None),
            ("svn+ssh://h/a@7", "svn+ssh://h/a", Some("7"), None, None),
            ("svn+svn://h/a", "svn://h/a", None, None, None),
            ("bzr+lp:///a", "lp:a", None, None, None),
            ("bzr+ssh://h/a", "bzr+ssh://h/a", None, None, None),
        ];
        for (text, repository, revision, subdirectory, egg) in table {
            let url = VcsUrl::parse(text).unwrap();
            let found =
                (&*url.repository, url.revision.as_deref(), url.subdirectory.as_deref(), url.egg.as_deref());
            assert_eq!(found, (*repository, *revision, *subdirectory, *egg), "{text}");
        }
    }

    #[test]
    fn what_could_run_something_is_refused() {
        for (text, expected) in [
            ("https://h/a", VcsUrlError::NoSystem),
            ("cvs+https://h/a", VcsUrlError::NoSystem),
            ("git+ext::sh -c x", VcsUrlError::Transport),
            ("git+-oProxyCommand=x:y", VcsUrlError::Transport),
            ("git+ftp://h/a", VcsUrlError::Transport),
            ("hg+h:a", VcsUrlError::Transport),
            ("git+https://h/a@", VcsUrlError::EmptyRevision),
            ("git+https://h/a@--upload-pack=x", VcsUrlError::Unsafe),
            ("git+https://h/a#subdirectory=../x", VcsUrlError::Unsafe),
            ("git+https://h/a#subdirectory=/x", VcsUrlError::Unsafe),
        ] {
            assert_eq!(VcsUrl::parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn commits() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let url = VcsUrl::parse(&format!("git+https://u:p@h/a@{commit}#subdirectory=x")).unwrap();
        assert_eq!(url.commit(), Some(commit));
        assert_eq!(url.pinned(commit), format!("git+https://h/a@{commit}#subdirectory=x"));
        assert_eq!(url.shown(), "https://u:****@h/a");
        assert_eq!(VcsUrl::parse("git+https://h/a@0123456").unwrap().commit(), None);
        assert_eq!(VcsUrl::parse(&format!("svn+https://h/a@{commit}")).unwrap().commit(), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(git|hg|svn|bzr)\\+\\PC{0,40}") {
            let _ = VcsUrl::parse(&text);
        }
    }
}
