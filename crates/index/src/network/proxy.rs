//! Which proxy, if any, stands between us and a URL.

use std::net::IpAddr;

use http::HeaderValue;
use url::Url;

use crate::credentials::Login;
use crate::error::Problem;

/// An address and the option, variable or configuration line that gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyAddress {
    /// `http://[user:password@]host:port`, or `host:port`.
    pub address: String,
    /// Where the address came from, for messages.
    pub origin: String,
}

/// The proxies in force, as the environment or an option gives them.
#[derive(Clone, Debug, Default)]
pub struct ProxyPolicy {
    /// `--proxy`: for every URL, whatever the other fields say (`no_proxy` too, as in pip).
    pub every: Option<ProxyAddress>,
    /// `http_proxy`.
    pub http: Option<ProxyAddress>,
    /// `https_proxy`.
    pub https: Option<ProxyAddress>,
    /// `all_proxy`.
    pub all: Option<ProxyAddress>,
    /// `no_proxy`: hosts, domains, addresses, networks, `*`; separated by commas.
    pub none: Option<String>,
}

/// A proxy ready to be dialled.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Proxy {
    pub(crate) tls: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) authorization: Option<HeaderValue>,
}

impl ProxyPolicy {
    /// The proxy for `url`; an error for one that cannot be used.
    pub(crate) fn for_url(&self, url: &Url) -> Result<Option<Proxy>, Problem> {
        let chosen = match &self.every {
            Some(every) => Some(every),
            None if self.bypassed(url) => None,
            None if url.scheme() == "https" => self.https.as_ref().or(self.all.as_ref()),
            None => self.http.as_ref().or(self.all.as_ref()),
        };
        chosen.filter(|proxy| !proxy.address.is_empty()).map(parse).transpose()
    }

    fn bypassed(&self, url: &Url) -> bool {
        let (Some(none), Some(host)) = (&self.none, url.host_str()) else { return false };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = url.port_or_known_default();
        none.split(',').map(str::trim).any(|rule| rule_matches(rule, host, port))
    }
}

fn parse(proxy: &ProxyAddress) -> Result<Proxy, Problem> {
    let fail = |reason: &str| Problem::Proxy { origin: proxy.origin.clone(), reason: reason.to_owned() };
    let address = &proxy.address;
    let url =
        if address.contains("://") { Url::parse(address) } else { Url::parse(&format!("http://{address}")) };
    let url = url.map_err(|error| fail(&error.to_string()))?;
    match url.scheme() {
        "http" | "https" => {}
        "socks4" | "socks4a" | "socks5" | "socks5h" | "socks" => return Err(fail("SOCKS is not supported")),
        _ => return Err(fail("not an http or https address")),
    }
    Ok(Proxy {
        tls: url.scheme() == "https",
        host: url.host_str().ok_or_else(|| fail("no host"))?.to_owned(),
        port: url.port_or_known_default().unwrap_or(80),
        authorization: Login::of(&url).and_then(|login| login.basic()),
    })
}

/// One entry of `no_proxy`, read as `requests` does, but a domain ends at a dot.
fn rule_matches(rule: &str, host: &str, port: Option<u16>) -> bool {
    if rule == "*" {
        return true;
    }
    if let (Some((network, bits)), Ok(IpAddr::V4(address))) = (rule.split_once('/'), host.parse()) {
        let (Ok(network), Ok(bits @ 0..=32)) = (network.parse::<std::net::Ipv4Addr>(), bits.parse::<u32>())
        else {
            return false;
        };
        let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
        return u32::from(network) & mask == u32::from(address) & mask;
    }
    let rule = match rule.rsplit_once(':') {
        Some((name, digits)) if !name.contains(':') && digits.bytes().all(|b| b.is_ascii_digit()) => {
            if digits.parse().ok() != port {
                return false;
            }
            name
        }
        _ => rule,
    };
    let domain = rule.trim_start_matches("*.").trim_start_matches('.');
    let (domain, host) = (domain.to_ascii_lowercase(), host.to_ascii_lowercase());
    !domain.is_empty()
        && (host == domain || host.strip_suffix(&domain).is_some_and(|front| front.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(text: &str) -> Option<ProxyAddress> {
        Some(ProxyAddress { address: text.to_owned(), origin: "test".to_owned() })
    }

    #[test]
    fn rules_of_no_proxy() {
        for (rule, url, bypassed) in [
            ("*", "https://a.example/", true),
            ("a.example", "https://a.example/", true),
            (".a.example", "https://b.a.example/", true),
            ("*.a.example", "https://b.a.example/", true),
            ("a.example", "https://ba.example/", false),
            ("x, A.Example", "https://a.example/", true),
            ("a.example:444", "https://a.example/", false),
            ("a.example:443", "https://a.example/", true),
            ("10.0.0.0/8", "http://10.1.2.3/", true),
            ("10.0.0.0/8", "http://11.1.2.3/", false),
            ("0.0.0.0/0", "http://11.1.2.3/", true),
            ("10.0.0.0/40", "http://10.1.2.3/", false),
            ("127.0.0.1", "http://127.0.0.1:8000/", true),
            ("::1", "http://[::1]:8000/", true),
            ("", "https://a.example/", false),
        ] {
            let policy = ProxyPolicy { none: Some(rule.to_owned()), ..ProxyPolicy::default() };
            assert_eq!(policy.bypassed(&Url::parse(url).unwrap()), bypassed, "{rule} {url}");
        }
    }

    #[test]
    fn the_proxy_of_a_scheme() {
        let policy = ProxyPolicy {
            https: address("http://u:p@proxy.example:3128"),
            all: address("other.example:8080"),
            none: Some("direct.example".to_owned()),
            ..ProxyPolicy::default()
        };
        let proxy = |url: &str| policy.for_url(&Url::parse(url).unwrap()).unwrap();
        let https = proxy("https://a.example/").unwrap();
        assert_eq!((https.host.as_str(), https.port), ("proxy.example", 3128));
        assert_eq!(https.authorization.unwrap(), "Basic dTpw");
        assert_eq!(proxy("http://a.example/").unwrap().host, "other.example");
        assert!(proxy("https://direct.example/").is_none());
        let socks = ProxyPolicy { every: address("socks5://s:secret@x:1"), ..ProxyPolicy::default() };
        let error = socks.for_url(&Url::parse("http://a.example/").unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "test names a proxy that cannot be used: SOCKS is not supported");
    }

    proptest! {
        #[test]
        fn any_text_is_a_proxy_a_rule_or_an_error(text in "[a-z0-9:/.@*\\[\\] ,-]{0,24}", host in "[a-z0-9.]{1,9}") {
            let policy = ProxyPolicy { every: None, all: address(&text), none: Some(text), ..ProxyPolicy::default() };
            if let Ok(url) = Url::parse(&format!("http://{host}/")) {
                let _ = policy.for_url(&url);
            }
        }
    }
}
