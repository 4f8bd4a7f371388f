//! Hatchling's wheels: the chosen files, then what the project shares, then the metadata.

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::options::Target;
use super::selection::{Included, Selection};
use super::{Hatch, RELEASE};
use crate::archive::ZipTime;
use crate::native::project::Project;
use crate::native::tree::{normalized_mode, normalized_path, read, status};
use crate::native::wheel::{RecordLines, WheelMember, WheelWriter};
use crate::native::{Made, NativeError, Source, Stop, not_native};

/// Linux reads no more of a script's first line.
const LONGEST_SHEBANG: usize = 256;

/// A wheel whose files are chosen.
pub(super) struct Wheel {
    filename: String,
    dist_info: String,
    time: ZipTime,
    members: Vec<(String, Content)>,
}

/// Where the bytes of a member come from.
enum Content {
    /// A file, with its mode.
    File(PathBuf),
    /// A script, whose first line is made to say `#!python`.
    Script(PathBuf),
    /// A file, with the mode of what is generated.
    Copied(PathBuf),
    Generated(Vec<u8>),
}

impl Wheel {
    pub(super) fn standard(hatch: &Hatch<'_>, target: &Target, metadata: &[u8]) -> Result<Self, Stop> {
        let selection = Selection::of_wheel(hatch, target)?;
        let mut wheel = Self::empty(hatch, target);
        wheel.add_files(selection.files()?, "");
        wheel.add_shared(hatch, target, &selection)?;
        wheel.add_metadata(hatch, target, &selection, metadata)?;
        wheel.checked()
    }

    pub(super) fn editable(hatch: &Hatch<'_>, target: &Target, metadata: &[u8]) -> Result<Self, Stop> {
        if target.dev_mode_dirs.is_empty() && target.dev_mode_exact {
            return not_native("`dev-mode-exact` maps modules one by one");
        }
        let selection = Selection::of_wheel(hatch, target)?;
        let mut wheel = Self::empty(hatch, target);
        let name = hatch.fields.name();
        let root = &hatch.source.root;
        let folders: Vec<String> = if target.dev_mode_dirs.is_empty() {
            import_folders(hatch.source, &selection.chosen()?)?
        } else {
            let absolute = |folder: &String| normalized_path(&format!("{root}/{folder}"));
            let mut folders: Vec<String> = target.dev_mode_dirs.iter().map(absolute).collect();
            folders.sort_unstable();
            folders
        };
        let pth = format!("_{}.pth", name.replace('-', "_"));
        wheel.members.push((pth, Content::Generated(folders.join("\n").into_bytes())));
        wheel.add_files(selection.forced()?, "");
        wheel.add_shared(hatch, target, &selection)?;
        wheel.add_metadata(hatch, target, &selection, metadata)?;
        wheel.checked()
    }

    fn empty(hatch: &Hatch<'_>, target: &Target) -> Self {
        let id = hatch.project_id(target.strict_naming);
        Self {
            filename: format!("{id}-{}-none-any.whl", hatch.fields.tags.join(".")),
            dist_info: format!("{id}.dist-info"),
            time: ZipTime::from_epoch(i64::try_from(hatch.epoch()).unwrap_or(i64::MAX)),
            members: Vec::new(),
        }
    }

    fn add_files(&mut self, files: Vec<Included>, folder: &str) {
        let member = |file: Included| (format!("{folder}{}", file.distributed), Content::File(file.path));
        self.members.extend(files.into_iter().map(member));
    }

    fn add_shared(
        &mut self,
        hatch: &Hatch<'_>,
        target: &Target,
        selection: &Selection<'_>,
    ) -> Result<(), Stop> {
        let data = format!("{}.data", hatch.project_id(target.strict_naming));
        self.add_files(selection.explicit(&target.shared_data)?, &format!("{data}/data/"));
        for script in selection.explicit(&target.shared_scripts)? {
            self.members
                .push((format!("{data}/scripts/{}", script.distributed), Content::Script(script.path)));
        }
        Ok(())
    }

    fn add_metadata(
        &mut self,
        hatch: &Hatch<'_>,
        target: &Target,
        selection: &Selection<'_>,
        metadata: &[u8],
    ) -> Result<(), Stop> {
        let dist_info = self.dist_info.clone();
        let mut generate = |name: &str, bytes: Vec<u8>| {
            self.members.push((format!("{dist_info}/{name}"), Content::Generated(bytes)));
        };
        generate("METADATA", metadata.to_vec());
        generate("WHEEL", description(hatch.fields.tags).into_bytes());
        let entry_points = entry_points(&hatch.project)?;
        if !entry_points.is_empty() {
            generate("entry_points.txt", entry_points.into_bytes());
        }
        for path in &hatch.fields.license_files {
            let member = format!("{dist_info}/licenses/{path}");
            self.members.push((member, Content::Copied(hatch.source.path(path))));
        }
        self.add_files(selection.explicit(&sboms(hatch.source, target)?)?, &format!("{dist_info}/sboms/"));
        let extra = selection.explicit(&target.extra_metadata)?;
        self.add_files(extra, &format!("{dist_info}/extra_metadata/"));
        Ok(())
    }

    /// Refuses what hatchling refuses: two members of one name.
    fn checked(self) -> Result<Self, Stop> {
        let mut names = HashSet::new();
        match self.members.iter().find(|(name, _)| !names.insert(name)) {
            Some((name, _)) => not_native(format!("two files are `{name}` in the wheel")),
            None => Ok(self),
        }
    }

    pub(super) fn make(&self) -> Result<Made, NativeError> {
        let mut writer = WheelWriter::new();
        for (name, content) in &self.members {
            let (contents, mode) = content.read()?;
            writer.add(&WheelMember { name, contents: &contents, time: self.time, mode })?;
        }
        let name = format!("{}/RECORD", self.dist_info);
        let record = WheelMember { name: &name, contents: &[], time: self.time, mode: 0o644 };
        Ok(Made { filename: self.filename.clone(), bytes: writer.finish(&record, RecordLines::Unix)? })
    }
}

impl Content {
    /// The bytes and the mode.
    fn read(&self) -> Result<(Vec<u8>, u32), NativeError> {
        match self {
            Self::File(path) => Ok((read(path)?, mode(path)?)),
            Self::Script(path) => Ok((script(read(path)?), mode(path)?)),
            Self::Copied(path) => Ok((read(path)?, 0o644)),
            Self::Generated(bytes) => Ok((bytes.clone(), 0o644)),
        }
    }
}

fn mode(path: &Path) -> Result<u32, NativeError> {
    Ok(normalized_mode(status(path)?.mode()))
}

/// A script whose first line runs some Python becomes one that installers rewrite (`#!python`).
fn script(bytes: Vec<u8>) -> Vec<u8> {
    let end =
        bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1).min(LONGEST_SHEBANG);
    let line = &bytes[..end];
    if !line.starts_with(b"#!") || end == LONGEST_SHEBANG && !line.ends_with(b"\n") {
        return bytes;
    }
    let names = [&b"python"[..], b"pypy"];
    let starts =
        |at: &usize| names.iter().find(|name| line[*at..].starts_with(name)).map(|name| at + name.len());
    let Some(after) = (2..end).rev().find_map(|at| starts(&at)) else { return bytes };
    let after = after + usize::from(line.get(after) == Some(&b'w'));
    let version = line[after..].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    [b"#!python", &bytes[after + version..]].concat()
}

/// The folders that lead to the chosen modules, as the `editables` library lists them.
fn import_folders(source: &Source<'_>, files: &[Included]) -> Result<Vec<String>, Stop> {
    // Each module's name and where it is; the last file of a module decides, the first one its place in the list.
    let mut modules: Vec<(&str, String)> = Vec::new();
    for file in files.iter().filter(|file| file.relative.ends_with(".py") && !file.relative.is_empty()) {
        let (module, path) = match file.relative.split_once('/') {
            None => (file.relative.trim_end_matches(".py"), file.relative.clone()),
            Some((first, _)) if file.distributed == file.relative => (first, first.to_owned()),
            Some(_) => {
                let module = file.distributed.split('/').next().unwrap_or_default();
                let Some(at) = file.relative.find(&file.distributed) else {
                    return not_native("`sources` changes a prefix, which editable wheels cannot follow");
                };
                (module, format!("{}{module}", &file.relative[..at]))
            }
        };
        match modules.iter_mut().find(|(name, _)| *name == module) {
            Some((_, place)) => *place = path,
            None => modules.push((module, path)),
        }
    }
    let mut folders = Vec::new();
    for (_, path) in modules {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let Ok(real) = source.path(folder).canonicalize() else {
            return not_native("a folder has no real path");
        };
        folders.push(real.to_string_lossy().into_owned());
    }
    Ok(folders)
}

fn sboms(source: &Source<'_>, target: &Target) -> Result<Vec<(String, String)>, Stop> {
    let place = |path: &String| {
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        if path.starts_with('/') || !source.path(path).is_file() {
            return not_native(format!("the SBOM `{path}` is not a file of the project"));
        }
        Ok((format!("{}/{path}", source.root), name))
    };
    target.sbom_files.iter().map(place).collect()
}

fn description(tags: &[&str]) -> String {
    let tags: String = tags.iter().map(|python| format!("Tag: {python}-none-any\n")).collect();
    format!("Wheel-Version: 1.0\nGenerator: {RELEASE}\nRoot-Is-Purelib: true\n{tags}")
}

/// Groups and names are sorted; console and GUI scripts come first.
fn entry_points(project: &Project) -> Result<String, Stop> {
    let own = ["console_scripts", "gui-scripts"];
    if project.entry_points.iter().any(|(group, _)| own.contains(&&**group)) {
        return not_native("scripts stand in [project.entry-points]");
    }
    let mut groups: Vec<(&str, &[(String, String)])> =
        project.entry_points.iter().map(|(g, e)| (&**g, &**e)).collect();
    groups.sort_unstable_by_key(|(group, _)| *group);
    let scripts = [("console_scripts", &*project.scripts), ("gui_scripts", &*project.gui_scripts)];
    let mut text = String::new();
    for (group, entries) in scripts.into_iter().chain(groups).filter(|(_, entries)| !entries.is_empty()) {
        let mut sorted: Vec<&(String, String)> = entries.iter().collect();
        sorted.sort_unstable();
        text.push_str(&format!("\n[{group}]\n"));
        text.extend(sorted.into_iter().map(|(name, object)| format!("{name} = {object}\n")));
    }
    Ok(text.trim_start().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_lines_of_scripts_are_made_general() {
        let cases = [
            ("#!/usr/bin/env python3.11 -O\nx", "#!python -O\nx"),
            ("#!/usr/bin/pythonw\n", "#!python\n"),
            ("#!/opt/python/bin/pypy3\n", "#!python\n"),
            ("#!/bin/sh\npython\n", "#!/bin/sh\npython\n"),
            ("print()\n", "print()\n"),
            ("", ""),
        ];
        for (script_text, expected) in cases {
            assert_eq!(script(script_text.as_bytes().to_vec()), expected.as_bytes(), "{script_text:?}");
        }
    }
}
