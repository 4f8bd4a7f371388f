//! Where the module is, and what its source says of it.

use std::path::Path;

use crate::native::python_source::{Assigned, Module};
use crate::native::tree::{Folder, Links, join, read, walk};
use crate::native::{Source, Stop, not_native};

/// The module or package that is distributed.
#[derive(Debug)]
pub(super) struct FlitModule {
    pub(super) name: String,
    /// `src`, or nothing.
    pub(super) prefix: &'static str,
    /// The package's folder or the module's file, relative to the tree.
    pub(super) path: String,
    pub(super) is_package: bool,
}

impl FlitModule {
    pub(super) fn find(source: &Source<'_>, name: &str) -> Result<Self, Stop> {
        let path = name.replace('.', "/");
        if path.is_empty() || path.starts_with('/') {
            return not_native(format!("`{name}` is not the name of a module"));
        }
        let module =
            |prefix, path: String, is_package| Self { name: name.to_owned(), prefix, path, is_package };
        let places = [
            module("", path.clone(), true),
            module("", format!("{path}.py"), false),
            module("src", format!("src/{path}"), true),
            module("src", format!("src/{path}.py"), false),
        ];
        let there = |place: &FlitModule| {
            let path = source.path(&place.path);
            if place.is_package { path.is_dir() } else { path.is_file() }
        };
        let mut found: Vec<Self> = places.into_iter().filter(there).collect();
        match (found.pop(), found.is_empty()) {
            (Some(module), true) => Ok(module),
            (Some(_), false) => not_native(format!("several files or folders could be the module `{name}`")),
            (None, _) => not_native(format!("there is no module `{name}`")),
        }
    }

    /// The file that has the docstring, relative to the tree.
    pub(super) fn file(&self) -> String {
        if self.is_package { format!("{}/__init__.py", self.path) } else { self.path.clone() }
    }

    /// Whether the project holds only type stubs.
    pub(super) fn is_stubs(&self) -> bool {
        self.name.ends_with("-stubs")
    }

    /// Every file of the module, relative to the tree, without compiled ones.
    pub(super) fn files(&self, source: &Source<'_>) -> Result<Vec<String>, Stop> {
        if !self.is_package {
            return Ok(vec![self.path.clone()]);
        }
        let kept = |name: &String| name != "__pycache__" && !name.ends_with(".pyc");
        below(&source.tree, &self.path, &|folder| {
            folder.folders.retain(kept);
            folder.files.retain(kept);
        })
    }

    /// The first line of the docstring.
    pub(super) fn summary(&self, source: &Source<'_>) -> Result<String, Stop> {
        let text = text(&source.path(&self.file()))?;
        let docstring = match Module::read(&text).map(|module| module.docstring()) {
            Some(Assigned::Text(docstring)) => docstring,
            _ => return not_native("the docstring cannot be read without Python"),
        };
        let trimmed = docstring.trim_start();
        match crate::native::text::split_lines(trimmed).first() {
            Some(line) if !line.contains('\t') => Ok((*line).to_owned()),
            _ => not_native("the docstring is empty, or its first line has tabs"),
        }
    }

    /// What `__version__` is assigned; files that are for the version alone count less than the package itself.
    pub(super) fn version(&self, source: &Source<'_>) -> Result<String, Stop> {
        let mut version = None;
        for path in self.version_files(source) {
            let text = text(&source.path(&path))?;
            match Module::read(&text).map(|module| module.assigned("__version__")) {
                Some(Assigned::Text(found)) => version = Some(found),
                Some(Assigned::Nothing) => {}
                Some(Assigned::Unclear) | None => {
                    return not_native(format!("the version in {path} cannot be read without Python"));
                }
            }
        }
        match version {
            Some(version) => Ok(version),
            None => not_native("no `__version__` is assigned a string"),
        }
    }

    fn version_files(&self, source: &Source<'_>) -> Vec<String> {
        let own = if self.is_package { &["__version__.py", "_version.py", "version.py"][..] } else { &[] };
        let mut files: Vec<String> = own.iter().map(|name| format!("{}/{name}", self.path)).collect();
        files.retain(|path| source.path(path).is_file());
        files.push(self.file());
        files
    }
}

fn text(path: &Path) -> Result<String, Stop> {
    if !path.is_file() {
        return not_native(format!("{} is not there", path.display()));
    }
    match String::from_utf8(read(path)?) {
        Ok(text) => Ok(text),
        Err(_) => not_native(format!("{} is not UTF-8", path.display())),
    }
}

/// The files below a folder of the tree, as `os.walk` meets them, relative to the tree. `keep` filters each folder.
pub(super) fn below(tree: &Path, folder: &str, keep: &dyn Fn(&mut Folder)) -> Result<Vec<String>, Stop> {
    let mut files = Vec::new();
    walk(&tree.join(folder), Links::NotFollowed, &mut |relative, found| {
        keep(found);
        files.extend(found.files.iter().map(|name| join(folder, &join(relative, name))));
        Ok(())
    })?;
    Ok(files)
}
