//! Tags for a target that is not the running interpreter: pip's `--platform`, `--python-version`,
//! `--implementation`, `--abi`, and the platform names of `--python-platform`.

use std::str::FromStr;

use super::platforms::{LinuxLibc, android_platforms, ios_platforms, linux_platforms, mac_platforms};
use super::sequences::{add_compatible, add_cpython, add_generic, cpython_abis, generic_abi, nodot};
use super::{TagFacts, Tags};
use crate::markers::MarkerEnvironment;

/// The target options of `pip install`, `download` and `wheel`; empty means "as the interpreter".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetOptions {
    /// `--platform` values; each is expanded to the older ones it can run, as pip does.
    pub platforms: Vec<String>,
    /// A `--python-platform`; used when `platforms` is empty.
    pub python_platform: Option<PythonPlatform>,
    /// `--python-version` as numbers; only the first two count.
    pub python_version: Option<Vec<u32>>,
    /// `--implementation`: `cp`, `pp`, `py`, …
    pub implementation: Option<String>,
    /// `--abi` values.
    pub abis: Vec<String>,
}

/// A `--python-version` that is not `3`, `3.11`, `3.11.7` or `311`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a Python version: one to three numbers with dots between")]
pub struct BadPythonVersion {
    /// The value as given.
    pub text: String,
}

/// Reads a `--python-version` as pip does: `3` → (3), `311` → (3, 11), `3.11.7` → (3, 11, 7).
///
/// # Errors
/// [`BadPythonVersion`] for more than three parts or anything but numbers.
pub fn parse_python_version(text: &str) -> Result<Vec<u32>, BadPythonVersion> {
    let bad = || BadPythonVersion { text: text.to_owned() };
    let mut parts: Vec<&str> = text.split('.').collect();
    let wrong = |part: &&str| part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit());
    if parts.len() > 3 || parts.iter().any(wrong) {
        return Err(bad());
    }
    if let ([part], true) = (parts.as_slice(), text.len() > 1) {
        let (major, minor) = part.split_at(1);
        parts = vec![major, minor];
    }
    parts.into_iter().map(|part| part.parse().map_err(|_| bad())).collect()
}

/// pip's `get_supported`.
pub(super) fn tags(facts: &TagFacts, options: &TargetOptions) -> Tags {
    let own_version = [facts.python_version.0, facts.python_version.1];
    let version: &[u32] = match options.python_version.as_deref() {
        Some(version) if !version.is_empty() => &version[..version.len().min(2)],
        _ => &own_version,
    };
    let short = options.implementation.as_deref().unwrap_or(facts.short_name());
    let interpreter = format!("{short}{}", nodot(version));
    let platforms = match (&options.platforms[..], &options.python_platform) {
        ([], None) => facts.platforms(),
        ([], Some(platform)) => platform.platforms(),
        (given, _) => expand_platforms(given),
    };
    let given_abis = (!options.abis.is_empty()).then(|| options.abis.clone());
    let mut tags = Tags::with_capacity(1024);
    if short == "cp" {
        let own = || if version.len() > 1 { cpython_abis(facts, version) } else { Vec::new() };
        add_cpython(&mut tags, version, &given_abis.unwrap_or_else(own), &platforms);
    } else {
        let abis = given_abis.unwrap_or_else(|| generic_abi(facts));
        add_generic(&mut tags, &interpreter, &abis, &platforms);
    }
    add_compatible(&mut tags, version, Some(&interpreter), &platforms);
    tags
}

/// Each `--platform` with the older platforms that it can run, in the order given.
fn expand_platforms(given: &[String]) -> Vec<String> {
    let mut expanded: Vec<String> = Vec::new();
    for platform in given {
        if expanded.contains(platform) {
            continue;
        }
        let mut additions = expand_platform(platform);
        additions.retain(|tag| !expanded.contains(tag));
        expanded.extend(additions);
    }
    expanded
}

fn expand_platform(platform: &str) -> Vec<String> {
    let (kind, rest) = platform.split_once('_').unwrap_or((platform, ""));
    let alone = || vec![platform.to_owned()];
    if platform.starts_with("macosx") || platform.starts_with("ios") {
        return expand_apple(platform).unwrap_or_else(alone);
    }
    match kind {
        "android" => match rest.split_once('_') {
            Some((level, abi)) if !abi.is_empty() => {
                level.parse().map_or_else(|_| alone(), |level| android_platforms(level, abi))
            }
            _ => alone(),
        },
        // PEP 571 and 599: what runs on an older manylinux runs on a newer one.
        "manylinux2014" if matches!(rest, "x86_64" | "i686") => {
            ["manylinux2014", "manylinux2010", "manylinux1"].map(|kind| format!("{kind}_{rest}")).to_vec()
        }
        "manylinux2010" => vec![platform.to_owned(), format!("manylinux1_{rest}")],
        _ => alone(),
    }
}

/// `macosx_11_0_arm64` and `ios_13_0_arm64_iphoneos` with what is older; a made-up prefix is kept, as pip does.
fn expand_apple(platform: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> = platform.split('_').collect();
    // The last pair of numbers that has something on both sides, as pip's greedy pattern finds it.
    let numbers = |place: usize| Some((parts[place].parse().ok()?, parts[place + 1].parse().ok()?));
    let (place, version) = (1..parts.len().checked_sub(2)?).rev().find_map(|at| Some((at, numbers(at)?)))?;
    let (name, arch) = (parts[..place].join("_"), parts[place + 2..].join("_"));
    let (standard, tags) = if platform.starts_with("macosx") {
        ("macosx", mac_platforms(version, &arch))
    } else {
        ("ios", ios_platforms(version, &arch))
    };
    Some(tags.into_iter().map(|tag| tag.replacen(standard, &name, 1)).collect())
}

/// A platform named by `--python-platform`, such as `linux`, `x86_64-manylinux_2_28` or `aarch64-apple-darwin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PythonPlatform {
    system: System,
    arch: String,
    /// The minimum version of macOS or iOS, or Android's API level, where the usual one does not do.
    version: Option<(u32, u32)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    Linux(LinuxLibc),
    MacOs,
    Windows,
    Android,
    Ios { simulator: bool },
    Pyodide { year: u32 },
}

/// A `--python-platform` that is no known name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` is not a platform: try linux, macos, windows, x86_64-manylinux_2_28 or aarch64-apple-darwin"
)]
pub struct UnknownPythonPlatform {
    /// The value as given.
    pub name: String,
}

/// The names with a meaning of their own; `ARCH-manylinux_2_N` and `ARCH-musllinux_1_N` come besides.
pub const PYTHON_PLATFORMS: &[&str] = &[
    "windows",
    "linux",
    "macos",
    "x86_64-pc-windows-msvc",
    "aarch64-pc-windows-msvc",
    "i686-pc-windows-msvc",
    "x86_64-unknown-linux-gnu",
    "aarch64-apple-darwin",
    "x86_64-apple-darwin",
    "aarch64-unknown-linux-gnu",
    "aarch64-unknown-linux-musl",
    "x86_64-unknown-linux-musl",
    "riscv64-unknown-linux",
    "x86_64-manylinux2014",
    "x86_64-manylinux_2_28",
    "aarch64-manylinux2014",
    "aarch64-manylinux_2_28",
    "aarch64-linux-android",
    "x86_64-linux-android",
    "wasm32-pyodide2024",
    "wasm32-pyodide2025",
    "arm64-apple-ios",
    "arm64-apple-ios-simulator",
    "x86_64-apple-ios-simulator",
];

/// What a plain Linux name means: glibc 2.28, as the build images of today.
const PLAIN_GLIBC: LinuxLibc = LinuxLibc::Glibc(2, 28);
/// What a plain musl name means.
const PLAIN_MUSL: LinuxLibc = LinuxLibc::Musl(1, 2);
/// What RISC-V means; no older glibc has wheels.
const PLAIN_RISCV_GLIBC: LinuxLibc = LinuxLibc::Glibc(2, 39);
/// What Apple's and Android's names mean unless a deployment target is given.
const PLAIN_MACOS: (u32, u32) = (13, 0);
const PLAIN_IOS: (u32, u32) = (13, 0);
const PLAIN_ANDROID: (u32, u32) = (24, 0);

impl FromStr for PythonPlatform {
    type Err = UnknownPythonPlatform;

    fn from_str(name: &str) -> Result<Self, UnknownPythonPlatform> {
        let platform = match name {
            "linux" => Some((System::Linux(PLAIN_GLIBC), "x86_64")),
            "macos" => Some((System::MacOs, "arm64")),
            "windows" => Some((System::Windows, "x86_64")),
            _ => name.split_once('-').and_then(|(arch, rest)| Some((system_of(arch, rest)?, arch))),
        };
        let (system, arch) = platform.ok_or_else(|| UnknownPythonPlatform { name: name.to_owned() })?;
        let arch = match (system, arch) {
            (System::MacOs, "aarch64") => "arm64",
            (System::Android, "aarch64") => "arm64_v8a",
            (_, arch) => arch,
        };
        Ok(Self { system, arch: arch.to_owned(), version: None })
    }
}

fn system_of(arch: &str, rest: &str) -> Option<System> {
    let system = match rest {
        "pc-windows-msvc" => System::Windows,
        "apple-darwin" => System::MacOs,
        "unknown-linux-gnu" | "unknown-linux" if arch == "riscv64" => System::Linux(PLAIN_RISCV_GLIBC),
        "unknown-linux-gnu" | "unknown-linux" => System::Linux(PLAIN_GLIBC),
        "unknown-linux-musl" => System::Linux(PLAIN_MUSL),
        "manylinux2014" => System::Linux(LinuxLibc::Glibc(2, 17)),
        "linux-android" => System::Android,
        "apple-ios" => System::Ios { simulator: false },
        "apple-ios-simulator" => System::Ios { simulator: true },
        _ => return versioned_system(arch, rest),
    };
    let known: &[&str] = match system {
        System::Windows => &["x86_64", "aarch64", "i686"],
        System::MacOs => &["x86_64", "aarch64"],
        System::Ios { simulator: false } => &["arm64"],
        System::Ios { simulator: true } => &["arm64", "x86_64"],
        System::Android => &["aarch64", "x86_64"],
        System::Linux(_) | System::Pyodide { .. } => return linux_arch(arch).then_some(system),
    };
    known.contains(&arch).then_some(system)
}

fn linux_arch(arch: &str) -> bool {
    matches!(arch, "x86_64" | "aarch64" | "i686" | "armv7l" | "ppc64le" | "s390x" | "riscv64" | "loongarch64")
}

fn versioned_system(arch: &str, rest: &str) -> Option<System> {
    if let Some(year) = rest.strip_prefix("pyodide") {
        return Some(System::Pyodide { year: year.parse().ok()? }).filter(|_| arch == "wasm32");
    }
    let (kind, version) = rest.split_once('_')?;
    let (major, minor) = version.split_once('_')?;
    let (major, minor) = (major.parse().ok()?, minor.parse().ok()?);
    let libc = match kind {
        "manylinux" => LinuxLibc::Glibc(major, minor),
        "musllinux" => LinuxLibc::Musl(major, minor),
        _ => return None,
    };
    linux_arch(arch).then_some(System::Linux(libc))
}

impl PythonPlatform {
    /// The same platform from another version on: what `MACOSX_DEPLOYMENT_TARGET`, `IPHONEOS_DEPLOYMENT_TARGET`
    /// and `ANDROID_API_LEVEL` say. It has no meaning for other systems.
    #[must_use]
    pub fn with_version(self, version: (u32, u32)) -> Self {
        Self { version: Some(version), ..self }
    }

    /// The platform tags, best first.
    pub fn platforms(&self) -> Vec<String> {
        let arch = self.arch.as_str();
        let version = |plain| self.version.unwrap_or(plain);
        match self.system {
            System::Linux(libc) => linux_platforms(arch, libc),
            System::MacOs => mac_platforms(version(PLAIN_MACOS), arch),
            System::Windows => vec![windows_tag(arch).to_owned()],
            System::Android => android_platforms(version(PLAIN_ANDROID).0, arch),
            System::Ios { simulator } => {
                let sdk = if simulator { "iphonesimulator" } else { "iphoneos" };
                ios_platforms(version(PLAIN_IOS), &format!("{arch}_{sdk}"))
            }
            System::Pyodide { year } => {
                vec![format!("pyodide_{year}_0_wasm32"), format!("pyemscripten_{year}_0_wasm32")]
            }
        }
    }

    /// Sets the marker values that follow from the platform; release and version become empty where they are
    /// not known (Pyodide's follow from the Emscripten that it is built with).
    pub fn apply(&self, environment: &mut MarkerEnvironment) {
        let (os_name, sys_platform, system) = match self.system {
            System::Linux(_) => ("posix", "linux", "Linux"),
            System::MacOs => ("posix", "darwin", "Darwin"),
            System::Windows => ("nt", "win32", "Windows"),
            System::Android => ("posix", "android", "Android"),
            System::Ios { .. } => ("posix", "ios", "iOS"),
            System::Pyodide { .. } => ("posix", "emscripten", "Emscripten"),
        };
        environment.os_name = os_name.to_owned();
        environment.sys_platform = sys_platform.to_owned();
        environment.platform_system = system.to_owned();
        environment.platform_machine = self.machine().to_owned();
        let (release, version) = match self.system {
            System::Pyodide { year: 2024 } => ("3.1.58", "#1"),
            System::Pyodide { year: 2025 } => ("4.0.9", "#1"),
            _ => ("", ""),
        };
        environment.platform_release = release.to_owned();
        environment.platform_version = version.to_owned();
    }

    /// `platform.machine()` there.
    fn machine(&self) -> &str {
        match (self.system, self.arch.as_str()) {
            (System::Windows, "x86_64") => "AMD64",
            (System::Windows, "aarch64") => "ARM64",
            (System::Windows, "i686") => "x86",
            (System::Android, "arm64_v8a") => "aarch64",
            (_, arch) => arch,
        }
    }
}

fn windows_tag(arch: &str) -> &'static str {
    match arch {
        "x86_64" => "win_amd64",
        "aarch64" => "win_arm64",
        _ => "win32",
    }
}
