//! What pip does not say after an error: why it happened, and what mends it.

use packaging::PackageName;
use packaging::candidate::Availability;

use super::replay::Cause;
use crate::ops::build::BuildOpError;
use crate::ops::candidates::{Project, Selection};
use crate::output::diagnosis;

/// After a conflict.
pub const CONFLICT: &str = "these versions exclude one another: ask for another version of one of them, or make an environment for each (`python -m venv DIR`); `pip install NAME` without a version leaves the choice to pip";

/// After a file that may not be written.
pub const PERMISSION: &str = "that folder belongs to somebody else: make an environment of your own (`python -m venv .venv`) and use its pip (`.venv/bin/pip install NAME`)";

/// After a disk that is full.
pub const FULL: &str = "there is no room left there: remove what nobody needs (`pip cache info` shows how much the cache takes, `pip cache purge` empties it)";

/// After another process was faster.
pub const AGAIN: &str = "nothing was changed here: run the same command again";

/// Instead of building.
const WHEELS: &str = "`pip install --only-binary :all: NAME` takes the newest version that is built already";

/// After a Python that is none.
pub const INTERPRETER: &str = "`--python` (and `python` in pip.conf, and PIP_PYTHON) takes the path of a Python or of an environment's folder: `--python .venv`, or `--python \"$(command -v python3)\"` for one on the PATH";

/// After the Python of the environment whose pip was called.
pub const OWN_INTERPRETER: &str = "the Python that this environment was made with is gone or not yours to run: make the environment anew (`tilsit venv --clear DIR`) with a Python that is there (`tilsit venv -p 3.12 DIR`)";

/// After `-e NAME @ URL` in three words.
pub const UNQUOTED: &str =
    "a shell takes `NAME @ URL` for three words: quote it (`pip install -e \"NAME @ URL\"`)";

/// Why nothing was found, and what there is instead.
pub fn not_found(cause: &Cause, project: Option<&Project>, selection: &Selection) -> Option<String> {
    let name = cause.requirement.as_ref().map(|one| &one.name)?;
    let Some(project) = project.filter(|project| !project.is_unknown()) else {
        return Some(format!(
            "no index or folder that was asked has `{name}`: check its spelling, or name the index that has it (`--extra-index-url URL`)"
        ));
    };
    let candidates = project.candidates.iter().rev();
    let usable = || candidates.clone().filter(|one| one.availability.is_usable());
    let newest = usable().find(|one| !one.version.is_prerelease()).or_else(|| usable().next());
    if let Some(newest) = newest {
        let version = &newest.version;
        return Some(format!(
            "the newest version for this Python is {version}: `pip install {name}=={version}`"
        ));
    }
    candidates.clone().find_map(|one| match &one.availability {
        Availability::NeedsPython { requires_python } => {
            Some(other_python(name.as_str(), requires_python, &selection.python.to_string()))
        }
        Availability::NoCompatibleFile { found } => Some(other_platform(name, found)),
        _ => None,
    })
}

/// Where another Python is wanted.
pub fn other_python(name: &str, specifiers: &str, python: &str) -> String {
    format!(
        "this is Python {python}, and `{name}` wants {specifiers}: use the pip of such a Python (`pythonX.Y -m pip install {name}`, or `pip --python PATH install {name}`)"
    )
}

fn other_platform(name: &PackageName, found: &[String]) -> String {
    let found: Vec<&str> = found.iter().take(4).map(String::as_str).collect();
    format!(
        "`{name}` has files for other Pythons and platforms only ({}); `pip debug --verbose` lists the tags of this one: use another Python, or look for another version (`pip index versions {name}`)",
        found.join(", ")
    )
}

/// Why a page of an index is missing.
pub fn page(error: &index::FetchError) -> String {
    let place = index::redacted_text(&error.url);
    let mend = match &error.problem {
        index::Problem::Certificate { .. } => {
            "a company's proxy signs with its own certificate: name that with `--cert FILE` (`pip config set global.cert FILE` keeps it)"
        }
        index::Problem::Unauthorized { .. } | index::Problem::Forbidden { .. } => {
            "put user and password into the index's address or into ~/.netrc"
        }
        _ => "check the address and the network, or name a proxy with `--proxy URL`",
    };
    format!("{place} was left out: {}; {mend}", error.problem)
}

/// What a failed build lacked, where that is known: the same as our own commands say.
pub fn build(what: &str, error: &BuildOpError) -> Option<String> {
    let told = diagnosis::build(what, error);
    let hint = told.hint.as_deref()?;
    match told.code.name {
        "missing-header" | "missing-compiler" => Some(format!("{}; {hint}; {WHEELS}", told.summary)),
        "build-backend" => Some(hint.to_owned()),
        _ => None,
    }
}
