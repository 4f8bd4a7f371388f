//! What is asked for, and by whom.

use std::rc::Rc;

use packaging::distribution::Distribution;
use packaging::{Origin, Requirement, SpecifierSet};

use crate::ops::wanted::Wanted;

use super::super::transcript::{bare, origin_text};

/// Something that somebody asks for: pip's `InstallRequirement`.
#[derive(Debug)]
pub struct Ask {
    /// The requirement; its marker is part of the text where pip has it there.
    pub requirement: Requirement,
    /// Who asks.
    pub from: Asker,
    /// The words for it, where they are not those of the requirement.
    pub alias: Option<String>,
}

/// Who asks for something.
#[derive(Clone, Debug)]
pub enum Asker {
    /// The command line, or a group.
    Nobody,
    /// A line of a file: `-r FILE (line N)`.
    Line(String),
    /// A package that was asked for itself.
    Package(Rc<Ask>),
}

impl Ask {
    /// What the user asks for.
    pub fn by_user(requirement: &Requirement) -> Self {
        let mut requirement = requirement.clone();
        requirement.marker = None;
        let from = match requirement.origin.as_deref() {
            Some(origin @ (Origin::File { .. } | Origin::Named(_))) => match origin_text(Some(origin)) {
                text if text.is_empty() => Asker::Nobody,
                text => Asker::Line(text),
            },
            _ => Asker::Nobody,
        };
        Self { requirement, from, alias: None }
    }

    /// What the user asks for at a place; what was named by its place alone is called by name and version.
    pub fn of_place(requirement: &Requirement, wanted: &Wanted) -> Self {
        let mut ask = Self::by_user(requirement);
        let is_nameless = |url: &&str| wanted.nameless.contains(*url);
        if let Some(url) = requirement.url().filter(is_nameless) {
            if let Some(Distribution::Wheel(wheel)) = crate::ops::direct::distribution(url) {
                ask.alias = Some(format!("{}=={}", wheel.filename.name(), wheel.filename.version()));
            } else if !wanted.is_nameless(url) {
                ask.alias = Some(requirement.raw_name.to_string());
            }
        }
        ask
    }

    /// The same without its marker: what a file stands for that is looked at on behalf of it.
    pub fn for_file(&self) -> Self {
        let mut requirement = self.requirement.clone();
        requirement.marker = None;
        Self { requirement, from: self.from.clone(), alias: self.alias.clone() }
    }

    /// The same without extras, on behalf of this one.
    pub fn without_extras(self: &Rc<Self>) -> Self {
        let mut requirement = self.requirement.clone();
        requirement.extras.clear();
        Self { requirement, from: Asker::Package(Rc::clone(self)), alias: self.alias.clone() }
    }

    /// The same place without extras: nobody is named as asking for it, since this has no name.
    pub fn of_place_alone(&self) -> Self {
        let mut place = self.for_file();
        place.requirement.extras.clear();
        place.from = Asker::Nobody;
        place
    }

    /// The words for it, without its marker.
    pub fn text(&self) -> String {
        self.alias.clone().unwrap_or_else(|| bare(&self.requirement))
    }

    /// The requirement and how it came to be, the nearest first.
    pub fn path(&self) -> String {
        let own = self.alias.clone().unwrap_or_else(|| self.requirement.to_string());
        match self.from.path() {
            Some(from) => format!("{own}->{from}"),
            None => own,
        }
    }

    /// ` (from …)`, or nothing.
    pub fn because(&self) -> String {
        self.from.path().map_or_else(String::new, |from| format!(" (from {from})"))
    }
}

impl Asker {
    fn path(&self) -> Option<String> {
        match self {
            Self::Nobody => None,
            Self::Line(text) => Some(text.clone()),
            Self::Package(ask) => Some(ask.path()),
        }
    }
}

/// What must be true of a package: resolvelib's requirement.
#[derive(Clone, Debug)]
pub enum Wish {
    /// A version that specifiers allow.
    Versions {
        /// Which package, with extras.
        key: usize,
        /// Who asks.
        ask: Rc<Ask>,
        /// The extras are asked for by another wish beside this one.
        drop_extras: bool,
    },
    /// This very candidate.
    Exactly(usize),
    /// A Python.
    Python {
        /// Which.
        specifiers: Rc<SpecifierSet>,
        /// It is the one at hand.
        holds: bool,
    },
}

/// A wish, and which candidate has it (the user, where there is none).
#[derive(Debug)]
pub struct Info {
    /// The wish.
    pub wish: Wish,
    /// Whose.
    pub parent: Option<usize>,
}
