//! The acceptance list: every command that the source documents teach, typed as it stands in an environment that we
//! made, each printed with its outcome.
//!
//! The documents are PyPA's *Installing Packages* and *Packaging Python Projects*, the Python tutorial's chapter on
//! virtual environments, CPython's *Installing Python Modules* and a course on pip. Their packages come from an index on
//! loopback, their repositories from folders; what Tilsit does not have yet is listed as such.

mod lines;
mod world;

use crate::peers::Peers;
use lines::Line;
use world::World;

/// Types all lines; `Ok(false)` when one of them does not show what must be seen.
pub fn run(peers: &Peers) -> Result<bool, String> {
    let world = World::new(peers)?;
    let (mut passed, mut failed, mut later, mut skipped) = (0, 0, 0, 0);
    for line in lines::all()?.iter().filter(|line| peers.wants(&format!("#{}", line.number))) {
        let told = match verdict(&world, line)? {
            Verdict::Seen => {
                passed += 1;
                "ok".to_owned()
            }
            Verdict::Later(what) => {
                later += 1;
                format!("not yet: {what}")
            }
            Verdict::Missing(program) => {
                skipped += 1;
                format!("skipped: there is no {program} here")
            }
            Verdict::Wrong(why) => {
                failed += 1;
                format!("FAILED: {}", why.replace('\n', "\n         "))
            }
        };
        println!("#{:<3} {}\n     {told}", line.number, line.typed.replace('\n', "\n     "));
    }
    if skipped > 0 {
        println!("SKIP: {skipped} lines of the documents need programs that are not here");
    }
    println!("\ntutorials: {passed} passed, {failed} failed ({later} are not asked for yet)");
    Ok(failed == 0)
}

enum Verdict<'a> {
    Seen,
    Later(&'a str),
    Missing(&'a str),
    Wrong(String),
}

fn verdict<'a>(world: &World<'_>, line: &Line<'a>) -> Result<Verdict<'a>, String> {
    if let Some(what) = line.later {
        return Ok(Verdict::Later(what));
    }
    if let Some(program) = line.needs.iter().find(|program| !world.has(program)) {
        return Ok(Verdict::Missing(program));
    }
    world.set_up(&line.before)?;
    let told = world.shell(&line.typed, line.configured)?;
    let shown = told.shown();
    if told.code != Some(line.code) {
        let ended = told.code.map_or("a signal".to_owned(), |code| format!("exit code {code}"));
        return Ok(Verdict::Wrong(format!("it ended with {ended}\n{shown}")));
    }
    if let Some(missing) = line.sees.iter().find(|seen| !shown.contains(&world.filled(seen))) {
        return Ok(Verdict::Wrong(format!("`{missing}` is not to be seen\n{shown}")));
    }
    if let Some(left) = world.left_over()? {
        return Ok(Verdict::Wrong(format!("{left} is left in the temporary folder")));
    }
    let after = world.shell(&line.then, line.configured)?;
    match after.code {
        Some(0) => Ok(Verdict::Seen),
        _ => Ok(Verdict::Wrong(format!("afterwards `{}` fails\n{}\n{shown}", line.then, after.shown()))),
    }
}
