//! `pip freeze`

use std::collections::{BTreeMap, BTreeSet};

use packaging::{Origin, PackageName};
use project::requirements_file::{PathRequirement, Requested};

use super::errors::Failure;
use super::list::{is_standard, pinned};
use super::{Ended, Session};
use crate::cli::pip as flags;
use crate::ops::direct::{DirectError, is_archive, lists_requirements};
use crate::ops::list::{Editable, ListRequest, Listed, list};
use crate::ops::working_copy::{WorkingCopy, working_copy};

/// Lines of a requirements file that are kept as they are.
const KEPT: [&str; 11] = [
    "-r",
    "--requirement",
    "-f",
    "--find-links",
    "-i",
    "--index-url",
    "--pre",
    "--trusted-host",
    "--process-dependency-links",
    "--extra-index-url",
    "--use-feature",
];

/// What is installed and not yet written, and what files have said so far.
struct Freezing {
    left: BTreeMap<PackageName, Listed>,
    kept: BTreeSet<String>,
    /// In which files each name was met, as it is spelled there, in the order of the first meeting.
    files: Vec<(String, Vec<String>)>,
}

impl Session<'_> {
    pub(super) fn freeze(&self) -> Ended {
        let editable =
            if self.parsed.is_on(&flags::EXCLUDE_EDITABLE) { Editable::Exclude } else { Editable::Include };
        let request = self.list_request()?;
        let excluded = request.exclude.clone();
        let request = ListRequest { editable, exclude: BTreeSet::new(), ..request };
        let environment = self.seen_environment();
        self.warn_leftovers(&environment);
        let listed = list(&environment, &request)?;
        let left = listed.into_iter().map(|one| (one.name.clone(), one)).collect();
        let mut freezing = Freezing { left, kept: BTreeSet::new(), files: Vec::new() };
        let files = self.parsed.values(&flags::FREEZE_REQUIREMENT);
        for file in &files {
            self.freeze_file(file, &mut freezing)?;
        }
        for (name, found) in freezing.files.iter().filter(|(_, found)| found.len() > 1) {
            let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
            let found: Vec<&str> = found.into_iter().collect();
            self.warn(&format!("Requirement {name} included multiple times [{}]", found.join(", ")));
        }
        if !files.is_empty() {
            self.terminal.line("## The following requirements were added by pip freeze:");
        }
        let hidden = self.hidden();
        let mut rest: Vec<&Listed> = freezing.left.values().collect();
        rest.retain(|one| !excluded.contains(&one.name) && !hidden.contains(&one.name.as_str()));
        rest.retain(|one| !is_standard(&one.name));
        rest.sort_by_key(|one| one.raw_name.to_lowercase());
        rest.into_iter().for_each(|one| self.freeze_one(one));
        Ok(0)
    }

    /// What belongs to packaging itself and is left out without `--all`.
    fn hidden(&self) -> &'static [&'static str] {
        let (major, minor, _) = self.interpreter.version();
        match self.parsed.is_on(&flags::ALL) {
            true => &[],
            false if (major, minor) >= (3, 12) => &["pip"],
            false => &["pip", "setuptools", "distribute", "wheel"],
        }
    }

    /// The lines of a requirements file, with the versions that are installed.
    fn freeze_file(&self, file: &str, freezing: &mut Freezing) -> Result<(), Failure> {
        let text = std::fs::read_to_string(self.process.absolute(file))
            .map_err(|error| Failure::system(&error, file))?;
        for line in text.lines() {
            let bare = line.trim();
            if bare.is_empty() || bare.starts_with('#') || KEPT.iter().any(|kept| line.starts_with(kept)) {
                let line = line.trim_end();
                if freezing.kept.insert(line.to_owned()) {
                    self.terminal.line(line);
                }
                continue;
            }
            self.freeze_line(file, line, freezing)?;
        }
        Ok(())
    }

    fn freeze_line(&self, file: &str, line: &str, freezing: &mut Freezing) -> Result<(), Failure> {
        let wanted = without_comment(line).trim();
        let Some(spelled) = self.name_in(line, wanted)? else {
            self.info(&format!(
                "Skipping line in requirement file [{file}] because it's not clear what it would install: {}",
                line.trim()
            ));
            self.info("  (add #egg=PackageName to the URL to avoid this warning)");
            return Ok(());
        };
        let place = freezing.files.iter().position(|(name, _)| *name == spelled);
        let place = place.unwrap_or_else(|| {
            freezing.files.push((spelled.clone(), Vec::new()));
            freezing.files.len() - 1
        });
        let met = &mut freezing.files[place].1;
        match PackageName::new(&spelled).ok().and_then(|name| freezing.left.remove(&name)) {
            Some(one) => {
                met.push(file.to_owned());
                self.freeze_one(&one);
            }
            None if met.is_empty() => self.warn(&format!(
                "Requirement file [{file}] contains {wanted}, but package {} is not installed",
                crate::cli::python_repr(&spelled)
            )),
            None => met.push(file.to_owned()),
        }
        Ok(())
    }

    /// The package that a line is about, as it is spelled; none when the line does not say.
    fn name_in(&self, line: &str, wanted: &str) -> Result<Option<String>, Failure> {
        let editable = line.strip_prefix("--editable").or_else(|| line.strip_prefix("-e"));
        if let Some(place) = editable {
            let place = place.trim().trim_start_matches('=');
            let (_, fragment) = place.split_once('#').unwrap_or_default();
            let egg = fragment.split('&').find_map(|part| part.strip_prefix("egg="));
            return Ok(egg.map(|egg| egg.split('[').next().unwrap_or(egg).to_owned()));
        }
        refuse_folder(wanted)?;
        let origin = std::sync::Arc::new(Origin::CommandLine);
        let requested = Requested::parse(wanted, &origin)
            .map_err(|error| Failure::from(crate::ops::wanted::WantedError::Word(error)))?;
        Ok(match requested {
            Requested::Named(requirement) => Some(requirement.raw_name.to_string()),
            Requested::Url(url) => url.egg.map(|name| name.to_string()),
            Requested::Path(path) => refuse_nowhere(path).map(|_| None)?,
        })
    }

    /// The lines that install one package again.
    fn freeze_one(&self, one: &Listed) {
        if let Some(folder) = one.editable() {
            return self.freeze_editable(one, &folder);
        }
        let direct = one.direct_url();
        let line = direct.map_or_else(|| pinned(one), |direct| direct.to_requirement(&one.raw_name));
        self.terminal.line(&line);
    }

    fn freeze_editable(&self, one: &Listed, folder: &std::path::Path) {
        let (place, pin) = (folder.display().to_string(), pinned(one));
        let (comments, requirement) = match working_copy(folder, &one.raw_name, self.process) {
            WorkingCopy::None => (vec![format!("# Editable install with no version control ({pin})")], place),
            WorkingCopy::At(requirement) => (Vec::new(), requirement),
            WorkingCopy::NoRemote { tool } => {
                (vec![format!("# Editable {tool} install with no remote ({pin})")], place)
            }
            WorkingCopy::BadRemote { tool, url } => (
                vec![
                    format!(
                        "# Editable {tool} install ({pin}) with either a deleted local remote or invalid URI:"
                    ),
                    format!("# '{url}'"),
                ],
                place,
            ),
            WorkingCopy::Unknown => {
                self.warn(&format!("Could not determine repository location of {place}"));
                (vec!["## !! Could not determine repository location".to_owned()], place)
            }
        };
        comments.iter().for_each(|comment| self.terminal.line(comment));
        self.terminal.line(&format!("-e {requirement}"));
    }
}

/// pip's word about a folder that is no project.
pub(super) fn refuse_folder(wanted: &str) -> Result<(), Failure> {
    let folder = std::path::Path::new(wanted.split('[').next().unwrap_or(wanted));
    let is_path = wanted.contains('/') || wanted.starts_with('.');
    let is_project = ["pyproject.toml", "setup.py"].iter().any(|file| folder.join(file).is_file());
    if is_path && folder.is_dir() && !is_project {
        return Err(Failure::error(format!(
            "Directory {} is not installable. Neither 'setup.py' nor 'pyproject.toml' found.",
            crate::cli::python_repr(wanted)
        )));
    }
    Ok(())
}

/// pip's word about a path that is neither a folder nor looks like an archive.
fn refuse_nowhere(path: PathRequirement) -> Result<PathRequirement, Failure> {
    let place = std::path::Path::new(&path.path);
    if place.is_dir() || is_archive(&path.path) {
        return Ok(path);
    }
    let there = lists_requirements(place);
    Err(DirectError::NotAPlace { typed: path.path, there, origin: path.origin }.into())
}

/// A line without its comment: `#` at the beginning or after white space.
fn without_comment(line: &str) -> &str {
    let starts = |at: &usize| line[..*at].chars().next_back().is_none_or(char::is_whitespace);
    let mut places = line.match_indices('#').map(|(at, _)| at);
    places.find(starts).map_or(line, |at| &line[..at])
}

#[cfg(test)]
mod tests {
    use super::without_comment;

    #[test]
    fn comments() {
        for (line, bare) in [("a # b", "a "), ("a#b", "a#b"), ("# a", ""), ("a  #", "a  "), ("é #x", "é ")]
        {
            assert_eq!(without_comment(line), bare);
        }
    }
}
