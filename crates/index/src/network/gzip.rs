//! gzip bodies (RFC 1952), with a limit.

use std::io::Read;

use libdeflater::Decompressor;

use crate::error::Problem;

/// The bytes that `packed` holds, if no more than `limit`.
pub(crate) fn gunzip(packed: &[u8], limit: u64) -> Result<Vec<u8>, Problem> {
    // The trailer tells the size modulo 2³²; deflate packs no better than 1032 to 1.
    let claimed = packed.last_chunk::<4>().map_or(0, |size| u64::from(u32::from_le_bytes(*size)));
    if claimed > limit {
        return Err(Problem::TooLarge { limit });
    }
    let mut out = vec![0; claimed.min(packed.len() as u64 * 1032) as usize];
    match Decompressor::new().gzip_decompress(packed, &mut out) {
        Ok(len) => {
            out.truncate(len);
            Ok(out)
        }
        // Several members one after the other, or broken.
        Err(_) => slowly(packed, limit),
    }
}

fn slowly(packed: &[u8], limit: u64) -> Result<Vec<u8>, Problem> {
    let mut out = Vec::new();
    flate2::read::MultiGzDecoder::new(packed)
        .take(limit + 1)
        .read_to_end(&mut out)
        .map_err(|error| Problem::Interrupted(format!("gzip body: {error}")))?;
    if out.len() as u64 > limit { Err(Problem::TooLarge { limit }) } else { Ok(out) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn members_limits_and_lies() {
        assert_eq!(gunzip(&gzip(b"hello"), 5).unwrap(), b"hello");
        assert_eq!(gunzip(&[gzip(b"hel"), gzip(b"lo")].concat(), 9).unwrap(), b"hello");
        assert_eq!(gunzip(&gzip(&[0; 1000]), 999), Err(Problem::TooLarge { limit: 999 }));
        let mut lying = gzip(&[0; 100_000]);
        let end = lying.len();
        lying[end - 4..].copy_from_slice(&5u32.to_le_bytes());
        assert!(gunzip(&lying, 1000).is_err());
        assert!(gunzip(b"", 10).is_err());
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = gunzip(&bytes, 1 << 20);
        }
    }
}
