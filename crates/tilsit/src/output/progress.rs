//! Progress bars on a terminal; nothing in a pipe.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// The bars of a run.
pub struct Progress {
    bars: MultiProgress,
    shown: bool,
}

/// What a bar counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes, with speed and time left.
    Bytes,
}

/// One bar. It disappears when dropped.
pub struct Bar {
    bar: ProgressBar,
}

impl Progress {
    /// Bars on stderr, or bars that are never seen.
    pub(super) fn new(shown: bool) -> Self {
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { bars: MultiProgress::with_draw_target(target), shown }
    }

    /// A spinner with a label, for work of unknown length.
    pub fn spinner(&self, label: &str) -> Bar {
        let bar = self.add(ProgressBar::no_length(), "{spinner} {prefix} {wide_msg}", label);
        if self.shown {
            bar.bar.enable_steady_tick(Duration::from_millis(120));
        }
        bar
    }

    /// A bar with a label, for work of known length.
    pub fn bar(&self, label: &str, length: u64, unit: Unit) -> Bar {
        let template = match unit {
            Unit::Bytes => "{prefix:20!} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
        };
        self.add(ProgressBar::new(length), template, label)
    }

    /// Takes the bars away while `print` writes to the terminal.
    pub fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        if self.shown { self.bars.suspend(print) } else { print() }
    }

    fn add(&self, bar: ProgressBar, template: &str, label: &str) -> Bar {
        if !self.shown {
            return Bar { bar: ProgressBar::hidden() };
        }
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = self.bars.add(bar.with_style(style.progress_chars("━╸─")));
        bar.set_prefix(label.to_owned());
        Bar { bar }
    }
}

impl Bar {
    /// Moves on by `amount`.
    pub fn advance(&self, amount: u64) {
        self.bar.inc(amount);
    }

    /// The length became known, or changed.
    pub fn set_length(&self, length: u64) {
        self.bar.set_length(length);
    }

    /// What is being worked on right now.
    pub fn message(&self, text: &str) {
        self.bar.set_message(text.to_owned());
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
