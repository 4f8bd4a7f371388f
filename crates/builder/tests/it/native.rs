//! What native back ends make of the tutorial's example: the bytes that the real ones make under the same
//! `SOURCE_DATE_EPOCH`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use builder::native::{NativeProject, NativeRequest, Recognised, recognise};
use builder::{ConfigSettings, Product};
use fixtures::{TUTORIAL_BACKENDS, TutorialBackend, sha256_hex};
use proptest::prelude::*;

const EPOCH: u64 = 1_700_000_000;

/// Each back end with the SHA-256 of the wheel and of the source distribution that it builds; setuptools and pdm-backend
/// date parts of the latter by the clock.
const BUILT: [(&str, &str, Option<&str>); 6] = [
    (
        "hatchling",
        "a568ba19b13085768023051ce88dd899cf36943fedd466b9e3109786a0fdf795",
        Some("449f4c52d3a117b057992a926e62d634697502aaf8a2f70fe69ef543b2b3b53d"),
    ),
    ("setuptools", "f8700b2925f27bac57c8f22e0587bb07d362ee6a7b6eb0e32a2391d2081a10bb", None),
    (
        "flit",
        "0163af1db80b4a29589d1821ae63ddaff78f6d6a39e878fdae429e3e904121cc",
        Some("7c40f8d52c4c1b96df0eee5de8832fdf9d0c99be97d245867117f29fb95de629"),
    ),
    ("pdm", "a20997521e774cf7271d76817ba8bb94bf8401176cc0b03b98badd49db4c2b43", None),
    (
        "poetry",
        "0f0f105241b87f0ec762d734b6c35d6f17b93db997915f5009fcd4a7195cdee9",
        Some("d0a7f50d89dab86dc7e3c964b9aeef24c8bfdb19db8126506b20302b47b4adc2"),
    ),
    (
        "uv_build",
        "d0ef08956a24d6a2b9afee144db0cbfcf61e1e164f21de0f8c4ab7ddb3175a34",
        Some("b84526b8f04b927b7cd7e9d0ebeaa93db27ba8629c735575cc6b67a57134a760"),
    ),
];

fn project(backend: &TutorialBackend, tree: &Path, products: &[Product]) -> NativeProject {
    for (path, text) in backend.files() {
        let path = tree.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    }
    let settings = ConfigSettings::default();
    let request = NativeRequest { products, settings: &settings, source_date_epoch: Some(EPOCH) };
    match recognise(tree, &request).unwrap() {
        Recognised::Native(project) => project,
        Recognised::NotNative(why) => panic!("{}: {why}", backend.name),
    }
}

#[test]
fn the_tutorials_example_has_the_bytes_of_the_real_back_end() {
    for (backend, (name, wheel, sdist)) in TUTORIAL_BACKENDS.iter().zip(BUILT) {
        assert_eq!(backend.name, name);
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        let native = project(backend, &tree, &[Product::Wheel, Product::SourceDistribution]);
        let hash = |product| {
            let built = native.build(product, &folder.path().join("out")).unwrap();
            sha256_hex(&fs::read(built.path).unwrap())
        };
        assert_eq!(hash(Product::Wheel), wheel, "{name}");
        let ours = hash(Product::SourceDistribution);
        assert_eq!(ours, sdist.unwrap_or(&ours), "{name}");
    }
}
#[test]
fn editable_forms_name_the_folder_of_the_code() {
    for backend in &TUTORIAL_BACKENDS {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        let native = project(backend, &tree, &[Product::Editable]);
        let built = native.build(Product::Editable, &folder.path().join("out")).unwrap();
        assert!(native.metadata().starts_with(b"Metadata-Version: 2."));
        let name = built.filename.as_str();
        assert!(
            name.starts_with("example_package_me-0.0.1-") && name.ends_with("py3-none-any.whl"),
            "{name}"
        );
    }
}

/// Lines that mean something in one `pyproject.toml` or another.
const LINES: [&str; 40] = [
    "[project]",
    "[project.scripts]",
    "[project.urls]",
    "[project.entry-points.x]",
    "[project.optional-dependencies]",
    "[tool.poetry]",
    "[tool.poetry.dependencies]",
    "[tool.poetry.extras]",
    "[tool.hatch.build]",
    "[tool.hatch.build.targets.wheel]",
    "[tool.hatch.version]",
    "[tool.flit.sdist]",
    "[tool.pdm.build]",
    "[tool.pdm.version]",
    "[tool.setuptools]",
    "[tool.setuptools.packages.find]",
    "[tool.uv.build-backend]",
    "name = 'a'",
    "version = '1.0'",
    "version = '^1'",
    "path = 'a/__init__.py'",
    "description = ''",
    "readme = 'README.md'",
    "readme = 1",
    "license = 'MIT'",
    "license = { text = 'x' }",
    "license-files = ['**/**', '[', '']",
    "dependencies = ['x; python_version < \"3\"', '']",
    "dynamic = ['version', 'description']",
    "requires-python = '>=3'",
    "python = '^3.8 || ~2.7'",
    "authors = [{ name = '' }]",
    "authors = ['<>']",
    "a = { version = '*', extras = [''] }",
    "include = ['**', '/', '', '!', '\\\\']",
    "exclude = ['**/**/a', '[]']",
    "packages = [{ include = '.', from = '..' }]",
    "packages = ['a', '']",
    "module-name = ['', 'a.b']",
    "where = ['', '..']",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_configuration_makes_it_panic(
        backend in 0..TUTORIAL_BACKENDS.len(),
        lines in proptest::collection::vec(0..LINES.len(), 0..12),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let backend = &TUTORIAL_BACKENDS[backend];
        let system = format!(
            "[build-system]\nrequires = ['{}']\nbuild-backend = '{}'\n[project]\nname = 'a'\n",
            backend.requires, backend.object
        );
        let lines: Vec<&str> = lines.into_iter().map(|line| LINES[line]).collect();
        fs::write(folder.path().join("pyproject.toml"), format!("{system}{}\n", lines.join("\n"))).unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        fs::write(folder.path().join("a/__init__.py"), "\"\"\"A.\"\"\"\n__version__ = '1'\n").unwrap();
        let settings = ConfigSettings::default();
        let products = [Product::Wheel, Product::SourceDistribution];
        let request = NativeRequest { products: &products, settings: &settings, source_date_epoch: None };
        if let Ok(Recognised::Native(project)) = recognise(folder.path(), &request) {
            for product in products {
                project.build(product, &folder.path().join("out")).unwrap();
            }
        }
    }
}
