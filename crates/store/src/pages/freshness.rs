//! How fresh a page is: a block of fixed size with its own checksum, rewritten in place when a page is found unchanged.

/// checksum u32 · length of ETag u16 · length of Last-Modified u16 · fetched at u64 · fresh until u64 · texts
pub(super) const BLOCK: usize = 512;
const TEXTS: usize = 24;

/// When a page was fetched, until when it may be used unasked, and how to ask whether it changed. Times are seconds since
/// 1970 UTC by the clock of the caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Freshness {
    /// When it came or was last found unchanged.
    pub fetched_at: u64,
    /// Until when it is used without asking; zero: ask each time.
    pub fresh_until: u64,
    /// For `If-None-Match`.
    pub etag: Option<String>,
    /// For `If-Modified-Since`.
    pub last_modified: Option<String>,
}

impl Freshness {
    /// Whether the page may be used at `now` without asking.
    #[must_use]
    pub fn is_fresh(&self, now: u64) -> bool {
        now < self.fresh_until
    }

    /// Reads a block; one that is torn or missing is stale and cannot be revalidated.
    pub(super) fn read(block: &[u8]) -> Self {
        Self::parse(block).unwrap_or_default()
    }

    fn parse(block: &[u8]) -> Option<Self> {
        let checksum = u32::from_le_bytes(*block.first_chunk()?);
        if block.len() != BLOCK || libdeflater::crc32(&block[4..]) != checksum {
            return None;
        }
        let length = |at: usize| usize::from(u16::from_le_bytes([block[at], block[at + 1]]));
        let time = |at: usize| block[at..].first_chunk().map(|raw| u64::from_le_bytes(*raw));
        let (etag, modified) = (length(4), length(6));
        let text = |start: usize, length: usize| {
            let text = std::str::from_utf8(block.get(start..start + length)?).ok()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        Some(Self {
            fetched_at: time(8)?,
            fresh_until: time(16)?,
            etag: text(TEXTS, etag),
            last_modified: text(TEXTS + etag, modified),
        })
    }

    /// Validators that do not fit are left out: the page is fetched whole then.
    pub(super) fn write(&self) -> [u8; BLOCK] {
        let mut block = [0; BLOCK];
        let (etag, modified) =
            (self.etag.as_deref().unwrap_or(""), self.last_modified.as_deref().unwrap_or(""));
        let (etag, modified) = match TEXTS + etag.len() + modified.len() {
            ..=BLOCK => (etag, modified),
            _ if TEXTS + modified.len() <= BLOCK => ("", modified),
            _ => ("", ""),
        };
        block[4..6].copy_from_slice(&(etag.len() as u16).to_le_bytes());
        block[6..8].copy_from_slice(&(modified.len() as u16).to_le_bytes());
        block[8..16].copy_from_slice(&self.fetched_at.to_le_bytes());
        block[16..24].copy_from_slice(&self.fresh_until.to_le_bytes());
        let (first, second) = (TEXTS, TEXTS + etag.len());
        block[first..second].copy_from_slice(etag.as_bytes());
        block[second..second + modified.len()].copy_from_slice(modified.as_bytes());
        let checksum = libdeflater::crc32(&block[4..]);
        block[..4].copy_from_slice(&checksum.to_le_bytes());
        block
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_block_is_read_as_written() {
        let full = Freshness {
            fetched_at: 10,
            fresh_until: 20,
            etag: Some("\"abc\"".to_owned()),
            last_modified: Some("Sat, 21 Nov 2026 09:00:00 GMT".to_owned()),
        };
        let long = Freshness { etag: Some("x".repeat(600)), ..full.clone() };
        for freshness in [Freshness::default(), full.clone()] {
            assert_eq!(Freshness::read(&freshness.write()), freshness);
        }
        assert_eq!(Freshness::read(&long.write()), Freshness { etag: None, ..full.clone() });
        let mut torn = full.write();
        torn[9] ^= 1;
        assert_eq!(Freshness::read(&torn), Freshness::default());
        assert!(full.is_fresh(19) && !full.is_fresh(20));
    }

    proptest! {
        #[test]
        fn any_block_is_read(mut block in proptest::collection::vec(any::<u8>(), BLOCK)) {
            let checksum = libdeflater::crc32(&block[4..]);
            block[..4].copy_from_slice(&checksum.to_le_bytes());
            let _ = Freshness::read(&block);
            let _ = Freshness::read(&block[1..]);
        }
    }
}
