//! What the URL of a direct requirement points at, when it is no wheel.

use std::path::PathBuf;

use index::vcs::{VcsUrl, VcsUrlError};
use packaging::PackageName;
use packaging::distribution::{Distribution, RemoteFile};
use packaging::filenames::{DistributionFilename, SourceFilename};
use packaging::hashes::Hash;
use url::Url;

use crate::ops::direct::{DirectError, lacks_host, shown};

/// Where a source is.
#[derive(Debug)]
pub enum SourcePlace {
    /// A folder of this machine.
    Folder {
        /// The folder.
        path: PathBuf,
        /// `#subdirectory=`
        subdirectory: Option<String>,
    },
    /// A repository.
    Repository(VcsUrl),
    /// An archive, here or behind a URL.
    Archive {
        /// For the client: the address and the promised hashes; the name is not that of the file.
        archive: Distribution,
        /// The file's name.
        filename: String,
        /// `#subdirectory=`
        subdirectory: Option<String>,
    },
}

/// Names of parts of a fragment that are no hashes.
fn fragment_part(url: &Url, key: &str) -> Option<String> {
    let mut parts = url.fragment().unwrap_or_default().split('&');
    let value = parts.find_map(|part| part.strip_prefix(key)?.strip_prefix('='))?;
    let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned();
    Some(value).filter(|value| !value.is_empty())
}

/// Where `url` points.
///
/// # Errors
/// That it is no URL, that nothing is there, or that its subdirectory leads elsewhere.
pub fn place(url: &str) -> Result<SourcePlace, DirectError> {
    let bad = || DirectError::BadUrl { url: shown(url) };
    if VcsUrl::is_one(url) {
        let repository = VcsUrl::parse(url)
            .map_err(|problem| DirectError::BadRepository { url: index::redacted_text(url), problem })?;
        return Ok(SourcePlace::Repository(repository));
    }
    let parsed = Url::parse(url).ok().filter(|_| !lacks_host(url)).ok_or_else(bad)?;
    let subdirectory = fragment_part(&parsed, "subdirectory");
    if subdirectory
        .as_deref()
        .is_some_and(|folder| folder.starts_with('/') || folder.split('/').any(|part| part == ".."))
    {
        return Err(DirectError::BadRepository {
            url: index::redacted_text(url),
            problem: VcsUrlError::Unsafe,
        });
    }
    match parsed.scheme() {
        "file" => {
            let path = parsed.to_file_path().map_err(|()| bad())?;
            if path.is_dir() {
                return Ok(SourcePlace::Folder { path, subdirectory });
            }
            if !path.is_file() {
                return Err(DirectError::Missing { path });
            }
        }
        "http" | "https" => {}
        _ => return Err(bad()),
    }
    let filename = last_segment(&parsed);
    let hashes = parsed.fragment().unwrap_or_default().split('&');
    let hashes = hashes.filter_map(|part| Hash::parse(&part.replacen('=', ":", 1)).ok()).collect();
    let mut bare = parsed;
    bare.set_fragment(None);
    // Archives of repositories are called `main.zip`: no name of a distribution.
    let formal = DistributionFilename::parse("archive-0.tar.gz")?;
    let archive = Distribution::new(formal, RemoteFile { url: bare.into(), hashes, size: None });
    Ok(SourcePlace::Archive { archive, filename, subdirectory })
}

fn last_segment(url: &Url) -> String {
    let last = url.path().rsplit('/').next().unwrap_or_default();
    percent_encoding::percent_decode_str(last).decode_utf8_lossy().into_owned()
}

/// The package's name, where the name of a source archive gives it.
pub fn name_of_archive(url: &str) -> Option<PackageName> {
    let parsed = Url::parse(url).ok()?;
    SourceFilename::parse(&last_segment(&parsed)).ok().map(|filename| filename.name().clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_where_they_point() {
        let shown = |url: &str| match place(url) {
            Ok(SourcePlace::Folder { .. }) => "folder".to_owned(),
            Ok(SourcePlace::Repository(url)) => format!("repository {}", url.repository),
            Ok(SourcePlace::Archive { archive, filename, subdirectory }) => {
                format!(
                    "{filename} at {} {:?} {}",
                    archive.file().url,
                    subdirectory,
                    archive.file().hashes.len()
                )
            }
            Err(error) => error.to_string(),
        };
        for (url, expected) in [
            (
                "https://h.example/a/v1.0.tar.gz#subdirectory=x",
                "v1.0.tar.gz at https://h.example/a/v1.0.tar.gz Some(\"x\") 0",
            ),
            ("https://h.example/a.zip#sha256=00", "a.zip at https://h.example/a.zip None 0"),
            ("git+https://h.example/a@1", "repository https://h.example/a"),
            ("file:///", "folder"),
            ("ftp://h.example/a.zip", "ftp://h.example/a.zip cannot be fetched"),
            (
                "https://h.example/a.zip#subdirectory=../x",
                "https://h.example/a.zip: its revision or subdirectory is not allowed",
            ),
            ("git+ext::sh", "git+ext::sh: its transport is not supported"),
        ] {
            assert_eq!(shown(url), expected, "{url}");
        }
        assert_eq!(name_of_archive("https://h.example/My.Pkg-1.0.tar.gz").unwrap().as_str(), "my-pkg");
        assert_eq!(name_of_archive("https://h.example/main.zip"), None);
    }
}
