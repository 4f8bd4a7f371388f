//! `tilsit tree`

use std::collections::BTreeSet;

use packaging::PackageName;
use serde_json::{Value, json};

use super::{Ended, Session};
use crate::cli::native as flags;
use crate::ops::graph::Graph;
use crate::output::Diagnostic;

/// What is drawn, and how deep.
struct Drawing<'a> {
    graph: &'a Graph,
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
        let roots = self.roots(&graph, invert)?;
        let depth = self
            .parsed
            .integer(&flags::DEPTH)
            .map_or(usize::MAX, |depth| usize::try_from(depth).unwrap_or(0));
        let mut drawing = Drawing { graph: &graph, depth, invert, lines: Vec::new(), drawn: BTreeSet::new() };
        if self.parsed.is_on(&flags::JSON) {
            let trees: Vec<Value> = roots.iter().map(|name| drawing.json(name, &mut Vec::new())).collect();
            self.terminal.json(&trees);
            return Ok(0);
        }
        for root in &roots {
            drawing.lines.push(drawing.label(root));
            drawing.branches(root, "", &mut vec![root.clone()]);
        }
        drawing.lines.iter().for_each(|line| self.terminal.line(line));
        Ok(0)
    }

    /// The packages named, else those that nobody needs (inverted: those that need nobody).
    fn roots(&self, graph: &Graph, invert: bool) -> Result<Vec<PackageName>, Box<Diagnostic>> {
        let named = self.named_installed(graph)?;
        if !named.is_empty() {
            return Ok(named);
        }
        let is_root = |name: &&PackageName| children(graph, name, !invert).is_empty();
        Ok(graph.installed.iter().map(|one| one.name()).filter(is_root).cloned().collect())
    }
}

/// What a package needs (or who needs it) among what is installed.
fn children(graph: &Graph, name: &PackageName, invert: bool) -> Vec<PackageName> {
    let mut names: Vec<PackageName> = if invert {
        graph.dependencies.required_by(name, &graph.markers).map(|(user, _)| user.clone()).collect()
    } else {
        let needs = graph.dependencies.requires(name, &graph.markers).map(|one| one.name.clone());
        needs.filter(|name| graph.installed.get(name).is_some()).collect()
    };
    names.sort();
    names.dedup();
    names
}

impl Drawing<'_> {
    fn label(&self, name: &PackageName) -> String {
        match self.graph.dependencies.get(name) {
            Some(package) => format!("{} {}", package.raw_name, package.version_text),
            None => name.to_string(),
        }
    }

    fn branches(&mut self, name: &PackageName, indent: &str, path: &mut Vec<PackageName>) {
        if path.len() > self.depth {
            return;
        }
        let children = children(self.graph, name, self.invert);
        let last = children.len().saturating_sub(1);
        for (place, child) in children.iter().enumerate() {
            let (mark, next) = if place == last { ("└── ", "    ") } else { ("├── ", "│   ") };
            let again = path.contains(child) || !self.drawn.insert(child.clone());
            let more = again && !self.is_leaf(child);
            let label = format!("{indent}{mark}{}{}", self.label(child), if more { " …" } else { "" });
            self.lines.push(label);
            if !again {
                path.push(child.clone());
                self.branches(child, &format!("{indent}{next}"), path);
                path.pop();
            }
        }
    }

    fn is_leaf(&self, name: &PackageName) -> bool {
        children(self.graph, name, self.invert).is_empty()
    }

    fn json(&self, name: &PackageName, path: &mut Vec<PackageName>) -> Value {
        let version = self.graph.dependencies.get(name).map(|package| package.version_text.clone());
        let mut below = Vec::new();
        if path.len() < self.depth && !path.contains(name) {
            path.push(name.clone());
            below =
                children(self.graph, name, self.invert).iter().map(|child| self.json(child, path)).collect();
            path.pop();
        }
        let key = if self.invert { "needed_by" } else { "needs" };
        json!({ "name": name.as_str(), "version": version, key: below })
    }
}
