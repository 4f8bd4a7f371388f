//! Steps of a build in build's lines.

use builder::{Product, Stream};

use crate::ops::events::{BuildStep, EnvironmentStep, Event, Listener};
use crate::output::{Terminal, printable};

/// Prints steps on stderr, and what back ends say where they say it.
pub struct Steps<'a> {
    terminal: &'a Terminal,
    installer: &'a str,
    is_isolated: bool,
    begun: bool,
}

impl<'a> Steps<'a> {
    /// Nothing was done yet.
    pub fn new(terminal: &'a Terminal, installer: &'a str, is_isolated: bool) -> Self {
        Self { terminal, installer, is_isolated, begun: false }
    }

    /// Whether anything was.
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    fn say(&mut self, first: &str, rest: &[String]) {
        self.begun = true;
        if self.terminal.verbosity() < -1 {
            return;
        }
        self.terminal.err(&self.terminal.stderr_style().strong(&format!("* {first}")));
        for line in rest {
            self.terminal.err(&format!("  - {line}"));
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
                self.say(&creating(self.installer), &[]);
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

/// The line that comes first.
pub fn creating(installer: &str) -> String {
    format!("Creating isolated environment: venv+{installer}...")
}

impl Listener for Steps<'_> {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::BuildStep(BuildStep::Environment(_)) if !self.is_isolated => {}
            Event::BuildStep(step) => self.step(step),
            Event::BuildOutput { stream, line } if self.terminal.verbosity() >= 0 => match stream {
                Stream::Output => self.terminal.line(&printable(line)),
                Stream::Error => self.terminal.err(&printable(line)),
            },
            Event::BuildWarning(message) => {
                super::outcome::warn(self.terminal, &printable(message.as_bytes()));
            }
            _ => {}
        }
    }
}
