//! From project pages to candidates: for each version the best file that this target can use, or why there is none.
//!
//! What many files share (compressed tags, Requires-Python) is judged once for each page.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use index::{FetchError, MetadataRequest, ProjectPages};
use packaging::candidate::{Availability, Candidate};
use packaging::distribution::Distribution;
use packaging::hashes::Hash;
use packaging::tags::Tags;
use packaging::{PackageName, SpecifierSet, Version};
use resolver::RuleSet;
use rustc_hash::FxHashMap;
use store::PageTable;
use store::pages::{EntryKind, PageEntry, PageVersion};

use super::formats::{Allowed, Formats};
use super::locked::Locked;

/// What decides which files can be used.
pub struct Selection {
    /// The tags of the target, best first.
    pub tags: Arc<Tags>,
    /// The full version of the target's Python.
    pub python: Version,
    /// `--only-binary`, `--no-binary`.
    pub formats: Formats,
    /// Whose rules: pip honours upper bounds of Requires-Python and merges indexes.
    pub rules: RuleSet,
    /// Whether the files of all indexes compete (pip), or the first index that has the name wins.
    pub merge_indexes: bool,
    /// Hashes that the user allows, by package; a package that is not in here is not limited.
    pub hashes: BTreeMap<PackageName, Vec<Hash>>,
    /// `--ignore-requires-python`
    pub ignore_requires_python: bool,
    /// `--prefer-binary`: a wheel of an older version before a source distribution of a newer one.
    pub prefer_binary: bool,
    /// `--uploaded-prior-to`, in milliseconds since 1970: files of indexes that came later do not count.
    pub uploaded_before: Option<i64>,
    /// Packages whose file a lock names.
    pub locked: BTreeMap<PackageName, Locked>,
    /// Packages of which one version was named: another one with the right hash is of no use.
    pub pinned: BTreeSet<PackageName>,
}

/// The versions of a project and, for each, the file that would be used.
pub struct Project {
    pages: Vec<Arc<PageTable>>,
    /// Why indexes gave none.
    lost: Vec<FetchError>,
    /// By candidate id: the page, and the file on it, of the best file.
    picks: Vec<(u32, u32)>,
    /// As the resolver is told.
    pub candidates: Arc<[Candidate]>,
    /// An upload time was needed and is not told, by this page.
    pub lacks_upload_times: Option<String>,
}

/// Why a version is left out whose files are not those that were promised.
pub const OTHER_HASHES: &str = "its files have other hashes than those that are allowed";

/// Why a version is left out that came too late.
const TOO_YOUNG: &str = "its files were uploaded after the moment that was given";

/// How good a file is; the smallest is the best.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    /// It has another hash than those that are allowed (pip says so in the end).
    other_hash: bool,
    yanked: bool,
    source: bool,
    tag: u32,
    build: std::cmp::Reverse<(u64, u32)>,
    page: u32,
}

/// What the files of one version come to.
#[derive(Default)]
struct Tally<'a> {
    best: Option<(Rank, u32, u32)>,
    needs_python: Option<&'a str>,
    found: Vec<&'a str>,
    excluded: Option<&'static str>,
    yanked: Option<&'a str>,
    /// The page that does not tell when the file was uploaded.
    without_time: Option<u32>,
}

impl Selection {
    /// Judges the pages of a project.
    pub fn judge(&self, pages: &ProjectPages) -> Project {
        let lost = pages.indexes.iter().filter_map(|index| index.page.as_ref().err().cloned()).collect();
        let pages = self.choose(pages);
        let allowed = self.formats.allowed_by(&pages);
        let prefers_wheels =
            self.prefer_binary && self.tallies(&pages, allowed).any(|(_, tally)| tally.has_wheel());
        let judged = || {
            self.tallies(&pages, allowed).map(|(version, mut tally)| {
                if prefers_wheels {
                    tally.prefer_others();
                }
                (version, tally)
            })
        };
        let wants_right_hash = !self.pinned_by(&pages) && judged().any(|(_, tally)| tally.has_right_hash());
        let tallies = judged();
        let (count, _) = tallies.size_hint();
        let (mut picks, mut candidates) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut without_time = None;
        for (version, mut tally) in tallies {
            if wants_right_hash {
                tally.drop_other_hash();
            }
            without_time = without_time.or(tally.without_time);
            picks.push(tally.best.as_ref().map_or((u32::MAX, u32::MAX), |(_, page, file)| (*page, *file)));
            let (availability, id) = (tally.availability(), candidates.len() as u32);
            candidates.push(Candidate { version, availability, id });
        }
        let page = without_time.and_then(|page| pages.get(page as usize));
        let lacks_upload_times = page.map(|page| page.url().to_owned());
        Project { picks, candidates: candidates.into(), lacks_upload_times, pages, lost }
    }

    /// What the files of each version come to, versions ascending. Each page is in order already.
    fn tallies<'a>(
        &'a self,
        pages: &'a [Arc<PageTable>],
        allowed: Allowed,
    ) -> Box<dyn Iterator<Item = (Version, Tally<'a>)> + 'a> {
        if let [page] = pages {
            let judge = PageJudge::new(self, page, allowed);
            let tallied = move |version: PageVersion<'a>| (version.version(), judge.tally(0, &version));
            return Box::new(page.versions().map(tallied));
        }
        let mut tallies: BTreeMap<Version, Tally<'a>> = BTreeMap::new();
        for (number, page) in pages.iter().enumerate() {
            let judge = PageJudge::new(self, page, allowed);
            for version in page.versions() {
                let tally = tallies.entry(version.version()).or_default();
                version.files().for_each(|file| judge.weigh(number as u32, &file, tally));
            }
        }
        Box::new(tallies.into_iter())
    }

    /// The pages that count: every one, or those of the first index that has the project; `--find-links` always.
    fn choose(&self, pages: &ProjectPages) -> Vec<Arc<PageTable>> {
        let mut found: Vec<_> =
            pages.indexes.iter().filter_map(|index| index.page.as_ref().ok()).cloned().collect();
        if !self.merge_indexes {
            found.truncate(1);
        }
        // pip looks into --find-links before any index.
        pages.find_links.iter().cloned().chain(found).collect()
    }

    fn pinned_by(&self, pages: &[Arc<PageTable>]) -> bool {
        let name = pages.first().and_then(|page| PackageName::new(page.project()).ok());
        self.hashes.is_empty() || name.is_some_and(|name| self.pinned.contains(&name))
    }

    /// Whether a file with this Requires-Python counts.
    pub fn python_fits(&self, requires_python: &str) -> bool {
        // pip: a Requires-Python that cannot be read does not exclude.
        let Ok(specifiers) = SpecifierSet::parse(requires_python) else { return true };
        self.ignore_requires_python || resolver::python_allows(&specifiers, &self.python, self.rules)
    }
}

impl Formats {
    fn allowed_by(&self, pages: &[Arc<PageTable>]) -> Allowed {
        let name = pages.first().and_then(|page| PackageName::new(page.project()).ok());
        name.map_or(Allowed { wheels: true, sources: true }, |name| self.allowed(&name))
    }
}

/// What is judged once for each page.
struct PageJudge<'a> {
    allowed: Allowed,
    tags: Vec<Option<u32>>,
    pythons: Vec<bool>,
    hashes: Option<&'a [Hash]>,
    /// Of equal files pip takes the last one, which is the last index's.
    last_page_first: bool,
    /// Files with other hashes stay, so that they can be named in the end.
    keeps_other_hashes: bool,
    uploaded_before: Option<i64>,
    table: &'a PageTable,
}

impl<'a> PageJudge<'a> {
    fn new(selection: &'a Selection, page: &'a PageTable, allowed: Allowed) -> Self {
        let hashes = PackageName::new(page.project()).ok().and_then(|name| selection.hashes.get(&name));
        Self {
            allowed,
            tags: page.tag_sets().map(|set| selection.tags.best_of_text(set)).collect(),
            pythons: page.requires_python().map(|text| selection.python_fits(text)).collect(),
            hashes: hashes.map(Vec::as_slice),
            last_page_first: selection.rules == RuleSet::Pip && selection.merge_indexes,
            keeps_other_hashes: selection.rules == RuleSet::Pip,
            uploaded_before: selection.uploaded_before,
            table: page,
        }
    }

    fn tally(&self, number: u32, version: &PageVersion<'a>) -> Tally<'a> {
        let mut tally = Tally::default();
        version.files().for_each(|file| self.weigh(number, &file, &mut tally));
        tally
    }

    fn weigh(&self, number: u32, file: &PageEntry<'a>, tally: &mut Tally<'a>) {
        let tag = match file.kind() {
            EntryKind::Wheel => match file.tag_set_index().and_then(|set| self.tags.get(set as usize)) {
                _ if !self.allowed.wheels => {
                    return tally.exclude("no wheels are to be used for it (--no-binary)");
                }
                Some(Some(priority)) => *priority,
                _ => return tally.incompatible(file.tag_set().unwrap_or_default()),
            },
            EntryKind::Source(_) if !self.allowed.sources => {
                return tally.incompatible("source distribution");
            }
            EntryKind::Source(_) => u32::MAX,
        };
        if !self.is_old_enough(file, number, tally) {
            return tally.exclude(TOO_YOUNG);
        }
        if let Some(python) = file.requires_python_index()
            && !self.pythons.get(python as usize).copied().unwrap_or(true)
        {
            return tally.needs_python(file.requires_python().unwrap_or_default());
        }
        let other_hash = !self.hash_fits(file);
        if other_hash && !self.keeps_other_hashes {
            return tally.exclude(OTHER_HASHES);
        }
        let rank = Rank {
            other_hash,
            yanked: file.yanked().is_some(),
            source: tag == u32::MAX,
            tag,
            build: std::cmp::Reverse(build_rank(file)),
            page: if self.last_page_first { u32::MAX - number } else { number },
        };
        tally.offer(rank, number, file);
    }

    /// Files of this machine have no upload time and need none.
    fn is_old_enough(&self, file: &PageEntry<'_>, number: u32, tally: &mut Tally<'_>) -> bool {
        let Some(limit) = self.uploaded_before else { return true };
        if index::distribution(self.table, file).is_some_and(|one| one.file().url.starts_with("file:")) {
            return true;
        }
        match file.upload_time() {
            Some(time) => time < limit,
            None => {
                tally.without_time = Some(number);
                false
            }
        }
    }

    /// A file whose hash the page does not give is judged when it is there.
    fn hash_fits(&self, file: &PageEntry<'_>) -> bool {
        let Some(allowed) = self.hashes else { return true };
        let known = file.hashes();
        let comparable = |one: &&Hash| allowed.iter().any(|hash| hash.algorithm() == one.algorithm());
        let mut comparable = known.iter().filter(comparable).peekable();
        comparable.peek().is_none() || comparable.any(|one| allowed.contains(one))
    }
}

/// PEP 427: the build tag's number, then the rest, break ties; the higher wins.
fn build_rank(file: &PageEntry<'_>) -> (u64, u32) {
    let Some(tag) = file.build_tag() else { return (0, 0) };
    let digits = tag.bytes().take_while(u8::is_ascii_digit).count();
    let rest = tag.as_bytes()[digits..].iter().take(4).fold(0, |rank, byte| rank << 8 | u32::from(*byte));
    (tag[..digits].parse::<u64>().unwrap_or(u64::MAX).saturating_add(1), rest)
}

impl<'a> Tally<'a> {
    fn has_wheel(&self) -> bool {
        self.best.as_ref().is_some_and(|(rank, _, _)| !rank.source)
    }

    fn has_right_hash(&self) -> bool {
        self.best.as_ref().is_some_and(|(rank, _, _)| !rank.other_hash)
    }

    /// A version whose file has a hash that is allowed comes before all others.
    fn drop_other_hash(&mut self) {
        if !self.has_right_hash() && self.best.take().is_some() {
            self.exclude(OTHER_HASHES);
        }
    }

    /// `--prefer-binary`: a version that has no wheel gives way to those that have one.
    fn prefer_others(&mut self) {
        if !self.has_wheel() && self.best.take().is_some() {
            self.exclude("other versions have a wheel (--prefer-binary)");
        }
    }

    fn offer(&mut self, rank: Rank, page: u32, file: &PageEntry<'a>) {
        if self.best.as_ref().is_none_or(|(best, _, _)| rank < *best) {
            self.best = Some((rank, page, file.index()));
            self.yanked = file.yanked();
        }
    }

    fn needs_python(&mut self, requires_python: &'a str) {
        self.needs_python.get_or_insert(requires_python);
    }

    fn incompatible(&mut self, found: &'a str) {
        if self.found.len() < 16 && !self.found.contains(&found) {
            self.found.push(found);
        }
    }

    fn exclude(&mut self, reason: &'static str) {
        self.excluded = Some(reason);
    }

    fn availability(self) -> Availability {
        match (self.best, self.yanked, self.needs_python, self.excluded) {
            (Some(_), Some(reason), _, _) => {
                Availability::Yanked { reason: (!reason.is_empty()).then(|| reason.to_owned()) }
            }
            (Some(_), None, _, _) => Availability::Usable,
            (None, _, Some(requires_python), _) => {
                Availability::NeedsPython { requires_python: requires_python.to_owned() }
            }
            (None, _, None, Some(reason)) if self.found.is_empty() => {
                Availability::Excluded { reason: reason.to_owned() }
            }
            (None, _, None, _) => {
                Availability::NoCompatibleFile { found: self.found.into_iter().map(str::to_owned).collect() }
            }
        }
    }
}

impl Project {
    /// Whether nobody has anything of this name.
    pub fn is_unknown(&self) -> bool {
        self.pages.is_empty()
    }

    /// The pages that were judged: that of `--find-links` first.
    pub fn pages(&self) -> &[Arc<PageTable>] {
        &self.pages
    }

    /// Why indexes gave no page.
    pub fn lost(&self) -> &[FetchError] {
        &self.lost
    }

    /// The file that a candidate stands for; `None` for a candidate that has none.
    pub fn file(&self, id: u32) -> Option<(&PageTable, PageEntry<'_>)> {
        let (page, file) = *self.picks.get(id as usize)?;
        let page = self.pages.get(page as usize)?;
        Some((page, page.file(file)))
    }

    /// Whether a candidate stands for a source distribution.
    pub fn is_source(&self, id: u32) -> bool {
        self.file(id).is_some_and(|(_, file)| matches!(file.kind(), EntryKind::Source(_)))
    }

    /// The same as a value of its own, with an absolute URL.
    pub fn distribution(&self, id: u32) -> Option<Distribution> {
        let (page, file) = self.file(id)?;
        index::distribution(page, &file)
    }

    /// The request for a candidate's metadata.
    pub fn metadata_request(&self, id: u32) -> Option<MetadataRequest> {
        let (page, file) = self.file(id)?;
        index::metadata_request(page, &file)
    }

    /// The hashes of every file of a version: what `--generate-hashes` writes.
    pub fn hashes(&self, version: &Version) -> Vec<Hash> {
        let files = self.files_of(version);
        let hashes = files.filter_map(|(_, file)| file.hashes().into_iter().next());
        let mut hashes: Vec<Hash> = hashes.collect();
        hashes.sort_by_key(ToString::to_string);
        hashes.dedup();
        hashes
    }

    /// Every file of a version, for locks.
    pub fn distributions(&self, version: &Version) -> Vec<(Distribution, Option<i64>)> {
        let files = self.files_of(version);
        files
            .filter_map(|(page, file)| Some((index::distribution(page, &file)?, file.upload_time())))
            .collect()
    }

    fn files_of<'a>(&'a self, version: &'a Version) -> impl Iterator<Item = (&'a PageTable, PageEntry<'a>)> {
        self.pages.iter().flat_map(move |page| {
            let index = page.find_version(version);
            index
                .into_iter()
                .flat_map(move |index| page.version_at(index).files().map(move |file| (&**page, file)))
        })
    }
}

/// Projects by name, as judged.
pub type Projects = FxHashMap<PackageName, Project>;
