//! `pip search`, which PyPI stopped answering long ago; Tilsit does not ask.

use super::errors::Failure;
use super::{Ended, Session};

/// pip's code for an exception, which is how its own search ends.
const EXCEPTION: u8 = 2;

impl Session<'_> {
    pub(super) fn search(&self) -> Ended {
        let words = &self.parsed.arguments;
        if words.is_empty() {
            return Err(Failure::error("Missing required argument (search query)."));
        }
        let mut failure = Failure::error(
            "XMLRPC request failed: package indexes no longer answer searches (XML-RPC is off on PyPI).",
        )
        .ending_with(EXCEPTION);
        failure.hint(&format!(
            "`tilsit search {}` looks through the index's names; a browser searches summaries",
            words.join(" ")
        ));
        Err(failure)
    }
}
