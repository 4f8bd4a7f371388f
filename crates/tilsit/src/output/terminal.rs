//! Both streams, how wide, how colourful, how talkative.

use super::LogFile;
use super::marks::{self, Shown};
use super::progress::Progress;
use crate::settings::Process;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// How important a message is; the numbers are those of pip's levels (INFO 0, one step for each `-v` or `-q`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Shown even with `-qqq`.
    Critical = -3,
    /// Errors: shown up to `-qq`.
    Error = -2,
    /// Warnings: shown up to `-q`.
    Warning = -1,
    /// What is being done.
    Info = 0,
    /// With `-v`.
    Verbose = 1,
    /// With `-vv`.
    Debug = 2,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How a run prints.
#[derive(Clone, Copy, Debug, Default)]
pub struct TerminalPolicy {
    /// When to colour.
    pub color: ColorChoice,
    /// `-v` counted minus `-q` counted.
    pub verbosity: i32,
    /// No progress bars even on a terminal.
    pub no_progress: bool,
    /// What is being done goes to stdout, as pip writes it, instead of stderr.
    pub info_to_stdout: bool,
}

/// Colours, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    colored: bool,
    marks: Shown,
}

impl Style {
    /// No colours.
    #[cfg(test)]
    pub const PLAIN: Self = Self { colored: false, marks: Shown::Nothing };

    fn paint(self, style: anstyle::Style, text: &str) -> String {
        if self.colored { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// pip's colours for whole messages, put around each line; a message with marks has its own.
    fn of_level(self, level: Level, text: &str) -> String {
        if marks::is_marked(text) {
            return marks::painted(text, self.marks);
        }
        let color = match level {
            Level::Critical | Level::Error => anstyle::AnsiColor::Red,
            Level::Warning => anstyle::AnsiColor::Yellow,
            Level::Info | Level::Verbose | Level::Debug => return text.to_owned(),
        };
        let paint = |line: &str| match line {
            "" => String::new(),
            _ => self.paint(color.on_default(), line),
        };
        text.split('\n').map(paint).collect::<Vec<_>>().join("\n")
    }

    /// For the word `error`.
    pub fn error(self, text: &str) -> String {
        self.paint(anstyle::AnsiColor::Red.on_default().bold(), text)
    }

    /// Whether there are colours.
    pub fn is_colored(self) -> bool {
        self.colored
    }

    /// In one of the bright colours.
    pub fn bright(self, color: anstyle::AnsiColor, text: &str) -> String {
        self.paint(color.bright(true).on_default(), text)
    }

    /// For the word `warning`.
    pub fn warning(self, text: &str) -> String {
        self.paint(anstyle::AnsiColor::Yellow.on_default().bold(), text)
    }

    /// For what helps, and for success.
    pub fn hint(self, text: &str) -> String {
        self.paint(anstyle::AnsiColor::Cyan.on_default().bold(), text)
    }

    /// For what goes first.
    pub fn strong(self, text: &str) -> String {
        self.paint(anstyle::Style::new().bold(), text)
    }

    /// For what may be overlooked.
    pub fn dim(self, text: &str) -> String {
        self.paint(anstyle::Style::new().dimmed(), text)
    }

    /// For something added.
    pub fn added(self, text: &str) -> String {
        self.paint(anstyle::AnsiColor::Green.on_default(), text)
    }

    /// For something removed.
    pub fn removed(self, text: &str) -> String {
        self.paint(anstyle::AnsiColor::Red.on_default(), text)
    }
}

/// The two streams of this run.
pub struct Terminal {
    policy: TerminalPolicy,
    width: usize,
    stdout_style: Style,
    stderr_style: Style,
    /// What was printed and not yet written.
    pending: Mutex<Vec<u8>>,
    stdout_is_terminal: bool,
    stdout_failure: OnceLock<std::io::Error>,
    progress: OnceLock<Progress>,
    log: OnceLock<LogFile>,
    log_failure: OnceLock<()>,
    /// What was printed, where it is to be shown as part of something else.
    caught: Option<Mutex<String>>,
}

impl Terminal {
    /// The process's streams under a policy.
    pub fn new(process: &Process, policy: TerminalPolicy) -> Self {
        let stdout_is_terminal = std::io::stdout().is_terminal();
        let stderr_is_terminal = std::io::stderr().is_terminal();
        // pip's `-v` is for what pip says
        super::log_sink::listen(policy.verbosity - i32::from(policy.info_to_stdout));
        let style = |is_terminal| {
            if policy.info_to_stdout {
                return pip_style(process, policy.color, is_terminal);
            }
            Style { colored: is_colored(process, policy.color, is_terminal), marks: Shown::Nothing }
        };
        Self {
            policy,
            width: width(process, stdout_is_terminal || stderr_is_terminal),
            stdout_style: style(stdout_is_terminal),
            stderr_style: style(stderr_is_terminal),
            pending: Mutex::new(Vec::new()),
            stdout_is_terminal,
            stdout_failure: OnceLock::new(),
            progress: OnceLock::new(),
            log: OnceLock::new(),
            log_failure: OnceLock::new(),
            caught: None,
        }
    }

    /// Prints nothing: what is said on either stream can be had in the end.
    pub fn catching(process: &Process, policy: TerminalPolicy) -> Self {
        let policy = TerminalPolicy { color: ColorChoice::Never, no_progress: true, ..policy };
        let mut terminal = Self::new(process, policy);
        terminal.caught = Some(Mutex::default());
        terminal
    }

    /// What was said.
    pub fn caught(&self) -> Vec<String> {
        let text = self.caught.as_ref().map(|text| text.lock().unwrap_or_else(PoisonError::into_inner));
        text.map(|text| text.lines().map(str::to_owned).collect()).unwrap_or_default()
    }

    fn catch(&self, text: &str) -> bool {
        let Some(caught) = &self.caught else { return false };
        let mut caught = caught.lock().unwrap_or_else(PoisonError::into_inner);
        caught.push_str(text);
        caught.push('\n');
        true
    }

    /// Everything that is said goes into this file too, whatever the verbosity.
    pub fn log_to(&self, log: LogFile) {
        let _ = self.log.set(log); // The first one stays.
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Colours for stdout.
    pub fn stdout_style(&self) -> Style {
        self.stdout_style
    }

    /// Colours for stderr.
    pub fn stderr_style(&self) -> Style {
        self.stderr_style
    }

    /// Whether a person is likely to be reading stdout.
    pub fn is_interactive(&self) -> bool {
        self.stdout_is_terminal && std::io::stdin().is_terminal()
    }

    /// Whether messages of that level are shown.
    pub fn shows(&self, level: Level) -> bool {
        level as i32 <= self.policy.verbosity.max(Level::Critical as i32)
    }

    /// Whether a message of this level is shown or goes to the log.
    pub fn wants(&self, level: Level) -> bool {
        self.shows(level) || self.log.get().is_some()
    }

    /// The verbosity asked for.
    pub fn verbosity(&self) -> i32 {
        self.policy.verbosity
    }

    /// Prints a result to stdout, followed by a newline.
    pub fn line(&self, text: &str) {
        if self.catch(text) {
            return;
        }
        let mut pending = self.pending();
        pending.extend_from_slice(text.as_bytes());
        pending.push(b'\n');
        self.drain(pending);
    }

    /// Prints text with marks to stdout.
    pub fn marked(&self, text: &str) {
        self.text(&marks::painted(text, self.stdout_style.marks));
    }

    /// Prints text with marks to stderr, without its last newline.
    pub fn err_marked(&self, text: &str) {
        self.err(marks::painted(text, self.stderr_style.marks).trim_end_matches('\n'));
    }

    /// Prints text to stdout as it stands.
    pub fn text(&self, text: &str) {
        let mut pending = self.pending();
        pending.extend_from_slice(text.as_bytes());
        self.drain(pending);
    }

    /// Prints a value to stdout as JSON on one line.
    pub fn json(&self, value: &impl serde::Serialize) {
        if let Ok(text) = serde_json::to_string(value) {
            self.line(&text);
        }
    }

    /// Says something of that level, on the stream where it belongs: warnings and errors on stderr.
    pub fn say(&self, level: Level, text: &str) {
        self.log(text);
        if !self.shows(level) {
            return;
        }
        let expanded;
        let text = match self.policy.info_to_stdout && text.contains('\t') {
            true => {
                expanded = without_tabs(text);
                expanded.as_str()
            }
            false => text,
        };
        match (self.policy.info_to_stdout, level) {
            (true, Level::Info | Level::Verbose | Level::Debug) => self.line(text),
            (true, _) => self.err(&self.stderr_style.of_level(level, text)),
            (false, _) => self.err(text),
        }
    }

    /// A warning that no `-q` silences: pip's library for the network gives those.
    pub fn insist(&self, text: &str) {
        self.log(text);
        self.err(&self.stderr_style.of_level(Level::Warning, text));
    }

    /// What a program says that is run, for those who want to know everything: on stderr.
    pub fn aside(&self, text: &str) {
        self.log(text);
        if self.shows(Level::Verbose) {
            self.err(text);
        }
    }

    /// Adds to the log; that it cannot be written is said once.
    fn log(&self, text: &str) {
        let Some(log) = self.log.get() else { return };
        let Err(error) = log.write(&marks::painted(text, Shown::Nothing)) else { return };
        if self.log_failure.set(()).is_ok() {
            self.err(&format!("ERROR: {}: {error}", log.path().display()));
        }
    }

    /// Says what is being done.
    pub fn info(&self, text: &str) {
        self.say(Level::Info, text);
    }

    /// Says what is being done, for those who want to know everything.
    pub fn verbose(&self, text: &str) {
        self.say(Level::Verbose, text);
    }

    /// Warns in our words: `warning: …`.
    pub fn warn(&self, text: &str) {
        if self.shows(Level::Warning) {
            self.err(&format!("{} {}", self.stderr_style.warning("warning:"), super::redact_text(text)));
        }
    }

    /// Prints an error in our words.
    pub fn diagnose(&self, diagnostic: &super::Diagnostic) {
        if self.shows(Level::Critical) {
            self.err(diagnostic.render(self.stderr_style).trim_end_matches('\n'));
        }
    }

    /// Prints a line to stderr, after everything printed to stdout so far. Progress bars step aside.
    pub fn err(&self, text: &str) {
        if self.catch(text) {
            return;
        }
        self.flush();
        let print = || {
            let mut stderr = std::io::stderr().lock();
            // Nobody is left to be told when stderr is gone.
            let _ = writeln!(stderr, "{text}");
        };
        match self.progress.get() {
            Some(progress) => progress.suspend(print),
            None => print(),
        }
    }

    /// Asks a question on the terminal; nothing when there is nobody to answer.
    pub fn ask(&self, question: &str) -> Option<String> {
        self.text(question);
        self.flush();
        let answer = || {
            let mut answer = String::new();
            let read = std::io::stdin().read_line(&mut answer);
            read.is_ok_and(|length| length > 0).then(|| answer.trim().to_owned())
        };
        // A bar that moved on meanwhile would write over the question.
        match self.progress.get() {
            Some(progress) => progress.suspend(answer),
            None => answer(),
        }
    }

    /// Bars for long work: on stderr, when it is a terminal and nobody asked for quiet; else they are never seen.
    pub fn progress(&self) -> &Progress {
        let shown = std::io::stderr().is_terminal() && !self.policy.no_progress && self.shows(Level::Info);
        self.progress.get_or_init(|| Progress::new(shown))
    }

    /// Writes out what is pending.
    pub fn flush(&self) {
        let pending = std::mem::take(&mut *self.pending());
        if pending.is_empty() || self.stdout_failure.get().is_some() {
            return;
        }
        let print = || {
            let mut stdout = std::io::stdout().lock();
            stdout.write_all(&pending).and_then(|()| stdout.flush())
        };
        let done = match self.progress.get() {
            Some(progress) => progress.suspend(print),
            None => print(),
        };
        if let Err(error) = done {
            let _ = self.stdout_failure.set(error); // The first one is told.
        }
    }

    /// What came between us and stdout, if something did: its reader has gone away, or its disk is full.
    pub fn stdout_failure(&self) -> Option<&std::io::Error> {
        self.flush();
        self.stdout_failure.get()
    }

    fn pending(&self) -> MutexGuard<'_, Vec<u8>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drain(&self, pending: MutexGuard<'_, Vec<u8>>) {
        const ENOUGH: usize = 1 << 15;
        let write = self.stdout_is_terminal || pending.len() > ENOUGH;
        drop(pending);
        if write {
            self.flush();
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.flush();
    }
}

/// An explicit choice wins, then `NO_COLOR` (no-color.org), then `FORCE_COLOR`, then whether it is a terminal that can.
fn is_colored(process: &Process, choice: ColorChoice, is_terminal: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if process.filled("NO_COLOR").is_some() => false,
        ColorChoice::Auto if process.filled("FORCE_COLOR").is_some_and(|value| value != "0") => true,
        ColorChoice::Auto => is_terminal && process.var("TERM") != Some("dumb"),
    }
}

/// As the library has it that pip prints with: what a terminal is said to be counts before what it is, and without
/// colour (`--no-color`; ours: `NO_COLOR`) bold stays bold.
fn pip_style(process: &Process, choice: ColorChoice, is_terminal: bool) -> Style {
    let is_terminal = match process.var("TTY_COMPATIBLE") {
        Some("0") => false,
        Some("1") => true,
        _ => process.var("FORCE_COLOR").map_or(is_terminal, |force| !force.is_empty()),
    };
    let term = process.var("TERM").map(str::to_lowercase);
    if choice == ColorChoice::Always {
        return Style { colored: true, marks: Shown::All };
    }
    if !is_terminal || matches!(term.as_deref(), Some("dumb" | "unknown")) {
        return Style { colored: false, marks: Shown::Nothing };
    }
    let colored = choice == ColorChoice::Auto && process.filled("NO_COLOR").is_none();
    Style { colored, marks: if colored { Shown::All } else { Shown::Effects } }
}

/// `COLUMNS`, else what the terminal says, else 80: the order of Python's `shutil.get_terminal_size`.
fn width(process: &Process, is_terminal: bool) -> usize {
    let named =
        process.var("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    let asked = || is_terminal.then(terminal_columns).flatten();
    named.or_else(asked).unwrap_or(80)
}

#[cfg(unix)]
fn terminal_columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout())
        .or_else(|_| rustix::termios::tcgetwinsize(std::io::stderr()))
        .ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

#[cfg(not(unix))]
fn terminal_columns() -> Option<usize> {
    None
}

/// Tabs as spaces, as pip's library for terminals shows them: to each eighth column.
fn without_tabs(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 8);
    let mut column = 0;
    for character in text.chars() {
        match character {
            '\t' => {
                let width = 8 - column % 8;
                shown.extend(std::iter::repeat_n(' ', width));
                column += width;
            }
            other => {
                column = if other == '\n' { 0 } else { column + 1 };
                shown.push(other);
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(variables: &[(&str, &str)]) -> Process {
        let env = variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Process { env, ..Process::default() }
    }

    #[test]
    fn colors() {
        for (variables, choice, is_terminal, expected) in [
            (&[][..], ColorChoice::Auto, true, true),
            (&[], ColorChoice::Auto, false, false),
            (&[("NO_COLOR", "1")], ColorChoice::Auto, true, false),
            (&[("NO_COLOR", "")], ColorChoice::Auto, true, true),
            (&[("NO_COLOR", "1")], ColorChoice::Always, false, true),
            (&[("FORCE_COLOR", "1")], ColorChoice::Auto, false, true),
            (&[("FORCE_COLOR", "1")], ColorChoice::Never, true, false),
            (&[("TERM", "dumb")], ColorChoice::Auto, true, false),
        ] {
            assert_eq!(is_colored(&process(variables), choice, is_terminal), expected, "{variables:?}");
        }
    }

    #[test]
    fn colors_as_pip_has_them() {
        let style =
            |variables, choice, is_terminal| pip_style(&process(variables), choice, is_terminal).marks;
        for (variables, choice, is_terminal, expected) in [
            (&[][..], ColorChoice::Auto, true, Shown::All),
            (&[], ColorChoice::Auto, false, Shown::Nothing),
            (&[], ColorChoice::Never, true, Shown::Effects),
            (&[("NO_COLOR", "1")], ColorChoice::Auto, true, Shown::Effects),
            (&[("FORCE_COLOR", "0")], ColorChoice::Auto, false, Shown::All),
            (&[("FORCE_COLOR", "")], ColorChoice::Auto, true, Shown::Nothing),
            (&[("TTY_COMPATIBLE", "0"), ("FORCE_COLOR", "1")], ColorChoice::Auto, true, Shown::Nothing),
            (&[("TTY_COMPATIBLE", "1")], ColorChoice::Auto, false, Shown::All),
            (&[("TERM", "dumb"), ("FORCE_COLOR", "1")], ColorChoice::Auto, true, Shown::Nothing),
        ] {
            assert_eq!(style(variables, choice, is_terminal), expected, "{variables:?}");
        }
    }

    #[test]
    fn widths() {
        assert_eq!(width(&process(&[("COLUMNS", "120")]), false), 120);
        assert_eq!(width(&process(&[("COLUMNS", "wide")]), false), 80);
    }

    #[test]
    fn levels() {
        let terminal = |verbosity| {
            Terminal::new(&process(&[]), TerminalPolicy { verbosity, ..TerminalPolicy::default() })
        };
        assert!(terminal(0).shows(Level::Info) && !terminal(0).shows(Level::Verbose));
        assert!(terminal(-1).shows(Level::Warning) && !terminal(-1).shows(Level::Info));
        assert!(terminal(-2).shows(Level::Error) && !terminal(-2).shows(Level::Warning));
        assert!(terminal(-9).shows(Level::Critical));
    }
}
