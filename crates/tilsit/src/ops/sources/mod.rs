//! Sources become metadata and wheels: archives, folders, repositories, editable projects.
//!
//! What is known without building is used (static metadata, wheels that were built before). What has to be built is built
//! once in a command: the tree stays until its wheel is made.

mod error;
mod folder;
mod pack;
mod place;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use builder::{BuildSystem, ConfigSettings, Product, UnknownKeys};
use index::vcs::{Existing, VcsError, VcsPolicy, VcsUrl};
use index::{Client, FetchError, FetchedFile, Outcome, Request};
use packaging::direct_url::{DirectUrl, DirectUrlInfo};
use packaging::distribution::{Distribution, SourceDistribution};
use packaging::filenames::WheelFilename;
use packaging::hashes::Hash;
use packaging::metadata::Metadata;
use packaging::{PackageName, Version};
use rustc_hash::FxHashMap;
use store::archive::{Digests, FileBytes, check_hashes};
use store::{BuiltEntry, Store, StoredWheel, UnpackError, WheelBytes};

use super::build::{BuildTask, Builds, Hands};
use super::direct::{Direct, recorded_hashes};
use super::events::Event;
use super::interrupt;
use super::wanted::Wanted;
pub use error::SourceError;
pub use place::{SourcePlace, name_of_archive, place};
use tree::Tree;

/// How sources are obtained.
#[derive(Clone, Debug)]
pub struct SourcePolicy {
    /// Repositories.
    pub vcs: VcsPolicy,
    /// URLs that are installed in editable form.
    pub editables: BTreeSet<String>,
    /// Packages of editable repositories that were named before their URLs.
    pub names: BTreeMap<String, PackageName>,
    /// `--config-settings` of everything that has none of its own.
    pub settings: ConfigSettings,
    /// `--config-settings` of single requirements, by URL.
    pub own_settings: BTreeMap<String, ConfigSettings>,
    /// Where editable repositories are checked out; none: they cannot be.
    pub checkouts: Option<PathBuf>,
    /// What to do with what stands there.
    pub existing: Existing,
    /// Editable sources give ordinary wheels (`pip wheel`).
    pub wheels_only: bool,
    /// Sources are looked into although wheels of theirs are kept, and repositories are cloned with all that they keep for
    /// themselves (`pip download`).
    pub wants_trees: bool,
    /// A wheel that cannot be built does not keep others from being built (pip).
    pub builds_all: bool,
    /// Wheels are compared with what was to be built (`--no-verify`).
    pub verifies: bool,
    /// A `[project]` table without dynamic fields is believed (ours), or the back end is asked (pip).
    pub believes_project: bool,
}

/// Whoever prepares sources during one command. Its trees go when it goes.
pub struct Preparer<'a> {
    builds: &'a Builds<'a>,
    policy: &'a SourcePolicy,
    ready: FxHashMap<String, Prepared>,
}

/// A source whose metadata is known.
pub struct Prepared {
    /// Its name.
    pub name: PackageName,
    /// Its name as METADATA writes it.
    pub raw_name: String,
    /// Its version.
    pub version: Version,
    /// Its METADATA.
    pub metadata: Arc<[u8]>,
    /// The text of `direct_url.json`; a source from an index has none.
    pub direct_url: Option<String>,
    /// What the wheel is kept under; editable and local ones are not kept.
    key: Option<String>,
    /// Where it is, for people.
    shown: String,
    product: Product,
    editable: bool,
    tree: Option<Tree>,
    wheel: Option<(StoredWheel, PathBuf)>,
}

impl Prepared {
    /// The wheel, when it is at hand.
    pub fn wheel(&self) -> Option<&StoredWheel> {
        self.wheel.as_ref().map(|(wheel, _)| wheel)
    }

    /// The file of the wheel, when it is at hand.
    pub fn wheel_file(&self) -> Option<&Path> {
        self.wheel.as_ref().map(|(_, path)| path.as_path())
    }

    /// As the result of a search for it.
    pub fn direct(&self) -> Direct {
        Direct {
            version: self.version.clone(),
            metadata: Arc::clone(&self.metadata),
            wheel: self.wheel().cloned(),
            direct_url: self.direct_url.clone(),
            is_editable: self.is_editable(),
            is_source: true,
            unusable: None,
        }
    }

    /// Whether what is built of it is editable.
    pub fn is_built_editable(&self) -> bool {
        self.product == Product::Editable
    }

    /// Whether it was asked for in editable form.
    pub fn is_editable(&self) -> bool {
        self.editable
    }
}

/// An archive that was fetched.
struct Whole<'w> {
    url: &'w str,
    filename: &'w str,
    subdirectory: Option<String>,
    file: FetchedFile,
}

/// A source whose metadata is not known yet.
struct Raw {
    key: Option<String>,
    shown: String,
    product: Product,
    direct_url: Option<String>,
    tree: Tree,
}

impl Default for SourcePolicy {
    fn default() -> Self {
        Self {
            vcs: VcsPolicy::default(),
            editables: BTreeSet::new(),
            names: BTreeMap::new(),
            settings: ConfigSettings::default(),
            own_settings: BTreeMap::new(),
            checkouts: None,
            existing: Existing::default(),
            wheels_only: false,
            wants_trees: false,
            builds_all: false,
            verifies: true,
            believes_project: false,
        }
    }
}

impl SourcePolicy {
    /// What is made of a URL.
    fn product(&self, url: &str) -> Product {
        match self.editables.contains(url) && !self.wheels_only {
            true => Product::Editable,
            false => Product::Wheel,
        }
    }
}

impl<'a> Preparer<'a> {
    /// Nothing is prepared yet.
    pub fn new(builds: &'a Builds<'a>, policy: &'a SourcePolicy) -> Self {
        Self { builds, policy, ready: FxHashMap::default() }
    }

    /// What was prepared for `url`.
    pub fn get(&self, url: &str) -> Option<&Prepared> {
        self.ready.get(url)
    }

    /// Whether it is to be editable.
    pub fn is_editable(&self, url: &str) -> bool {
        self.policy.editables.contains(url)
    }

    /// Prepares what a direct requirement points at.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub fn direct(
        &mut self,
        url: &str,
        allowed: Option<&[Hash]>,
        hands: &mut Hands<'_>,
    ) -> Result<&Prepared, SourceError> {
        if !self.ready.contains_key(url) {
            let prepared = match place(url)? {
                SourcePlace::Folder { path, subdirectory } => self.folder(url, path, subdirectory, hands)?,
                SourcePlace::Repository(repository) => self.repository(url, &repository, hands)?,
                SourcePlace::Archive { archive, filename, subdirectory } => {
                    let file = fetch(&archive, hands.client)?;
                    let promised = &archive.file().hashes;
                    let whole = Whole { url, filename: &filename, subdirectory, file };
                    self.archive(whole, allowed.unwrap_or(promised), hands)?
                }
            };
            self.ready.insert(url.to_owned(), prepared);
        }
        self.ready.get(url).ok_or(SourceError::Interrupted)
    }

    /// Prepares a source distribution of an index; its file is fetched when `file` is not at hand.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub fn sdist(
        &mut self,
        source: &SourceDistribution,
        file: Option<FetchedFile>,
        allowed: Option<&[Hash]>,
        hands: &mut Hands<'_>,
    ) -> Result<&Prepared, SourceError> {
        let url = source.file.url.clone();
        if !self.ready.contains_key(&url) {
            let known = self.known_sdist(source, allowed, hands.store)?;
            let prepared = match known {
                Some(prepared) => prepared,
                None => {
                    let distribution = Distribution::Source(source.clone());
                    let file = match file {
                        Some(file) => file,
                        None => fetch(&distribution, hands.client)?,
                    };
                    let filename = source.filename.as_str();
                    let whole = Whole { url: &url, filename, subdirectory: None, file };
                    let mut prepared = self.archive(whole, allowed.unwrap_or(&source.file.hashes), hands)?;
                    prepared.direct_url = None;
                    prepared
                }
            };
            self.ready.insert(url.clone(), prepared);
        }
        self.ready.get(&url).ok_or(SourceError::Interrupted)
    }

    /// Takes the wheel that was built before of a source distribution; gives its name.
    ///
    /// # Errors
    /// The store.
    pub fn take_known(
        &mut self,
        source: &SourceDistribution,
        allowed: Option<&[Hash]>,
        store: &Store,
    ) -> Result<Option<String>, SourceError> {
        let Some(prepared) = self.known_sdist(source, allowed, store)? else { return Ok(None) };
        let filename = prepared.wheel().map(|wheel| wheel.manifest().filename().to_string());
        self.ready.insert(source.file.url.clone(), prepared);
        Ok(filename)
    }

    /// A source distribution of which a wheel was built before. One on this machine is looked into when no hash is
    /// promised.
    ///
    /// # Errors
    /// The store.
    pub fn known_sdist(
        &self,
        source: &SourceDistribution,
        allowed: Option<&[Hash]>,
        store: &Store,
    ) -> Result<Option<Prepared>, SourceError> {
        let known = source.file.sha256().cloned().or_else(|| local_sha256(&source.file.url));
        let known = known.filter(|_| !self.policy.wants_trees);
        let Some(sha256) = known.filter(|known| allowed.is_none_or(|allowed| allowed.contains(known))) else {
            return Ok(None);
        };
        let key = self.key(&sha256.to_string(), None, &source.file.url);
        self.kept(&key, (source.filename.as_str(), None), store)
    }

    /// The wheel of a prepared source: built now, unless it was before.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub fn wheel(
        &mut self,
        url: &str,
        hands: &mut Hands<'_>,
    ) -> Result<(Option<StoredWheel>, PathBuf), SourceError> {
        let lost = || SourceError::NotPrepared { place: index::redacted_text(url) };
        let builds = self.builds;
        let settings = self.settings(url);
        let prepared = self.ready.get_mut(url).ok_or_else(lost)?;
        if let Some((wheel, path)) = &prepared.wheel {
            return Ok((Some(wheel.clone()), path.clone()));
        }
        let tree = prepared.tree.as_ref().ok_or_else(lost)?;
        let out = tree.out(hands.store)?;
        let failed = |error| SourceError::build(&prepared.shown, Some(&prepared.raw_name), error);
        let editable = prepared.product == Product::Editable;
        hands.listener.event(&Event::BuildStarted { name: &prepared.raw_name, editable });
        let built = builds.within(&prepared.shown, || {
            let task = BuildTask { tree: tree.root(), product: prepared.product, settings: &settings };
            builds.build(&task, out.path(), hands)
        });
        let succeeded = built.is_ok();
        hands.listener.event(&Event::BuildEnded { name: &prepared.raw_name, editable, succeeded });
        let built = built.map_err(failed)?;
        let packaging::filenames::DistributionFilename::Wheel(filename) = &built.filename else {
            return Err(lost());
        };
        let (verifies, late) = (self.policy.verifies, builds.policy.as_pip);
        if verifies && !late {
            verify(prepared, filename)?;
        }
        let path = match &prepared.key {
            Some(key) if is_consistent(prepared, filename) => keep(hands.store, key, &built.path),
            _ => None,
        };
        hands.listener.event(&Event::WheelBuilt {
            name: &prepared.raw_name,
            wheel: &built.path,
            kept: prepared.key.as_ref().map(|_| path.as_deref().unwrap_or(&built.path)),
        });
        let path = path.unwrap_or_else(|| built.path.clone());
        let stored = match verifies {
            true => {
                verify(prepared, filename)?;
                let stored = hands.store.add_wheel(WheelBytes::File(&built.path), filename, &[]);
                let place = || prepared.shown.clone();
                Some(stored.map_err(|source| SourceError::Wheel { place: place(), source })?)
            }
            false => None,
        };
        if let Some(stored) = &stored {
            prepared.wheel = Some((stored.clone(), path.clone()));
        }
        if let Some(tree) = &mut prepared.tree {
            tree.keep(out);
        }
        Ok((stored, path))
    }

    /// The files of a repository that was prepared, as `NAME-VERSION.zip` with its bytes; nothing for other sources.
    ///
    /// # Errors
    /// The disk.
    pub fn packed(&self, url: &str) -> std::io::Result<Option<(String, Vec<u8>)>> {
        let prepared = self.ready.get(url);
        let top = prepared.and_then(|prepared| Some((prepared, prepared.tree.as_ref()?.clone_folder()?)));
        let Some((prepared, top)) = top else { return Ok(None) };
        let bytes = pack::pack(top, &prepared.raw_name)?;
        Ok(Some((format!("{}-{}.zip", prepared.raw_name, prepared.version), bytes)))
    }

    /// Whether others are built when one cannot be.
    pub fn builds_all(&self) -> bool {
        self.policy.builds_all
    }

    fn settings(&self, url: &str) -> ConfigSettings {
        self.policy.own_settings.get(url).unwrap_or(&self.policy.settings).clone()
    }

    /// Names what has no name, by looking into it.
    ///
    /// # Errors
    /// See [`SourceError`].
    pub fn name_all(&mut self, wanted: &mut Wanted, hands: &mut Hands<'_>) -> Result<(), SourceError> {
        wanted.name_all(|unnamed| {
            let allowed = Some(unnamed.hashes.as_slice()).filter(|hashes| !hashes.is_empty());
            let prepared = self.direct(&unnamed.url, allowed, hands)?;
            Ok((prepared.raw_name.clone(), prepared.name.clone()))
        })
    }

    /// All that a wheel depends on: the source, its folder, the settings, the interpreter.
    fn key(&self, source: &str, subdirectory: Option<&str>, url: &str) -> String {
        let facts = self.builds.interpreter.facts();
        let settings = self.settings(url).to_json();
        let tag = facts.cache_tag.as_deref().unwrap_or(&facts.implementation);
        let python = format!("{tag} {} {}", facts.platform, facts.soabi.as_deref().unwrap_or_default());
        format!("{source}#{}\n{settings}\n{python}", subdirectory.unwrap_or_default())
    }

    /// A source whose wheel was kept.
    fn kept(
        &self,
        key: &str,
        (shown, direct_url): (&str, Option<String>),
        store: &Store,
    ) -> Result<Option<Prepared>, SourceError> {
        let Some(BuiltEntry { path, filename, sha256, .. }) = store.built_wheel(key)? else {
            return Ok(None);
        };
        let stored = match store.wheel(&sha256)? {
            Some(stored) => stored,
            None => match store.add_wheel(WheelBytes::File(&path), &filename, &[sha256]) {
                Ok(stored) => stored,
                Err(error) => {
                    log::debug!("a kept wheel is of no use: {error}");
                    return Ok(None);
                }
            },
        };
        let metadata: Arc<[u8]> = stored.manifest().metadata_headers().as_bytes().into();
        let read = Metadata::parse(&metadata).map_err(|error| SourceError::metadata(shown, &error))?;
        Ok(Some(Prepared {
            name: read.name,
            raw_name: read.raw_name,
            version: read.version,
            metadata,
            direct_url,
            key: Some(key.to_owned()),
            shown: shown.to_owned(),
            product: Product::Wheel,
            editable: false,
            tree: None,
            wheel: Some((stored, path)),
        }))
    }

    /// An archive that is here.
    fn archive(
        &self,
        whole: Whole<'_>,
        expected: &[Hash],
        hands: &mut Hands<'_>,
    ) -> Result<Prepared, SourceError> {
        let Whole { url, filename, subdirectory, file } = whole;
        let shown = index::redacted_text(url);
        let bytes = Archive::open(file, &shown)?;
        let sha256 = bytes.check(expected, &shown)?;
        let info = DirectUrlInfo::Archive { hashes: Some(recorded_hashes(url, &sha256)) };
        let record = DirectUrl { url: bare(url), info, subdirectory: subdirectory.clone() };
        let key = self.key(&sha256.to_string(), subdirectory.as_deref(), url);
        if !self.policy.wants_trees
            && let Some(kept) = self.kept(&key, (&shown, Some(record.to_json())), hands.store)?
        {
            return Ok(kept);
        }
        let unpacked =
            hands.store.unpack_source(filename, bytes.as_ref(), interrupt::flag()).map_err(|source| {
                match source {
                    UnpackError::Interrupted => SourceError::Interrupted,
                    source => SourceError::Unpack { place: shown.clone(), source },
                }
            })?;
        let raw = Raw {
            key: Some(key),
            shown,
            product: Product::Wheel,
            direct_url: Some(record.to_json()),
            tree: Tree::unpacked(unpacked, subdirectory.as_deref()),
        };
        self.with_metadata(raw, url, hands)
    }

    fn repository(
        &self,
        url: &str,
        repository: &VcsUrl,
        hands: &mut Hands<'_>,
    ) -> Result<Prepared, SourceError> {
        if self.policy.editables.contains(url) {
            return self.editable_repository(url, repository, hands);
        }
        let shown = index::redacted_text(url);
        hands.listener.event(&Event::RepositoryAsked { url: repository, folder: None });
        let resolved = index::vcs::resolve(repository, &self.policy.vcs, hands.store);
        let resolved = resolved.map_err(|source| Self::no_repository(url, source))?;
        hands.listener.event(&Event::RepositoryResolved { url: repository, commit: &resolved.commit });
        let record = DirectUrl {
            url: repository.repository.clone(),
            info: DirectUrlInfo::Vcs {
                vcs: repository.system.prefix().to_owned(),
                requested_revision: repository.revision.clone(),
                commit_id: resolved.commit.clone(),
            },
            subdirectory: repository.subdirectory.clone(),
        };
        // The history of these two can be rewritten under a number.
        let is_hash = matches!(repository.system, index::vcs::System::Git | index::vcs::System::Mercurial);
        let key = is_hash.then(|| self.key(&repository.pinned(&resolved.commit), None, url));
        if let Some(key) = &key
            && (resolved.immutable || !self.policy.wants_trees)
            && let Some(kept) = self.kept(key, (&shown, Some(record.to_json())), hands.store)?
        {
            return Ok(kept);
        }
        let subdirectory = repository.subdirectory.as_deref();
        let tree = match self.policy.wants_trees {
            true => {
                let scratch = hands.store.scratch()?;
                let folder = scratch.path().join("source");
                let (existing, vcs) = (self.policy.existing, &self.policy.vcs);
                let placed = index::vcs::place(repository, &folder, existing, vcs);
                placed.map_err(|source| Self::no_repository(url, source))?;
                Tree::cloned(scratch, &folder, subdirectory)
            }
            false => {
                let checkout = index::vcs::check_out(&resolved, &self.policy.vcs, hands.store);
                let checkout = checkout.map_err(|source| Self::no_repository(url, source))?;
                Tree::checked_out(checkout, subdirectory)
            }
        };
        let (product, direct_url) = (Product::Wheel, Some(record.to_json()));
        let raw = Raw { key, shown, product, direct_url, tree };
        self.with_metadata(raw, url, hands)
    }

    fn no_repository(url: &str, source: VcsError) -> SourceError {
        // Ctrl-C reaches the program of the repository too, which then fails
        if interrupt::requested() {
            return SourceError::Interrupted;
        }
        SourceError::Vcs { place: index::redacted_text(url), source }
    }

    /// What a tree says without a build. A folder that people work in may have a PKG-INFO of long ago.
    fn static_metadata(&self, raw: &Raw) -> Option<Vec<u8>> {
        let pkg_info = raw.tree.is_unpacked().then(|| folder::pkg_info(raw.tree.root())).flatten();
        let believes = self.policy.believes_project && raw.product != Product::Editable;
        pkg_info.or_else(|| believes.then(|| folder::project_table(raw.tree.root())).flatten())
    }

    /// The metadata of a tree: what is static first.
    fn with_metadata(&self, raw: Raw, url: &str, hands: &mut Hands<'_>) -> Result<Prepared, SourceError> {
        folder::check(raw.tree.root(), &raw.shown)?;
        if BuildSystem::read(raw.tree.root(), UnknownKeys::Ignored)
            .is_ok_and(|system| system.requires.is_empty())
        {
            hands.listener.event(&Event::NothingRequired { url });
        }
        let fixed = self.static_metadata(&raw);
        let metadata = match fixed {
            Some(metadata) => metadata,
            None => {
                let settings = self.settings(url);
                let editable = self.policy.editables.contains(url);
                hands.listener.event(&Event::MetadataStarted { url, editable });
                let built = self.builds.within(&raw.shown, || {
                    let task = BuildTask { tree: raw.tree.root(), product: raw.product, settings: &settings };
                    self.builds.metadata(&task, hands)
                });
                hands.listener.event(&Event::MetadataEnded { error: built.as_ref().err() });
                built.map_err(|error| SourceError::build(&raw.shown, None, error))?
            }
        };
        let read = Metadata::parse(&metadata).map_err(|error| SourceError::metadata(&raw.shown, &error))?;
        Ok(Prepared {
            name: read.name,
            raw_name: read.raw_name,
            version: read.version,
            metadata: metadata.into(),
            direct_url: raw.direct_url,
            key: raw.key,
            shown: raw.shown,
            product: raw.product,
            editable: self.policy.editables.contains(url),
            tree: Some(raw.tree),
            wheel: None,
        })
    }
}

/// Whether a wheel is of the package and version that were to be built.
fn verify(prepared: &Prepared, filename: &WheelFilename) -> Result<(), SourceError> {
    let place = || prepared.shown.clone();
    if filename.name() != &prepared.name {
        let (wanted, found) = (prepared.name.clone(), filename.name().clone());
        return Err(SourceError::OtherPackage { place: place(), wanted, found });
    }
    if filename.version() != &prepared.version {
        let (wanted, found) = (prepared.version.clone(), filename.version().clone());
        return Err(SourceError::OtherVersion { place: place(), wanted, found });
    }
    Ok(())
}

fn is_consistent(prepared: &Prepared, filename: &WheelFilename) -> bool {
    verify(prepared, filename).is_ok()
}

/// Keeps a wheel; a store that cannot be written to goes without.
fn keep(store: &Store, key: &str, wheel: &Path) -> Option<PathBuf> {
    match store.keep_built_wheel(key, wheel) {
        Ok(entry) => Some(entry.path),
        Err(error) => {
            log::debug!("a built wheel could not be kept: {error}");
            None
        }
    }
}

/// The URL without fragment, as `direct_url.json` has it.
fn bare(url: &str) -> String {
    url.split('#').next().unwrap_or(url).to_owned()
}

fn local_sha256(url: &str) -> Option<Hash> {
    let path = url::Url::parse(url).ok().filter(|url| url.scheme() == "file")?.to_file_path().ok()?;
    FileBytes::open(&path).ok().map(|bytes| store::archive::sha256(bytes.as_ref()))
}

/// One file, now. Nothing else may be owed by the client.
fn fetch(distribution: &Distribution, client: &mut Client) -> Result<FetchedFile, SourceError> {
    let ticket = client.submit(Request::File(distribution.clone()));
    while let Some(completed) = interrupt::next(client) {
        if let Outcome::File(file) = completed.outcome
            && completed.ticket == ticket
        {
            return Ok(file?);
        }
    }
    if interrupt::requested() {
        return Err(SourceError::Interrupted);
    }
    let url = index::redacted_text(&distribution.file().url);
    Err(FetchError { url, problem: index::Problem::Stopped, attempts: 0 }.into())
}

/// The bytes of an archive, wherever they are.
enum Archive {
    Downloaded(store::VerifiedFile),
    Local(FileBytes),
}

impl Archive {
    fn open(file: FetchedFile, shown: &str) -> Result<Self, SourceError> {
        match file {
            FetchedFile::Downloaded(file) => Ok(Self::Downloaded(file)),
            FetchedFile::Local(path) => FileBytes::open(&path)
                .map(Self::Local)
                .map_err(|source| SourceError::Read { place: shown.to_owned(), source }),
        }
    }

    /// Compares the digests with `expected`; gives the SHA-256.
    fn check(&self, expected: &[Hash], shown: &str) -> Result<Hash, SourceError> {
        let mut digests = Digests::for_expected(expected);
        digests.update(self.as_ref());
        let found = digests.finish();
        check_hashes(&found, expected).map_err(|actual| SourceError::HashMismatch {
            place: shown.to_owned(),
            expected: expected.to_vec(),
            actual,
        })?;
        Ok(store::archive::sha256(self.as_ref()))
    }
}

impl AsRef<[u8]> for Archive {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Downloaded(file) => file,
            Self::Local(bytes) => bytes,
        }
    }
}
