//! Requirements of a `pyproject.toml`.

use packaging::dependency_groups::GroupError;
use packaging::{Extra, Requirement};
use project::pyproject::{PyProject, PyProjectError};
use project::script::{ScriptError, ScriptMetadata};

use super::wanted::{Sources, local_path};
use crate::settings::Process;

/// Why a project file is of no use.
#[derive(Debug, thiserror::Error)]
pub enum ProjectFileError {
    /// It cannot be read.
    #[error("{path}: {source}")]
    Open {
        /// As named.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is wrong.
    #[error(transparent)]
    Content(#[from] Box<PyProjectError>),
    /// It has no `[project]` table, or leaves its dependencies to its build back end.
    #[error("{path} does not say what the project needs")]
    Dynamic {
        /// As named.
        path: String,
        /// The field that only a build would tell; none: there is no `[project]`.
        field: Option<&'static str>,
    },
    /// It has no such extra.
    #[error("{path} has no extra `{extra}`")]
    NoExtra {
        /// As named.
        path: String,
        /// The extra.
        extra: Extra,
        /// Those that it has.
        known: Vec<Extra>,
    },
    /// A dependency group that is not there or broken.
    #[error("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Group {
        /// The file.
        path: String,
        /// The group that was asked for.
        group: String,
        /// What is wrong.
        errors: Vec<GroupError>,
    },
    /// An extra that is no name.
    #[error("`{0}` is not the name of an extra")]
    BadExtra(String),
}

/// Reads a project file.
///
/// # Errors
/// See [`ProjectFileError`].
pub fn read(process: &Process, path: &str) -> Result<PyProject, ProjectFileError> {
    let text = std::fs::read_to_string(local_path(process, path))
        .map_err(|source| ProjectFileError::Open { path: path.to_owned(), source })?;
    Ok(PyProject::parse(path, &text)?)
}

/// What the project in `path` needs, with the extras that were asked for.
///
/// # Errors
/// See [`ProjectFileError`].
pub fn requirements(
    process: &Process,
    path: &str,
    sources: &Sources,
) -> Result<Vec<Requirement>, ProjectFileError> {
    let project = read(process, path)?;
    let dynamic = |field: &'static str| project.dynamic.iter().any(|one| one == field).then_some(field);
    if !project.has_project {
        return Err(ProjectFileError::Dynamic { path: path.to_owned(), field: None });
    }
    if let Some(field) = dynamic("dependencies").or_else(|| dynamic("optional-dependencies")) {
        return Err(ProjectFileError::Dynamic { path: path.to_owned(), field: Some(field) });
    }
    let extras = extras(&project, sources)?;
    project.requirements(&extras).map_err(|extra| ProjectFileError::NoExtra {
        path: path.to_owned(),
        extra,
        known: project.optional_dependencies.keys().cloned().collect(),
    })
}

fn extras(project: &PyProject, sources: &Sources) -> Result<Vec<Extra>, ProjectFileError> {
    if sources.all_extras {
        return Ok(project.optional_dependencies.keys().cloned().collect());
    }
    let words = sources.extras.iter().flat_map(|words| words.split(','));
    words
        .map(|word| Extra::new(word.trim()).map_err(|_| ProjectFileError::BadExtra(word.to_owned())))
        .collect()
}

/// The requirements of `[PATH:]GROUP`.
///
/// # Errors
/// See [`ProjectFileError`].
pub fn group(process: &Process, wanted: &str) -> Result<Vec<Requirement>, ProjectFileError> {
    let (path, name) = wanted.rsplit_once(':').unwrap_or(("pyproject.toml", wanted));
    let project = read(process, path)?;
    project.group(name, path).map_err(|errors| {
        let (path, group) = (path.to_owned(), name.to_owned());
        ProjectFileError::Group { path, group, errors }
    })
}

/// Why a script tells nothing.
#[derive(Debug, thiserror::Error)]
pub enum ScriptFileError {
    /// It cannot be read.
    #[error("{path}: {source}")]
    Open {
        /// As named.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It has no usable metadata.
    #[error("{path}: {source}")]
    Content {
        /// As named.
        path: String,
        /// Why.
        source: ScriptError,
    },
}

/// Reads the metadata in a script (PEP 723).
///
/// # Errors
/// See [`ScriptFileError`].
pub fn script(process: &Process, path: &str) -> Result<ScriptMetadata, ScriptFileError> {
    let text = std::fs::read_to_string(local_path(process, path))
        .map_err(|source| ScriptFileError::Open { path: path.to_owned(), source })?;
    ScriptMetadata::parse(&text).map_err(|source| ScriptFileError::Content { path: path.to_owned(), source })
}
