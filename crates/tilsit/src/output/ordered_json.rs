//! JSON whose keys stay in the order in which they were put, in the two forms that pip prints.

use packaging::direct_url::write_python_json;
use serde_json::Value;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// Something without keys, or with keys whose order does not matter (sorted).
    Value(Value),
    /// A list.
    List(Vec<Json>),
    /// A table, its keys in this order.
    Table(Vec<(String, Json)>),
}

impl<T: Into<Value>> From<T> for Json {
    fn from(value: T) -> Self {
        Self::Value(value.into())
    }
}

impl Json {
    /// A table of these entries.
    pub fn table<K: Into<String>>(entries: impl IntoIterator<Item = (K, Json)>) -> Self {
        Self::Table(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// As Python's `json.dumps` writes it by default: one line, `, ` and `: ` between, only ASCII.
    pub fn line(&self) -> String {
        let mut text = String::new();
        self.write_line(&mut text);
        text
    }

    fn write_line(&self, text: &mut String) {
        let separate = |text: &mut String, place: usize| text.push_str(if place == 0 { "" } else { ", " });
        match self {
            Self::Value(value) => write_python_json(text, value),
            Self::List(items) => {
                text.push('[');
                for (place, item) in items.iter().enumerate() {
                    separate(text, place);
                    item.write_line(text);
                }
                text.push(']');
            }
            Self::Table(entries) => {
                text.push('{');
                for (place, (key, value)) in entries.iter().enumerate() {
                    separate(text, place);
                    write_python_json(text, &Value::from(key.as_str()));
                    text.push_str(": ");
                    value.write_line(text);
                }
                text.push('}');
            }
        }
    }

    /// As pip prints reports: indented by two, any character as it is.
    pub fn pretty(&self) -> String {
        let mut text = String::with_capacity(1 << 12);
        self.write_pretty(&mut text, 0);
        text
    }

    /// As [`Json::pretty`] writes it within so many lists and tables, added to a text.
    pub fn write_pretty(&self, text: &mut String, depth: usize) {
        match self {
            Self::Value(value) => write_value(value, text, depth),
            Self::List(items) => {
                let write = |text: &mut String, item: &Json| item.write_pretty(text, depth + 1);
                write_indented(text, ['[', ']'], (items.iter(), depth), write);
            }
            Self::Table(entries) => {
                let write = |text: &mut String, (key, value): &(String, Json)| {
                    write_key(key, text);
                    value.write_pretty(text, depth + 1);
                };
                write_indented(text, ['{', '}'], (entries.iter(), depth), write);
            }
        }
    }
}

fn write_value(value: &Value, text: &mut String, depth: usize) {
    match value {
        Value::Array(items) => {
            let write = |text: &mut String, item: &Value| write_value(item, text, depth + 1);
            write_indented(text, ['[', ']'], (items.iter(), depth), write);
        }
        Value::Object(table) => {
            let write = |text: &mut String, (key, value): (&String, &Value)| {
                write_key(key, text);
                write_value(value, text, depth + 1);
            };
            write_indented(text, ['{', '}'], (table.iter(), depth), write);
        }
        Value::String(string) => write_string(string, text),
        other => text.push_str(&other.to_string()),
    }
}

fn write_key(key: &str, text: &mut String) {
    write_string(key, text);
    text.push_str(": ");
}

/// Quotes, backslashes and control characters are escaped, everything else stands as it is.
fn write_string(string: &str, text: &mut String) {
    text.push('"');
    let mut rest = string;
    while let Some(at) = first_escaped(rest.as_bytes()) {
        text.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            8 => text.push_str("\\b"),
            12 => text.push_str("\\f"),
            other => text.push_str(&format!("\\u{other:04x}")),
        }
        rest = &rest[at + 1..];
    }
    text.push_str(rest);
    text.push('"');
}

/// Where the first byte stands that cannot stand as it is. Whole blocks are judged at once by the processor's vectors.
fn first_escaped(bytes: &[u8]) -> Option<usize> {
    const BLOCK: usize = 16;
    let is_escaped = |byte: &u8| *byte < b' ' || *byte == b'"' || *byte == b'\\';
    let is_plain = |block: &&[u8]| !block.iter().fold(false, |found, byte| found | is_escaped(byte));
    let plain = bytes.chunks_exact(BLOCK).take_while(is_plain).count() * BLOCK;
    bytes[plain..].iter().position(is_escaped).map(|at| plain + at)
}

fn write_indented<T>(
    text: &mut String,
    [open, close]: [char; 2],
    (items, depth): (impl ExactSizeIterator<Item = T>, usize),
    write: impl Fn(&mut String, T),
) {
    let is_empty = items.len() == 0;
    text.push(open);
    for (place, item) in items.enumerate() {
        text.push_str(if place == 0 { "\n" } else { ",\n" });
        indent(text, depth + 1);
        write(text, item);
    }
    if !is_empty {
        text.push('\n');
        indent(text, depth);
    }
    text.push(close);
}

fn indent(text: &mut String, depth: usize) {
    (0..depth).for_each(|_| text.push_str("  "));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sample() -> Json {
        Json::table([
            ("version", Json::from("1.0")),
            ("name", Json::from("café")),
            ("none", Json::List(Vec::new())),
            ("list", Json::List(vec![Json::from(true), json!({"b": [1], "a": null}).into()])),
        ])
    }

    #[test]
    fn one_line_as_pythons() {
        assert_eq!(
            sample().line(),
            r#"{"version": "1.0", "name": "caf\u00e9", "none": [], "list": [true, {"a": null, "b": [1]}]}"#
        );
    }

    #[test]
    fn strings_as_pythons() {
        let string = "a\"b\\c\n\r\t\u{8}\u{c}\u{1}\u{1f}\u{7f}é\u{2028}\u{1f600}";
        let mut text = String::new();
        write_string(string, &mut text);
        assert_eq!(text, "\"a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0001\\u001f\u{7f}é\u{2028}\u{1f600}\"");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), string);
    }

    #[test]
    fn escapes_anywhere() {
        for length in 0..50 {
            let mut string = "x".repeat(length);
            assert_eq!(first_escaped(string.as_bytes()), None);
            string.push_str("\n\"");
            assert_eq!(first_escaped(string.as_bytes()), Some(length));
        }
    }

    #[test]
    fn within_others() {
        let mut text = String::from("x ");
        Json::table([("a", Json::from(1))]).write_pretty(&mut text, 2);
        assert_eq!(text, "x {\n      \"a\": 1\n    }");
    }

    #[test]
    fn indented() {
        let expected = "{\n  \"version\": \"1.0\",\n  \"name\": \"café\",\n  \"none\": [],\n  \"list\": [\n    true,\n    {\n      \"a\": null,\n      \"b\": [\n        1\n      ]\n    }\n  ]\n}";
        assert_eq!(sample().pretty(), expected);
    }
}
