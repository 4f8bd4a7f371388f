//! Times the resolver on made graphs, everything in memory: `cargo run --profile fast -p resolver --example speed`.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use packaging::candidate::{Availability, Candidate};
use packaging::{PackageName, Requirement, Version};
use resolver::{
    Answer, Dependencies, Environment, Need, ResolveRequest, Resolver, RuleSet, Step, Unavailable,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Packages with their candidates and dependencies, ready to be handed over.
#[derive(Default)]
struct Graph {
    candidates: HashMap<PackageName, Vec<Candidate>>,
    dependencies: HashMap<(PackageName, u32), Arc<Dependencies>>,
    wanted: Vec<Requirement>,
}

impl Graph {
    fn release(&mut self, name: &str, version: u32, requires: &[String]) {
        let name = PackageName::new(name).unwrap();
        let candidates = self.candidates.entry(name.clone()).or_default();
        let id = candidates.len() as u32;
        let version = Version::parse(&format!("{version}.0")).unwrap();
        candidates.push(Candidate { version, availability: Availability::Usable, id });
        let requires = requires.iter().map(|text| Requirement::parse(text).unwrap()).collect();
        let dependencies = Dependencies { requires, ..Dependencies::default() };
        self.dependencies.insert((name, id), Arc::new(dependencies));
    }

    fn want(&mut self, text: &str) {
        self.wanted.push(Requirement::parse(text).unwrap());
    }
}

fn lockstep(width: u32, count: u32) -> Graph {
    let mut graph = Graph::default();
    for version in 1..=count {
        for place in 0..width {
            let next = (place + 1 < width).then(|| format!("p{}=={version}", place + 1));
            graph.release(&format!("p{place}"), version, next.as_slice());
        }
    }
    graph.release("old", 1, &[format!("p{}<{}", width - 1, count / 10)]);
    graph.want("p0");
    graph.want("old");
    graph
}

fn wide(count: u32) -> Graph {
    let mut graph = Graph::default();
    for place in 0..count {
        graph.release(&format!("w{place}"), 1, &[]);
        graph.release(&format!("w{place}"), 2, &[]);
        graph.want(&format!("w{place}"));
    }
    graph
}

fn deep(count: u32) -> Graph {
    let mut graph = Graph::default();
    for place in 0..count {
        let next = (place + 1 < count).then(|| format!("d{}>=1", place + 1));
        graph.release(&format!("d{place}"), 1, next.as_slice());
        graph.release(&format!("d{place}"), 2, next.as_slice());
    }
    graph.want("d0");
    graph
}

/// A chain in which every version needs the same version of the next, and the last has none that fit.
fn unsatisfiable_chain(count: u32) -> Graph {
    let mut graph = Graph::default();
    for place in 0..count {
        for version in 1..=2 {
            graph.release(&format!("u{place}"), version, &[format!("u{}=={version}", place + 1)]);
        }
    }
    graph.release(&format!("u{count}"), 3, &[]);
    graph.want("u0");
    graph
}

/// Pigeons that each need a hole of their own, one hole too few.
fn pigeonhole(pigeons: u32) -> Graph {
    let mut graph = Graph::default();
    for pigeon in 0..pigeons {
        for hole in 1..pigeons {
            graph.release(&format!("pigeon{pigeon}"), hole, &[format!("hole{hole}=={}", pigeon + 1)]);
        }
        graph.want(&format!("pigeon{pigeon}"));
    }
    for hole in 1..pigeons {
        for pigeon in 1..=pigeons {
            graph.release(&format!("hole{hole}"), pigeon, &[]);
        }
    }
    graph
}

/// Like a real project: layers of packages with some history and shared dependencies.
fn layers(count: u32, versions: u32) -> Graph {
    let mut graph = Graph::default();
    let mut random = 88_172_645_463_325_252u64;
    let mut next = move |below: u32| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % u64::from(below.max(1))) as u32
    };
    for place in 0..count {
        for version in 1..=versions {
            let rest = count - place - 1;
            let requires = (0..next(6).min(rest)).map(|_| {
                let target = place + 1 + next(rest.min(30));
                format!("l{target}>={},!={}", 1 + next(versions / 2), 1 + next(versions))
            });
            let requires: Vec<String> = requires.collect();
            graph.release(&format!("l{place}"), version, &requires);
        }
    }
    (0..20).for_each(|place| graph.want(&format!("l{place}")));
    graph
}

/// Resolves once: whether there is a solution, how much was asked, and the time inside the resolver.
fn run(graph: &Graph) -> (bool, usize, Duration) {
    let environment = Environment::Single(Box::default());
    let request = ResolveRequest::new(graph.wanted.clone(), RuleSet::Native, environment);
    let shared: HashMap<&PackageName, Arc<[Candidate]>> =
        graph.candidates.iter().map(|(name, list)| (name, Arc::from(list.as_slice()))).collect();
    let mut asked = 0;
    let start = Instant::now();
    let mut resolver = Resolver::new(request);
    let solved = loop {
        match resolver.step() {
            Step::Done(_) => break true,
            Step::Err(_) => break false,
            Step::Likely(_) => {}
            Step::Need(batch) => {
                for need in batch.required.into_iter().chain(batch.likely) {
                    asked += 1;
                    resolver.answer(match need {
                        Need::Candidates(name) => {
                            let found = shared.get(&name).cloned().ok_or_else(Unavailable::default);
                            Answer::Candidates { name, found }
                        }
                        Need::Metadata(pick) => {
                            let resolver::Source::Candidate(id) = pick.source else { unreachable!() };
                            let found = Ok(Arc::clone(&graph.dependencies[&(pick.name.clone(), id)]));
                            Answer::Metadata { pick, found }
                        }
                        Need::Direct { .. } => unreachable!(),
                    });
                }
            }
        }
    };
    (solved, asked, start.elapsed())
}

fn main() {
    let only = std::env::args().nth(1).unwrap_or_default();
    let runs = std::env::args().nth(2).and_then(|text| text.parse().ok()).unwrap_or(20);
    let cases = [
        ("lockstep 2 x 1500", lockstep(2, 1500)),
        ("lockstep 3 x 300", lockstep(3, 300)),
        ("wide 600", wide(600)),
        ("deep 600", deep(600)),
        ("unsatisfiable chain 200", unsatisfiable_chain(200)),
        ("pigeonhole 6/5", pigeonhole(6)),
        ("layers 120 x 30", layers(120, 30)),
        ("layers 400 x 100", layers(400, 100)),
    ];
    println!("{:26} {:>9} {:>8} {:>10}", "graph", "solution", "asked", "ms");
    for (name, graph) in cases.iter().filter(|(name, _)| name.contains(&only)) {
        let runs: Vec<(bool, usize, Duration)> = (0..runs).map(|_| run(graph)).collect();
        let (solved, asked, time) = runs.iter().min_by_key(|(_, _, time)| *time).unwrap();
        println!("{name:26} {solved:>9} {asked:>8} {:>10.3}", time.as_secs_f64() * 1e3);
    }
}
