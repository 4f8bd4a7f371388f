use proptest::prelude::*;

use super::*;
use crate::distribution::RemoteFile;
use crate::filenames::DistributionFilename;
use crate::markers::MarkerEnvironment;
use crate::name::GroupName;
use crate::tags::Tags;

const LOCK: &str = r#"lock-version = "1.0"
environments = ["sys_platform == \"linux\""]
requires-python = ">=3.8"
extras = ["fast"]
dependency-groups = ["dev"]
default-groups = ["dev"]
created-by = "tilsit"

[[packages]]
name = "a"
version = "1.0"
marker = "python_version >= \"3.8\""
requires-python = ">=3.8"
dependencies = [
    { name = "b" },
]
index = "https://index.example/simple"
sdist = { name = "a-1.0.tar.gz", upload-time = 2025-01-25T11:30:10.164985Z, url = "https://files.example/a-1.0.tar.gz", size = 12, hashes = { sha256 = "ab" } }
wheels = [
    { url = "https://files.example/a-1.0-py3-none-any.whl", hashes = { sha256 = "cd" } },
    { path = "wheels\\a-1.0-cp312-cp312-linux_x86_64.whl", hashes = { sha256 = "ef", md5 = "00" } },
]
attestation-identities = [
    { kind = "GitHub" },
]
tool = { x = { "odd key" = [1, 2.5, true] } }

[[packages]]
name = "dev-tool"
marker = "\"dev\" in dependency_groups or \"fast\" in extras"
directory = { path = "./dev", editable = true }

[[packages]]
name = "v"
vcs = { type = "git", url = "https://host.example/v", requested-revision = "main", commit-id = "0123", subdirectory = "s" }

[[packages]]
name = "arch"
archive = { path = "arch.zip", size = 1, hashes = { sha256 = "ab" }, subdirectory = "s" }

[tool.tilsit]
key = "value"
"#;

#[test]
fn the_text_is_canonical() {
    assert_eq!(Pylock::parse(LOCK).unwrap().to_toml(), LOCK);
}

fn select(
    lock: &Pylock,
    tags: &[&str],
    extras: &[Extra],
    groups: Option<&[GroupName]>,
    source: bool,
) -> Result<Vec<String>, SelectError> {
    let environment = MarkerEnvironment {
        python_version: "3.12".into(),
        python_full_version: "3.12.1".into(),
        sys_platform: "linux".into(),
        ..Default::default()
    };
    let mut list = Tags::default();
    for tag in tags {
        let parts: Vec<_> = tag.split('-').collect();
        list.push(parts[0], parts[1], parts[2]);
    }
    let target = LockTarget {
        environment: &environment,
        tags: &list,
        extras,
        dependency_groups: groups,
        prefers_source: &|_| source,
    };
    let selected = lock.select(&target)?;
    let words = selected.iter().map(|selected| match &selected.source {
        SelectedSource::Vcs(vcs) => format!("vcs {}", vcs.commit_id),
        SelectedSource::Directory(directory) => format!("directory {}", directory.path),
        SelectedSource::Archive(archive) => format!("archive {:?}", archive.path),
        SelectedSource::Wheel(file) | SelectedSource::Sdist(file) => file.filename().unwrap(),
    });
    Ok(words.collect())
}

#[test]
fn selection() {
    let lock = Pylock::parse(LOCK).unwrap();
    let tags = ["cp312-cp312-linux_x86_64", "py3-none-any"];
    let rest = ["vcs 0123", "archive Some(\"arch.zip\")"];
    let all = |first: &str, dev: bool| {
        let dev = dev.then_some("directory ./dev");
        Ok([first].into_iter().chain(dev).chain(rest).map(str::to_owned).collect::<Vec<_>>())
    };
    assert_eq!(select(&lock, &tags, &[], None, false), all("a-1.0-cp312-cp312-linux_x86_64.whl", true));
    assert_eq!(select(&lock, &tags[1..], &[], Some(&[]), false), all("a-1.0-py3-none-any.whl", false));
    let fast = [Extra::new("fast").unwrap()];
    assert_eq!(select(&lock, &tags, &fast, Some(&[]), true), all("a-1.0.tar.gz", true));
    assert_eq!(select(&lock, &[], &[], Some(&[]), false), all("a-1.0.tar.gz", false));
}

#[test]
fn selection_errors() {
    let base = "lock-version = '1.0'\ncreated-by = 'x'\n";
    let file = "wheels = [{path = 'a-1-py3-none-any.whl', hashes = {sha256 = 'x'}}]";
    let error = |text: &str| {
        select(&Pylock::parse(&format!("{base}{text}")).unwrap(), &[], &[], None, false).unwrap_err()
    };
    let python = error("requires-python = '>=4'\npackages = []");
    assert_eq!(python.to_string(), "Python 3.12.1 does not satisfy `>=4`");
    let python = error(&format!("[[packages]]\nname = 'a'\nrequires-python = '>=4'\n{file}"));
    assert_eq!(python.to_string(), "Python 3.12.1 does not satisfy `>=4` of `a`");
    assert!(matches!(
        error("environments = [\"os_name == 'nt'\"]\npackages = []"),
        SelectError::Environment { .. }
    ));
    let entry = format!("[[packages]]\nname = 'a'\n{file}\n");
    assert!(matches!(error(&entry), SelectError::NoCompatibleFile { .. }));
    assert!(matches!(error(&entry.repeat(2)), SelectError::Ambiguous { first: 0, second: 1, .. }));
}

#[test]
fn made_from_distributions() {
    let hash = Hash::new(HashAlgorithm::Md5, &"0".repeat(32)).unwrap();
    let file = RemoteFile {
        url: "https://files.example/a-1-py3-none-any.whl".into(),
        hashes: vec![hash],
        size: Some(3),
    };
    let filename = DistributionFilename::parse("a-1-py3-none-any.whl").unwrap();
    let wheel = LockedFile::from(&Distribution::new(filename, file));
    let source = LockedSource::Files { sdist: None, wheels: vec![wheel] };
    let package = LockedPackage::new(PackageName::new("a").unwrap(), Some(Version::of([1])), source);
    assert_eq!(
        Pylock::new("tilsit", vec![package]).to_toml(),
        "lock-version = \"1.0\"\ncreated-by = \"tilsit\"\n\n[[packages]]\nname = \"a\"\nversion = \"1\"\nwheels = [\n    \
         { name = \"a-1-py3-none-any.whl\", url = \"https://files.example/a-1-py3-none-any.whl\", size = 3, \
         hashes = { md5 = \"00000000000000000000000000000000\" } },\n]\n"
    );
}

#[test]
fn errors_name_their_place() {
    let table = [
        ("lock-version = ", "1:16: "),
        ("lock-version = '2.0'", "lock version 2.0 is not supported"),
        ("created-by = 'x'", "a required value is missing in `lock-version`"),
        ("lock-version = '1.0'\ncreated-by = 'x'", "a required value is missing in `packages`"),
        ("lock-version = '1.0'\ncreated-by = 'x'\npackages = [1]", "expected a table in `packages[0]`"),
        (
            "lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\nname = 'A'",
            "`A` is not a normalized name in `packages[0].name`",
        ),
        (
            "lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\nname = 'a'\nwheels = [{path = 'x.whl', hashes = {}}]",
            "at least one hash must be given in `packages[0].wheels[0].hashes`",
        ),
        (
            "lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\nname = 'a'",
            "exactly one of vcs, directory and archive must be set without sdist and wheels in `packages[0]`",
        ),
        (
            "lock-version = '1.0'\ncreated-by = 'x'\npackages = []\nextras = ['A']",
            "`A` is not a normalized name in `extras[0]`",
        ),
        ("lock-version = 1.0", "expected a string in `lock-version`"),
    ];
    for (text, expected) in table {
        let error = Pylock::parse(text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text}: {error}");
    }
}

#[test]
fn file_names() {
    let table = [
        ("pylock.toml", true),
        ("pylock.dev.toml", true),
        ("pylock.a.b.toml", false),
        ("pylock..toml", false),
        ("pylock.json", false),
        ("xpylock.toml", false),
    ];
    for (name, expected) in table {
        assert_eq!(is_pylock_filename(name), expected, "{name}");
    }
    let url = LockedFile { url: Some("https://x.example/a%2Bb.whl?q#f".into()), ..Default::default() };
    assert_eq!(url.filename().as_deref(), Some("a+b.whl"));
}

fn toml_value() -> impl Strategy<Value = TomlValue> {
    let leaf = prop_oneof![
        "\\PC{0,6}|[\\x00-\\x7f]{0,6}".prop_map(TomlValue::Text),
        any::<i64>().prop_map(TomlValue::Integer),
        (-1e300..1e300).prop_map(TomlValue::Float),
        any::<bool>().prop_map(TomlValue::Boolean),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(TomlValue::Array),
            proptest::collection::btree_map("\\PC{0,4}", inner, 0..4)
                .prop_map(|entries| TomlValue::Table(TomlTable { entries: entries.into_iter().collect() })),
        ]
    })
}

proptest! {
    #[test]
    fn round_trip(tool in proptest::collection::btree_map("\\PC{0,4}", toml_value(), 0..4), inner in toml_value(),
                  text in "\\PC{0,8}", size in proptest::option::of(0..i64::MAX as u64)) {
        let mut lock = Pylock::parse(LOCK).unwrap();
        lock.tool = Some(TomlTable { entries: tool.into_iter().collect() });
        lock.packages[0].tool = Some(TomlTable { entries: vec![("t".into(), inner)] });
        lock.packages[0].index = Some(text.clone());
        lock.dependency_groups = vec![text];
        if let LockedSource::Archive(archive) = &mut lock.packages[3].source {
            archive.size = size;
        }
        let written = lock.to_toml();
        let read = Pylock::parse(&written).unwrap();
        prop_assert_eq!(read.to_toml(), written);
    }

    #[test]
    fn never_panics(text in "(lock-version|created-by|packages|wheels|name|hashes| = |'1.0'|'a'|\\[\\[packages\\]\\]|\\[|\\]|\\{|\\}|,|\n|\\PC){0,24}") {
        let _ = Pylock::parse(&text);
    }
}
