use proptest::prelude::*;

use super::*;

const FILE: &str = "Metadata-Version: 2.1\r\nName: Foo.Bar\nVersion: 1.0\nSummary: A thing\nLicense: line one\n        line two\n          deeper\n\
Keywords: a, b\nAuthor: É\nProject-URL: Home, https://h.example\nRequires-Dist: zope.interface (>3.5.0)\nRequires-Dist: -broken\n\
Requires-Dist: x ; extra == 'e'\nProvides-Extra: E_e\nRequires-Python: >=3.8\nUnknown: x\nClassifier: A\nClassifier: B\n\nThe body\nof it.\n";

#[test]
fn lenient() {
    let metadata = Metadata::parse(FILE.as_bytes()).unwrap();
    assert_eq!((metadata.name.as_str(), metadata.raw_name.as_str()), ("foo-bar", "Foo.Bar"));
    assert_eq!(metadata.version.to_string(), "1.0");
    let requires: Vec<_> = metadata.requires_dist.iter().map(ToString::to_string).collect();
    assert_eq!(requires, ["zope.interface>3.5.0", "x; extra == \"e\""]);
    assert_eq!(metadata.broken_requires_dist[0].text, "-broken");
    assert_eq!(metadata.requires_python.as_ref().unwrap().to_string(), ">=3.8");
    assert_eq!(metadata.provides_extra[0].as_str(), "e-e");
    assert_eq!(metadata.text(Field::License), Some("line one\nline two\n  deeper"));
    assert_eq!(metadata.list(Field::Classifier).collect::<Vec<_>>(), ["A", "B"]);
    assert_eq!(metadata.project_urls().collect::<Vec<_>>(), [("Home", "https://h.example")]);
    assert_eq!(metadata.text(Field::Description), Some("The body\nof it.\n"));
    assert_eq!(metadata.text(Field::Author), Some("É"));
    assert!(!metadata.is_static());
}

#[test]
fn json_is_pips() {
    let json = Metadata::parse(FILE.as_bytes()).unwrap().into_json();
    assert_eq!(json["metadata_version"], "2.1");
    assert_eq!(json["keywords"], serde_json::json!(["a", "b"]));
    assert_eq!(json["project_url"], serde_json::json!(["Home, https://h.example"]));
    assert_eq!(json["requires_dist"][1], "-broken");
    assert_eq!(json["description"], "The body\nof it.\n");
    assert!(json.get("unknown").is_none());
    let names: Vec<_> =
        Metadata::parse(FILE.as_bytes()).unwrap().into_json_fields().into_iter().map(|f| f.0).collect();
    assert_eq!(names[..4], ["metadata_version", "name", "version", "summary"]);
}

#[test]
fn headers_end_where_email_ends_them() {
    let table = [
        ("Name: a\nVersion: 1\n\nbody", "Name: a\nVersion: 1\n\n"),
        ("Name: a\nno header here\nVersion: 1\n", "Name: a\n"),
        ("From x\n cont\nName: a\r\n\r\nbody", "From x\n cont\nName: a\r\n\r\n"),
        ("Name: a\rVersion: 1\r\rbody", "Name: a\rVersion: 1\r\r"),
        ("", ""),
        ("Name: a", "Name: a"),
        (": no name\nName: a\n\n", ": no name\nName: a\n\n"),
    ];
    for (text, expected) in table {
        assert_eq!(String::from_utf8_lossy(Metadata::headers_only(text.as_bytes())), expected, "{text:?}");
    }
}

#[test]
fn what_must_be_there() {
    let error = |text: &str| Metadata::parse(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(error("Version: 1\n"), "the metadata has no Name");
    assert_eq!(error("Name: a\n"), "the metadata has no Version");
    assert_eq!(error("Name: -a\nVersion: 1\n"), "the metadata's Name `-a` is invalid");
    assert_eq!(error("Name: a\nVersion: x y\n"), "the metadata's Version `x y` is invalid");
}

#[test]
fn static_sources() {
    let is_static =
        |text: &str| Metadata::parse(format!("Name: a\nVersion: 1\n{text}").as_bytes()).unwrap().is_static();
    assert!(is_static("Metadata-Version: 2.2\n"));
    assert!(is_static("Metadata-Version: 2.10\nDynamic: Classifier\n"));
    assert!(!is_static("Metadata-Version: 2.2\nDynamic: requires-dist\n"));
    assert!(!is_static("Metadata-Version: 2.1\n"));
    assert!(!is_static(""));
}

#[test]
fn egg_info_requires() {
    let text = "a>=1\n# c\n\n[Some_Extra]\nb\n[:python_version < '3']\nc\n[x:os_name == 'nt']\nd\n[some.extra]\nnot valid!\n";
    let mut metadata = Metadata::parse(b"Name: a\nVersion: 1\n\nbody").unwrap();
    metadata.add_egg_info_requires(text);
    assert_eq!(
        metadata.list(Field::RequiresDist).collect::<Vec<_>>(),
        [
            "a>=1",
            "b ; extra == \"some-extra\"",
            "c ; python_version < '3'",
            "d ; (os_name == 'nt') and extra == \"x\"",
            "not valid! ; extra == \"some-extra\"",
        ]
    );
    assert_eq!((metadata.requires_dist.len(), metadata.broken_requires_dist.len()), (4, 1));
    assert_eq!(metadata.provides_extra.iter().map(Extra::as_str).collect::<Vec<_>>(), ["some-extra", "x"]);
    let mut has_own = Metadata::parse(b"Name: a\nVersion: 1\nRequires-Dist: z\nProvides-Extra: y\n").unwrap();
    has_own.add_egg_info_requires(text);
    assert_eq!((has_own.requires_dist.len(), has_own.provides_extra.len()), (1, 1));
}

#[test]
fn latin1_is_read() {
    let metadata = Metadata::parse(b"Name: a\nVersion: 1\nAuthor: Andr\xe9\n\nbod\xff").unwrap();
    assert_eq!(metadata.text(Field::Author), Some("André"));
    assert_eq!(metadata.text(Field::Description), Some("bodÿ"));
}

#[test]
fn content_types() {
    let good = [
        "text/plain",
        "Text/Markdown; charset=UTF-8; variant=GFM",
        "text/x-rst;",
        "text/markdown; variant=\"CommonMark\"",
        "text/plain; charset=\"utf-8\"; variant=x",
    ];
    let bad = [
        "",
        "text",
        "text/html",
        "text/plain; charset=iso-8859-1",
        "text/markdown; variant=commonmark",
        "text/plain; {b}",
        "text/plain; a}b",
        "text/plain; x*",
        "text/plain; charset=\"unterminated",
        "text/plain; ;",
        "text/plain text",
    ];
    for text in good {
        assert_eq!(content_type::check(text), Ok(()), "{text}");
    }
    for text in bad {
        assert!(content_type::check(text).is_err(), "{text}");
    }
}

fn raw(entries: &[(Field, &str)]) -> RawMetadata {
    let mut raw = RawMetadata::default();
    for (field, text) in
        [(Field::MetadataVersion, "2.6"), (Field::Name, "a"), (Field::Version, "1")].iter().chain(entries)
    {
        let value = match field.kind() {
            FieldKind::Text => RawValue::Text((*text).to_owned()),
            _ => RawValue::List(vec![(*text).to_owned()]),
        };
        raw.fields.insert(*field, value);
    }
    raw
}

#[test]
fn strict() {
    let good = [
        (Field::LicenseExpression, "mit"),
        (Field::LicenseFile, "licenses/LICENSE"),
        (Field::ImportName, "a.b ; private"),
        (Field::Dynamic, "Obsoletes-Dist"),
        (Field::Version, "1.0.0"),
    ];
    for entry in good {
        assert!(raw(&[entry]).validate().is_ok(), "{entry:?}");
    }
    let bad = [
        (Field::MetadataVersion, "1.3"),
        (Field::MetadataVersion, "2.0"),
        (Field::Name, "-a"),
        (Field::Version, "x"),
        (Field::Summary, "two\rlines"),
        (Field::DescriptionContentType, "text/html"),
        (Field::RequiresPython, "3"),
        (Field::RequiresDist, "-a"),
        (Field::ProvidesExtra, "-a"),
        (Field::Dynamic, "Name"),
        (Field::Dynamic, "nothing"),
        (Field::LicenseExpression, "nope"),
        (Field::LicenseFile, "../x"),
        (Field::LicenseFile, "/x"),
        (Field::LicenseFile, "C:/x"),
        (Field::LicenseFile, "a\\b"),
        (Field::LicenseFile, "a//b"),
        (Field::LicenseFile, "*"),
        (Field::LicenseFile, ""),
        (Field::ImportName, "not-valid"),
        (Field::ImportName, "class"),
        (Field::ImportNamespace, "a; extra"),
    ];
    for entry in bad {
        assert!(raw(&[entry]).validate().is_err(), "{entry:?}");
    }
    let old = raw(&[(Field::MetadataVersion, "1.2"), (Field::Dynamic, "Platform")]).validate().unwrap_err();
    assert_eq!(old[0].to_string(), "dynamic: was introduced in metadata version 2.2");
}

#[test]
fn written_again() {
    let valid = raw(&[
        (Field::License, "one\r\ntwo\u{2028}three"),
        (Field::Description, "body\n"),
        (Field::Keywords, "k"),
        (Field::RequiresDist, "b>=1"),
    ]);
    assert_eq!(
        valid.validate().unwrap().to_rfc822(),
        "metadata-version: 2.6\nname: a\nversion: 1\nkeywords: k\nlicense: one\n         two\n         three\n\
         requires-dist: b>=1\n\nbody\n"
    );
}

proptest! {
    #[test]
    fn never_panics(bytes: Vec<u8>, text in "(Name|Version|From |Keywords|: |:|\n|\r| |\t|a|1|é|\\PC){0,24}") {
        for bytes in [&bytes[..], text.as_bytes()] {
            let essence = |read: Metadata| (read.name, read.version, read.requires_dist, read.requires_python);
            prop_assert_eq!(
                Metadata::parse(bytes).map(essence),
                Metadata::parse_dependencies(bytes).map(essence)
            );
            let headers = Metadata::headers_only(bytes);
            prop_assert!(bytes.starts_with(headers));
            let _ = RawMetadata::parse_valid(Source::Bytes(bytes));
        }
        let _ = RawMetadata::parse_valid(Source::Text(&text));
        let _ = content_type::check(&text);
    }

    #[test]
    fn fields_survive_writing(values in proptest::collection::vec("[a-z][a-z ]{0,8}", 1..4), body in "[a-z\n]{0,9}") {
        let mut written = raw(&[]);
        written.fields.insert(Field::Classifier, RawValue::List(values));
        if !body.is_empty() {
            written.fields.insert(Field::Description, RawValue::Text(body));
        }
        let (read, unparsed) = RawMetadata::parse(Source::Text(&written.to_rfc822()));
        prop_assert!(unparsed.is_empty());
        prop_assert_eq!(read, written);
    }
}
