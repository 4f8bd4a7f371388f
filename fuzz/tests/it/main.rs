//! Every body on its seeds and on mutations of them, always the same.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::panic::{AssertUnwindSafe, catch_unwind};

use fuzz::{BODIES, Body};

/// Splitmix64: the same numbers on every machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// What parsers trip over: ends, escapes, numbers at their limits, names that lead elsewhere.
const ODD: [&[u8]; 24] = [
    b"",
    b"\0",
    b"\n",
    b"\r\n",
    b"\\",
    b"\"",
    b"'",
    b"%",
    b"${X}",
    b"#",
    b"..",
    b"../../x",
    b"/etc",
    b"[",
    b"]]",
    b"{}",
    b"*",
    b"**",
    b"\xff\xfe",
    b"\xc3\xa9",
    b"18446744073709551616",
    b"-1",
    b"=",
    "\u{1f9c0}".as_bytes(),
];

/// One to four changes: a byte, a piece taken out, doubled, moved or replaced by something odd.
fn mutated(seed: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=numbers.below(4) {
        let start = numbers.below(bytes.len() + 1);
        let end = (start + 1 + numbers.below(16)).min(bytes.len());
        let piece = bytes[start.min(end)..end].to_vec();
        match numbers.below(5) {
            0 => bytes.iter_mut().skip(start).take(1).for_each(|byte| *byte = numbers.next() as u8),
            1 => drop(bytes.drain(start.min(end)..end)),
            2 => drop(bytes.splice(start..start, piece)),
            3 => drop(bytes.splice(start.min(end)..end, ODD[numbers.below(ODD.len())].iter().copied())),
            _ => {
                let place = numbers.below(bytes.len() + 1);
                drop(bytes.splice(place..place, piece));
            }
        }
    }
    bytes
}

/// The input that the body fails on, printed as it may be pasted.
fn failure(body: &Body, bytes: &[u8]) -> Option<String> {
    let held = catch_unwind(AssertUnwindSafe(|| (body.run)(bytes)));
    held.err().map(|_| format!("{} fails on b\"{}\"", body.name, bytes.escape_ascii()))
}

/// The first input, of its seeds and what is near them, that the body fails on.
fn first_failure(body: &Body) -> Option<String> {
    let mut numbers = Numbers(7);
    failure(body, b"").or_else(|| {
        (body.seeds)().into_iter().find_map(|seed| {
            let near = (0..body.mutations).find_map(|_| failure(body, &mutated(&seed, &mut numbers)));
            failure(body, &seed).or(near)
        })
    })
}

#[test]
fn bodies_hold_on_their_seeds_and_near_them() {
    let failures: Vec<String> = BODIES.iter().filter_map(first_failure).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn names_are_unique() {
    let mut names: Vec<&str> = BODIES.iter().map(|body| body.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), BODIES.len());
}
