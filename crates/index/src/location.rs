//! Where indexes and loose files are.

use std::path::{Path, PathBuf};

use packaging::name::PackageName;
use url::Url;

use crate::credentials::without_userinfo;
use crate::error::redacted_text;

/// An address that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{address}` is not an address of an index: {reason}")]
pub struct LocationError {
    /// The address as given, redacted.
    pub address: String,
    /// Why not.
    pub reason: String,
}

fn fail<T>(address: &str, reason: impl ToString) -> Result<T, LocationError> {
    Err(LocationError { address: redacted_text(address), reason: reason.to_string() })
}

/// A package index (PEP 503): `BASE/PROJECT/` is a page of files.
#[derive(Clone, PartialEq, Eq)]
pub struct IndexLocation {
    url: Url,
    bare: Url,
}

impl std::fmt::Debug for IndexLocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("IndexLocation").field(&self.bare.as_str()).finish()
    }
}

impl IndexLocation {
    /// Reads an `http`, `https` or `file` URL, or an absolute path of a folder laid out like an index.
    ///
    /// # Errors
    /// For other schemes and for what is no URL.
    pub fn parse(address: &str) -> Result<Self, LocationError> {
        let mut url = parse_address(address)?;
        if !matches!(url.scheme(), "http" | "https" | "file") {
            return fail(address, format!("{} addresses cannot be fetched", url.scheme()));
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        url.set_fragment(None);
        Ok(Self { bare: without_userinfo(&url), url })
    }

    /// The address with credentials, for fetching only.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// The address without credentials: what identifies the index in caches, locks and messages.
    pub fn bare(&self) -> &Url {
        &self.bare
    }

    /// The page of `project`, without credentials.
    pub fn project_url(&self, project: &PackageName) -> Url {
        page_below(&self.bare, project)
    }

    /// The page of `project`, with credentials.
    pub(crate) fn fetch_url(&self, project: &PackageName) -> Url {
        page_below(&self.url, project)
    }
}

fn page_below(index: &Url, project: &PackageName) -> Url {
    let mut url = index.clone();
    url.set_path(&format!("{}{}/", index.path(), project.as_str()));
    url
}

fn parse_address(address: &str) -> Result<Url, LocationError> {
    let address = address.trim();
    if Path::new(address).is_absolute() {
        return Url::from_file_path(address).or_else(|()| fail(address, "not a path that a URL can hold"));
    }
    Url::parse(address).or_else(|error| fail(address, error))
}

/// A place of loose files (`--find-links`): no index, just links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindLinks {
    /// A folder of archives, or a single archive or HTML file, of this machine.
    Path(PathBuf),
    /// A page with links, or one archive, elsewhere. May hold credentials.
    Remote(Url),
}

impl FindLinks {
    /// Reads an absolute path or a `file`, `http` or `https` URL.
    ///
    /// # Errors
    /// For other schemes and for what is neither.
    pub fn parse(address: &str) -> Result<Self, LocationError> {
        let url = parse_address(address)?;
        match url.scheme() {
            "file" => {
                url.to_file_path().map(Self::Path).or_else(|()| fail(address, "not a path of this machine"))
            }
            "http" | "https" => Ok(Self::Remote(url)),
            other => fail(address, format!("{other} addresses cannot be fetched")),
        }
    }

    pub(crate) fn url(&self) -> Option<&Url> {
        match self {
            Self::Path(_) => None,
            Self::Remote(url) => Some(url),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn index_addresses() {
        let project = PackageName::new("al.pha").unwrap();
        for (address, page) in [
            ("https://u:p@index.example/simple", "https://index.example/simple/al-pha/"),
            ("https://index.example/simple/#x", "https://index.example/simple/al-pha/"),
            ("https://index.example", "https://index.example/al-pha/"),
            ("file:///srv/simple", "file:///srv/simple/al-pha/"),
            ("/srv/simple", "file:///srv/simple/al-pha/"),
        ] {
            let location = IndexLocation::parse(address).unwrap();
            assert_eq!(location.project_url(&project).as_str(), page, "{address}");
            assert!(!format!("{location:?}").contains("u:p"));
        }
        let error = IndexLocation::parse("ftp://u:p@index.example/").unwrap_err();
        assert!(!error.to_string().contains("u:p"), "{error}");
        assert!(IndexLocation::parse("simple").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_an_address_or_an_error(text in "(https?://|file:///|/|[a-z]:)?[^ ]{0,20}@?\\PC{0,20}") {
            let _ = IndexLocation::parse(&text);
            let _ = FindLinks::parse(&text);
        }

        #[test]
        fn errors_and_debug_hide_passwords(scheme in "https|ftp|http", user in "[a-z]{0,3}", host in "[a-z.:]{0,9}") {
            let address = format!("{scheme}://{user}:sesame@{host}/simple");
            let shown = match IndexLocation::parse(&address) {
                Ok(location) => format!("{location:?} {}", location.bare()),
                Err(error) => format!("{error} {error:?}"),
            };
            prop_assert!(!shown.contains("sesame"), "{shown}");
        }
    }

    #[test]
    fn find_links_addresses() {
        assert_eq!(FindLinks::parse("/srv/w"), Ok(FindLinks::Path("/srv/w".into())));
        assert_eq!(FindLinks::parse("file:///srv/w"), Ok(FindLinks::Path("/srv/w".into())));
        assert!(matches!(FindLinks::parse("http://files.example/"), Ok(FindLinks::Remote(_))));
        assert!(FindLinks::parse("git+https://files.example/").is_err());
    }
}
