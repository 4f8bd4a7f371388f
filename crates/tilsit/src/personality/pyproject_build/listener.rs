//! Steps of a build in build's lines.

use builder::{Product, Stream};

use crate::cli::help::wrap_hyphenated;
use crate::ops::events::{BuildStep, EnvironmentStep, Event, Listener};
use crate::output::{Terminal, printable};

/// Prints steps on stderr, and what back ends say where they say it.
pub struct Steps<'a> {
    terminal: &'a Terminal,
    installer: &'a str,
    is_isolated: bool,
    begun: bool,
    /// What is to be warned of once the environment is made.
    warnings: Vec<String>,
    hooks: Hooks,
}

/// What becomes of what a back end writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hooks {
    /// It is shown where it is written.
    Heard,
    /// All goes to stderr, in frames (`--metadata -v`, whose result is on stdout).
    Framed,
    /// Nothing is shown, but for that of a hook that fails (`--metadata`).
    Kept,
}

impl<'a> Steps<'a> {
    /// Nothing was done yet.
    pub fn new(terminal: &'a Terminal, installer: &'a str, is_isolated: bool) -> Self {
        Self { terminal, installer, is_isolated, begun: false, warnings: Vec::new(), hooks: Hooks::Heard }
    }

    /// What to do with what back ends write.
    pub fn hearing(self, hooks: Hooks) -> Self {
        Self { hooks, ..self }
    }

    /// Warns of these when the project is looked at: as soon as its environment is made.
    pub fn warning(self, warnings: Vec<String>) -> Self {
        Self { warnings, ..self }
    }

    /// Whether anything was.
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// What was not warned of yet.
    pub fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    fn warn(&mut self) {
        for warning in self.take_warnings() {
            super::outcome::warn(self.terminal, &warning);
        }
    }

    fn say(&mut self, first: &str, rest: &[String]) {
        self.begun = true;
        self.warn();
        if self.terminal.verbosity() < -1 {
            return;
        }
        let width = self.terminal.width();
        self.terminal.err(&self.terminal.stderr_style().strong(&filled("* ", first, width)));
        for line in rest {
            self.terminal.err(&filled("  ", &format!("- {line}"), width));
        }
    }

    fn create(&mut self) {
        let warnings = self.take_warnings();
        self.say(&creating(self.installer), &[]);
        self.warnings = warnings;
        self.warn();
    }

    fn output(&mut self, stream: Stream, line: &[u8]) {
        let line = printable(line);
        match (self.hooks, stream) {
            (Hooks::Heard, _) if self.terminal.verbosity() < 0 => {}
            (Hooks::Heard, Stream::Output) => self.terminal.line(&line),
            (Hooks::Heard, Stream::Error) => self.terminal.err(&line),
            (Hooks::Framed, _) => framed(self.terminal, &line),
            (Hooks::Kept, _) => {}
        }
    }

    fn installing(&mut self, requires: &[String]) {
        if requires.is_empty() {
            return;
        }
        let mut sorted = requires.to_vec();
        sorted.sort();
        sorted.dedup();
        self.say("Installing packages in isolated environment:", &sorted);
    }

    fn step(&mut self, step: &BuildStep<'_>) {
        match step {
            BuildStep::Environment(EnvironmentStep::Started(requires)) => {
                self.create();
                self.installing(requires);
            }
            BuildStep::Environment(EnvironmentStep::Extended(requires)) => self.installing(requires),
            BuildStep::Environment(EnvironmentStep::Made([])) => {}
            BuildStep::Environment(EnvironmentStep::Made(versions)) => {
                let versions: Vec<_> =
                    versions.iter().map(|(name, version)| format!("{name}=={version}")).collect();
                self.say("Installed build dependency versions:", &versions);
            }
            BuildStep::Requires(product) => {
                self.say(&format!("Getting build dependencies for {}...", product.word()), &[]);
            }
            BuildStep::Metadata(product) => {
                self.say(&format!("Getting metadata for {}...", product.word()), &[]);
            }
            BuildStep::Instead(product) | BuildStep::Hook(product) => {
                self.say(&format!("Building {}...", product.word()), &[])
            }
            BuildStep::FromSource(products) => {
                let words: Vec<_> = products.iter().copied().map(Product::word).collect();
                self.say(&format!("Building {} from sdist", words.join(" and ")), &[]);
            }
        }
    }
}

/// A line as Python's `textwrap.fill` breaks it, two columns from the edge of the terminal.
fn filled(start: &str, text: &str, width: usize) -> String {
    let width = width.saturating_sub(2);
    let room = if width == 0 { 78 } else { width }.saturating_sub(start.len()).max(1);
    format!("{start}{}", wrap_hyphenated(text, room).join("\n  "))
}

/// A line of what a hook wrote.
pub fn framed(terminal: &Terminal, line: &str) {
    if terminal.verbosity() >= -1 {
        let text = terminal.stderr_style().dim(&format!("< {line}"));
        terminal.err(&text);
    }
}

/// The line that comes first.
pub fn creating(installer: &str) -> String {
    format!("Creating isolated environment: venv+{installer}...")
}

impl Listener for Steps<'_> {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::BuildStep(BuildStep::Environment(_)) if !self.is_isolated => {}
            Event::BuildStep(step) => self.step(step),
            Event::BuildOutput { stream, line } => self.output(*stream, line),
            Event::BuildWarning(message) => {
                super::outcome::warn(self.terminal, &printable(message.as_bytes()));
            }
            _ => {}
        }
    }
}
