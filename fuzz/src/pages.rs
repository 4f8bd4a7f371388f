//! What an index answers, and how it is named.

use index::vcs::VcsUrl;
use index::{FindLinks, IndexLocation};
use packaging::PackageName;
use packaging::simple_api::{PageFormat, ProjectList, ProjectPage};
use store::Freshness;
use store::pages::{EntryKind, PageOrigin, PageTable};

use crate::text;

const FORMATS: [PageFormat; 2] = [PageFormat::Json, PageFormat::Html];

/// A page of any format becomes a table of the same files.
pub(crate) fn project_page(bytes: &[u8]) {
    let name = PackageName::new("alpha").unwrap();
    for format in FORMATS {
        let Ok(page) = ProjectPage::parse(bytes, format) else { continue };
        let origin = PageOrigin { project: &name, url: "http://index.example/simple/alpha/", format };
        let table = PageTable::new(&page, origin, Freshness::default()).unwrap();
        assert_eq!(table.files().len() + table.skipped().len(), page.files.len());
        for version in table.versions() {
            let found = table.find_version(&version.version());
            assert_eq!(found, Some(version.index()), "{}", version.text());
        }
        for file in table.files() {
            let _ =
                (file.url(), file.hashes(), file.metadata_hashes(), file.upload_time(), file.has_signature());
            assert!(file.kind() != EntryKind::Wheel || file.tag_set().is_some(), "{}", file.filename());
        }
        let _ = page.into_owned();
    }
}

pub(crate) fn project_list(bytes: &[u8]) {
    for format in FORMATS {
        let _ = ProjectList::parse(bytes, format);
    }
}

/// Addresses as they stand on a command line or in a file. Whatever follows a password, it is not shown; and the address of
/// a commit is that of the same repository.
pub(crate) fn location(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let _ = (IndexLocation::parse(text), FindLinks::parse(text));
    for scheme in ["https", "git+ssh", "x"] {
        let shown = index::redacted_text(&format!("{scheme}://user:s3cr3t@{text}"));
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }
    if let Ok(url) = VcsUrl::parse(text) {
        let pinned = url.pinned("0123456789abcdef0123456789abcdef01234567");
        let again = VcsUrl::parse(&pinned);
        let same =
            again.is_ok_and(|again| again.system == url.system && again.subdirectory == url.subdirectory);
        assert!(same, "{pinned}");
    }
}
