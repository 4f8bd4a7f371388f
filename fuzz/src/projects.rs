//! A project's own files.

use builder::native::{NativeRequest, Recognised, recognise};
use builder::{BuildSystem, ConfigSettings, Product, UnknownKeys};
use project::pyproject::PyProject;
use project::requirements_file::{self, Source};
use project::script::ScriptMetadata;

use crate::text;

pub(crate) fn requirements_file(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    for constraint in [false, true] {
        let source = Source { path: "requirements.txt", constraint, text };
        if let Err(error) = requirements_file::parse(source, &|name| Some(format!("value of {name}"))) {
            assert!(error.span.end <= error.text.len(), "{error:?}");
        }
    }
    let _ = project::compile_output::read(text, "requirements.txt");
}

pub(crate) fn script(bytes: &[u8]) {
    let _ = text(bytes).map(ScriptMetadata::parse);
}

pub(crate) fn pyproject(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let _ = PyProject::parse("pyproject.toml", text);
    for unknown in [UnknownKeys::Refused, UnknownKeys::Ignored] {
        let _ = BuildSystem::parse("pyproject.toml", text, unknown);
    }
}

/// Between the files of a project as it is made from bytes.
pub(crate) const NEXT_FILE: &str = "\n=====\n";
const FILES: [&str; 4] = ["pyproject.toml", "setup.cfg", "MANIFEST.in", "src/example_package_me/__init__.py"];

/// A project that the native back ends recognise can be built, and again with the same bytes; nothing else changes.
pub(crate) fn native_build(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    let out = folder.path().join("out");
    for place in ["tree/src/example_package_me", "tree/tests", "out"] {
        std::fs::create_dir_all(folder.path().join(place)).unwrap();
    }
    for (path, content) in [("README.md", "# Example\n"), ("LICENSE", "MIT\n"), ("tests/test.py", "")] {
        std::fs::write(tree.join(path), content).unwrap();
    }
    for (path, content) in FILES.iter().zip(text.split(NEXT_FILE)) {
        std::fs::write(tree.join(path), content).unwrap();
    }
    for products in [&[Product::Wheel][..], &[Product::SourceDistribution], &[Product::Editable]] {
        let settings = ConfigSettings::default();
        let request = NativeRequest { products, settings: &settings, source_date_epoch: Some(1_700_000_000) };
        let Ok(Recognised::Native(project)) = recognise(&tree, &request) else { continue };
        let mut made = products
            .iter()
            .flat_map(|product| [project.build(*product, &out), project.build(*product, &out)]);
        if let (Some(Ok(first)), Some(Ok(second))) = (made.next(), made.next()) {
            assert_eq!(first.path, second.path);
            assert_eq!(first.path.parent(), Some(out.as_path()));
        }
    }
    let beside: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(beside.len(), 2, "{beside:?}");
}
