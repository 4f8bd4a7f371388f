//! From a row of a page to a file that can be asked for.

use packaging::PackageName;
use packaging::distribution::{Distribution, RemoteFile};
use packaging::filenames::DistributionFilename;
use packaging::simple_api::{Evidence, PageFile, PageFormat, ProjectPage, ProjectStatus};
use std::borrow::Cow;
use std::sync::Arc;
use store::pages::{Freshness, PageEntry, PageOrigin, PageTable};
use url::Url;

use crate::client::{MetadataRequest, ProjectPages};
use crate::credentials::without_userinfo;

/// The distribution that `entry` of `table` describes, with an absolute URL. `None` when the page's words make no URL.
pub fn distribution(table: &PageTable, entry: &PageEntry<'_>) -> Option<Distribution> {
    let project = PackageName::new(table.project()).ok()?;
    let filename = DistributionFilename::parse_for(entry.filename(), &project).ok()?;
    let url = absolute(table, &entry.url())?;
    let file = RemoteFile { url: url.into(), hashes: entry.hashes(), size: entry.size() };
    Some(Distribution::new(filename, file))
}

/// A project that has one file, as if an index had said so.
pub fn single_file(
    project: &PackageName,
    distribution: &Distribution,
    upload_time: Option<&str>,
) -> ProjectPages {
    let file = distribution.file();
    let hashes = file.hashes.iter().map(|hash| (hash.algorithm(), Cow::Borrowed(hash.hex())));
    let row = PageFile {
        filename: Cow::Borrowed(distribution.filename()),
        url: Cow::Borrowed(&file.url),
        hashes: hashes.collect(),
        size: file.size,
        upload_time: upload_time.map(Cow::Borrowed),
        ..PageFile::default()
    };
    let page = ProjectPage {
        name: None,
        api_version: None,
        base_url: None,
        files: vec![row],
        versions: Vec::new(),
        status: ProjectStatus::default(),
        alternate_locations: Vec::new(),
        tracks: Vec::new(),
        evidence: Evidence::Files,
    };
    let origin = PageOrigin { project, url: "", format: PageFormat::Html };
    let table = PageTable::new(&page, origin, Freshness::default()).ok().map(Arc::new);
    ProjectPages { project: project.clone(), indexes: Vec::new(), find_links: table }
}

/// The request for the metadata of `entry` of `table`.
pub fn metadata_request(table: &PageTable, entry: &PageEntry<'_>) -> Option<MetadataRequest> {
    let beside = entry.has_metadata().then(|| entry.metadata_hashes());
    Some(MetadataRequest { distribution: distribution(table, entry)?, beside })
}

/// RFC 3986 §5: relative to the page's `<base href>`, itself relative to the page.
fn absolute(table: &PageTable, url: &str) -> Option<Url> {
    if table.url().is_empty() {
        return Url::parse(url).ok();
    }
    let page = Url::parse(table.url()).ok()?;
    let base = match table.base_url() {
        Some(base) => page.join(base).ok()?,
        None => page,
    };
    // A page may not tell us whose name to use.
    base.join(url).ok().map(|url| without_userinfo(&url))
}
