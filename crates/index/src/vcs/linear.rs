//! Subversion and Bazaar: the history is on the server, a checkout is one revision of it.

use std::ffi::OsStr;
use std::path::Path;

use super::program::Programs;
use super::url::System;
use super::{Resolved, VcsError};

pub(super) fn resolve(programs: &Programs<'_>) -> Result<Resolved, VcsError> {
    let url = programs.url;
    if programs.policy.offline {
        return Err(VcsError::Offline { url: url.shown() });
    }
    let commit = match url.system {
        System::Bazaar => bazaar_number(programs)?,
        _ => subversion_number(programs)?,
    };
    Ok(Resolved { url: url.clone(), commit, immutable: false, clone: None })
}

fn subversion_number(programs: &Programs<'_>) -> Result<String, VcsError> {
    let (repository, mut arguments) = subversion_address(programs);
    arguments.splice(0..0, ["info".to_owned(), "--xml".to_owned(), "--non-interactive".to_owned()]);
    if let Some(revision) = &programs.url.revision {
        arguments.extend(["-r".to_owned(), revision.clone()]);
    }
    arguments.extend(["--".to_owned(), repository]);
    let xml = programs.text(None, arguments)?;
    first_number(&xml).ok_or_else(|| VcsError::Failed {
        command: "svn info".to_owned(),
        url: programs.url.shown(),
        status: None,
        output: xml,
    })
}

/// The number in the first `revision="…"`.
pub(super) fn first_number(xml: &str) -> Option<String> {
    let (_, rest) = xml.split_once("revision=\"")?;
    let (number, _) = rest.split_once('"')?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.to_owned())
}

/// The address without its user, who is named by options (pip); over ssh the user stays in the address.
fn subversion_address(programs: &Programs<'_>) -> (String, Vec<String>) {
    let repository = programs.url.repository.clone();
    let parsed = url::Url::parse(&repository)
        .ok()
        .filter(|url| url.scheme() != "svn+ssh" && !url.username().is_empty());
    let Some(mut parsed) = parsed else { return (repository, Vec::new()) };
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut options = vec!["--username".to_owned(), decoded(parsed.username())];
    if let Some(password) = parsed.password() {
        options.extend(["--password".to_owned(), decoded(password), "--no-auth-cache".to_owned()]);
    }
    let cleared = parsed.set_username("").and_then(|()| parsed.set_password(None));
    if cleared.is_err() {
        return (repository, Vec::new());
    }
    (parsed.into(), options)
}

/// `-r` takes more than numbers (tags, dates): the number is asked for.
fn bazaar_number(programs: &Programs<'_>) -> Result<String, VcsError> {
    let mut arguments = vec!["revno"];
    if let Some(revision) = &programs.url.revision {
        arguments.extend(["-r", revision]);
    }
    arguments.extend(["--", &programs.url.repository]);
    programs.text(None, arguments)
}

pub(super) fn check_out(programs: &Programs<'_>, commit: &str, tree: &Path) -> Result<(), VcsError> {
    let arguments: Vec<String> = match programs.url.system {
        System::Bazaar => {
            let front = ["checkout", "--lightweight", "--quiet", "-r", commit, "--"].map(str::to_owned);
            front.into_iter().chain([programs.url.repository.clone()]).collect()
        }
        _ => {
            let (repository, options) = subversion_address(programs);
            let front = ["checkout", "--quiet", "--non-interactive", "-r", commit].map(str::to_owned);
            front.into_iter().chain(options).chain(["--".to_owned(), repository]).collect()
        }
    };
    let arguments = arguments.iter().map(OsStr::new).chain([tree.as_os_str()]);
    programs.text(None, arguments).map(|_| ())
}
