//! The only place that prints.
//!
//! [`Terminal`] owns both streams: results go to stdout, everything about how the work goes to stderr (or, for pip,
//! where pip writes it). [`Diagnostic`] is an error as facts, [`diagnosis`] words every one of them, [`codes`] the list of all errors with their pages,
//! [`columns`] the tables, [`progress`] the bars, [`marks`] colours inside of a text, [`redact`] what keeps passwords out of all of it.

pub mod codes;
pub mod columns;
pub mod diagnosis;
mod diagnostic;
mod log_file;
mod log_sink;
pub mod marks;
mod ordered_json;
pub mod progress;
mod redact;
pub mod settings_table;
mod terminal;

pub use codes::Code;
pub use diagnostic::{Diagnostic, Excerpt};
pub use log_file::LogFile;
pub use marks::Mark;
pub use ordered_json::Json;
pub use redact::{printable, redact_text};
pub use terminal::{ColorChoice, Level, Style, Terminal, TerminalPolicy};
