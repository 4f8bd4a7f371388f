//! `pip lock`

use std::path::{Path, PathBuf};

use environment::plan::Wanted as Wish;
use packaging::direct_url::{DirectUrl, DirectUrlInfo};
use packaging::distribution::Distribution;
use packaging::hashes::{Hash, HashAlgorithm};
use packaging::pylock::is_pylock_filename;

use super::errors::Failure;
use super::searched::Searched;
use super::{Ended, Hands, Session};
use crate::cli::pip as flags;
use crate::ops::install::InstallReport;
use crate::ops::obtain::Source;

/// pip breaks arrays of tables whose tables do not fit into lines of this length.
const LINE: usize = 100;

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
    let mut text = String::from("lock-version = \"1.0\"\ncreated-by = \"pip\"\n");
    let mut wishes: Vec<&Wish<Source>> = found.plan.install.iter().map(|(wish, _)| wish).collect();
    wishes.sort_by(|one, other| one.name.cmp(&other.name));
    if wishes.is_empty() {
        text.push_str("packages = []\n");
    }
    if let Some(lines) = short(&wishes, found, base) {
        text.push_str(&format!("packages = [\n{}]\n", lines.concat()));
        return Ok(text);
    }
    for wish in wishes {
        text.push_str("\n[[packages]]\n");
        push_text(&mut text, "name", wish.name.as_str());
        match found.direct_urls.get(&wish.name) {
            Some(direct) => {
                let direct = DirectUrl::parse(direct.as_bytes())
                    .map_err(|error| Failure::exception(format!("DirectUrlValidationError: {error}")))?;
                push_direct(&mut text, &direct, base);
            }
            _ => {
                push_text(&mut text, "version", &wish.version.to_string());
                if let Some(distribution) = wish.wheel.distribution() {
                    push_file(&mut text, distribution)?;
                }
            }
        }
    }
    Ok(text)
}

/// The packages with one line for each, where every one is that short: folders and repositories.
fn short(wishes: &[&Wish<Source>], found: &InstallReport, base: &Path) -> Option<Vec<String>> {
    let lines = wishes.iter().map(|wish| {
        let direct = DirectUrl::parse(found.direct_urls.get(&wish.name)?.as_bytes()).ok()?;
        let mut body = String::new();
        push_direct(&mut body, &direct, base);
        let (head, fields) = body.trim_start().split_once('\n')?;
        let kind = head.strip_prefix("[packages.")?.strip_suffix(']').filter(|_| !fields.contains("\n["))?;
        let fields = fields.lines().collect::<Vec<_>>().join(", ");
        let name = toml_text(wish.name.as_str());
        Some(format!("    {{ name = {name}, {kind} = {{ {fields} }} }},"))
    });
    let lines: Option<Vec<String>> = lines.collect();
    let fits = |line: &String| line.chars().count() <= LINE;
    let lines = lines.filter(|lines| !lines.is_empty() && lines.iter().all(fits))?;
    Some(lines.into_iter().map(|line| line + "\n").collect())
}

fn push_text(text: &mut String, key: &str, value: &str) {
    text.push_str(&format!("{key} = {}\n", toml_text(value)));
}

/// A basic string of TOML.
fn toml_text(value: &str) -> String {
    let mut text = String::from('"');
    for character in value.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            control if control != '\t' && (control < ' ' || control == '\u{7f}') => {
                text.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => text.push(other),
        }
    }
    text.push('"');
    text
}

/// The file of an index: `[[packages.wheels]]` or `[packages.sdist]`, each with its hashes below.
fn push_file(text: &mut String, distribution: &Distribution) -> Result<(), Failure> {
    let file = distribution.file();
    let url = packaging::direct_url::without_credentials(&file.url);
    let told = file.sha256().or(file.hashes.first()).cloned();
    let hash = match told {
        Some(hash) => Some(hash),
        None => local_hash(&url)?,
    };
    let hash = hash.as_ref().map(|hash| (hash.algorithm().name(), hash.hex()));
    let (name, is_wheel) = (distribution.filename(), matches!(distribution, Distribution::Wheel(_)));
    let inline = hash.map_or_else(String::new, |(algorithm, hex)| {
        format!(
            "    {{ name = {}, url = {}, hashes = {{ {algorithm} = \"{hex}\" }} }},",
            toml_text(name),
            toml_text(&url)
        )
    });
    if is_wheel && !inline.is_empty() && inline.chars().count() <= LINE {
        text.push_str(&format!("wheels = [\n{inline}\n]\n"));
        return Ok(());
    }
    let kind = if is_wheel { "wheels" } else { "sdist" };
    text.push_str(if is_wheel { "\n[[packages.wheels]]\n" } else { "\n[packages.sdist]\n" });
    push_text(text, "name", name);
    push_text(text, "url", &url);
    if let Some((algorithm, hex)) = hash {
        text.push_str(&format!("\n[packages.{kind}.hashes]\n"));
        push_text(text, algorithm, hex);
    }
    Ok(())
}

/// The SHA-256 of a file of this machine, which no index tells.
fn local_hash(url: &str) -> Result<Option<Hash>, Failure> {
    let parsed = url::Url::parse(url).ok().filter(|url| url.scheme() == "file");
    let Some(path) = parsed.and_then(|url| url.to_file_path().ok()) else { return Ok(None) };
    let digest = super::hash::digest(&path, HashAlgorithm::Sha256);
    digest.map(Some).map_err(|error| Failure::system(&error, &path.to_string_lossy()))
}

/// What was named by an address: `[packages.archive]`, `[packages.directory]` or `[packages.vcs]`.
fn push_direct(text: &mut String, direct: &DirectUrl, base: &Path) {
    let url = packaging::direct_url::without_credentials(&direct.url);
    let subdirectory = |text: &mut String| {
        if let Some(folder) = &direct.subdirectory {
            push_text(text, "subdirectory", folder);
        }
    };
    match &direct.info {
        DirectUrlInfo::Archive { hashes } => {
            text.push_str("\n[packages.archive]\n");
            push_text(text, "url", &url);
            subdirectory(text);
            text.push_str("\n[packages.archive.hashes]\n");
            for (algorithm, hex) in hashes.iter().flatten() {
                push_text(text, algorithm, hex);
            }
        }
        DirectUrlInfo::Directory { editable } => {
            text.push_str("\n[packages.directory]\n");
            let path = url::Url::parse(&url).ok().and_then(|url| url.to_file_path().ok()).unwrap_or_default();
            push_text(text, "path", &below(&path, base).display().to_string());
            if *editable == Some(true) {
                text.push_str("editable = true\n");
            }
            subdirectory(text);
        }
        DirectUrlInfo::Vcs { vcs, requested_revision, commit_id } => {
            text.push_str("\n[packages.vcs]\n");
            push_text(text, "type", vcs);
            push_text(text, "url", &url);
            if let Some(revision) = requested_revision {
                push_text(text, "requested-revision", revision);
            }
            push_text(text, "commit-id", commit_id);
            subdirectory(text);
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
    fn strings() {
        assert_eq!(toml_text("a\"b\\\n\u{1}\té"), "\"a\\\"b\\\\\\n\\u0001\té\"");
    }

    #[test]
    fn folders() {
        assert_eq!(below(Path::new("/no/such/a"), Path::new("/no/such")), Path::new("a"));
        assert_eq!(below(Path::new("/no/such"), Path::new("/no/such")), Path::new("."));
    }
}
