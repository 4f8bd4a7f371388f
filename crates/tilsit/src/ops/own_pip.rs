//! The small `pip` package of environments that we made: it stays wherever its version will do, whatever newer one there is.

use std::collections::BTreeSet;

use environment::{Environment, is_shim};
use packaging::PackageName;

/// Whether the pip of `environment` is the small one.
pub fn is_here(environment: &Environment) -> bool {
    is_shim(&environment.scheme().purelib)
}

/// What is not to be replaced in `environment` where it fits, even when everything else is: the small pip.
pub fn held(environment: &Environment) -> BTreeSet<PackageName> {
    let pip = is_here(environment).then(name).flatten();
    pip.into_iter().collect()
}

/// `pip`
pub fn name() -> Option<PackageName> {
    PackageName::new("pip").ok()
}
