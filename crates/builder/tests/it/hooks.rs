//! What hooks are given and what they give.

use builder::{BuildError, ConfigSettings, Product, Stream};

use crate::tree::Tree;

#[test]
fn one_session_builds_everything() {
    let tree = Tree::with("");
    let out = tree.path("out");
    let (built, _) = tree.session(|session, heard| {
        let settings = ConfigSettings::default();
        assert!(session.requires(Product::Wheel, &settings, heard)?.is_empty());
        let sdist = session.build(Product::SourceDistribution, &settings, &out, heard)?;
        let wheel = session.build(Product::Wheel, &settings, &out, heard)?;
        assert!(matches!(
            session.build(Product::Editable, &settings, &out, heard),
            Err(BuildError::HookMissing { hook: "build_editable", .. })
        ));
        Ok([sdist.filename.as_str().to_owned(), wheel.filename.as_str().to_owned()])
    });
    assert_eq!(built.unwrap(), ["thing-1.0.tar.gz", "thing-1.0-py3-none-any.whl"]);
    assert_eq!(tree.names("out"), ["thing-1.0-py3-none-any.whl", "thing-1.0.tar.gz"]);
    assert!(tree.names("scratch").is_empty());
}

#[test]
fn each_hook_is_a_fresh_process_in_the_tree() {
    let tree = Tree::with(
        r#"
import warnings
calls = []
def get_requires_for_build_wheel(settings):
    calls.append(1)
    import sys
    assert "" not in sys.path and "thing" not in sys.modules
    sys.modules["thing"] = sys
    print("cwd", os.path.basename(os.getcwd()), len(calls), settings)
    print("to the other", file=sys.stderr)
    warnings.warn("for the user")
    warnings.warn("not for the user", DeprecationWarning)
    return ["alpha >=1", "beta[x]; python_version > '3'"]
"#,
    );
    let settings = ConfigSettings::from_words(["a=1", "a=2", "b"]);
    let (requires, heard) = tree.session(|session, heard| {
        session.requires(Product::Wheel, &settings, heard)?;
        session.requires(Product::Wheel, &settings, heard)
    });
    let requires: Vec<_> = requires.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(requires, ["alpha>=1", "beta[x]; python_version > \"3\""]);
    let printed: Vec<_> = heard.lines.iter().filter(|(stream, _)| *stream == Stream::Output).collect();
    assert_eq!(printed.len(), 2);
    assert_eq!(printed[0], printed[1]);
    assert_eq!(printed[0].1, b"cwd project 1 {'a': ['1', '2'], 'b': ''}");
    assert_eq!(heard.warnings, ["for the user", "for the user"]);
    assert!(std::fs::read_to_string(tree.path("log")).unwrap().contains("to the other\n"));
}

#[test]
fn prepared_metadata_goes_to_the_wheel() {
    let tree = Tree::with(
        r#"
def prepare_metadata_for_build_wheel(folder, settings):
    os.mkdir(os.path.join(folder, "thing-1.0.dist-info"))
    with open(os.path.join(folder, "thing-1.0.dist-info", "METADATA"), "w") as file:
        file.write(METADATA)
    return "thing-1.0.dist-info"
def build_wheel(folder, settings=None, metadata=None):
    assert os.path.isfile(os.path.join(metadata, "METADATA"))
    return wheel(folder)
"#,
    );
    let (built, _) = tree.session(|session, heard| {
        let settings = ConfigSettings::default();
        let text = session.metadata(Product::Wheel, &settings, &tree.path("scratch"), heard)?;
        assert!(text.starts_with(b"Metadata-Version"));
        session.build(Product::Wheel, &settings, &tree.path("out"), heard)
    });
    assert!(built.unwrap().path.is_file());
}

#[test]
fn without_the_hook_the_wheel_is_built_once() {
    let tree = Tree::with(
        r#"
def build_wheel(folder, settings=None, metadata=None):
    open("built", "a").write("x")
    return wheel(folder)
build_editable = build_wheel
"#,
    );
    for product in [Product::Wheel, Product::Editable] {
        let (built, _) = tree.session(|session, heard| {
            let settings = ConfigSettings::default();
            let text = session.metadata(product, &settings, &tree.path("scratch"), heard)?;
            assert!(text.starts_with(b"Metadata-Version"));
            session.build(product, &settings, &tree.path("out"), heard)
        });
        assert_eq!(built.unwrap().folder(), tree.path("out"));
    }
    assert_eq!(std::fs::read_to_string(tree.path("project/built")).unwrap(), "xx");
}

#[test]
fn exit_functions_run_and_nothing_is_read_from_the_terminal() {
    let tree = Tree::with(
        r#"
import atexit, sys
def get_requires_for_build_wheel(settings):
    atexit.register(lambda: open("left", "w").close())
    assert sys.stdin.read() == ""
    return []
"#,
    );
    let (requires, _) =
        tree.session(|session, heard| session.requires(Product::Wheel, &ConfigSettings::default(), heard));
    requires.unwrap();
    assert!(tree.path("project/left").exists());
}

#[test]
fn an_object_in_a_module() {
    let tree = Tree::with(
        "class Maker:\n  class hooks:\n    build_wheel = staticmethod(lambda folder, *rest: wheel(folder))\n",
    );
    let table = "[build-system]\nrequires = []\nbuild-backend = 'maker:Maker.hooks'\nbackend-path = ['.']\n";
    std::fs::write(tree.path("project/pyproject.toml"), table).unwrap();
    assert!(tree.build(Product::Wheel).0.is_ok());
}
