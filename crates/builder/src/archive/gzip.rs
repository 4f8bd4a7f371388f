//! Gzip streams, as CPython's `gzip.GzipFile` writes them.

use std::io::{self, Write};

use flate2::Crc;

use super::deflate::{Compressor, Deflater};

/// The header of a gzip stream (RFC 1952).
#[derive(Debug, Clone, Copy)]
pub struct GzipForm<'a> {
    /// When the file was changed, in seconds since 1970.
    pub time: u32,
    /// The file's name, where one is said.
    pub name: Option<&'a str>,
    /// The level of compression; `GzipFile`'s default is 9.
    pub level: u32,
    /// `XFL`: 2 says "slowest", which `GzipFile` says at level 9.
    pub extra_flags: u8,
    /// What compresses.
    pub compressor: Compressor,
}

impl<'a> GzipForm<'a> {
    /// What `GzipFile` writes at its default level.
    #[must_use]
    pub fn python(time: u32, name: Option<&'a str>) -> Self {
        Self { time, name, level: 9, extra_flags: 2, compressor: Compressor::Zlib }
    }

    /// What `uv_build` writes: no time, no name.
    #[must_use]
    pub fn rust() -> Self {
        Self { time: 0, name: None, level: 6, extra_flags: 0, compressor: Compressor::ZlibRs }
    }
}

/// Compresses what is written to it into memory.
#[derive(Debug)]
pub struct GzipWriter {
    stream: Deflater,
    crc: Crc,
}

impl GzipWriter {
    /// A stream that starts with this header.
    #[must_use]
    pub fn new(form: &GzipForm<'_>) -> Self {
        let mut header = vec![0x1f, 0x8b, 8, if form.name.is_some() { 8 } else { 0 }];
        header.extend_from_slice(&form.time.to_le_bytes());
        header.extend_from_slice(&[form.extra_flags, 0xff]);
        if let Some(name) = form.name {
            header.extend_from_slice(name.as_bytes());
            header.push(0);
        }
        Self { stream: Deflater::new(header, form.level, form.compressor, 32 * 1024), crc: Crc::new() }
    }

    /// The whole stream.
    ///
    /// # Errors
    /// None that memory gives; the type is the encoder's.
    pub fn finish(self) -> io::Result<Vec<u8>> {
        let mut bytes = self.stream.finish()?;
        bytes.extend_from_slice(&self.crc.sum().to_le_bytes());
        bytes.extend_from_slice(&self.crc.amount().to_le_bytes());
        Ok(bytes)
    }
}

impl Write for GzipWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.stream.write(bytes)?;
        self.crc.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        // Flushing the compressor would change its output.
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn reads_back() {
        let mut writer = GzipWriter::new(&GzipForm::python(7, Some("x.tar")));
        writer.write_all(b"hello").unwrap();
        let bytes = writer.finish().unwrap();
        assert_eq!(bytes[..10], [0x1f, 0x8b, 8, 8, 7, 0, 0, 0, 2, 0xff]);
        let mut text = String::new();
        flate2::read::GzDecoder::new(&*bytes).read_to_string(&mut text).unwrap();
        assert_eq!(text, "hello");
    }
}
