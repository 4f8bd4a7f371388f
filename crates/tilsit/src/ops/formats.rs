//! Which kinds of files may be used for a package: `--only-binary` and `--no-binary`.

use std::collections::BTreeSet;

use packaging::PackageName;

/// Names given to one of the two options: some, or `:all:`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Names {
    all: bool,
    some: BTreeSet<PackageName>,
}

/// Both options together. As in pip a later word about a package wins over an earlier one, `:all:` counts for every
/// package that has no word of its own, and `:none:` forgets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Formats {
    only_binary: Names,
    no_binary: Names,
}

/// What may be used for one package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// Wheels.
    pub wheels: bool,
    /// Source distributions.
    pub sources: bool,
}

/// One of the two options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatOption {
    /// `--only-binary`
    OnlyBinary,
    /// `--no-binary`
    NoBinary,
}

impl Formats {
    /// Takes in one value of an option: names separated by commas, `:all:` or `:none:`.
    ///
    /// # Errors
    /// The word that is no package name.
    pub fn add(&mut self, option: FormatOption, value: &str) -> Result<(), String> {
        for word in value.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let (these, others) = match option {
                FormatOption::OnlyBinary => (&mut self.only_binary, &mut self.no_binary),
                FormatOption::NoBinary => (&mut self.no_binary, &mut self.only_binary),
            };
            match word {
                ":all:" => {
                    *others = Names::default();
                    *these = Names { all: true, some: BTreeSet::new() };
                }
                ":none:" => *these = Names::default(),
                _ => {
                    let name = PackageName::new(word).map_err(|_| word.to_owned())?;
                    others.some.remove(&name);
                    these.some.insert(name);
                }
            }
        }
        Ok(())
    }

    /// What may be used for `name`.
    pub fn allowed(&self, name: &PackageName) -> Allowed {
        if self.only_binary.some.contains(name) {
            Allowed { wheels: true, sources: false }
        } else if self.no_binary.some.contains(name) {
            Allowed { wheels: false, sources: true }
        } else {
            Allowed { wheels: !self.no_binary.all, sources: !self.only_binary.all }
        }
    }

    /// Whether source distributions are refused for every package (what `--target`-like options ask for in pip).
    pub fn refuses_all_sources(&self) -> bool {
        self.only_binary.all && self.no_binary.some.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FormatOption::{NoBinary, OnlyBinary};

    #[test]
    fn later_words_win() {
        type Row<'a> = (&'a [(FormatOption, &'a str)], &'a str, (bool, bool));
        let table: &[Row<'_>] = &[
            (&[], "a", (true, true)),
            (&[(OnlyBinary, ":all:")], "a", (true, false)),
            (&[(OnlyBinary, ":all:"), (NoBinary, "a,b")], "a", (false, true)),
            (&[(OnlyBinary, ":all:"), (NoBinary, "a,b")], "c", (true, false)),
            (&[(NoBinary, "a"), (OnlyBinary, "A")], "a", (true, false)),
            (&[(NoBinary, "a"), (OnlyBinary, ":all:")], "a", (true, false)),
            (&[(NoBinary, ":all:"), (NoBinary, ":none:")], "a", (true, true)),
        ];
        for (words, name, (wheels, sources)) in table {
            let mut formats = Formats::default();
            for (option, value) in *words {
                formats.add(*option, value).unwrap();
            }
            let name = PackageName::new(name).unwrap();
            assert_eq!(formats.allowed(&name), Allowed { wheels: *wheels, sources: *sources }, "{words:?}");
        }
        assert_eq!(Formats::default().add(OnlyBinary, "a,-b"), Err("-b".to_owned()));
    }
}
