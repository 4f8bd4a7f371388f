//! What libraries say through the `log` facade goes to stderr, as much of it as `-v` asks for.

use std::io::Write as _;

struct Sink;

static SINK: Sink = Sink;

/// Starts listening: nothing without `-v`, our own rooms with `-v` and `-vv`, every library with `-vvv`.
pub(super) fn listen(verbosity: i32) {
    let level = match verbosity {
        ..=0 => return,
        1 => log::LevelFilter::Info,
        2 => log::LevelFilter::Debug,
        _ => log::LevelFilter::Trace,
    };
    if log::set_logger(&SINK).is_ok() {
        log::set_max_level(level);
    }
}

/// The crates of this workspace.
const ROOMS: &[&str] = &["tilsit", "index", "store", "environment", "resolver", "project", "packaging"];

impl log::Log for Sink {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        let room = metadata.target().split("::").next().unwrap_or_default();
        ROOMS.contains(&room) || log::max_level() == log::LevelFilter::Trace
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            let text = super::redact_text(&record.args().to_string());
            let _ = writeln!(std::io::stderr().lock(), "  [{}] {text}", record.target());
        }
    }

    fn flush(&self) {}
}
