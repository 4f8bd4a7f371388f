//! TOML laid out as pip's writer lays it out (`tomli_w` 1.2, with an indentation of four).

/// Tables of an array that do not fit into lines of this length stand alone.
const LINE: usize = 100;

/// A value.
pub enum Toml {
    Text(String),
    Boolean(bool),
    Array(Vec<Toml>),
    Table(Table),
}

/// Keys, bare ones, with their values.
pub type Table = Vec<(&'static str, Toml)>;

impl Toml {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A whole document.
pub fn document(table: &Table) -> String {
    let mut out = String::new();
    push_table(&mut out, table, "", Kind::Plain);
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    OfArray,
}

/// Values first, then the tables, each below its heading and apart from what stands above.
fn push_table(out: &mut String, table: &Table, name: &str, kind: Kind) {
    let (mut values, mut tables) = (Vec::new(), Vec::new());
    for (key, value) in table {
        match value {
            Toml::Table(inner) => tables.push((*key, inner, Kind::Plain)),
            Toml::Array(items) if !items.is_empty() && !items.iter().all(fits_into_line) => {
                tables.extend(items.iter().filter_map(|item| match item {
                    Toml::Table(inner) => Some((*key, inner, Kind::OfArray)),
                    _ => None,
                }));
            }
            other => values.push((*key, other)),
        }
    }
    let begun = out.len();
    match kind {
        Kind::OfArray => out.push_str(&format!("[[{name}]]\n")),
        Kind::Plain if !name.is_empty() && (!values.is_empty() || tables.is_empty()) => {
            out.push_str(&format!("[{name}]\n"));
        }
        Kind::Plain => {}
    }
    values.iter().for_each(|(key, value)| out.push_str(&format!("{key} = {}\n", literal(value, 0))));
    for (key, inner, kind) in tables {
        if out.len() > begun {
            out.push('\n');
        }
        let name = if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
        push_table(out, inner, &name, kind);
    }
}

/// Whether a table can stand in an array, in one line; other values always do.
fn fits_into_line(value: &Toml) -> bool {
    let Toml::Table(_) = value else { return true };
    let line = format!("    {},", literal(value, 0));
    line.chars().count() <= LINE && !line.contains('\n')
}

fn literal(value: &Toml, depth: usize) -> String {
    match value {
        Toml::Text(text) => string(text),
        Toml::Boolean(value) => value.to_string(),
        Toml::Array(items) if items.is_empty() => "[]".to_owned(),
        Toml::Array(items) => {
            let (indentation, end) = ("    ".repeat(depth + 1), "    ".repeat(depth));
            let items: String =
                items.iter().map(|item| format!("{indentation}{},\n", literal(item, depth + 1))).collect();
            format!("[\n{items}{end}]")
        }
        Toml::Table(table) if table.is_empty() => "{}".to_owned(),
        Toml::Table(table) => {
            let pairs: Vec<String> =
                table.iter().map(|(key, value)| format!("{key} = {}", literal(value, 0))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
    }
}

/// A basic string.
fn string(value: &str) -> String {
    let mut text = String::from('"');
    for character in value.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            control if control != '\t' && (control < ' ' || control == '\u{7f}') => {
                text.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => text.push(other),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, path: &str) -> Toml {
        let folder = Toml::Table(vec![("path", Toml::text(path))]);
        Toml::Table(vec![("name", Toml::text(name)), ("directory", folder)])
    }

    #[test]
    fn strings() {
        assert_eq!(string("a\"b\\\n\u{1}\té"), "\"a\\\"b\\\\\\n\\u0001\té\"");
    }

    #[test]
    fn short_tables_stand_in_the_array() {
        let lock = |packages| {
            document(&vec![("created-by", Toml::text("pip")), ("packages", Toml::Array(packages))])
        };
        assert_eq!(lock(Vec::new()), "created-by = \"pip\"\npackages = []\n");
        assert_eq!(
            lock(vec![package("a", "."), package("b", "src/b")]),
            "created-by = \"pip\"\npackages = [\n    { name = \"a\", directory = { path = \".\" } },\n    \
             { name = \"b\", directory = { path = \"src/b\" } },\n]\n"
        );
        let long = "long/".repeat(20);
        assert_eq!(
            lock(vec![package("a", "."), package("b", &long)]),
            format!(
                "created-by = \"pip\"\n\n[[packages]]\nname = \"a\"\n\n[packages.directory]\npath = \".\"\n\n\
                 [[packages]]\nname = \"b\"\n\n[packages.directory]\npath = \"{long}\"\n"
            )
        );
    }
}
