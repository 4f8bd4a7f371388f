//! Wheels that are refused, and the store.

use super::super::{Code, Diagnostic, codes};
use std::path::Path;
use store::archive::zip::ZipError;
use store::wheels::WheelError;
use store::{AddWheelError, DiskError};

impl From<&DiskError> for Diagnostic {
    fn from(error: &DiskError) -> Self {
        if error.is_full() {
            return full(&error.path).fact(format!("while trying to {}", error.action));
        }
        Self::new(&codes::CACHE_UNUSABLE, format!("the store cannot be used: {}", error.path.display()))
            .fact(format!("cannot {}: {}", error.action, error.source))
            .hint("choose another folder with --cache-dir or TILSIT_CACHE_DIR")
    }
}

pub(super) fn full(path: &Path) -> Diagnostic {
    Diagnostic::new(&codes::DISK_FULL, format!("there is no room left for {}", path.display()))
        .hint("`tilsit cache prune` makes room")
}

/// A wheel that the store refused; `filename` is its name.
pub fn refused_wheel(filename: &str, error: &AddWheelError) -> Diagnostic {
    match error {
        AddWheelError::HashMismatch { actual, expected } => {
            let promised: Vec<String> = expected.iter().map(ToString::to_string).collect();
            Diagnostic::new(&codes::HASH_MISMATCH, format!("`{filename}` is not the file that was promised"))
                .fact(format!("expected: {}", promised.join(" or ")))
                .fact(format!("got:      {actual}"))
                .hint("nothing was installed; try `--refresh`, and do not go on if it happens again")
        }
        AddWheelError::Content(content) => {
            let (code, summary, hint) = wheel_words(content);
            let diagnostic = Diagnostic::new(code, summary.replace("{}", filename)).fact(content.to_string());
            diagnostic.note("the file is at fault, not your machine").hint(hint)
        }
        AddWheelError::Disk(disk) => Diagnostic::from(disk),
        other => Diagnostic::new(&codes::CORRUPT_WHEEL, format!("`{filename}` cannot be used"))
            .fact(other.to_string()),
    }
}

/// Code, summary (`{}` stands for the file) and hint.
fn wheel_words(error: &WheelError) -> (&'static Code, &'static str, &'static str) {
    const UNSAFE: (&Code, &str, &str) = (
        &codes::UNSAFE_ARCHIVE,
        "`{}` is not safe to unpack",
        "nothing was written; do not install this file",
    );
    const DAMAGED: (&Code, &str, &str) =
        (&codes::CORRUPT_WHEEL, "`{}` is damaged", "`--refresh` downloads it again");
    match error {
        WheelError::Record(_)
        | WheelError::RecordMissingFile(_)
        | WheelError::RecordHash { .. }
        | WheelError::RecordMismatch { .. } => (
            &codes::LYING_RECORD,
            "the RECORD of `{}` is wrong",
            "take another version, and tell its authors",
        ),
        WheelError::Zip(zip) => match zip {
            ZipError::UnsafeName { .. }
            | ZipError::Duplicate { .. }
            | ZipError::CaseCollision { .. }
            | ZipError::SpecialFile { .. }
            | ZipError::Ambiguous(_)
            | ZipError::HeaderMismatch { .. }
            | ZipError::Overlap { .. }
            | ZipError::TooManyMembers(_)
            | ZipError::Bomb { .. } => UNSAFE,
            _ => DAMAGED,
        },
        _ => (
            &codes::CORRUPT_WHEEL,
            "`{}` is not a usable wheel",
            "take another version, and tell its authors",
        ),
    }
}

/// The store.
pub fn disk(error: &DiskError) -> Diagnostic {
    error.into()
}
