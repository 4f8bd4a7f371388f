//! Page tables in memory and on the disk.

use packaging::filenames::SourceKind;
use packaging::simple_api::{PageFormat, ProjectPage};
use packaging::{PackageName, Version};
use store::pages::{EntryKind, PageOrigin};
use store::{Freshness, PageTable, Store};

const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn page_json() -> String {
    format!(
        r#"{{"meta": {{"api-version": "1.1"}}, "name": "alpha", "versions": [], "files": [
        {{"filename": "alpha-1.10-py3-none-any.whl", "url": "https://files.example/a/alpha-1.10-py3-none-any.whl",
          "hashes": {{"sha256": "{HEX}", "md5": "900150983cd24fb0d6963f7d28e17f72"}}, "size": 12, "requires-python": ">=3.8",
          "upload-time": "2024-01-02T03:04:05.678Z", "core-metadata": {{"sha256": "{HEX}"}}, "gpg-sig": true}},
        {{"filename": "alpha-1.9.tar.gz", "url": "https://files.example/b/alpha-1.9.tar.gz", "hashes": {{}}, "yanked": "broken"}},
        {{"filename": "alpha-1.9-2x-cp311-cp311-linux_x86_64.whl", "url": "https://files.example/b/alpha%2D1.9.whl",
          "hashes": {{}}, "yanked": true, "requires-python": ">=3.8", "core-metadata": true, "gpg-sig": false}},
        {{"filename": "alpha-1.9.0-py3-none-any.whl", "url": "https://files.example/c", "hashes": {{"sha256": "xx"}}}},
        {{"filename": "alpha-0!1!1.zip", "url": "https://files.example/d", "hashes": {{}}}},
        {{"filename": "beta-1.zip", "url": "https://files.example/e", "hashes": {{}}}},
        {{"filename": "alpha-7+local.1.zip", "url": "https://files.example/f/alpha.zip", "hashes": {{}}}}
        ]}}"#
    )
}

fn table() -> PageTable {
    let json = page_json();
    let page = ProjectPage::parse_json(json.as_bytes()).unwrap();
    let project = PackageName::new("Alpha").unwrap();
    let origin = PageOrigin {
        project: &project,
        url: "https://index.example/simple/alpha/",
        format: PageFormat::Json,
    };
    let freshness =
        Freshness { fetched_at: 5, fresh_until: 10, etag: Some("\"e\"".into()), last_modified: None };
    PageTable::new(&page, origin, freshness).unwrap()
}

fn check(table: &PageTable) {
    let versions: Vec<_> = table.versions().map(|version| version.text().to_owned()).collect();
    assert_eq!(versions, ["1.9", "1.10", "7+local.1"]);
    assert!(table.versions().all(|version| version.version().to_string() == version.text()));
    assert_eq!(table.find_version(&Version::parse("1.9.0").unwrap()), Some(0));
    assert_eq!(table.find_version(&Version::parse("1.10.1").unwrap()), None);
    assert_eq!((table.project(), table.url()), ("alpha", "https://index.example/simple/alpha/"));
    assert_eq!((table.api_version(), table.base_url()), (Some("1.1"), None));

    let names: Vec<_> = table.version_at(0).files().map(|file| file.filename().to_owned()).collect();
    let expected =
        ["alpha-1.9.tar.gz", "alpha-1.9-2x-cp311-cp311-linux_x86_64.whl", "alpha-1.9.0-py3-none-any.whl"];
    assert_eq!(names, expected);
    let [source, wheel, plain]: [_; 3] = table.version_at(0).files().collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(source.kind(), EntryKind::Source(SourceKind::TarGz));
    assert_eq!((source.yanked(), wheel.yanked(), plain.yanked()), (Some("broken"), Some(""), None));
    assert_eq!((wheel.tag_set(), wheel.build_tag()), (Some("cp311-cp311-linux_x86_64"), Some("2x")));
    assert_eq!(
        (source.tag_set(), source.build_tag(), source.size(), source.upload_time()),
        (None, None, None, None)
    );
    assert_eq!(wheel.url(), "https://files.example/b/alpha%2D1.9.whl");
    assert_eq!(
        (wheel.has_metadata(), wheel.metadata_hashes().len(), source.has_metadata()),
        (true, 0, false)
    );
    assert_eq!((wheel.has_signature(), source.has_signature()), (Some(false), None));
    assert!(plain.hashes().is_empty());

    let latest = table.version_at(1).files().next().unwrap();
    assert_eq!(
        (latest.kind(), latest.size(), latest.upload_time()),
        (EntryKind::Wheel, Some(12), Some(1_704_164_645_678))
    );
    let hashes: Vec<_> = latest.hashes().iter().map(ToString::to_string).collect();
    assert_eq!(hashes, [format!("sha256:{HEX}"), "md5:900150983cd24fb0d6963f7d28e17f72".to_owned()]);
    assert_eq!(latest.metadata_hashes()[0].hex(), HEX);
    assert_eq!((latest.has_signature(), latest.version_index(), latest.index()), (Some(true), 1, 3));
    assert_eq!(latest.requires_python_index(), wheel.requires_python_index());
    assert_eq!(table.requires_python().collect::<Vec<_>>(), [">=3.8"]);
    assert_eq!(table.tag_sets().collect::<Vec<_>>(), ["py3-none-any", "cp311-cp311-linux_x86_64"]);
    let skipped: Vec<_> = table.skipped().map(|file| file.filename).collect();
    assert_eq!(skipped, ["alpha-0!1!1.zip", "beta-1.zip"]);
}

#[test]
fn a_table_says_what_the_page_said() {
    let store = Store::temporary(&std::env::temp_dir()).unwrap();
    let table = table();
    check(&table);
    assert!(store.page("key").unwrap().is_none());
    store.put_page("key", &table).unwrap();
    let read = store.page("key").unwrap().unwrap();
    check(&read);
    assert_eq!(read.freshness(), table.freshness());
}

#[test]
fn a_page_found_unchanged_is_refreshed_in_place() {
    let store = Store::temporary(&std::env::temp_dir()).unwrap();
    let old = table();
    store.refresh_page("key", &old, &Freshness::default()).unwrap();
    store.put_page("key", &old).unwrap();
    let read = store.page("key").unwrap().unwrap();
    let newer = Freshness { fetched_at: 50, fresh_until: 100, ..read.freshness().clone() };
    store.refresh_page("key", &read, &newer).unwrap();
    assert_eq!(store.page("key").unwrap().unwrap().freshness(), &newer);
    // A table that another process replaced meanwhile keeps its own freshness.
    let empty = ProjectPage::parse_json(br#"{"meta": {"api-version": "1.0"}, "name": "alpha", "files": []}"#)
        .unwrap();
    let project = PackageName::new("alpha").unwrap();
    let origin = PageOrigin { project: &project, url: "u", format: PageFormat::Html };
    store.put_page("key", &PageTable::new(&empty, origin, Freshness::default()).unwrap()).unwrap();
    store.refresh_page("key", &read, &newer).unwrap();
    let replaced = store.page("key").unwrap().unwrap();
    assert_eq!((replaced.freshness(), replaced.format()), (&Freshness::default(), PageFormat::Html));
    assert_eq!(replaced.versions().len(), 0);
}
