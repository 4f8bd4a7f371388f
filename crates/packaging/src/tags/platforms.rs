//! The platform part of tags, best first, for each operating system.

use super::TagFacts;

/// The C library of a Linux interpreter, which decides between manylinux and musllinux.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum LinuxLibc {
    /// Unknown or none: only `linux_*` tags.
    #[default]
    None,
    /// glibc of this version: manylinux (PEP 600).
    Glibc(u32, u32),
    /// musl of this version: musllinux (PEP 656).
    Musl(u32, u32),
}

/// Architectures for which a 64-bit (or always hard-float) manylinux exists.
const MANYLINUX_ARCHS: [&str; 7] =
    ["x86_64", "aarch64", "ppc64", "ppc64le", "s390x", "loongarch64", "riscv64"];

/// glibc releases that have an older name (PEP 513, 571, 599).
const LEGACY_MANYLINUX: [((u32, u32), &str); 3] =
    [((2, 17), "manylinux2014"), ((2, 12), "manylinux2010"), ((2, 5), "manylinux1")];

/// Nothing real is above these; they bound the work for hostile facts.
const MAX_MINOR: u32 = 200;

fn underscored(text: &str) -> String {
    text.replace(['.', '-', ' '], "_")
}

pub(super) fn platforms_of(facts: &TagFacts) -> Vec<String> {
    let system = facts.platform.split('-').next().unwrap_or_default();
    let version = facts.os_version;
    match (system, version) {
        ("macosx", Some(version)) => mac_platforms(version, mac_arch(facts)),
        ("ios", Some(version)) => ios_platforms(version, &facts.machine),
        ("android", Some((level, _))) => {
            let abi = facts.platform.rsplit('-').next().unwrap_or_default();
            android_platforms(level, abi)
        }
        ("linux", _) => linux_of(facts),
        ("emscripten", _) => {
            let pyodide = facts.emscripten_version.iter().map(|v| format!("pyemscripten_{v}_wasm32"));
            pyodide.chain([underscored(&facts.platform)]).collect()
        }
        _ => vec![underscored(&facts.platform)],
    }
}

fn mac_arch(facts: &TagFacts) -> &str {
    match facts.pointers_32bit {
        false => &facts.machine,
        true if facts.machine.starts_with("ppc") => "ppc",
        true => "i386",
    }
}

fn linux_of(facts: &TagFacts) -> Vec<String> {
    let platform = underscored(&facts.platform);
    let Some(arch) = platform.strip_prefix("linux_") else { return vec![platform] };
    let arch = match (arch, facts.pointers_32bit) {
        // A 32-bit interpreter on a 64-bit kernel.
        ("x86_64", true) => "i686",
        ("aarch64", true) => "armv8l",
        (arch, _) => arch,
    };
    let manylinux = match arch {
        "armv8l" | "armv7l" => facts.hard_float && facts.pointers_32bit,
        "i686" => facts.pointers_32bit,
        arch => MANYLINUX_ARCHS.contains(&arch),
    };
    let mut tags = match facts.libc {
        LinuxLibc::Glibc(..) if !manylinux => linux_platforms(arch, LinuxLibc::None),
        libc => linux_platforms(arch, libc),
    };
    if !facts.refused_platforms.is_empty() {
        drop_refused(&mut tags, &facts.refused_platforms);
    }
    tags
}

/// PEP 600: what a distributor refuses. The older name of a platform stands behind it and goes with it.
fn drop_refused(tags: &mut Vec<String>, refused: &[String]) {
    let mut is_refused = false;
    tags.retain(|tag| {
        if !tag.starts_with("manylinux") {
            return true;
        }
        if tag.starts_with("manylinux_") {
            is_refused = refused.contains(tag);
        }
        !is_refused
    });
}

/// The tags of a Linux machine: `linux_*`, then manylinux from the given glibc down or musllinux from the
/// given musl down.
pub fn linux_platforms(arch: &str, libc: LinuxLibc) -> Vec<String> {
    let archs: &[&str] = if arch == "armv8l" { &["armv8l", "armv7l"] } else { &[arch] };
    let mut tags: Vec<String> = archs.iter().map(|arch| format!("linux_{arch}")).collect();
    for arch in archs {
        match libc {
            LinuxLibc::None => {}
            LinuxLibc::Glibc(major, minor) => manylinux(&mut tags, (major, minor), arch),
            LinuxLibc::Musl(major, minor) => {
                let minors = (0..=minor.min(MAX_MINOR)).rev();
                tags.extend(minors.map(|minor| format!("musllinux_{major}_{minor}_{arch}")));
            }
        }
    }
    tags
}

/// PEP 600: every glibc from this one down to 2.17 (2.5 on x86), with the older names beside theirs.
fn manylinux(tags: &mut Vec<String>, (major, minor): (u32, u32), arch: &str) {
    let oldest = if matches!(arch, "x86_64" | "i686") { 5 } else { 17 };
    // A future glibc 3 is taken to run programs built for glibc 2; its last minor release is a guess.
    let series = (2..=major.min(9)).rev().map(|series| (series, if series == major { minor } else { 50 }));
    for (series, newest) in series {
        let lowest = if series == 2 { oldest } else { 0 };
        for minor in (lowest..=newest.min(MAX_MINOR)).rev() {
            tags.push(format!("manylinux_{series}_{minor}_{arch}"));
            if let Some((_, name)) = LEGACY_MANYLINUX.iter().find(|(glibc, _)| *glibc == (series, minor)) {
                tags.push(format!("{name}_{arch}"));
            }
        }
    }
}

/// The binary formats that run on a macOS version with this processor.
fn mac_formats(version: (u32, u32), arch: &str) -> Vec<&str> {
    let more: &[&str] = match arch {
        "x86_64" if version < (10, 4) => return Vec::new(),
        "x86_64" => &["intel", "fat64", "fat3", "universal2", "universal"],
        "i386" if version < (10, 4) => return Vec::new(),
        "i386" => &["intel", "fat3", "fat", "universal"],
        "ppc64" if !((10, 4)..=(10, 5)).contains(&version) => return Vec::new(),
        "ppc64" => &["fat64", "universal"],
        "ppc" if version > (10, 6) => return Vec::new(),
        "ppc" => &["fat3", "fat", "universal"],
        "arm64" => &["universal2"],
        "intel" => &["universal"],
        _ => &[],
    };
    [arch].into_iter().chain(more.iter().copied()).collect()
}

/// The tags of macOS: the minor versions of 10, and of 11 and later one per year (`packaging.tags.mac_platforms`).
pub fn mac_platforms(version: (u32, u32), arch: &str) -> Vec<String> {
    let all_formats = |version: (u32, u32)| {
        let formats = mac_formats(version, arch).into_iter();
        formats.map(move |format| format!("macosx_{}_{}_{format}", version.0, version.1)).collect::<Vec<_>>()
    };
    if version < (10, 0) {
        return Vec::new();
    }
    if version < (11, 0) {
        return (0..=version.1.min(MAX_MINOR)).rev().flat_map(|minor| all_formats((10, minor))).collect();
    }
    let mut tags: Vec<String> =
        (11..=version.0.min(MAX_MINOR)).rev().flat_map(|major| all_formats((major, 0))).collect();
    for minor in (4..=16).rev() {
        if arch == "x86_64" {
            tags.extend(all_formats((10, minor)));
        } else {
            // The x86_64 half of a universal2 binary may name an older macOS than the ARM half.
            tags.push(format!("macosx_10_{minor}_universal2"));
        }
    }
    tags
}

/// The tags of iOS from this version down to 12.0 (PEP 730); no minor release was ever above 9.
pub fn ios_platforms(version: (u32, u32), multiarch: &str) -> Vec<String> {
    let multiarch = multiarch.replace('-', "_");
    let (major, minor) = (version.0.min(MAX_MINOR), version.1.min(MAX_MINOR));
    if major < 12 {
        return Vec::new();
    }
    let newest = (0..=minor).rev().map(|minor| (major, minor));
    let older = (12..major).rev().flat_map(|major| (0..=9).rev().map(move |minor| (major, minor)));
    newest.chain(older).map(|(major, minor)| format!("ios_{major}_{minor}_{multiarch}")).collect()
}

/// The tags of Android from this API level down to 16 (PEP 738).
pub fn android_platforms(api_level: u32, abi: &str) -> Vec<String> {
    let abi = underscored(abi);
    (16..=api_level.min(1_000)).rev().map(|level| format!("android_{level}_{abi}")).collect()
}
