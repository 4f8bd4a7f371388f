//! `.netrc` as Python's `netrc` module reads it, for the one purpose of a host's login.

use super::Login;

/// The login that `text` gives for `host`: its own `machine` entry, else `default`; the last entry of a host wins.
pub(crate) fn login_for(text: &str, host: &str) -> Option<Login> {
    let (mut own, mut default) = (None, None);
    let mut tokens = Tokens { rest: text };
    let mut token = tokens.next();
    while let Some(word) = token {
        token = match word.as_str() {
            "machine" => {
                let name = tokens.next()?;
                let (login, next) = entry(&mut tokens);
                if name == host {
                    own = Some(login);
                }
                next
            }
            "default" => {
                let (login, next) = entry(&mut tokens);
                default = Some(login);
                next
            }
            "macdef" => {
                tokens.skip_macro();
                tokens.next()
            }
            _ => tokens.next(),
        };
    }
    own.or(default)
}

/// The fields of one entry, and the word that ended it.
fn entry(tokens: &mut Tokens<'_>) -> (Login, Option<String>) {
    let mut login = Login { user: String::new(), password: String::new() };
    loop {
        match tokens.next() {
            Some(word) => match word.as_str() {
                "login" | "user" => login.user = tokens.next().unwrap_or_default(),
                "password" => login.password = tokens.next().unwrap_or_default(),
                "account" => drop(tokens.next()),
                _ => return (login, Some(word)),
            },
            None => return (login, None),
        }
    }
}

struct Tokens<'a> {
    rest: &'a str,
}

impl Tokens<'_> {
    /// The next word; `#` begins a comment where a word could begin, quotes and backslashes work as in Python.
    fn next(&mut self) -> Option<String> {
        loop {
            self.rest = self.rest.trim_start();
            if !self.rest.starts_with('#') {
                break;
            }
            self.rest = self.rest.find('\n').map_or("", |end| &self.rest[end..]);
        }
        let quoted = self.rest.starts_with('"');
        let mut chars = self.rest.char_indices().skip(usize::from(quoted));
        let (mut word, mut end) = (String::new(), self.rest.len());
        while let Some((at, c)) = chars.next() {
            match c {
                '"' if quoted => {
                    end = at + 1;
                    break;
                }
                c if c.is_whitespace() && !quoted => {
                    end = at;
                    break;
                }
                '\\' => word.extend(chars.next().map(|(_, escaped)| escaped)),
                c => word.push(c),
            }
        }
        self.rest = &self.rest[end..];
        (quoted || !word.is_empty()).then_some(word)
    }

    /// A macro ends with an empty line.
    fn skip_macro(&mut self) {
        self.rest = self.rest.find("\n\n").map_or("", |end| &self.rest[end..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn entries_are_found() {
        let text = "# comment\nmachine a.example login me password p#1\n\
                    macdef init\ncd /\nmachine no\n\nmachine b.example\n  login \"m e\"\n  account x\n  password s\\ 2\n\
                    default login anyone password open\n";
        for (host, user, password) in
            [("a.example", "me", "p#1"), ("b.example", "m e", "s 2"), ("c.example", "anyone", "open")]
        {
            let login = login_for(text, host).unwrap();
            assert_eq!((login.user.as_str(), login.password.as_str()), (user, password));
        }
        assert!(login_for("machine a.example login me", "b.example").is_none());
        assert!(login_for("machine", "a").is_none());
    }

    proptest! {
        #[test]
        fn hostile_text_never_panics(text in "(machine|default|login|macdef|\"|\\\\|#|\n| |ä|x){0,40}") {
            let _ = login_for(&text, "x");
        }
    }
}
