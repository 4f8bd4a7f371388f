//! The order in which pip meets packages, told again from the finished resolution.
//!
//! pip prints a line when it first looks at a package. Its resolver takes the requirements of the user, then again and
//! again the best of those not yet pinned and what that one needs. The same walk over the result gives the same lines,
//! less those of versions that were tried and given up.

use std::collections::BTreeMap;

use packaging::resolution::{Resolution, ResolvedPackage};
use packaging::{Origin, PackageName, Requirement};

/// A package where pip first names it.
pub struct Met<'a> {
    /// The package.
    pub package: &'a ResolvedPackage,
    /// The requirement that led there, without its marker.
    pub requirement: String,
    /// The project's name as that requirement spells it.
    pub raw_name: String,
    /// ` (from …)`, or nothing.
    pub from: String,
}

/// Every package of the resolution in pip's order.
pub fn meetings<'a>(resolution: &'a Resolution, roots: &[Requirement]) -> Vec<Met<'a>> {
    let packages = resolution.packages.iter().map(|package| (&package.name, package)).collect();
    let mut walk = Walk { packages, met: Vec::new(), waiting: Vec::new() };
    for (place, root) in roots.iter().enumerate() {
        walk.meet(&root.name, &bare(root), &root.raw_name, (origin_text(root.origin.as_deref()), place));
    }
    while let Some(next) = walk.next() {
        walk.pin(next);
    }
    walk.met
}

/// A requirement without its marker.
pub fn bare(requirement: &Requirement) -> String {
    let mut bare = requirement.clone();
    bare.marker = None;
    bare.to_string()
}

fn from_words(origin: &str) -> String {
    if origin.is_empty() { String::new() } else { format!(" (from {origin})") }
}

/// `-r FILE (line N)` for what a file asks for, nothing for the command line.
pub fn origin_text(origin: Option<&Origin>) -> String {
    match origin {
        Some(Origin::File { path, line, constraint }) => {
            format!("{} {path} (line {line})", if *constraint { "-c" } else { "-r" })
        }
        // groups are not named by pip, locks are
        Some(Origin::Named(name)) if !name.contains(" group ") => name.clone(),
        _ => String::new(),
    }
}

/// ` (from -r FILE (line N))`, or nothing.
pub fn because(origin: &Origin) -> String {
    from_words(&origin_text(Some(origin)))
}

struct Walk<'a> {
    packages: BTreeMap<&'a PackageName, &'a ResolvedPackage>,
    met: Vec<Met<'a>>,
    /// Places in `met` that are not pinned, with the user's order (or none) and where they come from.
    waiting: Vec<(usize, usize, String)>,
}

impl<'a> Walk<'a> {
    fn meet(
        &mut self,
        name: &PackageName,
        requirement: &str,
        raw_name: &str,
        (origin, place): (String, usize),
    ) {
        let Some(package) = self.packages.get(name).copied() else { return };
        if self.met.iter().any(|met| met.package.name == *name) {
            return;
        }
        let from = from_words(&origin);
        let path =
            if origin.is_empty() { requirement.to_owned() } else { format!("{requirement}->{origin}") };
        self.waiting.push((self.met.len(), place, path));
        self.met.push(Met {
            package,
            requirement: requirement.to_owned(),
            raw_name: raw_name.to_owned(),
            from,
        });
    }

    /// The best of those not pinned: pinned by the requirement, with an upper bound, in the user's order, with any
    /// operator, by name.
    fn next(&mut self) -> Option<(usize, String)> {
        let rank = |(at, place, _): &&(usize, usize, String)| {
            let met = &self.met[*at];
            let text = &met.requirement;
            let pinned = text.contains(" @ ") || (text.contains("==") && !text.contains('*'));
            let bounded = text.contains('<') || text.contains("~=") || text.contains("==");
            let loose = !text.contains(['<', '>', '=', '~']);
            (!pinned, !bounded, *place, loose, met.package.name.clone())
        };
        let best = self.waiting.iter().min_by_key(rank).map(|(at, ..)| *at)?;
        let at = self.waiting.iter().position(|(one, ..)| *one == best)?;
        let (at, _, path) = self.waiting.remove(at);
        Some((at, path))
    }

    fn pin(&mut self, (at, path): (usize, String)) {
        let package = self.met[at].package;
        for edge in &package.dependencies {
            let Some(needed) = self.packages.get(&edge.name).copied() else { continue };
            let asked = needed.reasons.iter().find(
                |reason| matches!(&*reason.origin, Origin::Package { name, .. } if *name == package.name),
            );
            let Some(asked) = asked else { continue };
            if let Ok(requirement) = Requirement::parse(&asked.requirement) {
                let raw_name = requirement.raw_name.to_string();
                self.meet(&edge.name, &bare(&requirement), &raw_name, (path.clone(), usize::MAX));
            }
        }
    }
}
