//! pip: its command line, its lines, its exit codes.

mod arguments;
mod cache;
mod cache_folder;
mod check;
mod completion;
mod config;
mod conflict;
mod debug;
mod distress;
mod download;
mod errors;
mod freeze;
mod hash;
mod hash_mode;
mod hints;
mod inspect;
mod install;
mod list;
mod listener;
mod lock;
mod looking;
mod moment;
mod occupied;
mod places;
mod python;
mod replay;
mod requests;
mod retries;
mod search;
mod searched;
mod show;
mod sources;
mod target_folder;
mod toml_text;
mod transcript;
mod unbuilt;
mod uninstall;
mod unreachable;
mod versions;
mod wheel;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use environment::{Environment, Interpreter, PIP_VERSION};
use store::Store;

use crate::cli::{self, Command, Given, Occurrence, Outcome, Parsed, pip as flags};
use crate::ops::build::Hands;
use crate::ops::list::{ListRequest, Place, list};
use crate::output::{ColorChoice, Level, LogFile, Terminal, TerminalPolicy};
use crate::settings::{Origin, PipValueError, Process, SettingsError, join_pip};
use completion::Completion;
use errors::Failure;
use python::PythonError;
use retries::Retries;

/// pip's exit code for an error.
const ERROR: u8 = 1;

/// A command's result: pip's exit code, or what it says in the end.
type Ended = Result<u8, Failure>;

/// What every command has at hand.
struct Session<'a> {
    process: &'a Process,
    parsed: &'a Parsed,
    interpreter: &'a Interpreter,
    terminal: &'a Terminal,
    retries: &'a Arc<Retries>,
    store: &'a Store,
}

/// Runs a command line of pip's; returns the exit code.
pub fn run(process: &Process, words: &[String]) -> u8 {
    let plain = plain(process);
    if completion::is_asked(process) {
        return completed(process, words, &plain);
    }
    let (words, own) = python::spoken(process, words);
    let (parsed, is_version) = match cli::parse(&flags::PROGRAM, words) {
        Ok(Outcome::Run(parsed)) => (parsed, false),
        Ok(Outcome::Version(parsed)) => (parsed, true),
        Ok(Outcome::Help(path)) => {
            plain.marked(&cli::help::marked(&flags::PROGRAM, &path, plain.width()));
            return 0;
        }
        Err(error) => {
            let (text, code) = error.as_pip(&flags::PROGRAM);
            plain.err_marked(&text);
            return code;
        }
    };
    let facts = Store::open(cache_folder::cache_dir(process));
    let python::Chosen { interpreter, is_named } = match python::choose(process, &facts, &parsed, own) {
        Ok(chosen) => chosen,
        Err(PythonError::Settings(error)) => return bad_settings(&plain, &error, &[]),
        Err(error) => {
            plain.err(&format!("ERROR: {}", error.sentence()));
            plain.err(&format!("hint: {}", error.hint()));
            return ERROR;
        }
    };
    if is_version {
        plain.line(&version(&interpreter));
        return 0;
    }
    let path = parsed.path.clone();
    let parsed = match join_pip(process, parsed, Some(interpreter.prefix())) {
        Ok(parsed) => without_nothing(parsed),
        Err(error) => return bad_settings(&plain, &error, &path),
    };
    let (terminal, store) = match opened(process, &parsed) {
        Ok(both) => both,
        Err(failure) => {
            failure.tell(&plain);
            return failure.code;
        }
    };
    // pip: only what its command's own section says can have come too late
    if !is_named && (parsed.late_python || parsed.text(&flags::PYTHON).is_some()) {
        let (text, code) = cli::UsageError::PythonAfterCommand.as_pip(&flags::PROGRAM);
        terminal.say(Level::Critical, text.trim_end_matches('\n'));
        return code;
    }
    let count = parsed.integer(&flags::RETRIES).map_or(5, |count| u32::try_from(count).unwrap_or(0));
    let retries = Arc::new(Retries::new(Arc::clone(&terminal), count));
    let session = Session {
        process,
        parsed: &parsed,
        interpreter: &interpreter,
        terminal: &terminal,
        retries: &retries,
        store: &store,
    };
    let code = session.dispatch();
    match terminal.stdout_failure() {
        None => code,
        Some(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            terminal.err("ERROR: Pipe to stdout was broken");
            120
        }
        Some(error) => {
            let failure = Failure::system(error, "<stdout>");
            failure.tell(&terminal);
            failure.code
        }
    }
}

/// The terminal before options are read: pip looks for the word that forbids colours, and for the variables.
fn plain(process: &Process) -> Terminal {
    let is_word = process.args.iter().any(|word| word == "--no-color");
    let is_on = |value: &str| crate::settings::boolean(value) == Some(true);
    let never = is_word || process.has("NO_COLOR") || process.var("PIP_NO_COLOR").is_some_and(is_on);
    let color = if never { ColorChoice::Never } else { ColorChoice::Auto };
    Terminal::new(process, TerminalPolicy { color, info_to_stdout: true, ..TerminalPolicy::default() })
}

/// pip takes an empty value of some options for none.
fn without_nothing(mut parsed: Parsed) -> Parsed {
    let options = [&flags::PYTHON_VERSION, &flags::IMPLEMENTATION];
    let is_nothing = |one: &Occurrence| {
        options.iter().any(|flag| flag.id == one.flag.id) && one.given == Given::Text(String::new())
    };
    parsed.occurrences.retain(|one| !is_nothing(one));
    parsed
}

/// The terminal, with its log, and the store.
fn opened(process: &Process, parsed: &Parsed) -> Result<(Arc<Terminal>, Store), Failure> {
    let terminal = Arc::new(Terminal::new(process, policy(parsed)));
    if let Some(path) = parsed.filled(&flags::LOG) {
        terminal.log_to(LogFile::at(process.absolute(path)));
    }
    let store = cache_folder::open_store(process, parsed, &terminal)?;
    Ok((terminal, store))
}

/// Tells a shell what can stand where its cursor is; pip ends with 1 then.
fn completed(process: &Process, typed: &[String], plain: &Terminal) -> u8 {
    let words = match completion::complete(process) {
        Completion::Line(words) => vec![words.join(" ")],
        Completion::Words(words) => words,
        Completion::Installed { current, words } => completed_names(process, typed, (&current, &words)),
    };
    words.iter().for_each(|word| plain.line(word));
    ERROR
}

/// Names of installed packages, or options where there is none. The shim hands `--python` over in what is typed.
fn completed_names(process: &Process, typed: &[String], (current, words): (&str, &[String])) -> Vec<String> {
    let beginning = current.to_lowercase();
    let parsed = match cli::parse(&flags::PROGRAM, &[typed, &["list".to_owned()]].concat()) {
        Ok(Outcome::Run(parsed)) => parsed,
        _ => Parsed::default(),
    };
    let named = || -> Option<Vec<String>> {
        let facts = Store::open(cache_folder::cache_dir(process));
        let interpreter = crate::ops::python::any(process, &facts, parsed.text(&flags::PYTHON)).ok()?;
        let environment = Environment::of(interpreter, Path::new(""));
        let request = ListRequest { place: Place::Own, ..ListRequest::default() };
        let names = list(&environment, &request).ok()?.into_iter().map(|one| one.name.to_string());
        let mut names: Vec<String> = names.collect();
        names.retain(|name| name.starts_with(&beginning) && !words[1..].contains(name));
        Some(names)
    };
    match named().filter(|names| !names.is_empty()) {
        Some(names) => names,
        None => completion::instead_of_names(process),
    }
}

/// `pip 26.3 from DIR (python 3.N)`
fn version(interpreter: &Interpreter) -> String {
    let environment = Environment::of(interpreter.clone(), std::path::Path::new(""));
    let folder = environment.scheme().purelib.join("pip");
    format!("pip {PIP_VERSION} from {} (python {})", folder.display(), interpreter.minor_version())
}

/// pip's words for a configuration that it cannot use: usage and 2, or `ERROR:` and 3.
fn bad_settings(terminal: &Terminal, error: &SettingsError, path: &[&'static Command]) -> u8 {
    let usage = || cli::help::marked_usage(&flags::PROGRAM, path);
    match error {
        SettingsError::PipValue(error) if error.exit() == 3 => {
            terminal.err(&format!(
                "{error}. Check your pip configuration files or environment variables for this value. See https://pip.pypa.io/en/stable/topics/configuration/ for more information."
            ));
            3
        }
        SettingsError::PipValue(error) if is_of_main_parser(error, path) => {
            terminal.err_marked(&format!("{}{error}", cli::help::marked_usage(&flags::PROGRAM, &[])));
            2
        }
        SettingsError::PipValue(error) => {
            terminal.err_marked(&format!("{}{error}", usage()));
            2
        }
        other => {
            terminal.err(other.to_string().trim_end_matches('\n'));
            2
        }
    }
}

/// pip's main parser reads the general options before the command's does, but not the command's own section.
fn is_of_main_parser(error: &PipValueError, path: &[&'static Command]) -> bool {
    let name = format!("--{}", error.key());
    let is_general = flags::PROGRAM.flags(None).iter().any(|flag| flag.names.contains(&name.as_str()));
    let own = path.first().map(|command| format!("{}.", command.name));
    let is_own = match (error.origin(), own) {
        (Origin::File { key, .. }, Some(own)) => key.starts_with(&own),
        _ => false,
    };
    is_general && !is_own
}

fn policy(parsed: &Parsed) -> TerminalPolicy {
    let count = |flag| i32::try_from(parsed.count(flag)).unwrap_or(i32::MAX);
    let color = if parsed.is_on(&flags::NO_COLOR) { ColorChoice::Never } else { ColorChoice::Auto };
    let asked = count(&flags::VERBOSE) - count(&flags::QUIET);
    TerminalPolicy {
        color,
        verbosity: if parsed.is_on(&flags::DEBUG) { 2 } else { asked },
        no_progress: parsed.text(&flags::PROGRESS_BAR) == Some("off"),
        info_to_stdout: true,
    }
}

impl Session<'_> {
    fn dispatch(&self) -> u8 {
        self.tell_features();
        let outside = self.interpreter.virtual_environment().is_none();
        let exempt = [
            "cache",
            "check",
            "completion",
            "config",
            "debug",
            "freeze",
            "hash",
            "help",
            "index",
            "inspect",
            "list",
            "search",
            "show",
        ];
        let command = self.command();
        if self.parsed.is_on(&flags::REQUIRE_VIRTUALENV) && outside && !exempt.contains(&command) {
            self.terminal.say(Level::Critical, "ERROR: Could not find an activated virtualenv (required).");
            return 3;
        }
        match command {
            "cache" => self.ended(self.cache()),
            "check" => self.ended(self.check()),
            "completion" => self.ended(self.completion()),
            "config" => self.ended(self.config()),
            "debug" => self.ended(self.debug()),
            "download" => self.ended(self.download()),
            "freeze" => self.ended(self.freeze()),
            "hash" => self.ended(self.hash()),
            "index" => self.ended(self.index()),
            "inspect" => self.ended(self.inspect()),
            "install" => {
                crate::ops::interrupt::listen();
                self.ended(self.install())
            }
            "list" => self.ended(self.list()),
            "lock" => self.ended(self.lock()),
            "search" => self.ended(self.search()),
            "show" => self.ended(self.show()),
            "uninstall" => self.ended(self.uninstall()),
            "wheel" => self.ended(self.wheel()),
            other => self.error(&format!("unknown command \"{other}\"")),
        }
    }

    /// The command's name.
    fn command(&self) -> &str {
        self.parsed.words().first().copied().unwrap_or_default()
    }

    /// Features that no longer have to be asked for.
    fn tell_features(&self) {
        let always = ["build-constraint", "no-binary-enable-wheel-cache", "truststore"];
        let asked = self.parsed.values(&flags::USE_FEATURE);
        let asked: Vec<&str> = always.into_iter().filter(|one| asked.contains(one)).collect();
        if !asked.is_empty() {
            self.warn(&format!("The following features are always enabled: {}. ", asked.join(", ")));
        }
    }

    fn ended(&self, ended: Ended) -> u8 {
        ended.unwrap_or_else(|failure| {
            failure.tell(self.terminal);
            failure.code
        })
    }

    /// Who is told of what the network does.
    fn observer(&self) -> Option<Arc<dyn index::Observer>> {
        Some(Arc::clone(self.retries) as Arc<dyn index::Observer>)
    }

    /// A page that cannot be had is left out; pip says so of certificates only.
    fn page_skipped(&self, error: &index::FetchError) {
        self.retries.untried(error);
        if let Some(words) = unreachable::tls_words(&error.problem) {
            self.info(&format!(
                "Could not fetch URL {}: There was a problem confirming the ssl certificate: {words} - skipping",
                error.url
            ));
        }
    }

    /// What pip says of something that cannot be fetched.
    fn unreached(&self, error: &index::FetchError) -> Failure {
        self.retries.untried(error);
        self.retries.lost(&error.url).unwrap_or_else(|| unreachable::fetch(error))
    }

    /// Where journals of environments that are not ours alone are kept.
    fn state_dir(&self) -> PathBuf {
        let usual = self.process.xdg("XDG_STATE_HOME", ".local/state");
        usual.map_or_else(|| self.store.root().join("state"), |folder| folder.join("tilsit"))
    }

    /// What pip logs as INFO: on stdout, not with `-q`.
    fn info(&self, text: &str) {
        self.terminal.info(text);
    }

    /// What pip logs as DEBUG: with `-vv`.
    fn debug_line(&self, text: &str) {
        self.terminal.say(Level::Debug, text);
    }

    /// `WARNING: …` on stderr, not with `-qq`.
    fn warn(&self, text: &str) {
        self.terminal.say(Level::Warning, &format!("WARNING: {}", crate::output::redact_text(text)));
    }

    /// Says what is wrong in pip's form.
    fn error(&self, text: &str) -> u8 {
        self.terminal.say(Level::Error, &format!("ERROR: {text}"));
        ERROR
    }
}
