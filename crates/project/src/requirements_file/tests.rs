//! Lines and what they say.

use super::*;
use proptest::prelude::*;

const SHA: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

fn read(text: &str) -> Result<RequirementsFile, RequirementsFileError> {
    let variable = |name: &str| (name == "TOKEN").then(|| "s3cret".to_owned());
    parse(Source { path: "dir/reqs.txt", constraint: false, text }, &variable)
}

/// Each entry in a few words.
fn show(text: &str) -> Vec<String> {
    let describe = |entry: Entry| match entry {
        Entry::Requirement(entry) => {
            let what = match &entry.requested {
                Requested::Named(requirement) => requirement.to_string(),
                Requested::Path(path) => format!("path {} {:?}", path.path, path.extras),
                Requested::Url(url) => format!("url {} {:?}", url.url, url.egg),
            };
            format!("{}: {what}{}", entry.line, if entry.hashes.is_empty() { "" } else { " hashed" })
        }
        Entry::Editable(entry) => format!("{}: -e {} {:?}", entry.line, entry.target, entry.extras),
        Entry::Include(entry) => {
            format!("{}: {} {}", entry.line, if entry.constraint { "-c" } else { "-r" }, entry.target)
        }
        Entry::Option(option, _) => format!("{option:?}"),
    };
    read(text).unwrap().entries.into_iter().map(describe).collect()
}

#[test]
fn requirements() {
    for (text, expected) in [
        ("alpha", "1: alpha"),
        ("alpha>=1,<2 ; python_version < '3.9'", "1: alpha<2,>=1; python_version < \"3.9\""),
        ("Alpha[b,c]==1", "1: Alpha[b,c]==1"),
        ("alpha @ https://h/a.whl", "1: alpha @ https://h/a.whl"),
        ("alpha @ https://h/a.whl ; extra == 'x'", "1: alpha @ https://h/a.whl ; extra == \"x\""),
        ("./alpha", "1: path ./alpha []"),
        ("./alpha[x,Y]", "1: path ./alpha [\"x\", \"y\"]"),
        ("alpha-1.0.tar.gz", "1: path alpha-1.0.tar.gz []"),
        ("https://h/a.whl#egg=Alpha", "1: url https://h/a.whl#egg=Alpha Some(\"alpha\")"),
        ("git+https://h/a@main", "1: url git+https://h/a@main None"),
        ("file:./a.whl", "1: url file:./a.whl None"),
        ("-e ./alpha[x]", "1: -e ./alpha [\"x\"]"),
        ("--editable git+https://h/a#egg=a", "1: -e git+https://h/a#egg=a []"),
        ("-r other.txt", "1: -r other.txt"),
        ("--req=other.txt", "1: -r other.txt"),
        ("-rother.txt", "1: -r other.txt"),
        ("-c 'with space.txt'", "1: -c with space.txt"),
    ] {
        // --req is ambiguous with --require-hashes
        if text.starts_with("--req=") {
            assert!(read(text).is_err());
            continue;
        }
        assert_eq!(show(text), [expected], "{text}");
    }
}

#[test]
fn hashes_and_continuations() {
    let text =
        format!("alpha==1 \\\n    --hash=sha256:{SHA} \\\n    --hash sha256:{SHA}\n    # via beta\nbeta==2");
    assert_eq!(show(&text), ["1: alpha==1 hashed", "5: beta==2"]);
    let file = read(&text).unwrap();
    let Entry::Requirement(first) = &file.entries[0] else { panic!() };
    assert_eq!(first.hashes.len(), 2);
    assert_eq!(read(&format!("--hash=sha256:{SHA}")).unwrap().stray_hashes, [1]);
}

#[test]
fn options_of_the_whole_file() {
    for (text, expected) in [
        ("-i https://u:${TOKEN}@h/simple", &["IndexUrl(\"https://u:s3cret@h/simple\")"][..]),
        ("--no-index -f a -f b", &["NoIndex", "FindLinks(\"a\")"]),
        ("--pre --prefer-binary", &["Pre", "PreferBinary"]),
        ("--require-hashes", &["RequireHashes"]),
        ("--no-binary :all: --only-binary=a,b", &["NoBinary(\":all:\")", "OnlyBinary(\"a,b\")"]),
        ("--trusted-host h --extra-index-url x", &["ExtraIndexUrl(\"x\")", "TrustedHost(\"h\")"]),
        ("--use-feature fast-deps", &["UseFeature(\"fast-deps\")"]),
        ("alpha --no-binary alpha", &["NoBinary(\"alpha\")", "1: alpha"]),
    ] {
        assert_eq!(show(text), expected, "{text}");
    }
}

#[test]
fn mistakes_with_their_place() {
    for (text, line, column, message) in [
        ("alpha\n  beta==", 2, 7, "Invalid requirement"),
        ("alpha=1", 1, 6, "Invalid requirement"),
        ("alpha ; python_version ~ '3'", 1, 9, "Invalid requirement"),
        ("--bogus", 1, 1, "no such option: --bogus"),
        ("alpha --bogus", 1, 7, "no such option: --bogus"),
        ("-r", 1, 1, "-r option requires 1 argument"),
        ("-r 'x", 1, 1, "Could not split options: -r 'x"),
        ("--pre=1", 1, 1, "--pre option does not take a value"),
        ("--no", 1, 1, "ambiguous option: --no (--no-binary, --no-index, --no-require-hashes?)"),
        ("alpha --hash=md5:00", 1, 7, "Allowed hash algorithms for --hash are sha256, sha384, sha512."),
        ("alpha --hash=x", 1, 7, "Arguments to --hash must be"),
        ("alpha --hash=sha256:00", 1, 7, "`00` is not a sha256 hash"),
    ] {
        let error = read(text).unwrap_err();
        assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
        assert!(error.problem.to_string().starts_with(message), "{text}: {error}");
    }
    let Problem::Requirement(error) = *read("alpha=1").unwrap_err().problem else { panic!() };
    assert_eq!(error.hint, Some(Hint::SingleEquals));
    let Problem::Requirement(error) = *read("requirements.txt>").unwrap_err().problem else { panic!() };
    assert_eq!(error.hint, None);
}

#[test]
fn a_variable_is_not_shown_in_an_error() {
    for text in ["alpha @@ ${TOKEN}", "-i '${TOKEN}"] {
        let error = read(text).unwrap_err();
        assert_eq!(error.text, text);
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}

#[test]
fn includes_are_beside_the_file() {
    for (from, to, expected) in [
        ("reqs.txt", "x.txt", "x.txt"),
        ("dir/reqs.txt", "../x.txt", "dir/../x.txt"),
        ("dir/reqs.txt", "/x.txt", "/x.txt"),
        ("https://h/a/reqs.txt", "x.txt", "https://h/a/x.txt"),
        ("dir/reqs.txt", "https://h/x.txt", "https://h/x.txt"),
    ] {
        assert_eq!(resolve(from, to), expected);
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}") {
        let _ = read(&text);
    }

    #[test]
    fn no_options_make_it_panic(text in "(-[a-zA-Z-]{0,12}[= ]?['\"\\\\a-z:@;\\[\\]\n]{0,10} ?){0,4}") {
        let _ = read(&text);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(decoded) = decode(&bytes) {
            let _ = read(&decoded.text);
        }
    }
}
