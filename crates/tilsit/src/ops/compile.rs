//! From requirements to exact pins: a requirements file or a lock.

use std::collections::{BTreeMap, BTreeSet};

use environment::Installed;
use packaging::direct_url::{DirectUrl, DirectUrlInfo};
use packaging::distribution::Distribution;
use packaging::hashes::Hash;
use packaging::pylock::{
    LockedArchive, LockedDirectory, LockedFile, LockedHashes, LockedPackage, LockedSource, LockedVcs, Pylock,
};
use packaging::resolution::{PackageSource, Resolution, ResolvedPackage};
use packaging::{Marker, MarkerEnvironment, Origin, PackageName, SpecifierSet, Version};
use project::compile_output::PinnedPackage;
use resolver::{Environment as Target, ResolveRequest, Warning};

use super::build::Hands;
use super::candidates::Selection;
use super::install::ResolvePolicy;
use super::search::{Found, Search, SearchError};
use super::sources::Preparer;
use super::wanted::Wanted;

/// What to pin, and for whom.
pub struct CompileRequest<'a> {
    /// What.
    pub wanted: &'a Wanted,
    /// Which files can be used.
    pub selection: &'a Selection,
    /// How versions are chosen.
    pub resolve: &'a ResolvePolicy,
    /// The markers of the one environment that it is for.
    pub markers: MarkerEnvironment,
    /// For every environment instead; the Pythons that must work.
    pub universal: Option<SpecifierSet>,
    /// Versions to keep where they fit.
    pub preferences: BTreeMap<PackageName, Vec<Version>>,
}

/// Exact pins, and the files behind them.
pub struct Compiled {
    /// The pinned graph.
    pub resolution: Resolution,
    /// What the user should hear besides.
    pub warnings: Vec<Warning>,
    found: Found,
}

/// Finds exact versions.
///
/// # Errors
/// See [`SearchError`].
pub fn compile(
    request: &CompileRequest<'_>,
    preparer: &mut Preparer<'_>,
    hands: &mut Hands<'_>,
) -> Result<Compiled, SearchError> {
    let installed = Installed::default();
    let mut search = Search {
        client: hands.client,
        store: hands.store,
        selection: request.selection,
        installed: &installed,
        listener: hands.listener,
        preparer: Some(preparer),
    };
    let environment = match &request.universal {
        Some(requires_python) => {
            Target::Universal { requires_python: requires_python.clone(), environments: Vec::new() }
        }
        None => Target::Single(Box::new(request.markers.clone())),
    };
    let mut resolve =
        ResolveRequest::new(request.wanted.requirements.clone(), request.selection.rules, environment);
    resolve.constraints.clone_from(&request.wanted.constraints);
    resolve.overrides.clone_from(&request.wanted.overrides);
    resolve.preferences.clone_from(&request.preferences);
    resolve.strategy = request.resolve.strategy;
    resolve.prereleases = request.resolve.prereleases.clone();
    resolve.dependencies = request.resolve.dependencies;
    let found = search.run(&resolve)?;
    Ok(Compiled { resolution: found.resolution.clone(), warnings: found.warnings.clone(), found })
}

impl Compiled {
    /// The pins as lines of a requirements file, with hashes of every file when asked for.
    pub fn pins(&self, with_hashes: bool) -> Vec<PinnedPackage> {
        let pin = |package: &ResolvedPackage| PinnedPackage {
            requirement: self.pin_text(package),
            marker: package.marker.clone(),
            hashes: if with_hashes { self.hashes(package) } else { Vec::new() },
            via: askers(package),
        };
        self.resolution.packages.iter().map(pin).collect()
    }

    /// Packages of which an index gives no hash, so that `--generate-hashes` cannot write any.
    pub fn without_hashes(&self) -> BTreeSet<PackageName> {
        let without = self.resolution.packages.iter().filter(|package| self.hashes(package).is_empty());
        without.map(|package| package.name.clone()).collect()
    }

    fn pin_text(&self, package: &ResolvedPackage) -> String {
        match &package.source {
            PackageSource::Url(url) => self.place_text(package, url),
            _ => format!("{}=={}", package.name, package.version),
        }
    }

    /// A place as it can be asked for again; a repository with its commit, so that it stays what it is.
    fn place_text(&self, package: &ResolvedPackage, url: &str) -> String {
        let direct = self.found.direct.get(url);
        if direct.is_some_and(|direct| direct.is_editable) {
            return format!("-e {}", packaging::direct_url::without_credentials(url));
        }
        match self.record(url) {
            Some(record @ DirectUrl { info: DirectUrlInfo::Vcs { .. }, .. }) => {
                record.to_requirement(package.name.as_str())
            }
            _ => format!("{} @ {}", package.name, packaging::direct_url::without_credentials(url)),
        }
    }

    /// What is recorded about a source (PEP 610).
    fn record(&self, url: &str) -> Option<DirectUrl> {
        DirectUrl::parse(self.found.direct.get(url)?.direct_url.as_ref()?.as_bytes()).ok()
    }

    fn hashes(&self, package: &ResolvedPackage) -> Vec<Hash> {
        match &package.source {
            PackageSource::Url(url) => {
                if let Some(DirectUrl { info: DirectUrlInfo::Archive { hashes }, .. }) = self.record(url) {
                    let hashes = hashes.into_iter().flatten();
                    return hashes
                        .filter_map(|(name, hex)| Hash::parse(&format!("{name}:{hex}")).ok())
                        .collect();
                }
                let wheel = self.found.direct.get(url).filter(|direct| !direct.is_source);
                let wheel = wheel.and_then(|direct| direct.wheel.as_ref());
                wheel.map(|wheel| wheel.sha256().clone()).into_iter().collect()
            }
            _ => {
                let project = self.found.projects.get(&package.name);
                project.map(|project| project.hashes(&package.version)).unwrap_or_default()
            }
        }
    }

    /// The pins as a lock (PEP 751), with every file of each version.
    pub fn lock(&self, requires_python: Option<SpecifierSet>, environments: Vec<Marker>) -> Pylock {
        Pylock {
            lock_version: Version::of([1, 0]),
            environments,
            requires_python,
            extras: Vec::new(),
            dependency_groups: Vec::new(),
            default_groups: Vec::new(),
            created_by: "tilsit".to_owned(),
            packages: self.resolution.packages.iter().map(|package| self.locked(package)).collect(),
            tool: None,
        }
    }

    fn locked(&self, package: &ResolvedPackage) -> LockedPackage {
        let source = match &package.source {
            PackageSource::Url(url) if self.is_no_archive(url) => self.locked_source(url),
            PackageSource::Url(url) => {
                let bare = url.split('#').next().unwrap_or(url);
                LockedSource::Archive(LockedArchive {
                    url: Some(packaging::direct_url::without_credentials(bare)),
                    hashes: LockedHashes::from_iter(self.hashes(package)),
                    ..LockedArchive::default()
                })
            }
            _ => self.locked_files(package),
        };
        LockedPackage {
            name: package.name.clone(),
            version: Some(package.version.clone()),
            marker: package.marker.clone(),
            requires_python: None,
            dependencies: Vec::new(),
            source,
            index: None,
            attestation_identities: Vec::new(),
            tool: None,
        }
    }

    fn is_no_archive(&self, url: &str) -> bool {
        self.record(url).is_some_and(|record| !matches!(record.info, DirectUrlInfo::Archive { .. }))
    }

    /// A folder or a repository.
    fn locked_source(&self, url: &str) -> LockedSource {
        let record = self.record(url);
        let subdirectory = record.as_ref().and_then(|record| record.subdirectory.clone());
        match record.map(|record| (record.info, record.url)) {
            Some((DirectUrlInfo::Vcs { vcs, requested_revision, commit_id }, url)) => {
                LockedSource::Vcs(LockedVcs {
                    kind: vcs,
                    url: Some(packaging::direct_url::without_credentials(&url)),
                    path: None,
                    requested_revision,
                    commit_id,
                    subdirectory,
                })
            }
            other => {
                let (info, url) =
                    other.unwrap_or((DirectUrlInfo::Directory { editable: None }, url.to_owned()));
                let path = url::Url::parse(&url).ok().and_then(|url| url.to_file_path().ok());
                let path = path.map(|path| path.display().to_string()).unwrap_or_default();
                let editable =
                    matches!(info, DirectUrlInfo::Directory { editable: Some(true) }).then_some(true);
                LockedSource::Directory(LockedDirectory { path, editable, subdirectory })
            }
        }
    }

    fn locked_files(&self, package: &ResolvedPackage) -> LockedSource {
        let project = self.found.projects.get(&package.name);
        let files = project.map(|project| project.distributions(&package.version)).unwrap_or_default();
        let (mut sdist, mut wheels) = (None, Vec::new());
        for (distribution, uploaded) in files {
            let file = locked_file(&distribution, uploaded);
            match distribution {
                Distribution::Wheel(_) => wheels.push(file),
                Distribution::Source(_) => sdist = sdist.or(Some(file)),
            }
        }
        wheels.sort_by_key(LockedFile::filename);
        LockedSource::Files { sdist, wheels }
    }
}

fn locked_file(distribution: &Distribution, uploaded: Option<i64>) -> LockedFile {
    let file = distribution.file();
    LockedFile {
        name: Some(distribution.filename().to_owned()),
        upload_time: uploaded.map(rfc3339),
        url: Some(packaging::direct_url::without_credentials(&file.url)),
        path: None,
        size: file.size,
        hashes: LockedHashes::from_iter(file.hashes.iter().cloned()),
    }
}

/// Who asked for a package, each once.
fn askers(package: &ResolvedPackage) -> Vec<Origin> {
    let mut askers: Vec<Origin> = Vec::new();
    for reason in &package.reasons {
        if !askers.contains(&reason.origin) {
            askers.push((*reason.origin).clone());
        }
    }
    askers
}

/// Milliseconds since 1970 as RFC 3339 in UTC (the days are those of the proleptic Gregorian calendar).
fn rfc3339(milliseconds: i64) -> String {
    let (days, rest) = (milliseconds.div_euclid(86_400_000), milliseconds.rem_euclid(86_400_000));
    let (year, month, day) = civil(days);
    let (seconds, millis) = (rest / 1000, rest % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = if millis == 0 { String::new() } else { format!(".{millis:03}") };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// Year, month and day of a day counted from 1970-01-01, by counting in eras of 400 years.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn times() {
        for (milliseconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_711_238_400_000, "2024-03-24T00:00:00Z"),
            (1_709_209_845_123, "2024-02-29T12:30:45.123Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(rfc3339(milliseconds), text);
        }
    }
}
