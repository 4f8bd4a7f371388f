//! Project files ⇄ requirements, locks. Text in, values out; values in, text out.
//!
//! What enters: the text of requirements files, constraints files, `pyproject.toml`. What leaves: requirements that know
//! who asked for them, options for the whole run, places of further files; and the text of compiled requirements.
//! What never happens here: reading or writing a file, looking up a variable, following an include.
//!
//! ```
//! use project::requirements_file::{Entry, Source, parse};
//!
//! let text = "-c limits.txt\nalpha >= 1.2  # the newest\n";
//! let file = parse(Source { path: "requirements.txt", constraint: false, text }, &|_| None)?;
//! assert!(matches!(&file.entries[0], Entry::Include(include) if include.constraint));
//! assert!(matches!(&file.entries[1], Entry::Requirement(entry) if entry.line == 2));
//! # Ok::<(), project::requirements_file::RequirementsFileError>(())
//! ```

pub mod compile_output;
pub mod pyproject;
pub mod requirements_file;
pub mod script;
