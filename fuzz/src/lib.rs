//! Parsers that eat strangers' bytes, each with a body that hands it any bytes and checks what must hold of the answer.
//!
//! What enters: bytes. What leaves: nothing, or a panic, which is a bug: of the parser, or of a promise that is broken (what
//! was printed is read again as the same value; what an archive holds stays below its folder).
//! What never happens here: a network, a clock, a file outside of a temporary folder.
//!
//! `cargo xtask test` runs every body on its seeds and on mutations of them, always the same. To search on:
//!
//! ```console
//! $ cargo install cargo-fuzz
//! $ cargo run -p fuzz --bin seeds requirement target/corpus/requirement
//! $ BODY=requirement cargo fuzz run --sanitizer none --features libfuzzer body target/corpus/requirement
//! ```
//!
//! ```
//! let body = fuzz::BODIES.iter().find(|body| body.name == "requirement").unwrap();
//! (body.run)(b"flask[async] >= 3 ; python_version > '3.8'");
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a panic is how a body says what it found"
)]

mod archives;
mod pages;
mod projects;
mod seeds;
mod standards;

/// One parser.
#[derive(Debug)]
pub struct Body {
    /// Its name, for `BODY`.
    pub name: &'static str,
    /// Parses and checks.
    pub run: fn(&[u8]),
    /// What to start from: input that is right, or nearly.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// How many mutations of each seed the tests try: bodies that write files are slow.
    pub mutations: usize,
}

const fn values(name: &'static str, run: fn(&[u8]), seeds: fn() -> Vec<Vec<u8>>) -> Body {
    Body { name, run, seeds, mutations: 2_000 }
}

const fn files(name: &'static str, run: fn(&[u8]), seeds: fn() -> Vec<Vec<u8>>) -> Body {
    Body { name, run, seeds, mutations: 20 }
}

/// All of them.
pub const BODIES: &[Body] = &[
    values("requirement", standards::requirement, seeds::requirements),
    values("specifiers", standards::specifiers, seeds::specifiers),
    values("version", standards::version, seeds::versions),
    values("marker", standards::marker, seeds::markers),
    values("filename", standards::filename, seeds::filenames),
    values("metadata", standards::metadata, seeds::metadata),
    values("record", standards::record, seeds::records),
    values("entry-points", standards::entry_points, seeds::entry_points),
    values("direct-url", standards::direct_url, seeds::direct_urls),
    values("license", standards::license, seeds::licenses),
    values("pylock", standards::pylock, seeds::pylocks),
    values("project-page", pages::project_page, seeds::project_pages),
    values("project-list", pages::project_list, seeds::project_pages),
    values("location", pages::location, seeds::locations),
    values("requirements-file", projects::requirements_file, seeds::requirements_files),
    values("script", projects::script, seeds::scripts),
    values("pyproject", projects::pyproject, seeds::pyprojects),
    files("native-build", projects::native_build, seeds::projects),
    files("wheel", archives::wheel, seeds::wheels),
    values("zip", archives::zip, seeds::wheels),
    values("tar", archives::tar, seeds::tars),
    files("source", archives::source, seeds::sources),
];

/// Text as a parser gets it from a file that was decoded.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}
