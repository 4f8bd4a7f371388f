//! `pip lock`

use std::path::{Path, PathBuf};

use environment::plan::Wanted as Wish;
use packaging::direct_url::{DirectUrl, DirectUrlInfo};
use packaging::distribution::Distribution;
use packaging::hashes::{Hash, HashAlgorithm};
use packaging::pylock::is_pylock_filename;

use super::errors::Failure;
use super::searched::Searched;
use super::toml_text::{self, Table, Toml};
use super::{Ended, Hands, Session};
use crate::cli::pip as flags;
use crate::ops::install::InstallReport;
use crate::ops::obtain::Source;

impl Session<'_> {
    pub(super) fn lock(&self) -> Ended {
        self.warn(
            "pip lock is currently an experimental command. It may be removed/changed in a future release without prior warning.",
        );
        self.terminal.verbose(&format!("Using {}", super::version(self.interpreter)));
        let write = |searched: Searched<'_, '_>, _: &mut Hands<'_>| self.write_lock(&searched.found);
        self.searched(None, Box::new(write))
    }

    fn write_lock(&self, found: &InstallReport) -> Ended {
        let output = self.parsed.text(&flags::LOCK_OUTPUT).unwrap_or("pylock.toml");
        if output == "-" {
            self.terminal.text(&lock_text(found, &self.process.cwd)?);
            return Ok(0);
        }
        let path = self.process.absolute(output);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !is_pylock_filename(&name) {
            self.warn(&format!("{output} is not a valid lock file name."));
        }
        let base = path.parent().unwrap_or(Path::new("/"));
        let text = lock_text(found, base)?;
        std::fs::write(&path, text).map_err(|error| Failure::system(&error, output))?;
        Ok(0)
    }
}

/// The lock, laid out as pip's TOML writer lays it out. Folders are named as they lie from `base`.
fn lock_text(found: &InstallReport, base: &Path) -> Result<String, Failure> {
    let mut wishes: Vec<&Wish<Source>> = found.plan.install.iter().map(|(wish, _)| wish).collect();
    wishes.sort_by(|one, other| one.name.cmp(&other.name));
    let packages: Result<Vec<Toml>, Failure> =
        wishes.into_iter().map(|wish| package(wish, found, base)).collect();
    Ok(toml_text::document(&vec![
        ("lock-version", Toml::text("1.0")),
        ("created-by", Toml::text("pip")),
        ("packages", Toml::Array(packages?)),
    ]))
}

fn package(wish: &Wish<Source>, found: &InstallReport, base: &Path) -> Result<Toml, Failure> {
    let mut package = vec![("name", Toml::text(wish.name.as_str()))];
    match found.direct_urls.get(&wish.name) {
        Some(direct) => {
            let direct = DirectUrl::parse(direct.as_bytes())
                .map_err(|error| Failure::exception(format!("DirectUrlValidationError: {error}")))?;
            package.push(direct_table(&direct, base));
        }
        None => {
            package.push(("version", Toml::text(&wish.version.to_string())));
            if let Some(distribution) = wish.wheel.distribution() {
                package.push(file_table(distribution)?);
            }
        }
    }
    Ok(Toml::Table(package))
}

/// The file of an index: `wheels` or `sdist`, with its hash.
fn file_table(distribution: &Distribution) -> Result<(&'static str, Toml), Failure> {
    let file = distribution.file();
    let url = packaging::direct_url::without_credentials(&file.url);
    let told = file.sha256().or(file.hashes.first()).cloned();
    let hash = match told {
        Some(hash) => Some(hash),
        None => local_hash(&url)?,
    };
    let mut table = vec![("name", Toml::text(distribution.filename())), ("url", Toml::text(&url))];
    if let Some(hash) = hash {
        let hashes = vec![(hash.algorithm().name(), Toml::text(hash.hex()))];
        table.push(("hashes", Toml::Table(hashes)));
    }
    Ok(match distribution {
        Distribution::Wheel(_) => ("wheels", Toml::Array(vec![Toml::Table(table)])),
        Distribution::Source(_) => ("sdist", Toml::Table(table)),
    })
}

/// The SHA-256 of a file of this machine, which no index tells.
fn local_hash(url: &str) -> Result<Option<Hash>, Failure> {
    let parsed = url::Url::parse(url).ok().filter(|url| url.scheme() == "file");
    let Some(path) = parsed.and_then(|url| url.to_file_path().ok()) else { return Ok(None) };
    let digest = super::hash::digest(&path, HashAlgorithm::Sha256);
    digest.map(Some).map_err(|error| Failure::system(&error, &path.to_string_lossy()))
}

/// What was named by an address: `archive`, `directory` or `vcs`.
fn direct_table(direct: &DirectUrl, base: &Path) -> (&'static str, Toml) {
    let url = packaging::direct_url::without_credentials(&direct.url);
    let subdirectory = direct.subdirectory.as_ref().map(|folder| ("subdirectory", Toml::text(folder)));
    match &direct.info {
        DirectUrlInfo::Archive { hashes } => {
            let known = |(algorithm, hex): (&String, &String)| {
                let algorithm = HashAlgorithm::from_name(algorithm)?;
                Some((algorithm.name(), Toml::text(hex)))
            };
            let hashes: Table = hashes.iter().flatten().filter_map(known).collect();
            let mut table = vec![("url", Toml::text(&url))];
            table.extend(subdirectory);
            table.push(("hashes", Toml::Table(hashes)));
            ("archive", Toml::Table(table))
        }
        DirectUrlInfo::Directory { editable } => {
            let path = url::Url::parse(&url).ok().and_then(|url| url.to_file_path().ok()).unwrap_or_default();
            let mut table = vec![("path", Toml::text(&below(&path, base).display().to_string()))];
            table.extend((*editable == Some(true)).then_some(("editable", Toml::Boolean(true))));
            table.extend(subdirectory);
            ("directory", Toml::Table(table))
        }
        DirectUrlInfo::Vcs { vcs, requested_revision, commit_id } => {
            let mut table = vec![("type", Toml::text(vcs)), ("url", Toml::text(&url))];
            let revision = requested_revision.as_ref();
            table.extend(revision.map(|revision| ("requested-revision", Toml::text(revision))));
            table.push(("commit-id", Toml::text(commit_id)));
            table.extend(subdirectory);
            ("vcs", Toml::Table(table))
        }
    }
}

/// A folder as it lies from `base`; one that does not lie below it keeps its whole path.
fn below(path: &Path, base: &Path) -> PathBuf {
    let (path, base) = (
        path.canonicalize().unwrap_or_else(|_| path.to_owned()),
        base.canonicalize().unwrap_or_else(|_| base.to_owned()),
    );
    match path.strip_prefix(&base) {
        Ok(rest) if rest.as_os_str().is_empty() => PathBuf::from("."),
        Ok(rest) => rest.to_owned(),
        Err(_) => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders() {
        assert_eq!(below(Path::new("/no/such/a"), Path::new("/no/such")), Path::new("a"));
        assert_eq!(below(Path::new("/no/such"), Path::new("/no/such")), Path::new("."));
    }
}
