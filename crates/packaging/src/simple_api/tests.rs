use proptest::prelude::*;

use super::*;

const JSON: &str = r#"{
  "meta": {"api-version": "1.4", "_last-serial": 7, "tracks": ["https://index.example/simple/a/"]},
  "name": "a", "versions": ["1.0", "2.0"], "alternate-locations": ["https://other.example/simple/a/"],
  "project-status": {"status": "archived", "reason": "old"},
  "files": [
    {"filename": "a-1.0.tar.gz", "url": "../../a-1.0.tar.gz#sha256=00", "hashes": {"sha256": "ab", "weird": "x"},
     "requires-python": ">=3.8", "size": 12, "upload-time": "2023-01-02T03:04:05.678901Z", "yanked": "broken",
     "core-metadata": {"sha256": "cd"}, "data-dist-info-metadata": true, "gpg-sig": false,
     "provenance": "https://index.example/p", "future": [1, {"x": null}]},
    {"filename": "a-2.0-py3-none-any.whl", "url": "https://files.example/é%20\u0041.whl", "hashes": {}, "yanked": false,
     "requires-python": null, "dist-info-metadata": true, "size": -1},
    {"url": "no-name.whl", "hashes": {}},
    {"filename": "a-3.0-py3-none-any.whl", "url": "a-3.0-py3-none-any.whl#sha256=ef", "core-metadata": false, "dist-info-metadata": true, "yanked": true}
  ]}"#;

#[test]
fn json_page() {
    let page = ProjectPage::parse_json(JSON.as_bytes()).unwrap();
    assert_eq!(page.name.as_deref(), Some("a"));
    assert_eq!(page.versions, ["1.0", "2.0"]);
    assert_eq!(page.tracks.len() + page.alternate_locations.len(), 2);
    assert_eq!(page.status.status.as_deref(), Some("archived"));
    assert_eq!(page.status.reason.as_deref(), Some("old"));
    let [first, second, third] = &page.files[..] else { panic!("{:?}", page.files) };
    assert_eq!(first.url, "../../a-1.0.tar.gz");
    assert!(matches!(first.url, Cow::Borrowed(_)));
    assert_eq!(first.hashes.get(HashAlgorithm::Sha256), Some("ab"));
    assert_eq!(first.hashes.iter().count(), 1);
    assert_eq!(first.requires_python.as_deref(), Some(">=3.8"));
    assert_eq!(first.yanked, Yanked::Yes("broken".into()));
    assert_eq!(first.size, Some(12));
    assert_eq!(upload_millis(first.upload_time.as_deref().unwrap()), Some(1_672_628_645_678));
    assert!(
        matches!(&first.core_metadata, CoreMetadata::Hashes(hashes) if hashes.get(HashAlgorithm::Sha256) == Some("cd"))
    );
    assert_eq!(first.gpg_sig, Some(false));
    assert!(first.provenance.is_some());
    assert_eq!(second.url, "https://files.example/é%20A.whl");
    assert_eq!((second.size, &second.yanked, &second.core_metadata), (None, &Yanked::No, &CoreMetadata::Yes));
    assert_eq!(third.core_metadata, CoreMetadata::No);
    assert_eq!(third.yanked, Yanked::Yes("".into()));
    assert_eq!(third.hashes.get(HashAlgorithm::Sha256), Some("ef"));
}

#[test]
fn json_errors_and_versions() {
    let parse = |text: &str| ProjectPage::parse_json(text.as_bytes()).map(|page| page.files.len());
    assert_eq!(parse(r#"{"meta": {"api-version": "1.99"}, "files": [], "x": 1}"#), Ok(0));
    assert_eq!(
        parse(r#"{"meta": {"api-version": "2.0"}, "files": []}"#),
        Err(PageError::UnknownVersion { version: "2.0".into() })
    );
    assert_eq!(parse(r#"{"files": []}"#), Ok(0));
    assert!(matches!(parse("{}"), Err(PageError::NotJson { .. })));
    assert!(matches!(parse(r#"{"message": "not found"}"#), Err(PageError::NotJson { .. })));
    assert!(matches!(parse("<html>"), Err(PageError::NotJson { .. })));
    assert!(matches!(parse(&"[".repeat(100_000)), Err(PageError::NotJson { .. })));
    assert_eq!(parse("\u{feff}{\"meta\": {}, \"files\": []}"), Ok(0));
}

const HTML: &str = r##"<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.1">
<base href="https://files.example/base/"><base href="ignored">
<title>Links for a</title><script>var s = "<a href='evil-1.0.tar.gz'>";</script>
<!-- <a href="commented-1.0.tar.gz">x</a> --></head><body><a href="../">up</a>
<a href="a-1.0.tar.gz#sha256=ab" data-requires-python="&gt;=3.8,&lt;4" data-yanked="bad &quot;one&quot;" data-gpg-sig="true">a-1.0.tar.gz</a><br/>
<A HREF='x/a-2.0-py3-none-any.whl?q=1&amp;r=2#egg=a&amp;sha256=cd' data-core-metadata=sha256=ef data-upload-time="2024-05-06 07:08:09+02:00" data-yanked>x</A>
<a data-dist-info-metadata="true" href = a%2Bb-1.0+local-py3-none-any.whl >x</a>
<a href="a-4.0.exe">x</a><a name="nothing">x</a><a href="unterminated-1.0.zip"##;

#[test]
fn html_page() {
    let page = ProjectPage::parse_html(HTML.as_bytes()).unwrap();
    assert_eq!(page.evidence, Evidence::Marked);
    assert_eq!(page.base_url.as_deref(), Some("https://files.example/base/"));
    let names: Vec<_> = page.files.iter().map(|file| &*file.filename).collect();
    assert_eq!(names, ["a-1.0.tar.gz", "a-2.0-py3-none-any.whl", "a+b-1.0+local-py3-none-any.whl"]);
    let [first, second, third] = &page.files[..] else { panic!("three files") };
    assert_eq!(first.requires_python.as_deref(), Some(">=3.8,<4"));
    assert_eq!(first.yanked, Yanked::Yes("bad \"one\"".into()));
    assert_eq!(first.hashes.get(HashAlgorithm::Sha256), Some("ab"));
    assert_eq!(first.gpg_sig, Some(true));
    assert_eq!(second.url, "x/a-2.0-py3-none-any.whl?q=1&r=2");
    assert_eq!(second.hashes.get(HashAlgorithm::Sha256), Some("cd"));
    assert!(
        matches!(&second.core_metadata, CoreMetadata::Hashes(hashes) if hashes.get(HashAlgorithm::Sha256) == Some("ef"))
    );
    assert_eq!(second.yanked, Yanked::Yes("".into()));
    assert_eq!(upload_millis(second.upload_time.as_deref().unwrap()), Some(1_714_972_089_000));
    assert_eq!(third.core_metadata, CoreMetadata::Yes);
    assert_eq!(third.url, "a%2Bb-1.0+local-py3-none-any.whl");
}

#[test]
fn what_is_no_index() {
    let evidence = |text: &str| ProjectPage::parse_html(text.as_bytes()).unwrap().evidence.is_index();
    let table = [
        ("<title>Log in</title><form><a href='/forgot'>Forgot?</a></form>", false),
        ("", false),
        ("just text", false),
        ("<title>Links for a</title>", true),
        ("<h1>Index of /packages</h1><a href='..'>Parent Directory</a>", true),
        ("<a href='a-1.0.tar.gz'>a</a>", true),
        ("<meta name='pypi:repository-version' content='1.0'>", true),
    ];
    for (text, expected) in table {
        assert_eq!(evidence(text), expected, "{text}");
    }
    let title = ProjectPage::parse_html(b"<title> Log in </title>").unwrap().evidence;
    assert_eq!(title, Evidence::None { title: Some("Log in".into()) });
    let newer = ProjectPage::parse_html(b"<meta content=2.0 name=pypi:repository-version>");
    assert_eq!(newer, Err(PageError::UnknownVersion { version: "2.0".into() }));
}

#[test]
fn project_lists() {
    let html =
        b"<html><head><meta name='pypi:repository-version' content='1.0'><title>Simple index</title></head>\
        <a href=\"/simple/a/\">A</a><br><a href='b/'></a><a href='../'></a>";
    assert_eq!(ProjectList::parse(html, PageFormat::Html).unwrap().names, ["A", "b"]);
    let json =
        br#"{"meta": {"api-version": "1.0"}, "projects": [{"name": "A", "_last-serial": 1}, {"name": "b"}]}"#;
    assert_eq!(ProjectList::parse(json, PageFormat::Json).unwrap().names, ["A", "b"]);
}

#[test]
fn formats() {
    let format = PageFormat::from_content_type;
    assert_eq!(format("application/vnd.pypi.simple.v1+json"), Some(PageFormat::Json));
    assert_eq!(format("Text/HTML; charset=UTF-8"), Some(PageFormat::Html));
    assert_eq!(format("application/vnd.pypi.simple.v2+json"), None);
    assert_eq!(format("application/octet-stream"), None);
    assert_eq!(PageFormat::sniff(b"\n {"), PageFormat::Json);
    assert_eq!(PageFormat::sniff(b"<html>"), PageFormat::Html);
}

#[test]
fn upload_times() {
    let table = [
        ("1970-01-01T00:00:00Z", Some(0)),
        ("2000-02-29T23:59:59.5Z", Some(951_868_799_500)),
        ("2024-01-01T00:00:00+01:00", Some(1_704_063_600_000)),
        ("2024-01-01T00:00:00-0130", Some(1_704_072_600_000)),
        ("2024-01-01T00:00:00", Some(1_704_067_200_000)),
        ("2024-13-01T00:00:00Z", None),
        ("2024-01-01", None),
        ("yesterday at ten o'clock", None),
        ("", None),
    ];
    for (text, expected) in table {
        assert_eq!(upload_millis(text), expected, "{text}");
    }
    assert_eq!(upload_text(951_868_799_500), "2000-02-29T23:59:59.500Z");
    assert_eq!(upload_text(0), "1970-01-01T00:00:00Z");
}

proptest! {
    #[test]
    fn upload_times_round_trip(millis in -62_167_219_200_000i64..253_402_300_800_000, any: i64) {
        prop_assert_eq!(upload_millis(&upload_text(millis)), Some(millis));
        prop_assert!(upload_millis(&upload_text(any)).is_some());
    }

    #[test]
    fn never_panics(bytes: Vec<u8>, html in "(<a |<base |<meta |<!--|-->|<script|</script>|href|=|\"|'|>|/| |&|#|x-1.0.zip|\\PC){0,30}") {
        for page in [&bytes[..], html.as_bytes()] {
            for format in [PageFormat::Html, PageFormat::Json] {
                let _ = ProjectPage::parse(page, format);
                let _ = ProjectList::parse(page, format);
            }
        }
        let _ = upload_millis(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn upload_time_near_any(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,20})?(Z|[+-][0-9]{2}:?[0-9]{2}|\\PC{0,3})") {
        let _ = upload_millis(&text);
    }
}
