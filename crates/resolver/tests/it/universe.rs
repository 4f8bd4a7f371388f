//! A universe of packages in memory that answers what a resolver asks.

use packaging::candidate::{Availability, Candidate};
use packaging::resolution::{Conflict, Resolution};
use packaging::{Extra, MarkerEnvironment, PackageName, Requirement, Version};
use resolver::{Answer, Dependencies, Need, ResolveRequest, Resolver, Source, Step, Unavailable, Warning};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// One version in a universe.
#[derive(Clone, Debug)]
pub struct Release {
    pub availability: Availability,
    pub dependencies: Result<Arc<Dependencies>, String>,
}

/// All packages, and how many questions were answered.
#[derive(Clone, Debug, Default)]
pub struct Universe {
    pub packages: BTreeMap<PackageName, BTreeMap<Version, Release>>,
    pub urls: HashMap<String, (Version, Release)>,
    pub installed: BTreeMap<PackageName, (Version, Arc<Dependencies>)>,
}

/// What came of a resolution.
pub struct Outcome {
    pub result: Result<Resolution, Conflict>,
    pub warnings: Vec<Warning>,
    pub asked: Vec<Need>,
}

impl Outcome {
    /// The chosen versions.
    pub fn pins(&self) -> BTreeMap<String, String> {
        let packages =
            self.result.as_ref().unwrap_or_else(|conflict| panic!("{conflict:#?}")).packages.iter();
        packages.map(|package| (package.name.to_string(), package.version.to_string())).collect()
    }

    /// The facts of the conflict.
    pub fn facts(&self) -> &[packaging::resolution::ConflictFact] {
        &self.result.as_ref().expect_err("there is a resolution").facts
    }
}

/// In which order a batch is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// All of it, as asked.
    AsAsked,
    /// One at a time, chosen by a generator seeded with this.
    Shuffled(u64),
    /// Nothing that was not required.
    RequiredOnly,
}

impl Universe {
    /// Reads lines such as `alpha 1.0 [fast]: beta>=2, gamma ; extra == "fast"`: a release, the extras it has, and what
    /// it requires, separated by `, `. A word after the version says what is wrong with it: `yanked`,
    /// `needs-python>=3.99`, `no-file`, `no-metadata`. `installed alpha 1.0:` is in the environment, `alpha @ URL 1.0:`
    /// behind a URL.
    pub fn parse(text: &str) -> Self {
        let mut universe = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (release, requires) =
                line.rsplit_once(": ").or(line.strip_suffix(':').map(|line| (line, ""))).unwrap();
            let (installed, release) = match release.strip_prefix("installed ") {
                Some(rest) => (true, rest),
                None => (false, release),
            };
            let mut words = release.split_whitespace().peekable();
            let name = PackageName::new(words.next().unwrap()).unwrap();
            let url = words.next_if_eq(&"@").map(|_| words.next().unwrap().to_owned());
            let version = Version::parse(words.next().unwrap()).unwrap();
            let release = release_of(words, requires);
            if installed {
                let dependencies = release.dependencies.unwrap();
                universe.installed.insert(name, (version, dependencies));
            } else if let Some(url) = url {
                universe.urls.insert(url, (version, release));
            } else {
                universe.packages.entry(name).or_default().insert(version, release);
            }
        }
        universe
    }

    /// Answers one question.
    pub fn answer(&self, need: &Need) -> Answer {
        match need {
            Need::Candidates(name) => {
                let found = match self.packages.get(name) {
                    None => Err(Unavailable::default()),
                    Some(releases) => Ok((0..)
                        .zip(releases)
                        .map(|(id, (version, release))| Candidate {
                            version: version.clone(),
                            availability: release.availability.clone(),
                            id,
                        })
                        .collect()),
                };
                Answer::Candidates { name: name.clone(), found }
            }
            Need::Direct { name, url } => {
                let found = self.urls.get(url).map(|(version, release)| Candidate {
                    version: version.clone(),
                    availability: release.availability.clone(),
                    id: 0,
                });
                Answer::Direct {
                    name: name.clone(),
                    url: url.clone(),
                    found: found.ok_or_else(Unavailable::default),
                }
            }
            Need::Metadata(pick) => {
                let found = match &pick.source {
                    Source::Candidate(_) => self.packages[&pick.name][&pick.version].dependencies.clone(),
                    Source::Installed => Ok(Arc::clone(&self.installed[&pick.name].1)),
                    Source::Url(url) => self.urls[url].1.dependencies.clone(),
                };
                Answer::Metadata { pick: pick.clone(), found: found.map_err(|reason| Unavailable { reason }) }
            }
        }
    }

    /// Resolves, answering in some order.
    pub fn resolve(&self, request: ResolveRequest, order: Order) -> Outcome {
        let mut resolver = Resolver::new(request);
        let mut asked = Vec::new();
        let mut open: Vec<Need> = Vec::new();
        let mut random = match order {
            Order::Shuffled(seed) => seed | 1,
            _ => 1,
        };
        for _ in 0..1_000_000 {
            match resolver.step() {
                Step::Done(resolution) => {
                    return Outcome { result: Ok(resolution), warnings: resolver.warnings().to_vec(), asked };
                }
                Step::Err(conflict) => {
                    return Outcome { result: Err(conflict), warnings: Vec::new(), asked };
                }
                Step::Likely(_) => {}
                Step::Need(batch) => {
                    open.extend(batch.required);
                    if order != Order::RequiredOnly {
                        open.extend(batch.likely);
                    }
                    assert!(!open.is_empty(), "waits for nothing");
                    let count = if matches!(order, Order::Shuffled(_)) { 1 } else { open.len() };
                    for _ in 0..count {
                        random ^= random << 13;
                        random ^= random >> 7;
                        random ^= random << 17;
                        let place = if count == 1 { random as usize % open.len() } else { 0 };
                        let need = open.remove(place);
                        resolver.answer(self.answer(&need));
                        asked.push(need);
                    }
                }
            }
        }
        panic!("does not end");
    }
}

/// CPython on Linux.
pub fn linux(python: &str) -> MarkerEnvironment {
    let minor: Vec<&str> = python.split('.').take(2).collect();
    MarkerEnvironment {
        implementation_name: "cpython".into(),
        implementation_version: python.into(),
        os_name: "posix".into(),
        platform_machine: "x86_64".into(),
        platform_release: "6.1".into(),
        platform_system: "Linux".into(),
        platform_version: "1".into(),
        python_full_version: python.into(),
        platform_python_implementation: "CPython".into(),
        python_version: minor.join("."),
        sys_platform: "linux".into(),
    }
}

fn release_of<'a>(words: impl Iterator<Item = &'a str>, requires: &str) -> Release {
    let mut availability = Availability::Usable;
    let (mut extras, mut broken) = (Vec::new(), false);
    for word in words {
        if let Some(python) = word.strip_prefix("needs-python") {
            availability = Availability::NeedsPython { requires_python: python.to_owned() };
            continue;
        }
        match word {
            "yanked" => availability = Availability::Yanked { reason: Some("broken".into()) },
            "no-file" => {
                availability = Availability::NoCompatibleFile { found: vec!["cp27-cp27m-win32".into()] }
            }
            "no-metadata" => broken = true,
            extra => extras.push(Extra::new(extra.trim_matches(['[', ']'])).unwrap()),
        }
    }
    let requires = requires.split(", ").map(str::trim).filter(|text| !text.is_empty());
    let requires = requires.map(|text| Requirement::parse(text).unwrap()).collect();
    let found = Arc::new(Dependencies { requires, requires_python: None, provides_extras: extras });
    let dependencies = if broken { Err("it is broken".to_owned()) } else { Ok(found) };
    Release { availability, dependencies }
}
