//! What a base interpreter is: told once by [`probe`](super::probe), then
//! cached by real path, size and mtime.

use std::path::{Path, PathBuf};

use packaging::markers::MarkerEnvironment;
use serde::{Deserialize, Serialize};

/// Names the layout of the cached JSON; a change of [`Facts`] bumps it.
pub(super) const FORMAT: u32 = 1;

/// Facts about a base interpreter (never about an environment made from it).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// `sys.version_info[:3]`.
    pub version: (u32, u32, u32),
    /// `platform.python_version()`, with `rc1` and the like.
    pub full_version: String,
    /// `sys.executable` of the probe.
    pub executable: PathBuf,
    /// `sys.implementation.name`: `cpython`, `pypy`, …
    pub implementation: String,
    /// `sys.implementation.version` as PEP 508 writes it.
    pub implementation_version: String,
    /// `sys.implementation.cache_tag`, for instance `cpython-311`.
    pub cache_tag: Option<String>,
    /// `sys.prefix`.
    pub prefix: PathBuf,
    /// `sys.base_prefix`; differs from `prefix` only when a probed program turned out to live in an environment.
    pub base_prefix: PathBuf,
    /// `sys._base_executable`, the program behind an environment's.
    pub base_executable: Option<PathBuf>,
    /// The platform part of the PEP 508 marker variables.
    pub markers: PlatformMarkers,
    /// `sysconfig.get_platform()`.
    pub platform: String,
    /// Width of a pointer: 32-bit programs run on 64-bit kernels.
    pub pointer_bits: u32,
    /// `SOABI`, which PyPy's tags are made of.
    pub soabi: Option<String>,
    /// `EXT_SUFFIX` of extension modules.
    pub ext_suffix: Option<String>,
    /// PEP 703: built without the global lock.
    pub free_threaded: bool,
    /// A `--with-pydebug` build.
    pub debug: bool,
    /// glibc major and minor.
    pub glibc: Option<(u32, u32)>,
    /// musl major and minor.
    pub musl: Option<(u32, u32)>,
    /// Whether a 32-bit ARM program uses the hard-float ABI (its ELF flags); true elsewhere.
    pub hard_float: bool,
    /// macOS release.
    pub macos: Option<String>,
    /// The machine that `platform.mac_ver` names on a Mac.
    pub machine: String,
    /// The standard library's folder, where PEP 668's marker file lives.
    pub stdlib: PathBuf,
    /// `site.getsitepackages()`.
    pub site_packages: Vec<PathBuf>,
    /// Where files go, by purpose.
    pub schemes: Schemes,
}

/// The marker variables that `platform`, `os` and `sys` answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlatformMarkers {
    /// `os.name`.
    pub os_name: String,
    /// `sys.platform`.
    pub sys_platform: String,
    /// `platform.machine()`.
    pub platform_machine: String,
    /// `platform.python_implementation()`.
    pub platform_python_implementation: String,
    /// `platform.release()`.
    pub platform_release: String,
    /// `platform.system()`.
    pub platform_system: String,
    /// `platform.version()`.
    pub platform_version: String,
}

/// `sysconfig`'s install schemes, with `{base}` and `{userbase}` left open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schemes {
    /// The interpreter's own paths.
    pub default: SchemePaths,
    /// The same for another prefix (`--prefix`).
    pub prefix: SchemePaths,
    /// Inside a virtual environment.
    pub venv: SchemePaths,
    /// Below the user base (`--user`).
    pub user: SchemePaths,
}

/// One `sysconfig` scheme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SchemePaths {
    /// Pure modules.
    pub purelib: String,
    /// Modules with compiled code.
    pub platlib: String,
    /// Programs.
    pub scripts: String,
    /// The root for data files.
    pub data: String,
    /// C headers.
    pub include: String,
}

impl Facts {
    /// The PEP 508 variables. The kernel's release and version are asked anew:
    /// they change under a cached interpreter.
    pub fn marker_environment(&self) -> MarkerEnvironment {
        let markers = &self.markers;
        let (major, minor, _) = self.version;
        MarkerEnvironment {
            implementation_name: self.implementation.clone(),
            implementation_version: self.implementation_version.clone(),
            os_name: markers.os_name.clone(),
            platform_machine: markers.platform_machine.clone(),
            platform_python_implementation: markers.platform_python_implementation.clone(),
            platform_release: kernel("osrelease").unwrap_or_else(|| markers.platform_release.clone()),
            platform_system: markers.platform_system.clone(),
            platform_version: kernel("version").unwrap_or_else(|| markers.platform_version.clone()),
            python_full_version: self.full_version.clone(),
            python_version: format!("{major}.{minor}"),
            sys_platform: markers.sys_platform.clone(),
        }
    }

    /// `lib/python3.11/EXTERNALLY-MANAGED` (PEP 668); the file may not exist.
    pub fn externally_managed_marker(&self) -> PathBuf {
        self.stdlib.join("EXTERNALLY-MANAGED")
    }

    /// Files in which this interpreter's own pip may name the default index, best first.
    pub fn default_index_files(&self) -> Vec<PathBuf> {
        let module = "pip/_internal/models/index.py";
        let mut sites = vec![PathBuf::from(&self.schemes.default.purelib)];
        sites
            .extend(self.site_packages.iter().filter(|site| **site != sites[0]).cloned().collect::<Vec<_>>());
        sites.iter().map(|site| site.join(module)).collect()
    }

    /// The folder that holds the pip wheel bundled with `ensurepip`.
    pub fn bundled_wheels(&self) -> PathBuf {
        self.stdlib.join("ensurepip").join("_bundled")
    }
}

/// On Linux `uname`'s release and version, which `platform` reports unchanged.
fn kernel(what: &str) -> Option<String> {
    let text = std::fs::read_to_string(Path::new("/proc/sys/kernel").join(what)).ok()?;
    Some(text.trim_end().to_owned())
}
