//! The archives that builds leave, byte for byte as the emulated writers print them: zip as CPython's `zipfile`, tar as its
//! `tarfile` (PAX), gzip as its `gzip` module. Everything is made in memory from bytes that are handed in.
//!
//! Compressed bytes depend on the compressor: CPython uses C zlib, so this crate does too (`flate2` over `libz-sys`,
//! linked statically); `uv_build` uses zlib-rs, and so does what is written in its form.

mod deflate;
mod gzip;
mod tar;
mod zip;

// Named for its feature alone: `flate2` compresses with it.
use libz_sys as _;

pub use deflate::Compressor;
pub use gzip::{GzipForm, GzipWriter};
pub use tar::{TarEntry, TarForm, TarKind, TarTime, TarWriter};
pub use zip::{Method, ZipForm, ZipMember, ZipTime, ZipWriter};

/// An archive that its format, without the extensions we do not write, cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} is too large for the archive")]
pub struct TooLarge {
    /// The member, or what there are too many of.
    pub what: String,
}
