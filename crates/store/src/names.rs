//! The names of all projects of an index, by the index's address.

use crate::disk::{DiskError, Kind, Store};
use crate::pages::Freshness;

/// The list of an index, and until when it needs no question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameList {
    freshness: Freshness,
    /// Names with a line each.
    text: String,
}

impl NameList {
    /// A list of these names; what cannot be a name (PEP 508) is left out, since names are shown on terminals.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>, freshness: Freshness) -> Self {
        let mut text = String::new();
        let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let is_name = |name: &&str| !name.is_empty() && name.bytes().all(is_name_byte);
        for name in names.into_iter().filter(is_name) {
            text.push_str(name);
            text.push('\n');
        }
        Self { freshness, text }
    }

    /// The names as the index gave them, in its order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.text.lines()
    }

    /// When it came, until when it is good, and what it is asked about with.
    #[must_use]
    pub fn freshness(&self) -> &Freshness {
        &self.freshness
    }

    /// The same names, found unchanged.
    #[must_use]
    pub fn refreshed(&self, freshness: Freshness) -> Self {
        Self { freshness, text: self.text.clone() }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let Freshness { fetched_at, fresh_until, etag, last_modified } = &self.freshness;
        let line = |text: &Option<String>| text.as_deref().unwrap_or_default().replace(['\n', '\r'], "");
        let head = format!("{fetched_at}\n{fresh_until}\n{}\n{}\n", line(etag), line(last_modified));
        [head.as_bytes(), self.text.as_bytes()].concat()
    }

    fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        let text = String::from_utf8(bytes).ok()?;
        let mut parts = text.splitn(5, '\n');
        let mut line = || parts.next();
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let freshness = Freshness {
            fetched_at: line()?.parse().ok()?,
            fresh_until: line()?.parse().ok()?,
            etag: filled(line()?),
            last_modified: filled(line()?),
        };
        Some(Self { freshness, text: line()?.to_owned() })
    }
}

impl Store {
    /// The list that was stored under `key` (the address of an index); one that cannot be understood is none.
    ///
    /// # Errors
    /// That an existing list cannot be read.
    pub fn names(&self, key: &str) -> Result<Option<NameList>, DiskError> {
        Ok(self.record(Kind::Names, key)?.and_then(NameList::from_bytes))
    }

    /// Stores the list of an index.
    ///
    /// # Errors
    /// That the list cannot be written.
    pub fn put_names(&self, key: &str, names: &NameList) -> Result<(), DiskError> {
        self.put_record(Kind::Names, key, &names.to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_kept_by_key() {
        let store = Store::temporary(&std::env::temp_dir()).unwrap();
        let freshness =
            Freshness { fetched_at: 1, fresh_until: 2, etag: Some("\"x\"".to_owned()), last_modified: None };
        for names in [&[][..], &["Alpha", "beta-2"]] {
            let list = NameList::new(names.iter().copied(), freshness.clone());
            store.put_names("a", &list).unwrap();
            assert_eq!(store.names("a").unwrap().as_ref(), Some(&list));
            assert_eq!(list.iter().collect::<Vec<_>>(), names);
        }
        assert_eq!(store.names("b").unwrap(), None);
    }

    #[test]
    fn nothing_but_names_is_in_a_list() {
        let list = NameList::new(["a\nb", "", "\u{1b}[2J", "c d", "c"], Freshness::default());
        assert_eq!(list.iter().collect::<Vec<_>>(), ["c"]);
        assert_eq!(NameList::from_bytes(b"1\n2\n".to_vec()), None);
        assert_eq!(NameList::from_bytes(vec![0xff]), None);
    }
}
