//! pip's hash-checking mode: the first file on pip's way that is not what was promised ends the command.

use index::{Client, FetchedFile, Outcome, Request};
use packaging::Requirement;
use packaging::distribution::{Distribution, RemoteFile};
use packaging::filenames::DistributionFilename;
use packaging::hashes::{Hash, HashAlgorithm};
use packaging::specifiers::Operator;
use resolver::{Pick, Source};
use store::AddWheelError;
use store::archive::Hasher;

use super::errors::{Failure, MISMATCH};
use super::listener::Lines;
use super::replay::{Ask, Asker, Event, Tale, World};
use super::requests::promised;
use super::transcript::because;
use super::{Session, unreachable};
use crate::ops::direct::{self, DirectError};
use crate::ops::install::InstallRequest;
use crate::ops::interrupt;
use crate::ops::search::Learned;
use crate::ops::wanted::Wanted;

const MISSING: &str = "Hashes are required in --require-hashes mode, but they are missing from some requirements. Here is a list of those requirements along with the hashes their downloaded archives actually had. Add lines like these to your requirements files to prevent tampering. (If you did not enable --require-hashes manually, note that it turns on automatically when any package has a hash.)";
const UNPINNED: &str =
    "In --require-hashes mode, all requirements must have their versions pinned with ==. These do not:";
const REPOSITORY: &str = "Can't verify hashes for these requirements because we don't have a way to hash version control repositories:";
const FOLDER: &str = "Can't verify hashes for these file:// requirements because they point to directories:";

/// The bytes of a file.
enum Content {
    Bytes(Vec<u8>),
    None,
}

impl Session<'_> {
    /// The first file of a walk that cannot be trusted, in pip's words, after what pip says until then.
    pub fn distrusted(
        &self,
        tale: &Tale,
        world: &World<'_>,
        client: &mut Client,
        lines: &mut Lines<'_, '_>,
    ) -> Option<Failure> {
        let place = tale.events.iter().position(|event| match event {
            Event::Prepared { pick, ask } => self.is_distrusted(pick, ask, world),
            _ => false,
        })?;
        tale.events[..place].iter().for_each(|event| lines.tell_one(event, world));
        let Event::Prepared { pick, ask } = &tale.events[place] else { return None };
        let url = place_of(pick, world.learned);
        let shown = match world.wanted.is_nameless(&url) && !direct::is_wheel(&url) {
            true => format!("{}{}", super::sources::address_text(&url), ask.because()),
            false => shown(ask, &url),
        };
        if world.wanted.editables.contains(&url) {
            lines.begin(pick, ask, world);
            return Some(editable(&shown));
        }
        if index::vcs::VcsUrl::is_one(&url) {
            lines.begin(pick, ask, world);
            return Some(Failure::error(format!("{REPOSITORY}\n    {shown}")));
        }
        if is_folder(&url) {
            lines.begin(pick, ask, world);
            return Some(Failure::error(format!("{FOLDER}\n    {shown}")));
        }
        if is_loose(pick, ask) {
            lines.begin(pick, ask, world);
            return Some(Failure::error(format!("{UNPINNED}\n    {shown}")));
        }
        match direct::is_wheel(&url) {
            true => lines.tell_one(&tale.events[place], world),
            false => lines.begin_fetching(pick, ask, world),
        }
        let content = fetch(client, &url);
        let allowed = promises(pick, ask, world);
        if allowed.is_empty() {
            let package = if is_direct(pick) { url } else { ask.text() };
            let sha256 = digest(&content, HashAlgorithm::Sha256);
            return Some(Failure::error(format!("{MISSING}\n    {package} --hash={sha256}")));
        }
        Some(mismatch(&shown, &allowed, &content))
    }

    /// The first place without a name that no hash can stand for.
    pub fn distrusted_place(&self, wanted: &Wanted, lines: &mut Lines<'_, '_>) -> Option<Failure> {
        for (_, one) in &wanted.unnamed {
            let is_editable = wanted.editables.contains(&one.url);
            let shown = format!("{}{}", super::sources::address_text(&one.url), because(&one.origin));
            let failure = match () {
                () if is_editable => editable(&shown),
                () if index::vcs::VcsUrl::is_one(&one.url) => {
                    Failure::error(format!("{REPOSITORY}\n    {shown}"))
                }
                () if is_folder(&one.url) => Failure::error(format!("{FOLDER}\n    {shown}")),
                () => continue,
            };
            lines.unnamed_header(one, is_editable);
            return Some(failure);
        }
        None
    }

    fn is_distrusted(&self, pick: &Pick, ask: &Ask, world: &World<'_>) -> bool {
        let url = place_of(pick, world.learned);
        if index::vcs::VcsUrl::is_one(&url) || is_folder(&url) || is_loose(pick, ask) {
            return true;
        }
        let allowed = promises(pick, ask, world);
        let known = known_hashes(pick, world.learned);
        let comparable = |one: &&Hash| allowed.iter().any(|hash| hash.algorithm() == one.algorithm());
        let mut comparable = known.iter().filter(comparable).peekable();
        allowed.is_empty() || (comparable.peek().is_some() && !comparable.any(|one| allowed.contains(one)))
    }

    /// A file behind an address that was named cannot be had.
    pub fn unfetched(
        &self,
        error: &index::FetchError,
        request: &InstallRequest<'_>,
        client: &mut Client,
        lines: &mut Lines<'_, '_>,
    ) -> Failure {
        let is_it = |one: &&Requirement| one.url().is_some_and(|url| named_place(url) == error.url);
        let Some(requirement) = request.wanted.requirements.iter().find(is_it) else {
            return locked_mismatch(error, request, client)
                .unwrap_or_else(|| self.unfetched_file(error, request, lines));
        };
        let ask = Ask::of_place(requirement, request.wanted);
        let named = requirement.url().unwrap_or_default();
        let code = match error.problem {
            index::Problem::Status(code) => code,
            index::Problem::Unauthorized { .. } => 401,
            index::Problem::Forbidden { .. } => 403,
            index::Problem::Hash { .. } => {
                let content = fetch(client, named);
                lines.begin_place(named, &ask, content.len());
                let promised = promised(request.wanted, requirement, Some(named));
                return mismatch(&shown(&ask, named), &promised, &content);
            }
            _ => {
                lines.begin_place(named, &ask, None);
                return self.unreached(error);
            }
        };
        lines.begin_place(named, &ask, None);
        let url = &error.url;
        if let Some(words) = unreachable::exhausted_words(url, code) {
            return self.exhausted(&words, error);
        }
        let mut failure = Failure::error(format!(
            "Could not install requirement {} because of HTTP error {} for URL {url}",
            shown(&ask, url),
            unreachable::status_words(url, code)
        ));
        let first = format!("  ERROR: HTTP error {code} while getting {url}");
        failure.lines.insert(0, (crate::output::Level::Critical, first));
        failure
    }

    /// A file of an index cannot be had. pip has said before whose it is.
    fn unfetched_file(
        &self,
        error: &index::FetchError,
        request: &InstallRequest<'_>,
        lines: &mut Lines<'_, '_>,
    ) -> Failure {
        let name = direct::distribution(&error.url).map(|one| one.name().clone());
        let requirements = &request.wanted.requirements;
        let asked = requirements.iter().find(|one| Some(&one.name) == name.as_ref());
        if let Some(requirement) = asked {
            lines.begin_file(&error.url, &Ask::by_user(requirement));
        }
        self.unreached(error)
    }

    /// A server that did not answer properly, however often it was asked; only `install` expects that.
    fn exhausted(&self, words: &str, error: &index::FetchError) -> Failure {
        match self.command() {
            "install" => unreachable::fetch(error),
            _ => Failure::exception(format!("pip._vendor.requests.exceptions.RetryError: {words}")),
        }
    }

    /// A place that was named and is of no use.
    pub fn direct_failure(
        &self,
        error: DirectError,
        request: &InstallRequest<'_>,
        client: &mut Client,
        lines: &mut Lines<'_, '_>,
    ) -> Failure {
        let at = |requirement: &&Requirement| match &error {
            DirectError::Wheel { place, .. } => {
                requirement.url().is_some_and(|url| named_place(url) == *place)
            }
            DirectError::Missing { path } => {
                requirement.url().is_some_and(|url| direct::local_path(url).as_ref() == Some(path))
            }
            DirectError::BadUrl { url } => requirement.url().is_some_and(|one| direct::shown(one) == *url),
            _ => false,
        };
        let requirements = &request.wanted.requirements;
        let Some(requirement) = requirements.iter().find(at) else { return error.into() };
        let url = requirement.url().unwrap_or_default();
        let content = match &error {
            DirectError::Wheel { source: AddWheelError::HashMismatch { .. }, .. } => fetch(client, url),
            _ => Content::None,
        };
        let ask = Ask::of_place(requirement, request.wanted);
        lines.begin_place(url, &ask, content.len());
        match &error {
            DirectError::Wheel { source: AddWheelError::HashMismatch { .. }, .. } => {
                mismatch(&shown(&ask, url), &promised(request.wanted, requirement, Some(url)), &content)
            }
            DirectError::Wheel { place, source } => Failure::bad_wheel(place, url, source),
            _ => error.into(),
        }
    }
}

/// A file that a lock names and that is not the one that it promises.
fn locked_mismatch(
    error: &index::FetchError,
    request: &InstallRequest<'_>,
    client: &mut Client,
) -> Option<Failure> {
    let index::Problem::Hash { .. } = error.problem else { return None };
    let wanted = request.wanted;
    let (requirement, url) = wanted.requirements.iter().find_map(|one| {
        let url = &wanted.locked.get(&one.name)?.distribution.file().url;
        (named_place(url) == error.url).then_some((one, url))
    })?;
    let shown = shown(&Ask::by_user(requirement), url);
    Some(mismatch(&shown, &promised(wanted, requirement, None), &fetch(client, url)))
}

impl Content {
    fn len(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::None => None,
        }
    }
}

/// A place as errors name it.
fn named_place(url: &str) -> String {
    match direct::local_path(url) {
        Some(path) => path.display().to_string(),
        None => index::redacted_text(url.split('#').next().unwrap_or(url)),
    }
}

fn editable(shown: &str) -> Failure {
    Failure::error(format!(
        "The editable requirement {shown} cannot be installed when requiring hashes, because there is no single file to hash."
    ))
}

fn is_direct(pick: &Pick) -> bool {
    matches!(pick.source, Source::Url(_))
}

fn is_folder(url: &str) -> bool {
    direct::local_path(url).is_some_and(|path| path.is_dir())
}

/// pip: exactly one specifier, `==` or `===`.
fn is_loose(pick: &Pick, ask: &Ask) -> bool {
    let pins = ask.requirement.specifiers().map(|set| {
        let mut all = set.iter();
        let first = all.next().map(|one| one.operator());
        matches!(first, Some(Operator::Equal | Operator::Arbitrary)) && all.next().is_none()
    });
    !is_direct(pick) && pins != Some(true)
}

/// Hashes that the user gave; those in an address count where the user wrote it.
fn promises(pick: &Pick, ask: &Ask, world: &World<'_>) -> Vec<Hash> {
    let url = match (&pick.source, &ask.from) {
        (Source::Url(url), Asker::Nobody | Asker::Line(_)) => Some(url.as_str()),
        _ => None,
    };
    promised(world.wanted, &ask.requirement, url)
}

fn place_of(pick: &Pick, learned: &Learned) -> String {
    match &pick.source {
        Source::Url(url) => url.clone(),
        _ => {
            super::listener::distribution(pick, learned).map(|one| one.file().url.clone()).unwrap_or_default()
        }
    }
}

/// The hashes that an index tells, or that a file in the store has.
fn known_hashes(pick: &Pick, learned: &Learned) -> Vec<Hash> {
    match &pick.source {
        Source::Url(url) => {
            let wheel = learned.direct.get(url).and_then(|direct| direct.wheel.as_ref());
            wheel.map(|wheel| wheel.sha256().clone()).into_iter().collect()
        }
        _ => super::listener::distribution(pick, learned)
            .map(|one| one.file().hashes.clone())
            .unwrap_or_default(),
    }
}

/// `name==1 from URL (from …)`
fn shown(ask: &Ask, url: &str) -> String {
    crate::output::redact_text(&format!("{} from {url}{}", ask.text(), ask.because()))
}

/// The file itself, whatever hashes are known of it.
fn fetch(client: &mut Client, url: &str) -> Content {
    if let Some(path) = direct::local_path(url) {
        return std::fs::read(path).map_or(Content::None, Content::Bytes);
    }
    let bare = url.split('#').next().unwrap_or(url);
    let name = bare.rsplit('/').next().unwrap_or(bare);
    let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned();
    let Ok(filename) = DistributionFilename::parse(&name) else { return Content::None };
    let file = RemoteFile { url: bare.to_owned(), hashes: Vec::new(), size: None };
    let ticket = client.submit(Request::File(Distribution::new(filename, file)));
    while let Some(completed) = interrupt::next(client) {
        if completed.ticket != ticket {
            continue;
        }
        return match completed.outcome {
            Outcome::File(Ok(FetchedFile::Downloaded(bytes))) => Content::Bytes(bytes.to_vec()),
            Outcome::File(Ok(FetchedFile::Local(path))) => {
                std::fs::read(path).map_or(Content::None, Content::Bytes)
            }
            _ => Content::None,
        };
    }
    Content::None
}

fn digest(content: &Content, algorithm: HashAlgorithm) -> String {
    let mut hasher = Hasher::new(algorithm);
    if let Content::Bytes(bytes) = content {
        hasher.update(bytes);
    }
    let hash = hasher.finish();
    format!("{}:{}", algorithm.name(), hash.hex())
}

/// The hashes that were promised beside those that the file has, one algorithm after the other.
fn mismatch(shown: &str, allowed: &[Hash], content: &Content) -> Failure {
    let mut algorithms: Vec<HashAlgorithm> = Vec::new();
    for hash in allowed {
        if !algorithms.contains(&hash.algorithm()) {
            algorithms.push(hash.algorithm());
        }
    }
    let parts = algorithms.into_iter().map(|algorithm| {
        let mut hexes: Vec<&str> =
            allowed.iter().filter(|one| one.algorithm() == algorithm).map(Hash::hex).collect();
        hexes.sort_unstable();
        let rows = hexes.iter().enumerate().map(|(place, hex)| {
            let word = if place == 0 { algorithm.name() } else { "    or" };
            format!("        Expected {word} {hex}\n")
        });
        let found = digest(content, algorithm);
        let found = found.split_once(':').map_or("", |(_, hex)| hex).to_owned();
        format!("{}             Got        {found}\n", rows.collect::<String>())
    });
    let parts: Vec<String> = parts.collect();
    Failure::error(format!("{MISMATCH}\n    {shown}:\n{}", parts.join("\n")))
}
