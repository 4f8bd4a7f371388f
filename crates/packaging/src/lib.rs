//! Being built.

pub mod direct_url;
pub mod entry_points;
pub mod hashes;
pub mod record;
