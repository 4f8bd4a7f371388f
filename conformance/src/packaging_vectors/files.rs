//! File names, tags, metadata, index pages, direct URLs, groups, licences and lock files.

use super::Handler;

/// By the name of the file.
pub const HANDLERS: &[(&str, Handler)] = &[];
