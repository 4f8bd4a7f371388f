//! Names and addresses of people, as `email.headerregistry.Address` prints them.

use super::{Stop, not_native};

/// What makes `Address` quote a name.
const SPECIALS: &[char] = &['(', ')', '<', '>', '@', ',', ':', ';', '.', '\\', '"', '[', ']'];

/// `Name <address>`, or the address alone. Addresses other than plain ones make the project not native: Python parses
/// and rewrites them.
pub(super) fn address(name: Option<&str>, email: &str) -> Result<String, Stop> {
    if !is_plain(email) {
        return not_native(format!("`{email}` is not a plain address"));
    }
    let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(email.to_owned()) };
    if name.contains(['\r', '\n']) {
        return not_native("a person's name has more than one line");
    }
    if !name.contains(SPECIALS) {
        return Ok(format!("{name} <{email}>"));
    }
    let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
    Ok(format!("\"{escaped}\" <{email}>"))
}

/// `local@domain`, both dot-atoms (RFC 5322) in ASCII.
fn is_plain(email: &str) -> bool {
    let atom = |text: &str, extra: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || extra.as_bytes().contains(&byte))
    };
    let Some((local, domain)) = email.split_once('@') else { return false };
    local.split('.').all(|part| atom(part, "!#$%&'*+-/=?^_`{|}~"))
        && domain.split('.').all(|part| atom(part, "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_print_as_addresses() {
        let cases = [
            (Some("Ann Bee"), "a@b.example", "Ann Bee <a@b.example>"),
            (Some("M. Two"), "m@b.example", "\"M. Two\" <m@b.example>"),
            (Some("O\"x"), "m@b.example", "\"O\\\"x\" <m@b.example>"),
            (None, "m.x+y@b.example", "m.x+y@b.example"),
        ];
        for (name, email, printed) in cases {
            assert_eq!(address(name, email).unwrap(), printed);
        }
        for email in ["", "a", "a@", "@b", "a b@c", "a..b@c", "a@b@c", "é@b"] {
            assert!(address(None, email).is_err(), "{email}");
        }
    }
}
