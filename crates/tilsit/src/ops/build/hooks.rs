//! Builds by the project's own back end.

use std::path::Path;

use builder::BuiltFile;

use super::{BuildOpError, BuildTask, Builds, Hands};

pub(super) fn metadata(
    builds: &Builds<'_>,
    task: &BuildTask<'_>,
    _hands: &mut Hands<'_>,
) -> Result<Vec<u8>, BuildOpError> {
    Err(refused(builds, task))
}

pub(super) fn build(
    builds: &Builds<'_>,
    task: &BuildTask<'_>,
    _out: &Path,
    _hands: &mut Hands<'_>,
) -> Result<BuiltFile, BuildOpError> {
    Err(refused(builds, task))
}

fn refused(builds: &Builds<'_>, task: &BuildTask<'_>) -> BuildOpError {
    let why = builds.native(task).ok().and_then(Result::err);
    BuildOpError::NotNative(why.unwrap_or_default())
}
