//! `direct_url.json`: where a distribution came from when it was not an index (PEP 610).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// The record of a direct URL install. Exactly one kind of information exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectUrl {
    /// The URL without the VCS prefix; credentials are removed when it is written.
    pub url: String,
    /// What stands at the URL.
    pub info: DirectUrlInfo,
    /// The folder inside the archive or repository that holds the project.
    pub subdirectory: Option<String>,
}

/// What stands at a direct URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectUrlInfo {
    /// A wheel or source archive.
    Archive {
        /// Digests by algorithm, as written; `None` when none are recorded.
        hashes: Option<BTreeMap<String, String>>,
    },
    /// A local folder.
    Directory {
        /// Whether it was installed in editable mode; `None` when not said.
        editable: Option<bool>,
    },
    /// A checkout of a version control system.
    Vcs {
        /// `git`, `hg`, `bzr`, `svn`, …
        vcs: String,
        /// The revision that was asked for.
        requested_revision: Option<String>,
        /// The exact commit that was installed.
        commit_id: String,
    },
}

/// Why a JSON value is not a `direct_url.json`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectUrlError {
    /// The text is not JSON.
    #[error("not JSON: {message}")]
    NotJson {
        /// The JSON reader's words.
        message: String,
    },
    /// A key is missing.
    #[error("`{key}` is missing")]
    Missing {
        /// The key with its table.
        key: &'static str,
    },
    /// A value has another type than the standard says.
    #[error("`{key}` should be {expected}")]
    WrongType {
        /// The key with its table.
        key: &'static str,
        /// The type that the standard says.
        expected: &'static str,
    },
    /// None, or more than one, of the three information tables exists.
    #[error("exactly one of vcs_info, archive_info and dir_info must be present")]
    NotOneInfo,
    /// `dir_info` goes with a `file:` URL that has an absolute path.
    #[error("a folder needs an absolute file URL, not `{url}`")]
    NotAFileUrl {
        /// The URL, without credentials.
        url: String,
    },
    /// The old `hash` is not `ALGORITHM=DIGEST`, or contradicts `hashes`.
    #[error("`archive_info.hash` does not agree with the form or the `hashes`")]
    BadLegacyHash,
}

impl DirectUrl {
    /// Reads the file's bytes.
    ///
    /// # Errors
    /// See [`DirectUrlError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, DirectUrlError> {
        let value = serde_json::from_slice(bytes)
            .map_err(|error: serde_json::Error| DirectUrlError::NotJson { message: error.to_string() })?;
        Self::from_json(&value)
    }

    /// Reads a JSON value, validated as PEP 610 says.
    ///
    /// # Errors
    /// See [`DirectUrlError`].
    pub fn from_json(value: &Value) -> Result<Self, DirectUrlError> {
        let table = value
            .as_object()
            .ok_or(DirectUrlError::WrongType { key: "direct_url.json", expected: "an object" })?;
        let url = required_text(table, "url", "url")?;
        let infos = [
            object(table, "archive_info")?.map(archive_info),
            object(table, "vcs_info")?.map(vcs_info),
            object(table, "dir_info")?.map(dir_info),
        ];
        let subdirectory = text(table, "subdirectory", "subdirectory")?;
        let mut infos = infos.into_iter().flatten();
        let (Some(info), None) = (infos.next(), infos.next()) else { return Err(DirectUrlError::NotOneInfo) };
        let info = info?;
        if matches!(info, DirectUrlInfo::Directory { .. }) && !is_absolute_file_url(&url) {
            return Err(DirectUrlError::NotAFileUrl { url: without_credentials(&url) });
        }
        Ok(Self { url, info, subdirectory })
    }

    /// The JSON value without the old `hash` key; credentials are removed from the URL, except `${VARIABLES}`
    /// and the bare user `git`, as PEP 610 allows.
    pub fn to_value(&self) -> Value {
        let mut table = Map::new();
        let (key, info) = match &self.info {
            DirectUrlInfo::Archive { hashes } => ("archive_info", present([("hashes", json!(hashes))])),
            DirectUrlInfo::Directory { editable } => ("dir_info", present([("editable", json!(editable))])),
            DirectUrlInfo::Vcs { vcs, requested_revision, commit_id } => (
                "vcs_info",
                present([
                    ("vcs", json!(vcs)),
                    ("requested_revision", json!(requested_revision)),
                    ("commit_id", json!(commit_id)),
                ]),
            ),
        };
        table.insert(key.to_owned(), info);
        if let Some(subdirectory) = &self.subdirectory {
            table.insert("subdirectory".to_owned(), json!(subdirectory));
        }
        table.insert("url".to_owned(), json!(without_credentials(&self.url)));
        Value::Object(table)
    }

    /// The file's text as pip writes it: keys sorted, `, ` and `: ` between them, non-ASCII escaped, and the
    /// old `hash` key beside `hashes` for older readers.
    pub fn to_json(&self) -> String {
        let mut value = self.to_value();
        if let DirectUrlInfo::Archive { hashes: Some(hashes) } = &self.info
            && let Some((algorithm, digest)) = hashes.iter().next()
        {
            value["archive_info"]["hash"] = json!(format!("{algorithm}={digest}"));
        }
        let mut text = String::new();
        write_python_json(&mut text, &value);
        text
    }

    /// The requirement that installs the same thing again (`NAME @ URL#…`), as `pip freeze` prints it.
    /// Credentials are removed, and what would end the line is percent-encoded.
    pub fn to_requirement(&self, name: &str) -> String {
        let url = without_credentials(&self.url);
        let (url, hash) = match &self.info {
            DirectUrlInfo::Vcs { vcs, commit_id, .. } => (format!("{vcs}+{url}@{commit_id}"), None),
            DirectUrlInfo::Archive { hashes } => {
                (url, hashes.as_ref().and_then(|hashes| hashes.iter().next()))
            }
            DirectUrlInfo::Directory { .. } => (url, None),
        };
        let hash = hash.map(|(algorithm, digest)| format!("{algorithm}={digest}"));
        let subdirectory = self.subdirectory.as_ref().map(|folder| format!("subdirectory={folder}"));
        let fragments: Vec<String> = hash.into_iter().chain(subdirectory).collect();
        let separator = if fragments.is_empty() { "" } else { "#" };
        let place = format!("{url}{separator}{}", fragments.join("&"));
        format!("{name} @ {}", in_one_line(place))
    }

    /// Whether this is an editable install of a local folder.
    pub fn is_editable(&self) -> bool {
        matches!(self.info, DirectUrlInfo::Directory { editable: Some(true) })
    }
}

fn present<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let entries = entries.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(entries.map(|(key, value)| (key.to_owned(), value)).collect())
}

type Table = Map<String, Value>;

fn object<'a>(table: &'a Table, key: &'static str) -> Result<Option<&'a Table>, DirectUrlError> {
    match table.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(inner)) => Ok(Some(inner)),
        Some(_) => Err(DirectUrlError::WrongType { key, expected: "an object" }),
    }
}

fn text(table: &Table, key: &str, place: &'static str) -> Result<Option<String>, DirectUrlError> {
    match table.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(DirectUrlError::WrongType { key: place, expected: "a string" }),
    }
}

/// `url` with control characters and Unicode's own ends of lines percent-encoded.
fn in_one_line(url: String) -> String {
    let ends_lines = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if !url.contains(ends_lines) {
        return url;
    }
    let mut line = String::with_capacity(url.len());
    for c in url.chars() {
        match ends_lines(c) {
            true => {
                c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| line.push_str(&format!("%{byte:02X}")))
            }
            false => line.push(c),
        }
    }
    line
}

fn required_text(table: &Table, key: &str, place: &'static str) -> Result<String, DirectUrlError> {
    text(table, key, place)?.ok_or(DirectUrlError::Missing { key: place })
}

fn vcs_info(table: &Table) -> Result<DirectUrlInfo, DirectUrlError> {
    Ok(DirectUrlInfo::Vcs {
        vcs: required_text(table, "vcs", "vcs_info.vcs")?,
        requested_revision: text(table, "requested_revision", "vcs_info.requested_revision")?,
        commit_id: required_text(table, "commit_id", "vcs_info.commit_id")?,
    })
}

fn dir_info(table: &Table) -> Result<DirectUrlInfo, DirectUrlError> {
    match table.get("editable") {
        None | Some(Value::Null) => Ok(DirectUrlInfo::Directory { editable: None }),
        Some(Value::Bool(editable)) => Ok(DirectUrlInfo::Directory { editable: Some(*editable) }),
        Some(_) => Err(DirectUrlError::WrongType { key: "dir_info.editable", expected: "true or false" }),
    }
}

fn archive_info(table: &Table) -> Result<DirectUrlInfo, DirectUrlError> {
    let hashes = object(table, "hashes")?.map(hash_table).transpose()?;
    let Some(legacy) = text(table, "hash", "archive_info.hash")? else {
        return Ok(DirectUrlInfo::Archive { hashes });
    };
    let (algorithm, digest) = legacy.split_once('=').ok_or(DirectUrlError::BadLegacyHash)?;
    match hashes {
        None => {
            let hashes = Some(BTreeMap::from([(algorithm.to_owned(), digest.to_owned())]));
            Ok(DirectUrlInfo::Archive { hashes })
        }
        Some(hashes) if hashes.get(algorithm).is_some_and(|same| same == digest) => {
            Ok(DirectUrlInfo::Archive { hashes: Some(hashes) })
        }
        Some(_) => Err(DirectUrlError::BadLegacyHash),
    }
}

fn hash_table(table: &Table) -> Result<BTreeMap<String, String>, DirectUrlError> {
    let wrong = DirectUrlError::WrongType { key: "archive_info.hashes", expected: "a table of strings" };
    table
        .iter()
        // an algorithm with `=` in it could not be written into the old `hash`
        .map(|(name, digest)| {
            Some((name.clone(), digest.as_str().filter(|_| !name.contains('='))?.to_owned()))
        })
        .collect::<Option<_>>()
        .ok_or(wrong)
}

fn is_absolute_file_url(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else { return false };
    if !scheme.eq_ignore_ascii_case("file") {
        return false;
    }
    match rest.strip_prefix("//") {
        Some(authority_and_path) => authority_and_path.contains('/'),
        None => rest.starts_with('/'),
    }
}

/// The URL with `user:password@` removed, except `git@` and `${VARIABLE}[:${VARIABLE}]@` (PEP 610).
pub fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let Some((user, host)) = authority.rsplit_once('@') else { return url.to_owned() };
    if user == "git" || is_variables(user) {
        return url.to_owned();
    }
    format!("{scheme}://{host}{tail}")
}

fn is_variables(user: &str) -> bool {
    let is_variable = |part: &str| {
        part.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).is_some_and(|name| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
    };
    match user.split_once(':') {
        Some((name, password)) => is_variable(name) && is_variable(password),
        None => is_variable(user),
    }
}

/// Writes JSON as Python's `json.dumps` does by default: `", "`, `": "`, and only ASCII.
pub fn write_python_json(text: &mut String, value: &Value) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for (place, item) in items.iter().enumerate() {
                text.push_str(if place == 0 { "" } else { ", " });
                write_python_json(text, item);
            }
            text.push(']');
        }
        Value::Object(table) => {
            text.push('{');
            for (place, (key, item)) in table.iter().enumerate() {
                text.push_str(if place == 0 { "" } else { ", " });
                write_python_string(text, key);
                text.push_str(": ");
                write_python_json(text, item);
            }
            text.push('}');
        }
        Value::String(string) => write_python_string(text, string),
        other => text.push_str(&other.to_string()),
    }
}

fn write_python_string(text: &mut String, string: &str) {
    text.push('"');
    for c in string.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            ' '..='~' => text.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_as_pip() {
        let direct = DirectUrl {
            url: "https://user:secret@files.example/é/a-1.0.zip".into(),
            info: DirectUrlInfo::Archive { hashes: Some(BTreeMap::from([("sha256".into(), "ab".into())])) },
            subdirectory: None,
        };
        assert_eq!(
            direct.to_json(),
            "{\"archive_info\": {\"hash\": \"sha256=ab\", \"hashes\": {\"sha256\": \"ab\"}}, \
             \"url\": \"https://files.example/\\u00e9/a-1.0.zip\"}"
        );
        let editable = DirectUrl {
            url: "file:///p".into(),
            info: DirectUrlInfo::Directory { editable: Some(true) },
            subdirectory: Some("sub".into()),
        };
        assert!(editable.is_editable());
        assert_eq!(
            editable.to_json(),
            "{\"dir_info\": {\"editable\": true}, \"subdirectory\": \"sub\", \"url\": \"file:///p\"}"
        );
    }

    #[test]
    fn requirements_of_freeze() {
        let table = [
            (
                r#"{"url": "https://u:p@h.example/a.zip", "archive_info": {"hashes": {"sha256": "ab"}}, "subdirectory": "s"}"#,
                "a @ https://h.example/a.zip#sha256=ab&subdirectory=s",
            ),
            (r#"{"url": "file:///p", "dir_info": {}}"#, "a @ file:///p"),
            (
                r#"{"url": "https://h.example/a\n-r b", "archive_info": {"hashes": {"sha256": "a\u2028"}}}"#,
                "a @ https://h.example/a%0A-r b#sha256=a%E2%80%A8",
            ),
            (
                r#"{"url": "ssh://git@h.example/a", "vcs_info": {"vcs": "git", "commit_id": "01"}}"#,
                "a @ git+ssh://git@h.example/a@01",
            ),
        ];
        for (json, expected) in table {
            assert_eq!(DirectUrl::parse(json.as_bytes()).unwrap().to_requirement("a"), expected);
        }
    }

    #[test]
    fn an_algorithm_is_a_word() {
        let json = r#"{"url": "https://h.example/a.zip", "archive_info": {"hashes": {"sha=256": "ab"}}}"#;
        let error = DirectUrl::parse(json.as_bytes()).unwrap_err();
        assert!(matches!(error, DirectUrlError::WrongType { key: "archive_info.hashes", .. }), "{error}");
    }

    #[test]
    fn credentials() {
        let table = [
            ("https://u:p@h/x", "https://h/x"),
            ("ssh://git@h/x.git", "ssh://git@h/x.git"),
            ("https://${U}:${P}@h/x", "https://${U}:${P}@h/x"),
            ("https://${U}x@h/x", "https://h/x"),
            ("https://h/x@y", "https://h/x@y"),
            ("file:///x@y", "file:///x@y"),
        ];
        for (url, expected) in table {
            assert_eq!(without_credentials(url), expected);
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = DirectUrl::parse(&bytes);
        }

        #[test]
        fn round_trip(url in "https://[a-z]{1,8}/\\PC{0,8}", commit_id in "[0-9a-f]{4}", requested in proptest::option::of("\\PC{0,4}"),
                      subdirectory in proptest::option::of("[a-z]{1,4}")) {
            let info = DirectUrlInfo::Vcs { vcs: "git".into(), requested_revision: requested, commit_id };
            let direct = DirectUrl { url, info, subdirectory };
            prop_assert_eq!(DirectUrl::parse(direct.to_json().as_bytes()).unwrap(), direct);
        }
    }
}
