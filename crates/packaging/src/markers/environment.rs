//! The environment that markers are evaluated in.

use super::MarkerVariable;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The values of an interpreter and its platform, by their names in PEP 508. The order of the fields is that
/// of pip's installation report.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct MarkerEnvironment {
    /// `sys.implementation.name`: `cpython`
    pub implementation_name: String,
    /// The version of the implementation: `3.12.1`
    pub implementation_version: String,
    /// `os.name`: `posix`
    pub os_name: String,
    /// `platform.machine()`: `x86_64`
    pub platform_machine: String,
    /// `platform.release()`: the release of the kernel
    pub platform_release: String,
    /// `platform.system()`: `Linux`
    pub platform_system: String,
    /// `platform.version()`: the build of the kernel
    pub platform_version: String,
    /// The full version of Python: `3.12.1`
    pub python_full_version: String,
    /// `platform.python_implementation()`: `CPython`
    pub platform_python_implementation: String,
    /// The first two numbers of the version of Python: `3.12`
    pub python_version: String,
    /// `sys.platform`: `linux`
    pub sys_platform: String,
}

impl MarkerEnvironment {
    /// The value of a variable; `None` for `extra`, `extras` and `dependency_groups`, which the environment does
    /// not decide.
    #[must_use]
    pub fn get(&self, variable: MarkerVariable) -> Option<Cow<'_, str>> {
        let value = match variable {
            MarkerVariable::PythonVersion => &self.python_version,
            // An untagged build says `3.13.0+`, which is no version.
            MarkerVariable::PythonFullVersion if self.python_full_version.ends_with('+') => {
                return Some(Cow::Owned(format!("{}local", self.python_full_version)));
            }
            MarkerVariable::PythonFullVersion => &self.python_full_version,
            MarkerVariable::OsName => &self.os_name,
            MarkerVariable::SysPlatform => &self.sys_platform,
            MarkerVariable::PlatformMachine => &self.platform_machine,
            MarkerVariable::PlatformRelease => &self.platform_release,
            MarkerVariable::PlatformSystem => &self.platform_system,
            MarkerVariable::PlatformVersion => &self.platform_version,
            MarkerVariable::PlatformPythonImplementation => &self.platform_python_implementation,
            MarkerVariable::ImplementationName => &self.implementation_name,
            MarkerVariable::ImplementationVersion => &self.implementation_version,
            MarkerVariable::Extra | MarkerVariable::Extras | MarkerVariable::DependencyGroups => return None,
        };
        Some(Cow::Borrowed(value))
    }
}
