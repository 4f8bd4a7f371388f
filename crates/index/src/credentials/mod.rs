//! Whose name and password go with a request: the order of pip.
//!
//! URL userinfo; the userinfo of an index on the same host (longest path prefix); netrc. Only after a 401: the
//! keyring program, then a question to the user. Answers are remembered by host for the run, refusals too.

pub(crate) mod keyring;
pub(crate) mod netrc;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use percent_encoding::percent_decode_str;
use url::Url;

/// A user name and a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// Who.
    pub user: String,
    /// The secret.
    pub password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("user", &self.user).field("password", &"****").finish()
    }
}

impl Login {
    /// The value of `Authorization` (RFC 7617).
    pub(crate) fn basic(&self) -> Option<HeaderValue> {
        let value = format!("Basic {}", STANDARD.encode(format!("{}:{}", self.user, self.password)));
        let mut value = HeaderValue::from_str(&value).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The userinfo of a URL, percent-decoded.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        if url.username().is_empty() && url.password().is_none() {
            return None;
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        Some(Self { user: decoded(url.username()), password: decoded(url.password().unwrap_or("")) })
    }
}

/// Asks the user for the login of a host; `None`: the user gave none.
pub type Prompt = Arc<dyn Fn(&str) -> Option<Login> + Send + Sync>;

/// Where credentials beyond those in URLs come from.
#[derive(Clone, Default)]
pub struct CredentialPolicy {
    /// The text of the netrc file.
    pub netrc: Option<String>,
    /// The `keyring` program; `None` when it is disabled.
    pub keyring: Option<PathBuf>,
    /// How to ask the user; `None` when nobody is there.
    pub prompt: Option<Prompt>,
}

impl std::fmt::Debug for CredentialPolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CredentialPolicy").field("keyring", &self.keyring).finish_non_exhaustive()
    }
}

/// Scheme, host and port: what a login is valid for.
type Origin = (String, String, u16);

fn origin(url: &Url) -> Origin {
    let host = url.host_str().unwrap_or_default().to_owned();
    (url.scheme().to_owned(), host, url.port_or_known_default().unwrap_or(0))
}

/// All logins of a run.
pub(crate) struct Credentials {
    policy: CredentialPolicy,
    /// Index URLs that carry userinfo, and the same URLs without.
    indexes: Vec<(Url, Login)>,
    /// All index URLs, bare: keyring entries are kept under them.
    services: Vec<Url>,
    asked: Mutex<HashMap<Origin, Option<Login>>>,
    asking: Mutex<()>,
}

impl Credentials {
    pub(crate) fn new(policy: CredentialPolicy, index_urls: impl Iterator<Item = Url>) -> Self {
        let (mut indexes, mut services) = (Vec::new(), Vec::new());
        for url in index_urls {
            let bare = without_userinfo(&url);
            indexes.extend(Login::of(&url).map(|login| (bare.clone(), login)));
            services.push(bare);
        }
        Self { policy, indexes, services, asked: Mutex::default(), asking: Mutex::default() }
    }

    /// The login to send without being asked.
    pub(crate) fn known(&self, url: &Url) -> Option<Login> {
        let answered = || self.lock().get(&origin(url)).cloned().flatten();
        let complete = |login: &Login| !login.password.is_empty();
        Login::of(url)
            .filter(complete)
            .or_else(answered)
            .or_else(|| Login::of(url))
            .or_else(|| self.of_index(url))
            .or_else(|| netrc::login_for(self.policy.netrc.as_deref()?, url.host_str()?))
    }

    fn of_index(&self, url: &Url) -> Option<Login> {
        let same = self.indexes.iter().filter(|(index, _)| origin(index) == origin(url));
        let shared = |index: &Url| {
            let pairs =
                index.path_segments().into_iter().flatten().zip(url.path_segments().into_iter().flatten());
            pairs.take_while(|(a, b)| a == b).count()
        };
        // The first of equals: `max_by_key` returns the last.
        same.rev().max_by_key(|(index, _)| shared(index)).map(|(_, login)| login.clone())
    }

    /// The login after a 401, from the keyring program or the user; asked once per host. Blocks.
    pub(crate) fn ask(&self, url: &Url, refused: Option<&Login>) -> Option<Login> {
        // One question at a time: whoever comes second finds the answer of the first.
        let _one = self.asking.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(answer) = self.lock().get(&origin(url)) {
            return answer.clone().filter(|login| Some(login) != refused);
        }
        let user = refused.map(|login| login.user.as_str()).filter(|user| !user.is_empty());
        let answer = self.keyring_login(url, user).or_else(|| {
            let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
            self.policy.prompt.as_ref()?(host)
        });
        self.lock().insert(origin(url), answer.clone());
        answer.filter(|login| Some(login) != refused)
    }

    /// pip's order: under the index URL, then under the host.
    fn keyring_login(&self, url: &Url, user: Option<&str>) -> Option<Login> {
        let program = self.policy.keyring.as_ref()?;
        let index = self.services.iter().find(|index| origin(index) == origin(url));
        let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
        index
            .and_then(|index| keyring::login_for(program, index.as_str(), user))
            .or_else(|| keyring::login_for(program, host, user))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Origin, Option<Login>>> {
        self.asked.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The same URL without user and password: what is stored, compared and shown.
pub(crate) fn without_userinfo(url: &Url) -> Url {
    let mut url = url.clone();
    // Refused only for URLs that cannot have userinfo, such as file:///.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn user_for(credentials: &Credentials, text: &str) -> Option<String> {
        credentials.known(&url(text)).map(|login| login.user)
    }

    #[test]
    fn the_order_is_pips() {
        let policy = CredentialPolicy {
            netrc: Some("machine a.example login netrc password p".to_owned()),
            ..CredentialPolicy::default()
        };
        let indexes = ["https://one:p@b.example/one/simple", "https://t%40wo:p@b.example/two/simple"];
        let credentials = Credentials::new(policy, indexes.into_iter().map(url));
        for (asked, user) in [
            ("https://me:p@b.example/x", Some("me")),
            ("https://b.example/two/files/f", Some("t@wo")),
            ("https://b.example/one/files/f", Some("one")),
            ("https://b.example/elsewhere", Some("one")),
            ("http://b.example/two/", None),
            ("https://b.example:8443/two/", None),
            ("https://a.example/", Some("netrc")),
            ("https://c.example/", None),
        ] {
            assert_eq!(user_for(&credentials, asked).as_deref(), user, "{asked}");
        }
    }

    #[test]
    fn a_user_is_asked_once() {
        let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let counted = count.clone();
        let prompt: Prompt = Arc::new(move |host| {
            counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Some(Login { user: host.to_owned(), password: "p".to_owned() })
        });
        let policy = CredentialPolicy { prompt: Some(prompt), ..CredentialPolicy::default() };
        let credentials = Credentials::new(policy, std::iter::empty());
        let asked = url("https://a.example:444/x");
        let login = credentials.ask(&asked, None).unwrap();
        assert_eq!(login.user, "a.example:444");
        assert!(credentials.ask(&asked, Some(&login)).is_none(), "refused: not again");
        assert_eq!(credentials.known(&asked), Some(login));
        assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), 1);
    }

    #[test]
    fn debug_shows_no_password() {
        let login = Login { user: "me".into(), password: "secret".into() };
        assert!(!format!("{login:?}").contains("secret"));
    }
}
