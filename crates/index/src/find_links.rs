//! Loose files: folders, single archives, and pages that link to archives of any project (`--find-links`).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use packaging::PackageName;
use packaging::filenames::{DistributionFilename, looks_like_distribution};
use packaging::hashes::Hash;
use packaging::name::canonicalize_name;
use packaging::simple_api::{
    CoreMetadata, Evidence, PageFile, PageFormat, PageHashes, ProjectPage, ProjectStatus, Yanked,
};
use rustc_hash::FxHashMap;
use url::Url;

use crate::credentials::without_userinfo;
use crate::error::{FetchError, Problem, redacted};
use crate::location::FindLinks;
use crate::worker::FetchedPage;

/// Files found, each with an absolute URL.
type Files = Vec<PageFile<'static>>;

/// A name of a file with more dashes is looked at for every project.
const MOST_DASHES: usize = 32;

/// All loose files, found by what their names begin with: a folder may hold thousands, for thousands of projects.
#[derive(Default)]
pub(crate) struct Loose {
    files: Files,
    /// The places of files whose name is, up to some dash, a spelling of this name.
    by_name: FxHashMap<String, Vec<usize>>,
    /// The places of those with too many dashes.
    odd: Vec<usize>,
}

impl Loose {
    pub(crate) fn extend(&mut self, files: impl IntoIterator<Item = PageFile<'static>>) {
        for file in files {
            let place = self.files.len();
            let dashes: Vec<usize> =
                file.filename.match_indices('-').map(|(dash, _)| dash).take(MOST_DASHES + 1).collect();
            if dashes.len() > MOST_DASHES {
                self.odd.push(place);
            } else {
                // A wheel's name ends before the first dash; the others are only as good as their first part.
                let is_wheel = file.filename.ends_with(".whl");
                let ends = dashes.iter().take(if is_wheel { 1 } else { MOST_DASHES });
                for end in ends {
                    let name = canonicalize_name(&file.filename[..*end]).into_owned();
                    self.by_name.entry(name).or_default().push(place);
                }
            }
            self.files.push(file);
        }
    }

    /// The files that may belong to a project, in the order in which they were found.
    fn candidates(&self, project: &PackageName) -> Vec<&PageFile<'static>> {
        let named = self.by_name.get(project.as_str()).map(Vec::as_slice).unwrap_or_default();
        let places: BTreeSet<usize> = named.iter().chain(&self.odd).copied().collect();
        places.into_iter().filter_map(|place| self.files.get(place)).collect()
    }
}

/// What a place of this machine holds.
fn read_local(path: &Path) -> Result<Files, FetchError> {
    let shown =
        || Url::from_file_path(path).map_or_else(|()| path.display().to_string(), |url| redacted(&url));
    let failed = |reason: String| FetchError { url: shown(), problem: Problem::Read(reason), attempts: 1 };
    let data = fs::metadata(path).map_err(|error| failed(error.to_string()))?;
    if data.is_dir() {
        return folder(path).map_err(|error| failed(error.to_string()));
    }
    if is_html(path) {
        let url =
            Url::from_file_path(path).map_err(|()| failed("not a path that a URL can hold".to_owned()))?;
        let bytes = fs::read(path).map_err(|error| failed(error.to_string()))?;
        return links(&bytes, PageFormat::Html, &url).map_err(|problem| FetchError::new(&url, problem));
    }
    Ok(archive(path, data.len()).into_iter().collect())
}

/// As pip does: the archives of a folder, and the links of its HTML files; subfolders are not looked into.
fn folder(path: &Path) -> std::io::Result<Files> {
    let mut entries = fs::read_dir(path)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut loose = Files::new();
    for entry in entries {
        let path = entry.path();
        if is_html(&path) {
            if let (Ok(bytes), Ok(url)) = (fs::read(&path), Url::from_file_path(&path)) {
                loose.extend(links(&bytes, PageFormat::Html, &url).unwrap_or_default());
            }
        } else if let Ok(data) = fs::metadata(&path) {
            loose.extend(archive(&path, data.len()));
        }
    }
    Ok(loose)
}

fn is_html(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        extension.eq_ignore_ascii_case("html") || extension.eq_ignore_ascii_case("htm")
    })
}

fn archive(path: &Path, size: u64) -> Option<PageFile<'static>> {
    let filename = path.file_name()?.to_str().filter(|name| looks_like_distribution(name))?;
    let url = Url::from_file_path(path).ok()?;
    Some(PageFile { size: Some(size), ..bare(filename.to_owned(), url.into()) })
}

/// The one archive that a URL is, when it is one; a digest may stand in its fragment.
pub(crate) fn remote_archive(url: &Url) -> Option<PageFile<'static>> {
    let last = url.path_segments()?.next_back()?;
    let filename = percent_encoding::percent_decode_str(last).decode_utf8().ok()?.into_owned();
    if !looks_like_distribution(&filename) {
        return None;
    }
    let hash = Hash::from_url(url.as_str()).map(|hash| (hash.algorithm(), Cow::Owned(hash.hex().to_owned())));
    let mut address = without_userinfo(url);
    address.set_fragment(None);
    Some(PageFile { hashes: hash.into_iter().collect(), ..bare(filename, address.into()) })
}

fn bare(filename: String, url: String) -> PageFile<'static> {
    PageFile {
        filename: Cow::Owned(filename),
        url: Cow::Owned(url),
        hashes: PageHashes::default(),
        requires_python: None,
        yanked: Yanked::No,
        size: None,
        upload_time: None,
        core_metadata: CoreMetadata::No,
        gpg_sig: None,
        provenance: None,
    }
}

/// The links of a fetched page.
pub(crate) fn remote_links(page: &FetchedPage) -> Result<Files, Problem> {
    links(&page.body, page.format, &page.url)
}

fn links(bytes: &[u8], format: PageFormat, url: &Url) -> Result<Files, Problem> {
    let page = ProjectPage::parse(bytes, format).map_err(|error| Problem::NotAnIndex {
        content_type: format!("{format:?}"),
        reason: error.to_string(),
    })?;
    let page_url = without_userinfo(url);
    let base = page.base_url.as_deref().and_then(|base| page_url.join(base).ok()).unwrap_or(page_url);
    let absolute = |file: PageFile<'_>| {
        let url = base.join(&file.url).ok()?;
        looks_like_distribution(&file.filename).then(|| owned(file, url))
    };
    Ok(page.files.into_iter().filter_map(absolute).collect())
}

fn owned(file: PageFile<'_>, url: Url) -> PageFile<'static> {
    let text = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
    let hashes = |hashes: &PageHashes<'_>| {
        hashes
            .iter()
            .map(|(algorithm, hex)| (algorithm, Cow::Owned(hex.to_owned())))
            .collect::<PageHashes<'static>>()
    };
    PageFile {
        filename: text(file.filename),
        url: Cow::Owned(url.into()),
        hashes: hashes(&file.hashes),
        requires_python: file.requires_python.map(text),
        yanked: match file.yanked {
            Yanked::No => Yanked::No,
            Yanked::Yes(reason) => Yanked::Yes(text(reason)),
        },
        size: file.size,
        upload_time: file.upload_time.map(text),
        core_metadata: match file.core_metadata {
            CoreMetadata::No => CoreMetadata::No,
            CoreMetadata::Yes => CoreMetadata::Yes,
            CoreMetadata::Hashes(given) => CoreMetadata::Hashes(hashes(&given)),
        },
        gpg_sig: file.gpg_sig,
        provenance: file.provenance.map(text),
    }
}

/// The files of one project as a page of their own; `None` when there is none.
pub(crate) fn page_of<'a>(loose: &'a Loose, project: &PackageName) -> Option<ProjectPage<'a>> {
    let of_project = |file: &&PageFile<'_>| DistributionFilename::parse_for(&file.filename, project).is_ok();
    let files: Vec<PageFile<'a>> =
        loose.candidates(project).into_iter().filter(of_project).cloned().collect();
    (!files.is_empty()).then_some(ProjectPage {
        name: None,
        api_version: None,
        base_url: None,
        files,
        versions: Vec::new(),
        status: ProjectStatus::default(),
        alternate_locations: Vec::new(),
        tracks: Vec::new(),
        evidence: Evidence::Files,
    })
}

/// All places of this machine at once; failures beside what was found.
pub(crate) fn read_all(places: &[FindLinks]) -> (Loose, Vec<FetchError>) {
    let (mut loose, mut failures) = (Loose::default(), Vec::new());
    for place in places {
        match place {
            FindLinks::Path(path) => match read_local(path) {
                Ok(found) => loose.extend(found),
                Err(error) => failures.push(error),
            },
            FindLinks::Remote(url) => loose.extend(remote_archive(url)),
        }
    }
    (loose, failures)
}

/// The pages among `places` that have to be fetched.
pub(crate) fn remote_pages(places: &[FindLinks]) -> impl Iterator<Item = &Url> {
    places.iter().filter_map(FindLinks::url).filter(|url| remote_archive(url).is_none())
}
