//! Candidates: made when pip makes them, and never twice.

use std::collections::HashMap;
use std::rc::Rc;

use packaging::metadata::Metadata;
use packaging::{Extra, PackageName, Prereleases, RequirementSource, SpecifierSet, Version};
use resolver::{DependencyMode, Need, Pick, Source};

use super::Event;
use super::wishes::{Ask, Asker, Wish};
use super::world::World;

/// The key of Requires-Python, and the candidate that stands for the Python at hand.
pub const PYTHON: usize = 0;

/// A package, with extras or without: what is pinned once.
pub struct Key {
    pub name: Option<PackageName>,
    pub extras: Vec<Extra>,
    /// The extras in brackets after the name.
    pub text: String,
}

/// What can be pinned.
#[derive(Clone, Debug)]
pub enum Kind {
    /// The Python at hand.
    Python,
    /// A file.
    File(Pick),
    /// What is installed.
    Installed,
    /// A package together with extras.
    Extras { base: usize, extras: Vec<Extra> },
}

/// One of them.
pub struct Candidate {
    pub key: usize,
    pub version: Version,
    pub kind: Kind,
    /// On whose behalf it was made; nobody asks for the Python at hand.
    pub ask: Option<Rc<Ask>>,
}

/// All candidates so far, and the keys that they and wishes have.
pub struct Candidates<'w> {
    pub world: &'w World<'w>,
    pub events: Vec<Event>,
    /// On whose behalf something was asked for that was never read.
    pub asking: Option<Rc<Ask>>,
    keys: Vec<Key>,
    ids: HashMap<String, usize>,
    all: Vec<Candidate>,
    files: HashMap<Pick, Option<usize>>,
    installed: HashMap<PackageName, usize>,
    with_extras: HashMap<(usize, Vec<Extra>), usize>,
    metadata: HashMap<usize, Rc<Metadata>>,
    wishes: HashMap<usize, Rc<[Wish]>>,
}

impl<'w> Candidates<'w> {
    pub fn new(world: &'w World<'w>) -> Self {
        let text = "<Python from Requires-Python>".to_owned();
        let python = Candidate { key: PYTHON, version: world.python.clone(), kind: Kind::Python, ask: None };
        Self {
            world,
            events: Vec::new(),
            asking: None,
            keys: vec![Key { name: None, extras: Vec::new(), text: text.clone() }],
            ids: HashMap::from([(text, PYTHON)]),
            all: vec![python],
            files: HashMap::new(),
            installed: HashMap::new(),
            with_extras: HashMap::new(),
            metadata: HashMap::new(),
            wishes: HashMap::new(),
        }
    }

    pub fn key(&self, id: usize) -> &Key {
        &self.keys[id]
    }

    pub fn get(&self, id: usize) -> &Candidate {
        &self.all[id]
    }

    /// The key of a package with extras.
    pub fn key_of(&mut self, name: &PackageName, extras: &[Extra]) -> usize {
        let mut extras = extras.to_vec();
        extras.sort();
        extras.dedup();
        let text = match extras.is_empty() {
            true => name.to_string(),
            false => {
                let words: Vec<&str> = extras.iter().map(Extra::as_str).collect();
                format!("{name}[{}]", words.join(","))
            }
        };
        if let Some(id) = self.ids.get(&text) {
            return *id;
        }
        let id = self.keys.len();
        self.ids.insert(text.clone(), id);
        self.keys.push(Key { name: Some(name.clone()), extras, text });
        id
    }

    /// The key of the same package without extras.
    pub fn base_key(&self, key: usize) -> Option<usize> {
        let Key { name: Some(name), extras, .. } = &self.keys[key] else { return None };
        if extras.is_empty() { None } else { self.ids.get(name.as_str()).copied() }
    }

    fn push(&mut self, candidate: Candidate) -> usize {
        self.all.push(candidate);
        self.all.len() - 1
    }

    /// The candidate for a file; `None` when its metadata cannot be used.
    pub fn file(&mut self, pick: &Pick, ask: &Ask) -> Result<Option<usize>, Need> {
        if let Some(known) = self.files.get(pick) {
            return Ok(*known);
        }
        let ask = Rc::new(self.of_file(pick, ask));
        let metadata = self.world.metadata(pick).inspect_err(|_| self.asking = Some(Rc::clone(&ask)))?;
        self.events.push(Event::Prepared { pick: pick.clone(), ask: Rc::clone(&ask) });
        let made = metadata.map(|metadata| {
            let key = self.key_of(&pick.name, &[]);
            let version = pick.version.clone();
            let id = self.push(Candidate { key, version, kind: Kind::File(pick.clone()), ask: Some(ask) });
            self.metadata.insert(id, Rc::new(metadata));
            id
        });
        self.files.insert(pick.clone(), made);
        Ok(made)
    }

    /// On whose behalf a file is made: with a hash it counts as pinned, and a wheel that was named by its place alone is
    /// called by its name and version.
    fn of_file(&self, pick: &Pick, ask: &Ask) -> Ask {
        let mut ask = ask.for_file();
        let wanted = self.world.wanted;
        let is_hashed = wanted.hashes.contains_key(&pick.name);
        match &pick.source {
            Source::Candidate(_) if is_hashed => {
                if let Ok(pin) = SpecifierSet::parse(&format!("=={}", pick.version)) {
                    ask.requirement.source = RequirementSource::Specifiers(pin);
                    ask.requirement.extras.clear();
                }
            }
            _ => {}
        }
        ask
    }

    /// The candidate for what is installed.
    pub fn installed(&mut self, name: &PackageName, version: &Version, ask: &Ask) -> usize {
        if let Some(known) = self.installed.get(name) {
            return *known;
        }
        let ask = Rc::new(ask.for_file());
        self.events.push(Event::Satisfied { name: name.clone(), ask: Rc::clone(&ask) });
        let key = self.key_of(name, &[]);
        let id =
            self.push(Candidate { key, version: version.clone(), kind: Kind::Installed, ask: Some(ask) });
        let pick = Pick { name: name.clone(), version: version.clone(), source: Source::Installed };
        if let Ok(Some(metadata)) = self.world.metadata(&pick) {
            self.metadata.insert(id, Rc::new(metadata));
        }
        self.installed.insert(name.clone(), id);
        id
    }

    /// A candidate together with extras.
    pub fn with_extras(&mut self, base: usize, extras: &[Extra], ask: Option<&Rc<Ask>>) -> usize {
        let mut extras = extras.to_vec();
        extras.sort();
        extras.dedup();
        if let Some(known) = self.with_extras.get(&(base, extras.clone())) {
            return *known;
        }
        let ask = ask.or(self.all[base].ask.as_ref()).map(Rc::clone);
        let name = self.keys[self.all[base].key].name.clone();
        let key = name.map_or(PYTHON, |name| self.key_of(&name, &extras));
        let version = self.all[base].version.clone();
        let id =
            self.push(Candidate { key, version, kind: Kind::Extras { base, extras: extras.clone() }, ask });
        self.with_extras.insert((base, extras), id);
        id
    }

    /// What a candidate needs.
    pub fn dependencies(&mut self, id: usize) -> Result<Rc<[Wish]>, Need> {
        if let Some(known) = self.wishes.get(&id) {
            return Ok(Rc::clone(known));
        }
        let wishes: Rc<[Wish]> = self.read_dependencies(id)?.into();
        self.wishes.insert(id, Rc::clone(&wishes));
        Ok(wishes)
    }

    fn read_dependencies(&mut self, id: usize) -> Result<Vec<Wish>, Need> {
        let mut wishes = Vec::new();
        let (base, extras) = match &self.all[id].kind {
            Kind::Python => return Ok(wishes),
            Kind::Extras { base, extras } => (*base, extras.clone()),
            Kind::File(_) | Kind::Installed => (id, Vec::new()),
        };
        let Some(metadata) = self.metadata.get(&base).map(Rc::clone) else { return Ok(wishes) };
        if base != id {
            wishes.push(Wish::Exactly(base));
        } else if matches!(self.all[id].kind, Kind::File(_)) {
            wishes.extend(self.python_wish(&metadata));
        }
        if self.world.request.dependencies == DependencyMode::Ignore {
            return Ok(wishes);
        }
        let known: Vec<Extra> =
            extras.into_iter().filter(|extra| metadata.provides_extra.contains(extra)).collect();
        let Some(ask) = self.all[id].ask.as_ref().map(|ask| self.with_name(ask, id)) else {
            return Ok(wishes);
        };
        for requirement in &metadata.requires_dist {
            let counts = |marker: &packaging::Marker| marker.evaluate(self.world.markers, &known);
            if requirement.marker.as_ref().is_none_or(counts) {
                let from = Asker::Package(Rc::clone(&ask));
                let ask = Ask { requirement: requirement.clone(), from, alias: None };
                self.wish(&Rc::new(ask), &mut wishes)?;
            }
        }
        Ok(wishes)
    }

    /// pip calls by name and version what was named by its place alone, once it knows them.
    fn with_name(&self, ask: &Rc<Ask>, id: usize) -> Rc<Ask> {
        let url = ask.requirement.url().filter(|url| self.world.wanted.is_nameless(url));
        let pin =
            url.and_then(|_| packaging::SpecifierSet::parse(&format!("=={}", self.all[id].version)).ok());
        let Some(pin) = pin else { return Rc::clone(ask) };
        let mut requirement = packaging::Requirement::new(ask.requirement.name.clone(), pin);
        requirement.raw_name = ask.requirement.raw_name.clone();
        Rc::new(Ask { requirement, from: ask.from.clone(), alias: ask.alias.clone() })
    }

    fn python_wish(&self, metadata: &Metadata) -> Option<Wish> {
        let specifiers = metadata.requires_python.as_ref().filter(|set| !set.is_empty())?;
        let holds = self.world.python_fits(specifiers);
        let wish = Wish::Python { specifiers: Rc::new(specifiers.clone()), holds };
        (!self.world.ignore_requires_python).then_some(wish)
    }

    /// A requirement as one wish, or two: versions and extras are asked for apart.
    pub fn wish(&mut self, ask: &Rc<Ask>, wishes: &mut Vec<Wish>) -> Result<(), Need> {
        let requirement = &ask.requirement;
        let (name, extras) = (&requirement.name, &requirement.extras);
        if let Some(url) = requirement.url() {
            // a source that was named by its place alone has no requirement that could be asked for without extras
            let is_nameless = self.world.wanted.is_nameless(url) && !crate::ops::direct::is_wheel(url);
            let for_base = match extras.is_empty() {
                true => Rc::clone(ask),
                false if is_nameless => Rc::new(ask.of_place_alone()),
                false => Rc::new(ask.without_extras()),
            };
            let Some(base) = self.direct(name, url, &for_base)? else { return Ok(()) };
            wishes.push(Wish::Exactly(base));
            if !extras.is_empty() {
                let with = self.with_extras(base, extras, None);
                wishes.push(Wish::Exactly(with));
            }
            return Ok(());
        }
        if !extras.is_empty() && requirement.specifiers().is_some_and(|set| !set.is_empty()) {
            let key = self.key_of(name, &[]);
            wishes.push(Wish::Versions { key, ask: Rc::new(ask.without_extras()), drop_extras: true });
        }
        let key = self.key_of(name, extras);
        wishes.push(Wish::Versions { key, ask: Rc::clone(ask), drop_extras: false });
        Ok(())
    }

    /// The candidate at a URL.
    pub fn direct(&mut self, name: &PackageName, url: &str, ask: &Ask) -> Result<Option<usize>, Need> {
        let known = self.world.learned.direct.get(url).map(|direct| direct.version.clone());
        let version = known.ok_or_else(|| {
            self.asking = Some(Rc::new(ask.for_file()));
            Need::Direct { name: name.clone(), url: url.to_owned() }
        })?;
        self.file(&Pick { name: name.clone(), version, source: Source::Url(url.to_owned()) }, ask)
    }

    /// Whether a candidate fulfils a wish.
    pub fn satisfies(&self, wish: &Wish, id: usize) -> bool {
        match wish {
            Wish::Versions { ask, .. } => {
                let specifiers = ask.requirement.specifiers();
                specifiers.is_none_or(|set| set.contains(&self.all[id].version, Prereleases::Allow))
            }
            Wish::Exactly(other) => *other == id,
            Wish::Python { holds, .. } => *holds,
        }
    }

    /// What a wish is about.
    pub fn key_of_wish(&self, wish: &Wish) -> usize {
        match wish {
            Wish::Versions { key, .. } => *key,
            Wish::Exactly(id) => self.all[*id].key,
            Wish::Python { .. } => PYTHON,
        }
    }
}
