//! Which modules the project has, and the files below a folder in the order of the archives.

use super::Settings;
use super::globs::{Excludes, PortableGlob};
use super::metadata::Fields;
use crate::native::text::is_ascii_identifier;
use crate::native::tree::{Folder, join, normalized_path};
use crate::native::{Source, Stop, not_native};

/// How deep folders may nest.
const DEEPEST: usize = 200;

/// The modules and the folder in which they lie.
#[derive(Debug)]
pub(super) struct Modules {
    /// Relative to the tree; empty for the tree itself.
    pub(super) root: String,
    /// Relative to the root.
    pub(super) paths: Vec<String>,
}

impl Modules {
    pub(super) fn find(source: &Source<'_>, settings: &Settings, fields: &Fields) -> Result<Self, Stop> {
        let root = match normalized_path(&settings.module_root) {
            root if root == "." => String::new(),
            root if root.starts_with(['/', '.']) => {
                return not_native("`module-root` leads out of the project");
            }
            root => root,
        };
        let paths = match &settings.module_names {
            None => vec![Self::usual(source, settings, fields, &root)?],
            Some(names) => {
                for name in names.iter().filter(|_| !settings.namespace) {
                    check_module(source, &root, name)?;
                }
                names.iter().map(|name| name.replace('.', "/")).collect()
            }
        };
        if paths
            .iter()
            .any(|path| path.split('/').any(|part| matches!(part, "" | "..")) || path.contains('\\'))
        {
            return not_native("`module-name` is not the name of a module");
        }
        Ok(Self { root, paths })
    }

    /// The module that has the name of the project.
    fn usual(source: &Source<'_>, settings: &Settings, fields: &Fields, root: &str) -> Result<String, Stop> {
        let name = fields.import_name();
        let (path, init) = match name.strip_suffix("_stubs").filter(|_| !settings.namespace) {
            Some(stem) => (format!("{stem}-stubs"), "__init__.pyi"),
            None => (name, "__init__.py"),
        };
        if !settings.namespace && !source.path(&join(root, &format!("{path}/{init}"))).is_file() {
            return not_native(format!("there is no `{path}/{init}`"));
        }
        Ok(path)
    }

    /// The modules' folders, relative to the tree.
    pub(super) fn folders(&self) -> impl Iterator<Item = String> {
        self.paths.iter().map(|path| join(&self.root, path))
    }
}

/// A module that is named has its `__init__`, and the folders above it have none.
fn check_module(source: &Source<'_>, root: &str, name: &str) -> Result<(), Stop> {
    let (first, rest) = name.split_once('.').unwrap_or((name, ""));
    let stem = first.strip_suffix("-stubs");
    let names = std::iter::once(stem.unwrap_or(first)).chain(rest.split('.').filter(|_| !rest.is_empty()));
    let init = if stem.is_some() { "__init__.pyi" } else { "__init__.py" };
    let path = name.replace('.', "/");
    let is_module = names.into_iter().all(is_ascii_identifier)
        && source.path(&join(root, &format!("{path}/{init}"))).is_file();
    let has_init = |folder: &str| {
        ["__init__.py", "__init__.pyi"]
            .iter()
            .any(|init| source.path(&join(root, &join(folder, init))).exists())
    };
    let mut above = path.as_str();
    while let Some((folder, _)) = above.rsplit_once('/') {
        if has_init(folder) {
            return not_native(format!("`{folder}` is not a namespace"));
        }
        above = folder;
    }
    if !is_module || has_init("") {
        return not_native(format!("`{name}` is not a module"));
    }
    Ok(())
}

/// Which files a walk takes.
pub(super) struct Walk<'w> {
    pub(super) source: &'w Source<'w>,
    pub(super) excludes: &'w Excludes,
    /// Nothing includes all.
    pub(super) includes: Option<&'w [PortableGlob]>,
    /// Whether patterns are compared with the absolute path, as for wheels.
    pub(super) absolute: bool,
}

impl Walk<'_> {
    /// The files at and below a path of the tree, files and folders of one folder together in the order of names.
    pub(super) fn files(&self, top: &str) -> Result<Vec<String>, Stop> {
        let mut files = Vec::new();
        if !top.is_empty() && !self.source.path(top).is_dir() {
            return not_native(format!("there is no folder `{top}`"));
        }
        if top.is_empty() || self.enters(top)? {
            self.walk(top, 0, &mut files)?;
        }
        Ok(files)
    }

    fn walk(&self, folder: &str, depth: usize, files: &mut Vec<String>) -> Result<(), Stop> {
        if depth > DEEPEST {
            return not_native("folders nest too deep");
        }
        let found = Folder::list(&self.source.path(folder))?;
        if ["pyvenv.cfg", "lib64"]
            .iter()
            .any(|mark| found.files.iter().chain(&found.folders).any(|n| n == mark))
            && self.source.path(&join(folder, "bin/python")).is_symlink()
        {
            return not_native(format!("`{folder}` is a virtual environment"));
        }
        let folders = found.folders.iter().map(|name| (name, true));
        let mut entries: Vec<(&String, bool)> =
            folders.chain(found.files.iter().map(|name| (name, false))).collect();
        entries.sort_unstable();
        for (name, is_folder) in entries {
            let path = join(folder, name);
            if !self.enters(&path)? {
                continue;
            }
            if !is_folder {
                files.extend(self.takes(&path).then_some(path));
            } else if self.source.path(&path).is_symlink() {
                return not_native(format!("`{path}` is a link to a folder"));
            } else {
                self.walk(&path, depth + 1, files)?;
            }
        }
        Ok(())
    }

    fn enters(&self, path: &str) -> Result<bool, Stop> {
        let mut excluded = self.excludes.matches(path);
        if self.absolute {
            let relative = excluded;
            let absolute = format!("{}/{path}", self.source.root);
            excluded = self.excludes.matches(absolute.trim_start_matches('/'));
            if relative && !excluded {
                return not_native(format!(
                    "a pattern from the project's root excludes `{path}` from the wheel"
                ));
            }
        }
        Ok(!excluded && self.includes.is_none_or(|globs| globs.iter().any(|glob| glob.leads_to(path))))
    }

    fn takes(&self, path: &str) -> bool {
        self.includes.is_none_or(|globs| globs.iter().any(|glob| glob.matches(path)))
    }
}
