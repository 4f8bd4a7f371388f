//! INI files as Python's `RawConfigParser` reads and writes them, which is what pip.conf is.
//!
//! Read: sections, `key = value` or `key: value`, continuation lines that are indented deeper, whole-line comments with
//! `#` or `;` and no others, doubled sections and keys refused. Written: every section and key again, comments lost, as
//! `configparser` writes.

use crate::cli::python_repr;

/// One key of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The key as pip compares it: small letters, `-` for `_`, no leading dashes.
    pub key: String,
    /// The value, continuation lines joined by newlines.
    pub value: String,
    /// The line of the key, counted from 1; 0 when it was set by us.
    pub line: u32,
}

/// A section and its keys, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The name between the brackets.
    pub name: String,
    /// Its keys.
    pub items: Vec<Item>,
}

/// A file's sections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ini {
    /// `[DEFAULT]`: its keys belong to every section.
    defaults: Section,
    sections: Vec<Section>,
}

/// A file that is no INI file; Display is `configparser`'s message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IniError {
    /// A key before the first section.
    #[error(
        "File contains no section headers.\nfile: {}, line: {line}\n{}",
        python_repr(file),
        python_repr(text)
    )]
    NoSection {
        /// The file.
        file: String,
        /// The line.
        line: u32,
        /// Its text with its newline.
        text: String,
    },
    /// A section that was there already.
    #[error(
        "While reading from {} [line {line:2}]: section {} already exists",
        python_repr(file),
        python_repr(section)
    )]
    DuplicateSection {
        /// The file.
        file: String,
        /// The line.
        line: u32,
        /// The section.
        section: String,
    },
    /// A key that the section has already.
    #[error(
        "While reading from {} [line {line:2}]: option {} in section {} already exists",
        python_repr(file),
        python_repr(key),
        python_repr(section)
    )]
    DuplicateKey {
        /// The file.
        file: String,
        /// The line.
        line: u32,
        /// The section.
        section: String,
        /// The key.
        key: String,
    },
    /// Lines that are neither sections nor keys.
    #[error("Source contains parsing errors: {}{}", python_repr(file), lines_shown(lines))]
    Unreadable {
        /// The file.
        file: String,
        /// Line numbers and texts with their newlines.
        lines: Vec<(u32, String)>,
    },
}

fn lines_shown(lines: &[(u32, String)]) -> String {
    lines.iter().map(|(line, text)| format!("\n\t[line {line:2}]: {}", python_repr(text))).collect()
}

/// A key as pip compares it.
pub fn normalized(key: &str) -> String {
    let key = key.to_lowercase().replace('_', "-");
    key.strip_prefix("--").map(str::to_owned).unwrap_or(key)
}

impl Ini {
    /// Reads a file's text; `file` is its name in messages.
    ///
    /// # Errors
    /// See [`IniError`].
    pub fn parse(text: &str, file: &str) -> Result<Self, IniError> {
        Reader::new(file).read(text)
    }

    /// Every section but `[DEFAULT]`, with the keys of `[DEFAULT]` that it does not set itself.
    pub fn sections(&self) -> impl Iterator<Item = Section> + '_ {
        self.sections.iter().map(|section| {
            let own = |key: &str| section.items.iter().find(|item| item.key == key);
            let mut items: Vec<Item> =
                self.defaults.items.iter().map(|item| own(&item.key).unwrap_or(item).clone()).collect();
            let inherited: Vec<String> = items.iter().map(|item| item.key.clone()).collect();
            items.extend(section.items.iter().filter(|item| !inherited.contains(&item.key)).cloned());
            Section { name: section.name.clone(), items }
        })
    }

    /// Sets a key, making the section when it is new.
    pub fn set(&mut self, section: &str, key: &str, value: &str) {
        let at = self.sections.iter().position(|held| held.name == section).unwrap_or_else(|| {
            self.sections.push(Section { name: section.to_owned(), items: Vec::new() });
            self.sections.len() - 1
        });
        let key = normalized(key);
        let items = &mut self.sections[at].items;
        match items.iter_mut().find(|item| item.key == key) {
            Some(item) => value.clone_into(&mut item.value),
            None => items.push(Item { key, value: value.to_owned(), line: 0 }),
        }
    }

    /// Removes a key, and its section when that is empty then; says whether it was there.
    pub fn unset(&mut self, section: &str, key: &str) -> bool {
        let key = normalized(key);
        let Some(at) = self.sections.iter().position(|held| held.name == section) else { return false };
        let items = &mut self.sections[at].items;
        let before = items.len();
        items.retain(|item| item.key != key);
        let removed = items.len() < before;
        if items.is_empty() && self.defaults.items.is_empty() {
            self.sections.remove(at);
        }
        removed
    }

    /// The text that `configparser` would write.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        let defaults = Some(&self.defaults).filter(|section| !section.items.is_empty());
        for section in defaults.into_iter().chain(&self.sections) {
            out.push_str(&format!("[{}]\n", section.name));
            for item in &section.items {
                out.push_str(&format!("{} = {}\n", item.key, item.value.replace('\n', "\n\t")));
            }
            out.push('\n');
        }
        out
    }
}

struct Reader<'a> {
    file: &'a str,
    ini: Ini,
    /// Which section lines go to; nothing before the first.
    current: Option<Place>,
    /// Whether the section has a key that continuation lines can go to.
    has_key: bool,
    indent: usize,
    unreadable: Vec<(u32, String)>,
}

#[derive(Clone, Copy)]
enum Place {
    Defaults,
    Section(usize),
}

impl<'a> Reader<'a> {
    fn new(file: &'a str) -> Self {
        let defaults = Section { name: "DEFAULT".into(), items: Vec::new() };
        let ini = Ini { defaults, sections: Vec::new() };
        Self { file, ini, current: None, has_key: false, indent: 0, unreadable: Vec::new() }
    }

    fn read(mut self, text: &str) -> Result<Ini, IniError> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            self.line(number, line)?;
        }
        if !self.unreadable.is_empty() {
            return Err(IniError::Unreadable { file: self.file.to_owned(), lines: self.unreadable });
        }
        let sections = self.ini.sections.iter_mut().chain([&mut self.ini.defaults]);
        for item in sections.flat_map(|section| &mut section.items) {
            item.value.truncate(item.value.trim_end().len());
        }
        Ok(self.ini)
    }

    fn line(&mut self, number: u32, line: &str) -> Result<(), IniError> {
        let value = line.trim();
        if value.starts_with(['#', ';']) {
            return Ok(());
        }
        if value.is_empty() {
            // an empty line is part of a value of several lines
            self.continue_value("");
            return Ok(());
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        if self.has_key && indent > self.indent {
            self.continue_value(value);
            return Ok(());
        }
        self.indent = indent;
        match value.strip_prefix('[').and_then(|rest| rest.rsplit_once(']')) {
            Some((name, _)) if !name.is_empty() => self.section(number, name),
            _ => self.item(number, line, value),
        }
    }

    fn items(&mut self) -> Option<&mut Vec<Item>> {
        match self.current? {
            Place::Defaults => Some(&mut self.ini.defaults.items),
            Place::Section(at) => self.ini.sections.get_mut(at).map(|section| &mut section.items),
        }
    }

    fn continue_value(&mut self, line: &str) {
        if !self.has_key {
            return;
        }
        if let Some(item) = self.items().and_then(|items| items.last_mut()) {
            item.value.push('\n');
            item.value.push_str(line);
        }
    }

    fn section(&mut self, line: u32, name: &str) -> Result<(), IniError> {
        self.has_key = false;
        if name == "DEFAULT" {
            self.current = Some(Place::Defaults);
            return Ok(());
        }
        if self.ini.sections.iter().any(|section| section.name == name) {
            return Err(IniError::DuplicateSection {
                file: self.file.to_owned(),
                line,
                section: name.to_owned(),
            });
        }
        self.current = Some(Place::Section(self.ini.sections.len()));
        self.ini.sections.push(Section { name: name.to_owned(), items: Vec::new() });
        Ok(())
    }

    fn item(&mut self, number: u32, line: &str, value: &str) -> Result<(), IniError> {
        let file = || self.file.to_owned();
        if self.current.is_none() {
            return Err(IniError::NoSection { file: file(), line: number, text: line.to_owned() });
        }
        let Some((key, value)) = value.split_once(['=', ':']) else {
            self.unreadable.push((number, line.to_owned()));
            return Ok(());
        };
        if key.trim().is_empty() {
            self.unreadable.push((number, line.to_owned()));
        }
        let key = normalized(key.trim());
        self.has_key = !key.is_empty();
        let section = match self.current {
            Some(Place::Section(at)) => {
                self.ini.sections.get(at).map_or("", |section| &section.name).to_owned()
            }
            _ => "DEFAULT".to_owned(),
        };
        let (file, value) = (file(), value.trim().to_owned());
        if let Some(items) = self.items() {
            if items.iter().any(|item| item.key == key) {
                return Err(IniError::DuplicateKey { file, line: number, section, key });
            }
            items.push(Item { key, value, line: number });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String, String, u32)> {
        let ini = Ini::parse(text, "pip.conf").unwrap();
        let items = ini.sections().flat_map(|section| {
            let name = section.name.clone();
            section.items.into_iter().map(move |item| (name.clone(), item.key, item.value, item.line))
        });
        items.collect()
    }

    fn row(section: &str, key: &str, value: &str, line: u32) -> (String, String, String, u32) {
        (section.into(), key.into(), value.into(), line)
    }

    #[test]
    fn values() {
        for (text, expected) in [
            (
                "[global]\nindex-url = https://h/a=b:c # kept\n",
                row("global", "index-url", "https://h/a=b:c # kept", 2),
            ),
            ("[global]\nIndex_URL: x\n", row("global", "index-url", "x", 2)),
            ("[global]\n--timeout=60", row("global", "timeout", "60", 2)),
            (
                "; c\n# c\n[install] rest\n\nfind-links =\n    a\n    # no\n    b\n\n",
                row("install", "find-links", "\na\nb", 5),
            ),
            ("[a]\nx = 1\n\n  2\n", row("a", "x", "1\n\n2", 2)),
            ("  [a]\n  x = 1\n", row("a", "x", "1", 2)),
            ("[a]\nx =\n", row("a", "x", "", 2)),
            ("[a]\r\nx = 1\r\n", row("a", "x", "1", 2)),
        ] {
            assert_eq!(read(text), [expected], "{text}");
        }
        assert_eq!(
            read("[DEFAULT]\nx=1\ny=2\n[a]\ny=3\nz=4"),
            [row("a", "x", "1", 2), row("a", "y", "3", 5), row("a", "z", "4", 6)]
        );
    }

    #[test]
    fn mistakes_in_the_words_of_configparser() {
        for (text, expected) in [
            ("x=1\n", "File contains no section headers.\nfile: 'pip.conf', line: 1\n'x=1\\n'"),
            ("[a]\n[a]\n", "While reading from 'pip.conf' [line  2]: section 'a' already exists"),
            (
                "[a]\nx=1\nX=2\n",
                "While reading from 'pip.conf' [line  3]: option 'x' in section 'a' already exists",
            ),
            (
                "[a]\nrubbish\nmore\n",
                "Source contains parsing errors: 'pip.conf'\n\t[line  2]: 'rubbish\\n'\n\t[line  3]: 'more\\n'",
            ),
        ] {
            assert_eq!(Ini::parse(text, "pip.conf").unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn writing() {
        let mut ini = Ini::parse("# c\n[global]\nfind-links =\n  a\n  b\n", "pip.conf").unwrap();
        ini.set("install", "Timeout", "60");
        assert_eq!(ini.to_text(), "[global]\nfind-links = \n\ta\n\tb\n\n[install]\ntimeout = 60\n\n");
        assert!(ini.unset("global", "find_links") && !ini.unset("global", "find-links"));
        assert_eq!(ini.to_text(), "[install]\ntimeout = 60\n\n");
    }
}
