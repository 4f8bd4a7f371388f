//! Errors that no command line can be relied on to meet.

use ::environment::InstallError;
use index::{FetchError, Problem};

use super::connection;
use crate::ops::network::ConnectionError;
use crate::output::{Diagnostic, Style};

fn shown(diagnostic: &Diagnostic) -> String {
    diagnostic.render(Style::PLAIN)
}

#[test]
fn no_index_is_named_and_none_is_found() {
    let shown = shown(&connection(&ConnectionError::NoIndex));
    assert!(shown.contains("[no-index]") && shown.contains("index-url"), "{shown}");
}

#[test]
fn another_process_came_in_between() {
    let error = InstallError::Changed { name: "alpha".to_owned() };
    let shown = shown(&Diagnostic::from(&error));
    assert!(shown.contains("[environment-busy]") && shown.contains("alpha"), "{shown}");
}

#[test]
fn the_network_thread_is_gone() {
    let error = FetchError { url: "http://127.0.0.1/".to_owned(), problem: Problem::Stopped, attempts: 0 };
    let shown = shown(&Diagnostic::from(&error));
    assert!(shown.contains("[internal]"), "{shown}");
}
