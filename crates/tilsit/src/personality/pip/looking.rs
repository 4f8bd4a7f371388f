//! What pip tells with `-v` and `-vv` while it looks for the versions of a project: where it looks, and each file there
//! with the reason why it counts or does not. That is where people look who do not get the version they expect.
//!
//! Source: pip 26.3 (`index/{collector,package_finder}.py`).

use index::{FetchError, Problem};
use packaging::hashes::Hash;
use packaging::simple_api::PageFormat;
use packaging::{PackageName, Prereleases, SpecifierSet, Version};
use resolver::{PrereleaseMode, PrereleasePolicy};
use store::PageTable;
use store::pages::{EntryKind, PageEntry};

use super::Session;
use super::unreachable::status_words;
use crate::cli::python_repr;
use crate::ops::candidates::{Project, Projects, Selection};
use crate::ops::direct::local_path;
use crate::ops::formats::Allowed;
use crate::ops::network::Connection;
use crate::ops::wanted::Wanted;
use crate::output::Level;

/// A look for versions.
pub struct Looking<'a> {
    session: &'a Session<'a>,
    selection: &'a Selection,
    projects: &'a Projects,
    connection: Connection,
}

/// A file that counts.
struct Found {
    version: Version,
    link: String,
    hashes: Vec<Hash>,
}

/// A page and what is judged once for all its files.
struct Page<'a> {
    table: &'a PageTable,
    allowed: Allowed,
    tags: Vec<bool>,
    /// The address of the page; none for a folder.
    from: Option<String>,
}

impl<'a> Looking<'a> {
    /// A look at what was learned, in the places that were named.
    pub fn new(
        session: &'a Session<'a>,
        selection: &'a Selection,
        projects: &'a Projects,
        wanted: &Wanted,
    ) -> Option<Self> {
        let connection = session.connection(wanted).ok()?;
        Some(Self { session, selection, projects, connection })
    }

    /// The places, and what they have of a project.
    pub fn pages(&self, name: &PackageName) {
        let Some(project) = self.projects.get(name) else { return };
        if self.selection.locked.contains_key(name) {
            return;
        }
        let (links, indexes) = self.locations(name);
        let mut text =
            format!("{} location(s) to search for versions of {name}:", links.len() + indexes.len());
        links.iter().chain(&indexes).for_each(|place| text.push_str(&format!("\n* {place}")));
        self.session.debug_line(&text);
        let (loose, pages): (Vec<&PageTable>, Vec<&PageTable>) =
            project.pages().iter().map(|page| &**page).partition(|page| self.is_loose(page, &indexes));
        let mut remote = loose.first().copied();
        for place in &links {
            self.page(name, place, remote.take().ok_or(None));
        }
        let mut pages = pages.into_iter();
        for place in &indexes {
            let lost = project.lost().iter().find(|error| error.url == *place);
            self.page(name, place, lost.map_or_else(|| pages.next().ok_or(None), |error| Err(Some(error))));
        }
        self.files_named(&links, &indexes);
        self.local_files(name, loose.first().copied());
    }

    /// How many files the specifiers leave, and what their hashes say.
    pub fn left(&self, name: &PackageName, specifiers: &SpecifierSet, prereleases: &PrereleasePolicy) {
        let Some(project) = self.projects.get(name) else { return };
        let found = self.found(name, project);
        let mode = match prereleases.of(name) {
            PrereleaseMode::Allow => Prereleases::Allow,
            PrereleaseMode::Disallow => Prereleases::Exclude,
            _ => Prereleases::Auto,
        };
        let fitting = specifiers.filter(found.iter().map(|one| &one.version), mode);
        let left: Vec<&Found> =
            found.iter().filter(|one| fitting.iter().any(|fits| std::ptr::eq(*fits, &one.version))).collect();
        let project = python_repr(name.as_str());
        let text = match self.selection.hashes.get(name).filter(|hashes| !hashes.is_empty()) {
            None => format!(
                "Given no hashes to check {} links for project {project}: discarding no candidates",
                left.len()
            ),
            Some(allowed) => checked(&left, &project, allowed),
        };
        self.session.debug_line(&text);
    }

    /// `--find-links` that are pages, and the pages of indexes, as pip shows them.
    fn locations(&self, name: &PackageName) -> (Vec<String>, Vec<String>) {
        let places = self.connection.places();
        let is_page = |place: &String| place.contains("://") && !place.starts_with("file:");
        let links = places.links.into_iter().filter(is_page).collect();
        let mut indexes: Vec<String> = Vec::new();
        for index in &places.indexes {
            let place = format!("{}/{name}/", index.trim_end_matches('/'));
            if !indexes.contains(&place) {
                indexes.push(place);
            }
        }
        (links, indexes)
    }

    /// Whether a table is that of `--find-links`.
    fn is_loose(&self, table: &PageTable, indexes: &[String]) -> bool {
        !self.connection.find_links.is_empty()
            && !indexes.iter().any(|place| *place == index::redacted_text(table.url()))
    }

    fn page(&self, name: &PackageName, place: &str, page: Result<&PageTable, Option<&FetchError>>) {
        self.session.debug_line(&format!("Fetching project page and analyzing links: {place}"));
        self.session.debug_line(&format!("Getting page {place}"));
        if self.connection.refresh || self.connection.refresh_packages.contains(name) {
            self.session.debug_line("Refreshing package index response.");
        }
        match page {
            Ok(table) => {
                let format = match table.format() {
                    PageFormat::Json => "application/vnd.pypi.simple.v1+json",
                    PageFormat::Html => "text/html",
                };
                self.session.debug_line(&format!("Fetched page {place} as {format}"));
                let page = self.judged(name, table, place);
                let files = table.files().filter(|file| !page.is_of_machine(file));
                files.for_each(|file| _ = self.file(name, &page, &file, Some("  ")));
                for skipped in table.skipped() {
                    let why = why_skipped(name, skipped.filename);
                    self.session.debug_line(&format!("  Skipping link: {why}: {}", skipped.filename));
                }
            }
            Err(Some(FetchError { problem: Problem::Status(code), .. })) => self.session.debug_line(
                &format!("Could not fetch URL {place}: {} - skipping", status_words(place, *code)),
            ),
            Err(_) => {}
        }
    }

    /// pip takes the addresses that it was given for files, too.
    fn files_named(&self, links: &[String], indexes: &[String]) {
        let mut places: Vec<&String> = links.iter().chain(indexes).collect();
        places.sort();
        for place in places.into_iter().rev() {
            let last = place.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            let why = match last.rsplit_once('.') {
                Some((_, end)) => format!("unsupported archive format: .{end}"),
                None => "not a file".to_owned(),
            };
            self.session.debug_line(&format!("Skipping link: {why}: {place}"));
        }
    }

    /// The files in folders of `--find-links`.
    fn local_files(&self, name: &PackageName, table: Option<&PageTable>) {
        let Some(table) = table else { return };
        let page = Page { from: None, ..self.judged(name, table, "") };
        let mut files: Vec<PageEntry<'_>> = table.files().filter(|file| page.is_of_machine(file)).collect();
        files.sort_by_key(|file| std::cmp::Reverse(address(table, file)));
        files.retain(|file| self.file(name, &page, file, Some("")).is_some());
        let paths: Vec<String> = files
            .iter()
            .filter_map(|file| Some(local_path(&address(table, file))?.display().to_string()))
            .collect();
        if !paths.is_empty() {
            self.session.debug_line(&format!("Local files found: {}", paths.join(", ")));
        }
    }

    /// Every file that counts.
    fn found(&self, name: &PackageName, project: &Project) -> Vec<Found> {
        let mut found = Vec::new();
        for table in project.pages() {
            let page = self.judged(name, table, "");
            found.extend(table.files().filter_map(|file| self.file(name, &page, &file, None)));
        }
        found
    }

    /// `place` is where a table comes from that does not say it.
    fn judged<'t>(&self, name: &PackageName, table: &'t PageTable, place: &str) -> Page<'t> {
        let tags = table.tag_sets().map(|set| self.selection.tags.best_of_text(set).is_some()).collect();
        let url = index::redacted_text(table.url());
        let from = Some(if url.is_empty() { place.to_owned() } else { url });
        Page { table, allowed: self.selection.formats.allowed(name), tags, from }
    }

    /// Whether a file counts; that is told when there is an indentation for it.
    fn file(
        &self,
        name: &PackageName,
        page: &Page<'_>,
        file: &PageEntry<'_>,
        told: Option<&str>,
    ) -> Option<Found> {
        let say = |level, text: String| {
            if let Some(indent) = told {
                self.session.terminal.say(level, &format!("{indent}{text}"));
            }
        };
        let link = page.link(file);
        let skip = |why: &str| say(Level::Debug, format!("Skipping link: {why}: {link}"));
        if let Some(why) = self.unfit(name, page, file) {
            skip(&why);
            return None;
        }
        let version = page.table.version_at(file.version_index());
        if let Some(requires) = file.requires_python()
            && let Ok(set) = SpecifierSet::parse(requires)
            && !resolver::python_allows(&set, &self.selection.python, self.selection.rules)
        {
            let python: Vec<String> =
                self.selection.python.release().iter().take(3).map(ToString::to_string).collect();
            let facts = format!("({} not in: {})", python.join("."), python_repr(requires));
            if !self.selection.python_fits(requires) {
                say(Level::Verbose, format!("Link requires a different Python {facts}: {link}"));
                skip(&format!("{} Requires-Python {}", version.version(), in_order(requires)));
                return None;
            }
            say(Level::Debug, format!("Ignoring failed Requires-Python check {facts} for link: {link}"));
        }
        say(Level::Debug, format!("Found link {link}, version: {}", version.version()));
        Some(Found { version: version.version(), link, hashes: file.hashes() })
    }

    /// Why a file does not count, but for its Requires-Python.
    fn unfit(&self, name: &PackageName, page: &Page<'_>, file: &PageEntry<'_>) -> Option<String> {
        let is_wheel = matches!(file.kind(), EntryKind::Wheel);
        if is_wheel && !page.allowed.wheels {
            return Some(format!("No binaries permitted for {name}"));
        }
        let fits = file.tag_set_index().is_some_and(|set| page.tags.get(set as usize) == Some(&true));
        if is_wheel && !fits {
            return Some(format!(
                "none of the wheel's tags ({}) are compatible (run pip debug --verbose to show compatible tags)",
                tags_of(file.tag_set().unwrap_or_default())
            ));
        }
        if let (Some(limit), Some(time)) = (self.selection.uploaded_before, file.upload_time())
            && time >= limit
        {
            let [time, limit] = [time, limit].map(super::moment::text);
            return Some(format!("Upload time {time} not prior to {limit}"));
        }
        (!is_wheel && !page.allowed.sources).then(|| format!("No sources permitted for {name}"))
    }
}

impl Page<'_> {
    /// Whether the file lies on this machine, and the page is none.
    fn is_of_machine(&self, file: &PageEntry<'_>) -> bool {
        !self.table.url().starts_with("file:") && address(self.table, file).starts_with("file:")
    }

    /// A link as pip shows it: with its page and its Requires-Python.
    fn link(&self, file: &PageEntry<'_>) -> String {
        let mut link = index::redacted_text(&address(self.table, file));
        let Some(from) = &self.from else { return link };
        let hash = file.hashes().into_iter().next().filter(|_| self.table.format() == PageFormat::Html);
        if let Some(hash) = hash {
            link.push_str(&format!("#{}={}", hash.algorithm(), hash.hex()));
        }
        link.push_str(&format!(" (from {from})"));
        if let Some(requires) = file.requires_python().filter(|text| !text.is_empty()) {
            link.push_str(&format!(" (requires-python:{requires})"));
        }
        link
    }
}

/// The whole address of a file.
fn address(table: &PageTable, file: &PageEntry<'_>) -> String {
    index::distribution(table, file).map_or_else(|| file.url(), |one| one.file().url.clone())
}

/// The tags of a compressed set, apart.
fn tags_of(set: &str) -> String {
    let tags = packaging::tags::parse_tag(set, false, None);
    let mut tags: Vec<String> =
        tags.map(|tags| tags.iter().map(ToString::to_string).collect()).unwrap_or_default();
    tags.sort();
    tags.join(", ")
}

/// A Requires-Python as pip repeats it: by the numbers between its points alone.
pub fn in_order(requires_python: &str) -> String {
    let Ok(set) = SpecifierSet::parse(requires_python) else { return requires_python.to_owned() };
    let mut all: Vec<String> = set.iter().map(ToString::to_string).collect();
    all.sort_by_key(|one| one.split('.').filter_map(|part| part.parse().ok()).collect::<Vec<u64>>());
    all.join(",")
}

/// What is wrong with the name of a file that is no distribution.
fn why_skipped(name: &PackageName, filename: &str) -> String {
    const ENDS: [&str; 12] = [
        ".whl",
        ".zip",
        ".tar.gz",
        ".tgz",
        ".tar",
        ".tar.bz2",
        ".tbz",
        ".tar.xz",
        ".txz",
        ".tlz",
        ".tar.lz",
        ".tar.lzma",
    ];
    match (ENDS.iter().any(|end| filename.ends_with(end)), filename.rsplit_once('.')) {
        (true, _) if filename.ends_with(".whl") => "invalid wheel filename".to_owned(),
        (true, _) => format!("Missing project version for {name}"),
        (false, Some((_, end))) => format!("unsupported archive format: .{end}"),
        (false, None) => "not a file".to_owned(),
    }
}

/// What hashes say of the files that are left.
fn checked(left: &[&Found], project: &str, allowed: &[Hash]) -> String {
    let is_allowed = |one: &&&Found| one.hashes.iter().any(|hash| allowed.contains(hash));
    let matches = left.iter().filter(is_allowed).count();
    let silent = left.iter().filter(|one| one.hashes.is_empty()).count();
    let others: Vec<&&Found> = left.iter().filter(|one| !is_allowed(one) && !one.hashes.is_empty()).collect();
    let discarding = match matches == 0 || others.is_empty() {
        true => "discarding no candidates".to_owned(),
        false => {
            let links: Vec<&str> = others.iter().map(|one| one.link.as_str()).collect();
            format!("discarding {} non-matches:\n  {}", others.len(), links.join("\n  "))
        }
    };
    format!(
        "Checked {} links for project {project} against {} hashes ({matches} matches, {silent} no digest): {discarding}",
        left.len(),
        allowed.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requires_python_in_pips_order() {
        for (given, expected) in
            [(">=3.6", ">=3.6"), (">=3.8, !=3.0.*,<4", "<4,!=3.0.*,>=3.8"), ("not one", "not one")]
        {
            assert_eq!(in_order(given), expected);
        }
    }

    #[test]
    fn names_of_no_distribution() {
        let name = PackageName::new("x").unwrap();
        for (filename, expected) in [
            ("x-1.0.exe", "unsupported archive format: .exe"),
            ("x.whl", "invalid wheel filename"),
            ("x.tar.gz", "Missing project version for x"),
            ("x", "not a file"),
        ] {
            assert_eq!(why_skipped(&name, filename), expected);
        }
    }
}
