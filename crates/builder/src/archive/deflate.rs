//! Raw deflate. Which bytes come out depends on the compressor, so each form of an archive has its own.

use std::fmt;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use zlib_rs::{Deflate, DeflateFlush, Status};

/// A compressor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compressor {
    /// C zlib, as under CPython.
    Zlib,
    /// zlib-rs, as under `uv_build`.
    ZlibRs,
}

/// Compresses as `zlib.compressobj(level, DEFLATED, -15)` does, or as the other compressor does in its place.
pub(super) fn deflate(contents: &[u8], level: u32, compressor: Compressor) -> Vec<u8> {
    let mut stream = Deflater::new(Vec::with_capacity(contents.len() / 2 + 16), level, compressor, 8 * 1024);
    // Writing into memory does not fail.
    stream.write_all(contents).and_then(|()| stream.finish()).unwrap_or_default()
}

/// A stream of raw deflate into memory.
pub(super) enum Deflater {
    Zlib(DeflateEncoder<Vec<u8>>),
    ZlibRs { stream: Deflate, compressed: Vec<u8>, room: usize },
}

impl Deflater {
    /// A stream after the bytes of `start`. What zlib-rs gives depends on how much room for output each call has, and on
    /// the pieces in which it is written to: both have to be as under the back end.
    pub(super) fn new(start: Vec<u8>, level: u32, compressor: Compressor, room: usize) -> Self {
        match compressor {
            Compressor::Zlib => Self::Zlib(DeflateEncoder::new(start, Compression::new(level))),
            Compressor::ZlibRs => {
                let level = i32::try_from(level).unwrap_or(6);
                Self::ZlibRs { stream: Deflate::new(level, false, 15), compressed: start, room }
            }
        }
    }

    pub(super) fn finish(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Zlib(encoder) => encoder.finish(),
            Self::ZlibRs { mut stream, mut compressed, room } => {
                while step(&mut stream, &[], &mut compressed, room, DeflateFlush::Finish)?.0
                    != Status::StreamEnd
                {}
                Ok(compressed)
            }
        }
    }
}

impl fmt::Debug for Deflater {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deflater")
    }
}

impl Write for Deflater {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Zlib(encoder) => encoder.write(bytes),
            Self::ZlibRs { .. } if bytes.is_empty() => Ok(0),
            Self::ZlibRs { stream, compressed, room } => {
                let mut taken = 0;
                while taken < bytes.len() {
                    taken += step(stream, &bytes[taken..], compressed, *room, DeflateFlush::NoFlush)?.1;
                }
                Ok(taken)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One call of the compressor with this much room: what it said, and how many bytes it took.
fn step(
    stream: &mut Deflate,
    bytes: &[u8],
    compressed: &mut Vec<u8>,
    room: usize,
    flush: DeflateFlush,
) -> io::Result<(Status, usize)> {
    let (before_in, before_out, end) = (stream.total_in(), stream.total_out(), compressed.len());
    compressed.resize(end + room, 0);
    let status = stream.compress(bytes, &mut compressed[end..], flush);
    let grown = usize::try_from(stream.total_out() - before_out).map_err(io::Error::other)?;
    compressed.truncate(end + grown);
    let taken = usize::try_from(stream.total_in() - before_in).map_err(io::Error::other)?;
    match status {
        Ok(status) if grown + taken > 0 || status == Status::StreamEnd => Ok((status, taken)),
        Ok(_) => Err(io::Error::other("the compressor does not advance")),
        Err(error) => Err(io::Error::other(error.as_str())),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn nothing_deflates_to_two_bytes() {
        assert_eq!(deflate(b"", 6, Compressor::Zlib), b"\x03\0");
        assert_eq!(deflate(b"", 6, Compressor::ZlibRs), b"\x03\0");
    }

    proptest::proptest! {
        #[test]
        fn what_is_compressed_reads_back(seed in proptest::collection::vec(0u8..255, 0..3000), level in 1u32..10) {
            for compressor in [Compressor::Zlib, Compressor::ZlibRs] {
                let mut back = Vec::new();
                let compressed = deflate(&seed, level, compressor);
                flate2::read::DeflateDecoder::new(&*compressed).read_to_end(&mut back).unwrap();
                assert_eq!(back, seed);
            }
        }
    }
}
