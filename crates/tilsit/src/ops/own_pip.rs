//! The small `pip` package of environments that we made: it stays wherever its version does.

use environment::{Environment, PIP_VERSION, is_shim};
use packaging::{Prereleases, Requirement, Version};

use super::wanted::Wanted;

/// Takes out of `wanted` the requirements on pip that the small pip of `environment` satisfies, whatever newer one there is.
pub fn leave(wanted: &mut Wanted, environment: &Environment) -> Vec<Requirement> {
    let Ok(own) = Version::parse(PIP_VERSION) else { return Vec::new() };
    if !is_shim(&environment.scheme().purelib) {
        return Vec::new();
    }
    let satisfied = |requirement: &mut Requirement| {
        let specifiers = requirement.specifiers().filter(|_| requirement.name.as_str() == "pip");
        specifiers.is_some_and(|specifiers| specifiers.contains(&own, Prereleases::Allow))
    };
    wanted.requirements.extract_if(.., satisfied).collect()
}
