//! `tilsit tree`

use std::collections::{BTreeMap, BTreeSet};

use packaging::PackageName;
use serde_json::{Value, json};

use super::{Ended, Session};
use crate::cli::native as flags;
use crate::ops::graph::Graph;
use crate::output::Diagnostic;

/// Who stands below whom.
type Branches = BTreeMap<PackageName, Vec<PackageName>>;

/// What is drawn, and how deep.
struct Drawing<'a> {
    graph: &'a Graph,
    branches: Branches,
    depth: usize,
    invert: bool,
    lines: Vec<String>,
    /// Packages whose branches were drawn already: they are drawn once.
    drawn: BTreeSet<PackageName>,
}

impl Session<'_> {
    pub(super) fn tree(&self) -> Ended {
        let graph = self.graph()?;
        let invert = self.parsed.is_on(&flags::INVERT);
        let (needs, users) = branches(&graph);
        let (branches, others) = if invert { (users, needs) } else { (needs, users) };
        let roots = self.roots(&graph, &others)?;
        let depth = self
            .parsed
            .integer(&flags::DEPTH)
            .map_or(usize::MAX, |depth| usize::try_from(depth).unwrap_or(0));
        let (lines, drawn) = (Vec::new(), BTreeSet::new());
        let mut drawing = Drawing { graph: &graph, branches, depth, invert, lines, drawn };
        if self.parsed.is_on(&flags::JSON) {
            let trees: Vec<Value> = roots.iter().map(|name| drawing.json(name, &mut Vec::new())).collect();
            self.terminal.json(&trees);
            return Ok(0);
        }
        for root in &roots {
            drawing.lines.push(drawing.label(root));
            drawing.draw(root, "", &mut vec![root.clone()]);
        }
        drawing.lines.iter().for_each(|line| self.terminal.line(line));
        Ok(0)
    }

    /// The packages named, else those above which nobody stands.
    fn roots(&self, graph: &Graph, above: &Branches) -> Result<Vec<PackageName>, Box<Diagnostic>> {
        let named = self.named_installed(graph)?;
        if !named.is_empty() {
            return Ok(named);
        }
        let is_root = |name: &&PackageName| above.get(*name).is_none_or(Vec::is_empty);
        Ok(graph.installed.iter().map(|one| one.name()).filter(is_root).cloned().collect())
    }
}

/// What each package needs among what is installed, and who needs it; each sorted.
fn branches(graph: &Graph) -> (Branches, Branches) {
    let (mut needs, mut users) = (Branches::new(), Branches::new());
    for (name, _) in graph.dependencies.iter() {
        let needed: BTreeSet<&PackageName> =
            graph.dependencies.requires(name, &graph.markers).map(|one| &one.name).collect();
        for one in needed.iter().filter(|one| graph.installed.get(one).is_some()) {
            needs.entry(name.clone()).or_default().push(PackageName::clone(one));
            users.entry(PackageName::clone(one)).or_default().push(name.clone());
        }
    }
    (needs, users)
}

impl Drawing<'_> {
    fn label(&self, name: &PackageName) -> String {
        match self.graph.dependencies.get(name) {
            Some(package) => format!("{} {}", package.raw_name, package.version_text),
            None => name.to_string(),
        }
    }

    fn below(&self, name: &PackageName) -> Vec<PackageName> {
        self.branches.get(name).cloned().unwrap_or_default()
    }

    fn draw(&mut self, name: &PackageName, indent: &str, path: &mut Vec<PackageName>) {
        if path.len() > self.depth {
            return;
        }
        let children = self.below(name);
        let last = children.len().saturating_sub(1);
        for (place, child) in children.iter().enumerate() {
            let (mark, next) = if place == last { ("└── ", "    ") } else { ("├── ", "│   ") };
            let again = path.contains(child) || !self.drawn.insert(child.clone());
            let more = again && self.branches.contains_key(child);
            let label = format!("{indent}{mark}{}{}", self.label(child), if more { " …" } else { "" });
            self.lines.push(label);
            if !again {
                path.push(child.clone());
                self.draw(child, &format!("{indent}{next}"), path);
                path.pop();
            }
        }
    }

    /// As in the lines, what stands below a package is told once: there are more ways through some environments than
    /// anybody can count.
    fn json(&mut self, name: &PackageName, path: &mut Vec<PackageName>) -> Value {
        let version = self.graph.dependencies.get(name).map(|package| package.version_text.clone());
        let children = if path.len() < self.depth { self.below(name) } else { Vec::new() };
        let repeated = !children.is_empty() && !self.drawn.insert(name.clone());
        let mut below = Vec::new();
        if !repeated {
            path.push(name.clone());
            below = children.iter().map(|child| self.json(child, path)).collect();
            path.pop();
        }
        let key = if self.invert { "needed_by" } else { "needs" };
        let mut node = json!({ "name": name.as_str(), "version": version, key: below });
        if repeated {
            node["repeated"] = json!(true);
        }
        node
    }
}
