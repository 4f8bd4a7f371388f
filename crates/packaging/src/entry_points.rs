//! `entry_points.txt`: what a distribution offers to others, console and GUI scripts among it.
//!
//! Read as `importlib.metadata` reads it, which is what pip uses to write scripts: sections in brackets,
//! `name = value` lines, blank lines and lines that start with `#` skipped. A value that does not have the
//! form `module:attribute [extra,…]` is kept apart as malformed, since only the use of that entry fails.

/// One entry: `name = module:attribute [extras]` in a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryPoint {
    /// The section, such as `console_scripts`.
    pub group: String,
    /// The name before `=`.
    pub name: String,
    /// The dotted module.
    pub module: String,
    /// The dotted attribute after `:`; a script without one cannot be called.
    pub attribute: Option<String>,
    /// The extras in brackets, as written.
    pub extras: Vec<String>,
}

impl EntryPoint {
    /// The value as written in the file, spaces normalized.
    pub fn value(&self) -> String {
        let mut value = self.module.clone();
        if let Some(attribute) = &self.attribute {
            value.push(':');
            value.push_str(attribute);
        }
        if !self.extras.is_empty() {
            value.push_str(&format!(" [{}]", self.extras.join(",")));
        }
        value
    }
}

/// A `name = value` line whose value is no object reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedEntryPoint {
    /// The section.
    pub group: String,
    /// The name before `=`; the whole line when there is none.
    pub name: String,
    /// The value as written.
    pub value: String,
}

/// The entries of one distribution in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryPoints {
    /// The usable entries.
    pub entries: Vec<EntryPoint>,
    /// The lines that cannot be used.
    pub malformed: Vec<MalformedEntryPoint>,
}

impl EntryPoints {
    /// Reads the file's text; never fails, see [`EntryPoints::malformed`].
    pub fn parse(text: &str) -> Self {
        let mut points = Self::default();
        let mut group = None;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                group = Some(name);
            } else if let Some(group) = group {
                points.add(group, line);
            }
        }
        points
    }

    fn add(&mut self, group: &str, line: &str) {
        let (name, value) =
            line.split_once('=').map_or((line, ""), |(name, value)| (name.trim(), value.trim()));
        match parse_value(value) {
            Some((module, attribute, extras)) => self.entries.push(EntryPoint {
                group: group.to_owned(),
                name: name.to_owned(),
                module: module.to_owned(),
                attribute: attribute.map(str::to_owned),
                extras,
            }),
            None => self.malformed.push(MalformedEntryPoint {
                group: group.to_owned(),
                name: name.to_owned(),
                value: value.to_owned(),
            }),
        }
    }

    /// The entries of a group.
    pub fn group<'a>(&'a self, group: &'a str) -> impl Iterator<Item = &'a EntryPoint> {
        self.entries.iter().filter(move |entry| entry.group == group)
    }

    /// The commands that run in a terminal.
    pub fn console_scripts(&self) -> impl Iterator<Item = &EntryPoint> {
        self.group("console_scripts")
    }

    /// The commands without a terminal (on Windows they get the windowed launcher).
    pub fn gui_scripts(&self) -> impl Iterator<Item = &EntryPoint> {
        self.group("gui_scripts")
    }
}

/// `module[:attribute] [extras]`; the pattern that `importlib.metadata.EntryPoint` uses.
fn parse_value(value: &str) -> Option<(&str, Option<&str>, Vec<String>)> {
    let (module, rest) = dotted(value)?;
    let rest = rest.trim_start();
    let (attribute, rest) = match rest.strip_prefix(':') {
        Some(after) => {
            let (attribute, rest) = dotted(after.trim_start())?;
            (Some(attribute), rest.trim_start())
        }
        None => (None, rest),
    };
    if rest.is_empty() {
        return Some((module, attribute, Vec::new()));
    }
    let extras = rest.strip_prefix('[')?.strip_suffix(']')?;
    let extras = extras.split([',', ' ', '\t']).map(str::trim).filter(|extra| !extra.is_empty());
    Some((module, attribute, extras.map(str::to_owned).collect()))
}

/// Splits off a run of `[\w.]+`.
fn dotted(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_groups_names_and_values() {
        let points = EntryPoints::parse(
            "# comment\nignored = before.any:section\n[console_scripts]\nrun = pkg.cli:main\n\
             run2=pkg.cli : App.main [fast, color]\nbad = not a module!\nnovalue\n\n[ gui ]\n[plugins]\nplain = pkg.plugin\n",
        );
        let written: Vec<_> =
            points.entries.iter().map(|e| format!("{} {} = {}", e.group, e.name, e.value())).collect();
        assert_eq!(
            written,
            [
                "console_scripts run = pkg.cli:main",
                "console_scripts run2 = pkg.cli:App.main [fast,color]",
                "plugins plain = pkg.plugin",
            ]
        );
        let malformed: Vec<_> = points.malformed.iter().map(|m| m.name.as_str()).collect();
        assert_eq!(malformed, ["bad", "novalue"]);
        assert_eq!(points.console_scripts().count(), 2);
        assert_eq!(points.gui_scripts().count(), 0);
    }

    proptest! {
        #[test]
        fn never_panics(text in "[\\[\\]a.:=#\\s\\PC]{0,60}") {
            let _ = EntryPoints::parse(&text);
        }

        #[test]
        fn value_round_trip(module in "[a-z_]{1,5}(\\.[a-z]{1,5})?", attribute in proptest::option::of("[a-z]{1,5}"),
                            extras in proptest::collection::vec("[a-z]{1,3}", 0..3)) {
            let entry = EntryPoint { group: "g".into(), name: "n".into(), module, attribute, extras };
            let text = format!("[g]\nn = {}\n", entry.value());
            prop_assert_eq!(EntryPoints::parse(&text).entries, vec![entry]);
        }
    }
}
