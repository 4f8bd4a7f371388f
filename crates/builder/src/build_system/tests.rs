use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Result<BuildSystem, Box<BuildSystemError>> {
    BuildSystem::parse("p", text, UnknownKeys::Refused)
}

#[test]
fn what_is_said_and_what_follows_from_silence() {
    for (text, requires, backend, declared) in [
        ("", "setuptools>=40.8.0", "setuptools.build_meta:__legacy__", Declared::Nothing),
        (
            "[project]\nname = 'x'",
            "setuptools>=40.8.0",
            "setuptools.build_meta:__legacy__",
            Declared::Nothing,
        ),
        ("[build-system]\nrequires = []", "", "setuptools.build_meta:__legacy__", Declared::Requires),
        (
            "[build-system]\nrequires = ['a >=1', 'b']\nbuild-backend = 'maker.api:Maker.hooks'",
            "a>=1 b",
            "maker.api:Maker.hooks",
            Declared::Backend,
        ),
        (
            "[build-system]\nrequires = []\nbuild-backend = 'own'\nbackend-path = ['.', 'a/../b']",
            "",
            "own",
            Declared::Backend,
        ),
    ] {
        let system = parse(text).unwrap();
        let found: Vec<_> = system.requires.iter().map(ToString::to_string).collect();
        assert_eq!(found.join(" "), requires, "{text}");
        assert_eq!((system.backend.to_string().as_str(), system.declared), (backend, declared), "{text}");
        assert_eq!(system.backend, BackendName::parse(&system.backend.to_string()));
    }
}

#[test]
fn mistakes_have_a_place() {
    for (text, place, message) in [
        ("[build-system\nx = 1", (1, 14), ""),
        ("build-system = 1", (1, 16), "must be a table"),
        ("[build-system]\nx = 1", (1, 1), "`build-system.requires` is missing"),
        ("[build-system]\nrequires = 'a'", (2, 12), "`requires` must be a list of strings"),
        ("[build-system]\nrequires = ['a', 1]", (2, 18), "`requires` must be a list of strings"),
        ("[build-system]\nrequires = ['a', 'b=>1']", (2, 20), "`b=>1` is not a requirement"),
        ("[build-system]\nrequires = []\nbuild-backend = 1", (3, 17), "`build-backend` must be a string"),
        ("[build-system]\nrequires = []\nbuild-backend = 'a..b'", (3, 17), "does not name a module"),
        ("[build-system]\nrequires = []\nbackend-path = '.'", (3, 16), "`backend-path` must be a list"),
        ("[build-system]\nrequires = []\nbackend-path = ['..']", (3, 17), "is not inside of the project"),
        ("[build-system]\nrequires = []\nbackend-path = ['/x']", (3, 17), "is not inside of the project"),
        (
            "[build-system]\nrequires = []\nbuild_backend = 'x'",
            (3, 1),
            "unknown keys in `build-system`: build_backend",
        ),
    ] {
        let error = parse(text).unwrap_err();
        let shown = error.to_string();
        let BuildSystemError::Wrong { line, column, .. } = *error else { panic!("{shown}") };
        assert_eq!((line, column), place, "{text}: {shown}");
        assert!(shown.contains(message), "{shown}");
    }
}

#[test]
fn pip_takes_keys_that_nobody_knows() {
    let text = "[build-system]\nrequires = []\nbuild_backend = 'x'";
    assert!(BuildSystem::parse("p", text, UnknownKeys::Ignored).is_ok());
}

#[test]
fn a_tree_says_how_it_is_built() {
    let tree = tempfile::tempdir().unwrap();
    let read = || BuildSystem::read(tree.path(), UnknownKeys::Ignored);
    assert!(matches!(*read().unwrap_err(), BuildSystemError::NotAProject(_)));
    std::fs::write(tree.path().join("setup.py"), "").unwrap();
    assert_eq!(read().unwrap().declared, Declared::Nothing);
    std::fs::write(tree.path().join("pyproject.toml"), b"a = '\xff'").unwrap();
    assert!(matches!(
        *read().unwrap_err(),
        BuildSystemError::Wrong { fault: Fault::Encoding, column: 6, .. }
    ));
    let text = "[build-system]\nrequires = []\nbuild-backend = 'x'\nbackend-path = ['inside']\n";
    std::fs::write(tree.path().join("pyproject.toml"), text).unwrap();
    let error = read().unwrap_err();
    assert!(
        error.to_string().ends_with(":4:17: `inside` in `backend-path` does not exist or is not a folder"),
        "{error}"
    );
    std::fs::create_dir(tree.path().join("inside")).unwrap();
    assert_eq!(read().unwrap().backend_path, ["inside"]);
    let nowhere = BuildSystem::read(&tree.path().join("setup.py"), UnknownKeys::Ignored);
    assert!(matches!(*nowhere.unwrap_err(), BuildSystemError::NotAFolder(_)));
}

proptest! {
    #[test]
    fn nothing_panics(text in "\\PC*|\\[build-system\\]\n(requires|backend-path|build-backend) = [\\[\\]'\"a.:/é, ]*") {
        let _ = parse(&text);
    }
}
