// tidy: table
//! Cases that are not as pip's yet, and what is known about it. A case that has become equal fails until it is taken
//! from here; each reason stands in `docs/reference/differences.md`.

/// Case and reason.
pub const OPEN: &[(&str, &str)] = &[];
