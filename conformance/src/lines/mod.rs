//! The same pip command by pip and by us, in environments at the same path, against the same fake index; every line,
//! the exit code, and every file left behind are compared.

mod cases;
mod normal;
mod oddities;
#[cfg(test)]
mod options;
mod projects;
mod servers;
mod stage;
mod texts;
mod told;
mod tree;
mod universe;

use crate::peers::Peers;
use cases::Case;
use stage::{House, Stage};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// So many cases that begin alike are given to a worker at a time.
const HANDFUL: usize = 8;

/// So many lines of a difference are printed.
const SHOWN: usize = 16;

/// How the two sides differ, or why that could not be found out.
type Verdict = Result<Vec<String>, String>;

/// Compares all cases, as many at once as there are processors; `Ok(false)` when something differs that has no reason.
pub fn run(peers: &Peers) -> Result<bool, String> {
    let temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = temporary.path().canonicalize().map_err(|error| error.to_string())?;
    let (index, empty, runner) = (universe::index(), folder.join("empty"), peers.pip_runner()?);
    peers.new_environment(&empty)?;
    let wheels = peers.wheels()?;
    projects::serve(&index, &wheels).map_err(|error| format!("{}: {error}", wheels.display()))?;
    let wanted = cases::all().filter(|case| peers.wants(case.name));
    let chosen: Vec<&Case<'_>> = wanted.filter(|case| is_possible(case)).collect();
    let servers = servers::Servers::start();
    let house = House { peers, index: &index, servers: &servers, empty: &empty, runner: &runner };
    let mut counts = Counts::default();
    play(house, &folder, &chosen, |case, verdict| counts.judge(case, &verdict));
    counts.failed += chosen.len() - counts.judged;
    println!(
        "\nlines: {} passed, {} failed ({} differ for a reason, {} are open)",
        counts.passed, counts.failed, counts.differ, counts.open
    );
    Ok(counts.failed == 0)
}

/// Whether the programs that a case is about are there; it is said where they are not.
fn is_possible(case: &Case<'_>) -> bool {
    let lacks = projects::lacks(case.name);
    if let Some(program) = lacks {
        println!("{}: skipped, {program} is not installed", case.name);
    }
    lacks.is_none()
}

/// Plays all cases and tells how each one ended, in whatever order they end.
fn play<'c>(
    house: House<'_>,
    folder: &Path,
    chosen: &[&'c Case<'c>],
    mut told: impl FnMut(&'c Case<'c>, Verdict),
) {
    let (handfuls, next) = (handfuls(chosen), AtomicUsize::new(0));
    let (sender, receiver) = mpsc::channel();
    let work = |number: usize, sender: mpsc::Sender<(usize, Verdict)>| {
        // stages of workers have names of one length: some of pip's lines are as long as their paths
        let stage =
            Stage::new(house, folder.join(format!("s{number:02}")), folder.join(format!("kept{number}")));
        while let Some(handful) = handfuls.get(next.fetch_add(1, Ordering::Relaxed)) {
            for place in handful {
                if sender.send((*place, stage.verdict(chosen[*place]))).is_err() {
                    return;
                }
            }
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for number in 0..workers {
            let (work, sender) = (&work, sender.clone());
            scope.spawn(move || work(number, sender));
        }
        drop(sender);
        receiver.iter().for_each(|(place, verdict)| told(chosen[place], verdict));
    });
}

/// Cases that begin alike, a few together: a worker prepares for them once.
fn handfuls(chosen: &[&Case<'_>]) -> Vec<Vec<usize>> {
    let mut alike: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (place, case) in chosen.iter().enumerate() {
        alike.entry((case.before, case.env)).or_default().push(place);
    }
    alike.values().flat_map(|places| places.chunks(HANDFUL)).map(<[usize]>::to_vec).collect()
}

#[derive(Default)]
struct Counts {
    judged: usize,
    passed: usize,
    failed: usize,
    differ: usize,
    /// Different, in a table that is not whole yet.
    open: usize,
}

impl Counts {
    /// Counts a case; what differs without a reason is shown, and so is a reason that nothing needs any more.
    fn judge(&mut self, case: &Case<'_>, verdict: &Verdict) {
        self.judged += 1;
        let differences = match verdict {
            Ok(differences) => differences.clone(),
            Err(why) => vec![why.clone()],
        };
        match (differences.is_empty(), case.differs) {
            (true, None) => self.passed += 1,
            (false, Some(_)) if verdict.is_ok() => self.differ += 1,
            (true, Some(reason)) => {
                self.failed += 1;
                println!("\n{}: differs no more ({reason})", case.name);
            }
            (false, _) => {
                let counted = if cases::is_settled(case) { &mut self.failed } else { &mut self.open };
                *counted += 1;
                let shown = differences.len().min(SHOWN);
                println!("\n{}: pip {}\n  {}", case.name, case.command, differences[..shown].join("\n  "));
                if shown < differences.len() {
                    println!("  and {} more lines", differences.len() - shown);
                }
            }
        }
    }
}
