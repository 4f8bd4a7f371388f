//! setuptools 84.2: declarative projects, in `pyproject.toml` or `setup.cfg`, without code of their own.

mod discovery;
mod distribution;
mod literal;
mod manifest;
mod metadata;
mod pyproject;
mod setup_cfg;
mod tree_files;

use std::collections::BTreeSet;

use packaging::name::canonicalize_name;
use packaging::{Prereleases, Requirement, Version};

use super::glob::{Reading, glob};
use super::members::{self, Member, RecordFile, Times};
use super::tree::{self, Folder, join};
use super::{Made, NativeError, Recipe, Source, Stop, emulated, not_native, parts};
use crate::archive::GzipForm;
use crate::{BuildSystem, Product};
use distribution::Distribution;
use manifest::FileList;
use metadata::Facts;
use setup_cfg::SetupCfg;
use tree_files::EggInfo;

/// The emulated release.
const RELEASE: &str = "setuptools 84.2.1";

/// A project that is understood.
struct Setuptools {
    /// `name-version`, as file names have it.
    stem: String,
    tag: &'static str,
    metadata: Vec<u8>,
    wheel: Vec<Member>,
    editable: Vec<Member>,
    sdist: Vec<Member>,
    times: Times,
}

/// Looks whether the project is understood.
pub(super) fn recognise(source: &Source<'_>, system: &BuildSystem) -> Result<Box<dyn Recipe>, Stop> {
    let requires: Vec<Requirement> =
        system.requires.iter().filter(|requirement| !is_idle(requirement)).cloned().collect();
    emulated(&requires, &[RELEASE])?;
    if !source.request.settings.is_empty() {
        return not_native("settings for setuptools are not understood");
    }
    if source.path("build").is_dir() {
        return not_native("setuptools would use what an earlier build left in `build`");
    }
    if source.path("setup.py").exists() && !is_trivial(&tree::read_text(&source.path("setup.py"))?) {
        return not_native("setup.py is a program");
    }
    let (distribution, configuration) = configured(source)?;
    let facts = Facts::of(&distribution, license_files(source, &distribution)?)?;
    let text = facts.print(&distribution)?;
    let egg_info = EggInfo::of(source, &distribution, &facts)?;
    let name = canonicalize_name(&distribution.name).replace('-', "_");
    let stem = format!("{name}-{}", facts.version);
    let files = files(source, &distribution, &facts, &egg_info)?;
    let generator = Generator {
        release: parts(RELEASE).1,
        tag: if distribution.universal { UNIVERSAL } else { PYTHON_3 },
    };
    let mut made = Setuptools {
        stem,
        tag: generator.tag,
        times: times(source, &files)?,
        metadata: text.clone().into_bytes(),
        wheel: Vec::new(),
        editable: Vec::new(),
        sdist: Vec::new(),
    };
    let pkg_info = Member::made("PKG-INFO".to_owned(), text);
    if source.wants(Product::Wheel) {
        let code = tree_files::code(source, &distribution, &files)?;
        made.wheel = wheel(code, &made.stem, &generator, (&pkg_info, &facts, &egg_info), source)?;
    }
    if source.wants(Product::Editable) {
        let path = pth(source, &distribution, &made.stem)?;
        let mut info = wheel(Vec::new(), &made.stem, &generator, (&pkg_info, &facts, &egg_info), source)?;
        // Made anew, whatever an egg-info folder in the tree has.
        for member in info.iter_mut().filter(|member| matches!(member.contents, members::Contents::Made(_))) {
            member.mode = members::MADE;
        }
        made.editable = std::iter::once(path).chain(info).collect();
    }
    if source.wants(Product::SourceDistribution) {
        let configuration = Member::made("setup.cfg".to_owned(), configuration.print());
        made.sdist = sdist(source, &files, &egg_info, [pkg_info, configuration])?;
    }
    Ok(Box::new(made))
}

/// The mode of what setuptools writes into a wheel from memory.
const WRITTEN: u32 = 0o100_664;

const PYTHON_3: &str = "py3-none-any";
const UNIVERSAL: &str = "py2.py3-none-any";

/// What WHEEL says.
struct Generator {
    release: &'static str,
    tag: &'static str,
}

/// Whether a requirement is `wheel`, which setuptools asked for in the past; since 0.46 it has no commands.
fn is_idle(requirement: &Requirement) -> bool {
    let newest = Version::of([0, 48, 0]);
    requirement.name.as_str() == "wheel"
        && requirement.extras.is_empty()
        && requirement.marker.is_none()
        && requirement.specifiers().is_some_and(|versions| versions.contains(&newest, Prereleases::Exclude))
}

/// Whether a `setup.py` only calls `setup()`.
fn is_trivial(text: &str) -> bool {
    let allowed = [
        "from __future__ import annotations",
        "from setuptools import setup",
        "import setuptools",
        "setup()",
        "setuptools.setup()",
        "if __name__ == \"__main__\":",
        "if __name__ == '__main__':",
    ];
    let code = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    let mut lines = code.filter(|line| !line.is_empty()).peekable();
    lines.peek().is_some() && lines.all(|line| allowed.contains(&line))
}

/// Reads both configuration files; only one of them may describe the project.
fn configured(source: &Source<'_>) -> Result<(Distribution, SetupCfg), Stop> {
    let mut distribution = Distribution::default();
    let path = source.path("setup.cfg");
    let configuration = if path.is_file() {
        SetupCfg::parse(&tree::read_configuration(&path)?)?
    } else {
        SetupCfg::default()
    };
    let modern = source.document.has("project");
    if modern && configuration.is_declarative() {
        return not_native("both setup.cfg and pyproject.toml describe the project");
    }
    if !modern && source.tool("setuptools")?.is_some() {
        return not_native("[tool.setuptools] stands without [project]");
    }
    configuration.apply(source, &mut distribution)?;
    if modern {
        pyproject::apply(source, &mut distribution)?;
    }
    discovery::discover(source, &mut distribution.layout)?;
    Ok((distribution, configuration))
}

/// The licence files, in the order of their patterns.
fn license_files(source: &Source<'_>, distribution: &Distribution) -> Result<Vec<String>, Stop> {
    let defaults = ["LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*"].map(str::to_owned);
    let patterns = distribution.license_files.as_deref().unwrap_or(&defaults);
    let mut found: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for pattern in patterns {
        let reading = Reading { recursive: true, hidden: false };
        for path in glob(&source.tree, pattern, reading)? {
            let path_is_file = !path.ends_with('~') && source.path(&path).is_file();
            let path = tree::normalized_path(&path);
            if path_is_file && seen.insert(path.clone()) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// The files that `SOURCES.txt` names.
fn files(
    source: &Source<'_>,
    distribution: &Distribution,
    facts: &Facts,
    egg_info: &EggInfo,
) -> Result<Vec<String>, Stop> {
    let made = egg_info.paths();
    let mut list = FileList::new(source, &made);
    list.add_standards()?;
    for path in tree_files::sources(source, distribution)? {
        list.add(&path);
    }
    list.add_recorded(&join(&egg_info.folder, "SOURCES.txt"))?;
    for path in &made {
        list.add(path);
    }
    list.obey_template()?;
    for path in facts.license_files.iter().chain(&distribution.referenced) {
        list.add(path);
    }
    list.prune(&format!("{}-{}", canonicalize_name(&distribution.name).replace('-', "_"), facts.version));
    Ok(list.finish())
}

/// With a date, that; else each file's own, and the newest of them for what is made.
fn times(source: &Source<'_>, files: &[String]) -> Result<Times, Stop> {
    use std::os::unix::fs::MetadataExt;
    if let Some(epoch) = source.request.source_date_epoch {
        return Ok(Times::One(epoch.cast_signed()));
    }
    let existing = files.iter().map(|file| source.path(file)).filter(|path| path.is_file());
    let newest = existing
        .map(|path| tree::status(&path).map(|status| status.mtime()))
        .max_by_key(|time| time.as_ref().copied().unwrap_or_default());
    Ok(Times::Own(newest.transpose()?.unwrap_or_default()))
}

fn wheel(
    mut members: Vec<Member>,
    stem: &str,
    generator: &Generator,
    (pkg_info, facts, egg_info): (&Member, &Facts, &EggInfo),
    source: &Source<'_>,
) -> Result<Vec<Member>, Stop> {
    use std::os::unix::fs::PermissionsExt;
    let info = |name: &str| format!("{stem}.dist-info/{name}");
    for file in &facts.license_files {
        let path = source.path(file);
        let mode = tree::status(&path)?.permissions().mode();
        let contents = members::Contents::File(path);
        members.push(Member { name: info(&format!("licenses/{file}")), mode, contents });
    }
    members.push(Member { name: info("METADATA"), ..pkg_info.clone() });
    let tags = generator.tag.split('-').next().unwrap_or_default().split('.');
    let tags: String = tags.map(|python| format!("Tag: {python}-none-any\n")).collect();
    let text = format!(
        "Wheel-Version: 1.0\nGenerator: setuptools ({})\nRoot-Is-Purelib: true\n{tags}\n",
        generator.release
    );
    members.push(Member::made(info("WHEEL"), text));
    members.extend(egg_info.for_wheel().map(|member| Member { name: info(&member.name), ..member.clone() }));
    let folder = format!("{stem}.dist-info");
    members.sort_by_cached_key(|member| walked(&member.name, &folder));
    Ok(members)
}

/// The `.pth` file of an editable form. Where all code lies in one folder of its own, it names that; setuptools writes
/// programs for other layouts.
fn pth(source: &Source<'_>, distribution: &Distribution, stem: &str) -> Result<Member, Stop> {
    let folders: Vec<(&str, &str)> =
        distribution.layout.folders.iter().map(|(package, folder)| (&**package, &**folder)).collect();
    let [("", folder)] = folders[..] else {
        return not_native("the code is not in a folder of its own, as a plain editable form needs it");
    };
    let folder = source.path(folder);
    let real = folder.canonicalize().map_err(|error| super::disk(&folder, error))?;
    let Some(path) = real.to_str().filter(|path| path.is_ascii()) else {
        return not_native("the project's path is not ASCII");
    };
    let member = Member::made(format!("__editable__.{stem}.pth"), format!("{path}\n"));
    Ok(Member { mode: WRITTEN, ..member })
}

/// The place of a file in a walk that lists files before folders; those of `last` itself come at the very end.
fn walked(path: &str, last: &str) -> (bool, Vec<(bool, String)>) {
    let mut parts: Vec<(bool, String)> = path.split('/').map(|part| (true, part.to_owned())).collect();
    if let Some(file) = parts.last_mut() {
        file.0 = false;
    }
    let deferred =
        path.strip_prefix(last).is_some_and(|rest| rest.starts_with('/') && !rest[1..].contains('/'));
    (deferred, parts)
}

fn sdist(
    source: &Source<'_>,
    files: &[String],
    egg_info: &EggInfo,
    made: [Member; 2],
) -> Result<Vec<Member>, Stop> {
    use std::os::unix::fs::PermissionsExt;
    let mut members: Vec<Member> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for mut member in made {
        if let Ok(status) = source.path(&member.name).metadata()
            && member.name == "setup.cfg"
        {
            member.mode = status.permissions().mode();
        }
        seen.insert(member.name.clone());
        members.push(member);
    }
    members.extend(egg_info.for_sdist(files));
    seen.extend(members.iter().map(|member| member.name.clone()));
    for file in files {
        let name = tree::normalized_path(file);
        let path = source.path(&name);
        if path.is_file() && seen.insert(name.clone()) {
            let mode = tree::status(&path)?.permissions().mode();
            members.push(Member { name, mode, contents: members::Contents::File(path) });
        }
    }
    members.sort_by_cached_key(|member| member.name.split('/').map(str::to_owned).collect::<Vec<_>>());
    Ok(members)
}

impl Recipe for Setuptools {
    fn backend(&self) -> &'static str {
        RELEASE
    }

    fn metadata(&self) -> &[u8] {
        &self.metadata
    }

    fn make(&self, product: Product) -> Result<Made, NativeError> {
        if product == Product::SourceDistribution {
            let name = format!("{}.tar", self.stem);
            let (Times::One(seconds) | Times::Own(seconds)) = self.times;
            let form = GzipForm::python(u32::try_from(seconds).unwrap_or(0), Some(&name));
            let members = members::with_folders(&self.sdist);
            let bytes = members::sdist(&self.stem, &members, self.times, &form)?;
            return Ok(Made { filename: format!("{}.tar.gz", self.stem), bytes });
        }
        let (members, build) = match product {
            Product::Editable => (&self.editable, "-0.editable"),
            _ => (&self.wheel, ""),
        };
        let record = RecordFile { name: format!("{}.dist-info/RECORD", self.stem), mode: WRITTEN };
        let bytes = members::wheel(members, &record, self.times)?;
        Ok(Made { filename: format!("{}{build}-{}.whl", self.stem, self.tag), bytes })
    }
}

/// The names in a folder, or none where there is no such folder.
fn listed(source: &Source<'_>, folder: &str) -> Result<Vec<String>, Stop> {
    if source.path(folder).is_dir() { Ok(Folder::list(&source.path(folder))?.files) } else { Ok(Vec::new()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setup_py_may_call_setup() {
        for (text, trivial) in [
            ("from setuptools import setup  # type: ignore\n\nsetup()\n", true),
            ("import setuptools\nif __name__ == \"__main__\":\n    setuptools.setup()\n", true),
            ("from setuptools import setup\nsetup(name='x')\n", false),
            ("import sys\nfrom setuptools import setup\nsetup()\n", false),
            ("", false),
        ] {
            assert_eq!(is_trivial(text), trivial, "{text}");
        }
    }

    #[test]
    fn wheels_are_walked_files_first() {
        let mut paths =
            ["p/a/b.py", "p/z.py", "m.py", "a.dist-info/METADATA", "a.dist-info/licenses/L", "a-b/c"];
        paths.sort_by_cached_key(|path| walked(path, "a.dist-info"));
        assert_eq!(
            paths,
            ["m.py", "a-b/c", "a.dist-info/licenses/L", "p/z.py", "p/a/b.py", "a.dist-info/METADATA"]
        );
    }
}
