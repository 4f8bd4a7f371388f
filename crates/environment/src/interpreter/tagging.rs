//! From the probe's answers to what decides about wheels.

use packaging::tags::{LinuxLibc, TagFacts};

use super::facts::Facts;

impl Facts {
    /// What decides which wheels fit this interpreter.
    pub fn tag_facts(&self) -> TagFacts {
        let libc = match (self.glibc, self.musl) {
            (_, Some((major, minor))) => LinuxLibc::Musl(major, minor),
            (Some((major, minor)), None) => LinuxLibc::Glibc(major, minor),
            (None, None) => LinuxLibc::None,
        };
        TagFacts {
            implementation: self.implementation.clone(),
            python_version: (self.version.0, self.version.1),
            free_threaded: self.free_threaded,
            debug: self.debug,
            pymalloc: true,     // Only Pythons before 3.8 have two ABIs here.
            wide_unicode: true, // The same for 3.3.
            ext_suffix: self.ext_suffix.clone(),
            platform: self.platform.clone(),
            pointers_32bit: self.pointer_bits == 32,
            libc,
            hard_float: self.hard_float,
            os_version: self.macos.as_deref().and_then(major_minor),
            machine: self.machine.clone(),
            emscripten_version: None,
            refused_platforms: Vec::new(),
        }
    }
}

/// `14.5.1` is (14, 5).
fn major_minor(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next().and_then(Result::ok).unwrap_or(0)))
}
