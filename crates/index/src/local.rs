//! Indexes and files of this machine (`file:` URLs), read without the network thread.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use packaging::simple_api::PageFormat;
use url::Url;

use crate::error::{FetchError, Problem};
use crate::wheel_tail::{Reading, Stretch, read};
use crate::worker::FetchedPage;

/// The path that a `file:` URL names; `None` for other URLs.
pub(crate) fn path_of(url: &Url) -> Option<PathBuf> {
    if url.scheme() == "file" { url.to_file_path().ok() } else { None }
}

pub(crate) fn problem(error: &io::Error) -> Problem {
    if error.kind() == io::ErrorKind::NotFound {
        Problem::Status(404)
    } else {
        Problem::Read(error.to_string())
    }
}

/// The page of a project in a folder laid out like an index: `index.html` in the project's folder, as
/// `http.server` would show it.
pub(crate) fn page(url: &Url, folder: &Path) -> Result<FetchedPage, FetchError> {
    let read = |name: &'static str| fs::read(folder.join(name)).map(|body| (body, name));
    let found = read("index.html").or_else(|error| read("index.json").map_err(|_| error));
    let (body, name) = found.map_err(|error| FetchError::new(url, problem(&error)))?;
    let format = PageFormat::sniff(&body);
    let url = url.join(name).unwrap_or_else(|_| url.clone());
    Ok(FetchedPage { body, format, url, etag: None, last_modified: None, max_age: None })
}

/// METADATA of a wheel on disk: only its tail and that member are read.
pub(crate) fn wheel_metadata(path: &Path) -> Result<Vec<u8>, Problem> {
    let file = File::open(path).map_err(|error| problem(&error))?;
    let total = file.metadata().map_err(|error| problem(&error))?.len();
    let mut range = total.saturating_sub(32 << 10)..total;
    let mut stretches = Vec::new();
    while stretches.len() < 4 {
        let length = usize::try_from(range.end - range.start).unwrap_or(0);
        let mut bytes = vec![0; length];
        file.read_exact_at(&mut bytes, range.start).map_err(|error| problem(&error))?;
        stretches.push(Stretch { offset: range.start, bytes });
        match read(total, &stretches) {
            Reading::Metadata(text) => return Ok(text),
            Reading::Wants(wanted) => range = wanted,
            Reading::Unusable(reason) => return Err(Problem::NoMetadata(reason.to_owned())),
        }
    }
    Err(Problem::NoMetadata("its directory leads nowhere".to_owned()))
}
