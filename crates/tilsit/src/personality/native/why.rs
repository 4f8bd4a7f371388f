//! `tilsit why`

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use environment::dependencies::Package;
use packaging::PackageName;
use serde_json::json;

use super::install::kept;
use super::{Ended, Session};
use crate::cli::native as flags;
use crate::ops::graph::Graph;

/// From a package that was asked for, or that nothing needs, down to the one that is explained.
type Chain = Vec<PackageName>;

impl Session<'_> {
    pub(super) fn why(&self) -> Ended {
        let graph = self.graph()?;
        let mut rows = Vec::new();
        for name in self.named_installed(&graph)? {
            let chains = chains(&graph, &name);
            if self.parsed.is_on(&flags::JSON) {
                rows.push(json!({
                    "name": name.as_str(),
                    "requested": is_requested(&graph, &name),
                    "chains": chains.iter().map(|chain| names(chain)).collect::<Vec<_>>(),
                }));
            } else {
                self.terminal.line(&label(&graph, &name));
                reasons(&graph, &name, &chains).iter().for_each(|line| self.terminal.line(line));
            }
        }
        if self.parsed.is_on(&flags::JSON) {
            self.terminal.json(&rows);
        }
        Ok(0)
    }
}

fn names(chain: &[PackageName]) -> Vec<&str> {
    chain.iter().map(PackageName::as_str).collect()
}

fn is_requested(graph: &Graph, name: &PackageName) -> bool {
    graph.installed.get(name).is_some_and(environment::InstalledDistribution::is_requested)
}

/// The shortest chain from each end: those who need it, those who need them, and so on, nearest first.
fn chains(graph: &Graph, name: &PackageName) -> Vec<Chain> {
    let mut needs: BTreeMap<PackageName, PackageName> = BTreeMap::new();
    let mut seen = BTreeSet::from([name.clone()]);
    let mut open = VecDeque::from([name.clone()]);
    let mut ends = Vec::new();
    while let Some(one) = open.pop_front() {
        let users = users(graph, &one);
        if one != *name && (users.is_empty() || is_requested(graph, &one)) {
            ends.push(one.clone());
        }
        for user in users {
            if seen.insert(user.clone()) {
                needs.insert(user.clone(), one.clone());
                open.push_back(user);
            }
        }
    }
    let chain = |end: PackageName| std::iter::successors(Some(end), |one| needs.get(one).cloned()).collect();
    ends.into_iter().map(chain).collect()
}

/// Who needs `name`, or may: with some extra.
fn users(graph: &Graph, name: &PackageName) -> Vec<PackageName> {
    let needs =
        |package: &Package| package.may_require(&graph.markers).any(|requirement| requirement.name == *name);
    let users = graph.dependencies.iter().filter(|(_, package)| needs(package));
    users.map(|(user, _)| user.clone()).collect()
}

fn label(graph: &Graph, name: &PackageName) -> String {
    match graph.dependencies.get(name) {
        Some(package) => format!("{} {}", package.raw_name, package.version_text),
        None => name.to_string(),
    }
}

fn reasons(graph: &Graph, name: &PackageName, chains: &[Chain]) -> Vec<String> {
    let mut lines = Vec::new();
    if is_requested(graph, name) {
        lines.push("  you asked for it".to_owned());
    } else if kept().contains(name) {
        lines.push("  it came with the environment, and stays until it is named".to_owned());
    } else if chains.is_empty() {
        lines.push("  nobody asked for it, and nothing needs it: `tilsit uninstall --unneeded`".to_owned());
    }
    lines.extend(chains.iter().map(|chain| reason(graph, chain)));
    lines
}

/// `  app 1.0 (you asked for it) needs flask>=3; flask 3.1 needs jinja2>=3.1`; what only an extra needs is needed perhaps.
fn reason(graph: &Graph, chain: &[PackageName]) -> String {
    let steps = chain.windows(2).enumerate().map(|(place, pair)| {
        let asked = if place == 0 && is_requested(graph, &pair[0]) { " (you asked for it)" } else { "" };
        let label = label(graph, &pair[0]);
        let surely = graph.dependencies.requires(&pair[0], &graph.markers).find(|one| one.name == pair[1]);
        if let Some(requirement) = surely {
            return format!("{label}{asked} needs {requirement}");
        }
        let package = graph.dependencies.get(&pair[0]);
        let perhaps = package.and_then(|one| one.may_require(&graph.markers).find(|one| one.name == pair[1]));
        let needed = perhaps.map_or_else(|| pair[1].to_string(), ToString::to_string);
        format!("perhaps {label}{asked} needs {needed}")
    });
    format!("  {}", steps.collect::<Vec<_>>().join("; "))
}
