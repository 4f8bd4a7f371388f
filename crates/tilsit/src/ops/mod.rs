//! One file per verb, and the only place where two stages are joined.
//!
//! A personality hands in a request and gets a report; while it waits it hears [`events`]. Nothing here chooses a word
//! that a person reads, and nothing here prints.

pub mod build;
pub mod candidates;
pub mod compile;
pub mod default_index;
pub mod direct;
pub mod download;
pub mod events;
pub mod formats;
pub mod graph;
pub mod install;
pub mod interrupt;
pub mod link;
pub mod list;
pub mod locked;
pub mod names;
pub mod network;
pub mod obtain;
pub mod order;
pub mod own_pip;
pub mod pattern;
pub mod project_file;
pub mod python;
pub mod report;
pub mod search;
pub mod sources;
pub mod sync;
pub mod versions;
pub mod wanted;
pub mod whole_file;
pub mod working_copy;
