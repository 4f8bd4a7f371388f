//! Folders with a project: what they say without a build, and editable ones.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use index::vcs::{self, Existing, Occupant, VcsUrl};
use packaging::PackageName;
use packaging::direct_url::{DirectUrl, DirectUrlInfo};
use project::pyproject::PyProject;
use url::Url;

use super::tree::Tree;
use super::{Prepared, Preparer, Raw, SourceError, bare};
use crate::ops::build::Hands;
use crate::ops::events::{Event, Occupied};

/// More metadata than anybody writes.
const METADATA_LIMIT: u64 = 16 << 20;

impl Preparer<'_> {
    pub(super) fn folder(
        &self,
        url: &str,
        path: PathBuf,
        subdirectory: Option<String>,
        hands: &mut Hands<'_>,
    ) -> Result<Prepared, SourceError> {
        let editable = self.policy.editables.contains(url);
        let info = DirectUrlInfo::Directory { editable: editable.then_some(true) };
        let record = DirectUrl { url: bare(url), info, subdirectory: subdirectory.clone() };
        let raw = Raw {
            key: None,
            shown: path.display().to_string(),
            product: self.policy.product(url),
            direct_url: Some(record.to_json()),
            tree: Tree::folder(&path, subdirectory.as_deref()),
        };
        self.with_metadata(raw, url, hands)
    }

    /// `-e git+…`: a working copy that stays, and is then an editable folder (pip).
    pub(super) fn editable_repository(
        &self,
        url: &str,
        repository: &VcsUrl,
        hands: &mut Hands<'_>,
    ) -> Result<Prepared, SourceError> {
        let shown = index::redacted_text(url);
        let checkouts = self.policy.checkouts.as_ref();
        let checkouts = checkouts.ok_or_else(|| SourceError::NotEditable { place: shown.clone() })?;
        let target = checkouts.join(checkout_name(repository, self.policy.names.get(url)));
        let mut is_new = !target.exists();
        let occupant = vcs::occupant(repository, &target, &self.policy.vcs);
        let occupant = occupant.map_err(|source| Self::no_repository(url, source))?;
        let decided = occupant.as_ref().and_then(|occupant| {
            hands.listener.occupied(&Occupied { url: repository, folder: &target, occupant })
        });
        if decided.is_none() {
            hands.listener.event(&Event::RepositoryAsked { url: repository, folder: Some(&target) });
        }
        let existing = decided.unwrap_or(self.policy.existing);
        is_new |= occupant.is_some() && matches!(existing, Existing::Wipe | Existing::Backup);
        // what is no working copy and is to stay is taken as it is
        if (&occupant, existing) != (&Some(Occupant::Other), Existing::Ignore) {
            let placed = vcs::place(repository, &target, existing, &self.policy.vcs);
            let commit = placed.map_err(|source| Self::no_repository(url, source))?;
            if is_new {
                hands.listener.event(&Event::RepositoryResolved { url: repository, commit: &commit });
            }
        }
        let tree = Tree::folder(&target, repository.subdirectory.as_deref());
        let address = Url::from_file_path(tree.root()).map(String::from).unwrap_or_default();
        let info = DirectUrlInfo::Directory { editable: Some(true) };
        let record = DirectUrl { url: address, info, subdirectory: None };
        let product = self.policy.product(url);
        let raw = Raw { key: None, shown, product, direct_url: Some(record.to_json()), tree };
        self.with_metadata(raw, url, hands)
    }
}

/// The folder below `src`: the package before `@`, `#egg=`, else the repository's last name.
fn checkout_name(repository: &VcsUrl, package: Option<&PackageName>) -> String {
    let last = || repository.repository.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or("source");
    let name = package.map(PackageName::as_str).or(repository.egg.as_deref()).unwrap_or_else(last);
    let name = name.split('[').next().unwrap_or(name).trim_end_matches(".git");
    let name = packaging::name::canonicalize_name(name);
    let safe = name.chars().map(|c| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' });
    let safe: String = safe.collect();
    // a name of dots becomes one dash
    if safe.trim_matches(['.', '-']).is_empty() { "source".to_owned() } else { safe }
}

/// There must be something to build.
pub(super) fn check(folder: &Path, shown: &str) -> Result<(), SourceError> {
    if ["pyproject.toml", "setup.py"].iter().any(|name| folder.join(name).is_file()) {
        return Ok(());
    }
    Err(SourceError::NoProject { place: shown.to_owned(), folder: folder.to_owned() })
}

/// PKG-INFO of an unpacked source distribution, where it is that of every wheel built from it (PEP 643).
pub(super) fn pkg_info(folder: &Path) -> Option<Vec<u8>> {
    let path = folder.join("PKG-INFO");
    let file = path.metadata().ok().filter(|file| file.is_file() && file.len() <= METADATA_LIMIT);
    let text = file.and_then(|_| std::fs::read(&path).ok())?;
    index::is_static_metadata(&text).then_some(text)
}

/// METADATA made of a `[project]` table that has nothing dynamic of what decides (PEP 621).
pub(super) fn project_table(folder: &Path) -> Option<Vec<u8>> {
    let text = std::fs::read_to_string(folder.join("pyproject.toml")).ok()?;
    let project = PyProject::parse("pyproject.toml", &text).ok()?;
    let decisive = ["version", "dependencies", "optional-dependencies", "requires-python"];
    if !project.has_project || project.dynamic.iter().any(|field| decisive.contains(&field.as_str())) {
        return None;
    }
    let mut metadata =
        format!("Metadata-Version: 2.4\nName: {}\nVersion: {}\n", project.name?, project.version?);
    if let Some(python) = &project.requires_python {
        let _ = writeln!(metadata, "Requires-Python: {python}");
    }
    for requirement in &project.dependencies {
        let _ = writeln!(metadata, "Requires-Dist: {requirement}");
    }
    for (extra, requirements) in &project.optional_dependencies {
        let _ = writeln!(metadata, "Provides-Extra: {extra}");
        for requirement in requirements {
            let _ = writeln!(metadata, "Requires-Dist: {}", with_extra(requirement, extra.as_str()));
        }
    }
    Some(metadata.into_bytes())
}

fn with_extra(requirement: &packaging::Requirement, extra: &str) -> String {
    let mut bare = requirement.clone();
    let condition = match bare.marker.take() {
        Some(marker) => format!("({marker}) and extra == \"{extra}\""),
        None => format!("extra == \"{extra}\""),
    };
    format!("{bare} ; {condition}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_checkouts() {
        for (url, expected) in [
            ("git+https://h.example/a/B.git", "b"),
            ("git+https://h.example/a.git#egg=My_Pkg[x]", "my-pkg"),
            ("git+git@h.example:b.git", "b"),
            ("hg+https://h.example/..#egg=..", "source"),
        ] {
            assert_eq!(checkout_name(&VcsUrl::parse(url).unwrap(), None), expected, "{url}");
        }
        let (url, name) =
            (VcsUrl::parse("git+https://h.example/a#egg=c").unwrap(), PackageName::new("My_Pkg"));
        assert_eq!(checkout_name(&url, name.ok().as_ref()), "my-pkg");
    }

    #[test]
    fn static_tables_are_believed() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| std::fs::write(folder.path().join("pyproject.toml"), text).unwrap();
        write(
            "[project]\nname = \"A.b\"\nversion = \"1.0\"\nrequires-python = \">=3.8\"\ndependencies = [\"c>1\"]\n[project.optional-dependencies]\nx = [\"d; os_name == 'a' or os_name == 'b'\"]\n",
        );
        let text = project_table(folder.path()).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "Metadata-Version: 2.4\nName: a-b\nVersion: 1.0\nRequires-Python: >=3.8\nRequires-Dist: c>1\nProvides-Extra: x\nRequires-Dist: d ; (os_name == \"a\" or os_name == \"b\") and extra == \"x\"\n"
        );
        write("[project]\nname = \"a\"\ndynamic = [\"version\"]\n");
        assert_eq!(project_table(folder.path()), None);
        write("[tool.poetry]\nname = \"a\"\n");
        assert_eq!(project_table(folder.path()), None);
    }
}
