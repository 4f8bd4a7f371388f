//! Reading the file names of a page. Nearly all repeat the name, the version and the tag of an earlier file; only new parts
//! are parsed.

use std::collections::HashMap;

use packaging::filenames::{DistributionFilename, SourceFilename, SourceKind, WheelParts, is_spelling_of};
use packaging::simple_api::PageFile;
use packaging::{PackageName, Version};

use super::{KINDS, NONE};

/// Texts that stand once, numbered in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Interned<'p> {
    places: HashMap<&'p str, u32>,
    last: (&'p str, u32),
}

impl<'p> Interned<'p> {
    pub(super) fn place(&mut self, text: &'p str) -> u32 {
        if let Some(place) = self.find(text) {
            return place;
        }
        let place = self.places.len() as u32;
        self.insert(text, place);
        place
    }

    fn insert(&mut self, text: &'p str, place: u32) {
        self.places.insert(text, place);
        self.last = (text, place);
    }

    fn find(&mut self, text: &'p str) -> Option<u32> {
        if self.last.0 == text && !self.places.is_empty() {
            return Some(self.last.1);
        }
        let place = *self.places.get(text)?;
        self.last = (text, place);
        Some(place)
    }

    pub(super) fn in_order(&self) -> Vec<&'p str> {
        let mut texts = vec![""; self.places.len()];
        for (text, place) in &self.places {
            texts[*place as usize] = text;
        }
        texts
    }
}

/// A file whose name was understood.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'p> {
    pub(super) file: &'p PageFile<'p>,
    /// Into [`Names::versions`].
    version: u32,
    pub(super) tag_set: u32,
    /// Zero for wheels, else one more than the place in [`KINDS`].
    pub(super) kind: u32,
    pub(super) build: &'p str,
}

/// The parts of file names that were met.
#[derive(Debug)]
pub(super) struct Names<'p> {
    project: &'p PackageName,
    /// The spelling of the project's name in the last wheel.
    name: &'p str,
    /// The same of the last source distribution.
    source_name: Option<&'p str>,
    version_texts: Interned<'p>,
    versions: Vec<Version>,
    pub(super) tag_sets: Interned<'p>,
    /// Names of other files with the reason.
    pub(super) skipped: Vec<(&'p str, String)>,
}

impl<'p> Names<'p> {
    pub(super) fn new(project: &'p PackageName) -> Self {
        Self {
            project,
            name: "",
            source_name: None,
            version_texts: Interned::default(),
            versions: Vec::new(),
            tag_sets: Interned::default(),
            skipped: Vec::new(),
        }
    }

    pub(super) fn read(&mut self, files: &'p [PageFile<'p>]) -> Vec<Known<'p>> {
        let mut known = Vec::with_capacity(files.len());
        for file in files {
            match self.repeated_wheel(file).or_else(|| self.repeated_source(file)) {
                Some(repeated) => known.push(repeated),
                None => known.extend(self.parse(file)),
            }
        }
        known
    }

    /// A wheel of whose name each part was judged before.
    fn repeated_wheel(&mut self, file: &'p PageFile<'p>) -> Option<Known<'p>> {
        let parts = WheelParts::split(&file.filename)?;
        if parts.build.is_some() || parts.name != self.name {
            return None;
        }
        let version = self.version_texts.find(parts.version)?;
        let tag_set = self.tag_sets.find(parts.tag)?;
        Some(Known { file, version, tag_set, kind: 0, build: "" })
    }

    /// A source distribution whose name begins like the last one's and goes on with a version that was judged before.
    fn repeated_source(&mut self, file: &'p PageFile<'p>) -> Option<Known<'p>> {
        let (stem, kind) = SourceKind::split(&file.filename)?;
        let version = stem.strip_prefix(self.source_name?)?.strip_prefix('-')?;
        let version = self.version_texts.find(version)?;
        Some(Known { file, version, tag_set: NONE, kind: kind_number(kind), build: "" })
    }

    fn parse(&mut self, file: &'p PageFile<'p>) -> Option<Known<'p>> {
        let name = match DistributionFilename::parse_for(&file.filename, self.project) {
            Ok(name) => name,
            Err(error) => {
                self.skipped.push((&file.filename, error.to_string()));
                return None;
            }
        };
        let parts = match &name {
            DistributionFilename::Wheel(_) => WheelParts::split(&file.filename)?,
            DistributionFilename::Source(source) => return self.add_source(file, source),
        };
        self.name = parts.name;
        let version = self.version_place(parts.version, name.version());
        let tag_set = self.tag_sets.place(parts.tag);
        Some(Known { file, version, tag_set, kind: 0, build: parts.build.unwrap_or("") })
    }

    fn add_source(&mut self, file: &'p PageFile<'p>, source: &SourceFilename) -> Option<Known<'p>> {
        let (stem, kind) = SourceKind::split(&file.filename)?;
        // The first dash before which the project's name stands ends it (as `SourceFilename::parse_for` has it).
        let mut dashes = stem.match_indices('-').map(|(dash, _)| dash);
        let dash = dashes.find(|dash| is_spelling_of(&stem[..*dash], self.project))?;
        self.source_name = Some(&stem[..dash]);
        let version = self.version_place(&stem[dash + 1..], source.version());
        Some(Known { file, version, tag_set: NONE, kind: kind_number(kind), build: "" })
    }

    fn version_place(&mut self, text: &'p str, version: &Version) -> u32 {
        self.version_texts.find(text).unwrap_or_else(|| {
            let place = self.versions.len() as u32;
            self.versions.push(version.clone());
            self.version_texts.insert(text, place);
            place
        })
    }

    /// The files grouped by version, ascending; within a version in the page's order.
    pub(super) fn by_version(&self, mut known: Vec<Known<'p>>) -> Vec<(&Version, Vec<Known<'p>>)> {
        let mut order: Vec<usize> = (0..self.versions.len()).collect();
        order.sort_by(|a, b| self.versions[*a].cmp(&self.versions[*b]));
        let mut ranks = vec![0_u32; self.versions.len()];
        for (rank, equal) in order.chunk_by(|a, b| self.versions[*a] == self.versions[*b]).enumerate() {
            equal.iter().for_each(|index| ranks[*index] = rank as u32);
        }
        let rank = |known: &Known<'p>| ranks[known.version as usize];
        known.sort_by_key(rank);
        let groups = known.chunk_by(|a, b| rank(a) == rank(b));
        groups.map(|group| (&self.versions[group[0].version as usize], group.to_vec())).collect()
    }
}

fn kind_number(kind: SourceKind) -> u32 {
    KINDS.iter().position(|other| *other == kind).unwrap_or(0) as u32 + 1
}
