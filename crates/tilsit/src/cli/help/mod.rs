//! Help, written from the tables: ours and in the layout of pip's.

mod argparse;
mod native;
mod optparse;
mod wrap;

use super::flag::{Command, Dialect, Program};
use crate::output::marks::{Shown, painted};

pub use argparse::{error as argparse_error, name as argparse_name};
pub use wrap::wrap_hyphenated;

/// The help of a program (empty path) or of one of its commands, for a terminal of that width.
pub fn help(program: &'static Program, path: &[&'static Command], width: usize) -> String {
    match program.dialect {
        Dialect::Native => native::help(program, path, width),
        Dialect::Optparse => plain(&optparse::help(program, path, width)),
        Dialect::Argparse => argparse::help(program, width),
    }
}

/// The usage lines alone, as they stand above an error.
pub fn usage(program: &'static Program, path: &[&'static Command]) -> String {
    match program.dialect {
        Dialect::Native => native::usage(program, path),
        Dialect::Optparse => plain(&optparse::usage(program, path)),
        Dialect::Argparse => argparse::usage(program, 80),
    }
}

/// pip's help with [marks](crate::output::marks) where it is coloured.
pub fn marked(program: &'static Program, path: &[&'static Command], width: usize) -> String {
    optparse::help(program, path, width)
}

/// pip's usage lines with marks.
pub fn marked_usage(program: &'static Program, path: &[&'static Command]) -> String {
    optparse::usage(program, path)
}

fn plain(text: &str) -> String {
    painted(text, Shown::Nothing)
}
