//! Something is where a working copy belongs: what pip says, and whom it asks what to do (`--exists-action`).

use index::vcs::{Existing, Occupant, backup_name};

use super::Session;
use super::errors::Failure;
use super::sources::{Steps, kind};
use crate::cli::pip as flags;
use crate::ops::events::Occupied;

/// Words of the option, and what they mean.
const ACTIONS: [(&str, Existing); 4] =
    [("s", Existing::Switch), ("i", Existing::Ignore), ("w", Existing::Wipe), ("b", Existing::Backup)];

impl Session<'_> {
    /// Tells and decides. pip has lines of its own for each way, which `steps` keeps until they are due.
    ///
    /// # Errors
    /// Nobody may be asked, or nobody answers.
    pub fn decide(&self, occupied: &Occupied<'_>, steps: &mut Steps) -> Result<Existing, Failure> {
        let Occupied { url, folder, occupant } = occupied;
        let (name, shown) = (url.system.prefix(), self.shown(folder));
        let (problem, choices) = match occupant {
            Occupant::WorkingCopy(remote) => (
                format!(
                    "{name} {} in {shown} exists with URL {}",
                    kind(url),
                    index::redacted_text(remote.as_deref().unwrap_or("None"))
                ),
                &ACTIONS[..],
            ),
            Occupant::Other => (
                format!("Directory {} already exists, and is not a {name} {}.", folder.display(), kind(url)),
                &ACTIONS[1..],
            ),
        };
        self.warn_within(&problem);
        self.warn_within(&format!("The plan is to install the {name} repository {}", url.shown()));
        let action = self.action(choices)?;
        match action {
            Existing::Switch => steps.switching(url, &shown),
            Existing::Wipe => {
                self.warn_within(&format!("Deleting {shown}"));
                steps.asked(url, &shown);
            }
            Existing::Backup => {
                self.warn_within(&format!("Backing up {shown} to {}", backup_name(folder).display()));
                steps.asked(url, &shown);
            }
            Existing::Ignore | Existing::Abort => {}
        }
        Ok(action)
    }

    /// The first word of the option that is a choice here, else what somebody answers.
    fn action(&self, choices: &[(&str, Existing)]) -> Result<Existing, Failure> {
        let of_word = |word: &str| choices.iter().find(|(one, _)| *one == word).map(|(_, action)| *action);
        if let Some(action) = self.parsed.values(&flags::EXISTS_ACTION).into_iter().find_map(of_word) {
            return Ok(action);
        }
        let switch = if choices.len() == ACTIONS.len() { "(s)witch, " } else { "" };
        let question = format!("What to do?  {switch}(i)gnore, (w)ipe, (b)ackup ");
        if self.parsed.is_on(&flags::NO_INPUT) {
            return Err(Failure::exception(format!(
                "Exception: No input was expected ($PIP_NO_INPUT set); question: {question}"
            )));
        }
        loop {
            let answer = self.terminal.ask(&question);
            let answer = answer.ok_or_else(|| Failure::exception("EOFError: EOF when reading a line"))?;
            let answer = answer.to_lowercase();
            if let Some(action) = of_word(&answer) {
                return Ok(action);
            }
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            self.terminal.line(&format!(
                "Your response ({}) was not one of the expected responses: {}",
                crate::cli::python_repr(&answer),
                words.join(", ")
            ));
        }
    }

    /// A warning about a source, below its name.
    fn warn_within(&self, text: &str) {
        self.terminal.say(crate::output::Level::Warning, &format!("  WARNING: {text}"));
    }
}
