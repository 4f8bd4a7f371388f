//! The target of `cargo fuzz`: the body that `BODY` names.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static BODY: LazyLock<&fuzz::Body> = LazyLock::new(|| {
    let name = std::env::var("BODY").unwrap_or_default();
    match fuzz::BODIES.iter().find(|body| body.name == name) {
        Some(body) => body,
        None => {
            let names: Vec<&str> = fuzz::BODIES.iter().map(|body| body.name).collect();
            panic!("BODY is none of: {}", names.join(" "))
        }
    }
});

fuzz_target!(|bytes: &[u8]| (BODY.run)(bytes));
