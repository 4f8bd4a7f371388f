//! `cargo xtask wheel [DIR]`: Tilsit's own wheel, built from `python/` by the release binary, installed and tried.

use std::path::Path;

use crate::workspace::{Failure, Workspace, output, run};

/// No wheel of ours is larger: it is fetched before anything else.
const LARGEST: u64 = 12 << 20;

/// Builds the wheel into `DIR` (default: `wheel` in the target folder) and tries it in an environment.
pub fn build(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let binary = workspace.tilsit("release")?;
    let scratch = workspace.target.join("wheel");
    let folder = arguments.first().map_or_else(|| scratch.clone(), |folder| workspace.root.join(folder));
    std::fs::create_dir_all(&folder)?;
    let mut build = workspace.command(&binary);
    build.args(["build", "--wheel", "--json", "--outdir"]).arg(&folder).arg("python");
    let told = output(&mut build)?;
    let named = told.split('"').find(|word| word.ends_with(".whl"));
    let wheel = folder.join(named.ok_or_else(|| Failure(format!("no wheel was told of: {told}")))?);
    let size = wheel.metadata()?.len();
    println!("{} ({:.1} MB)", wheel.display(), size as f64 / 1e6);
    if size > LARGEST {
        return Err(Failure(format!("{size} bytes are more than {LARGEST}")));
    }
    try_it(workspace, &binary, &wheel, &scratch.join("env"))
}

/// The program and the module must both answer.
fn try_it(workspace: &Workspace, binary: &Path, wheel: &Path, env: &Path) -> Result<(), Failure> {
    run(workspace.command(binary).args(["venv", "--quiet", "--clear"]).arg(env))?;
    let mut install = workspace.command(env.join("bin/pip"));
    run(install.args(["install", "--quiet", "--no-index", "--force-reinstall"]).arg(wheel))?;
    let program = output(workspace.command(env.join("bin/tilsit")).arg("--version"))?;
    let module = output(workspace.command(env.join("bin/python")).args(["-m", "tilsit", "--version"]))?;
    if program != module {
        return Err(Failure(format!("`tilsit` says {program:?} and `python -m tilsit` says {module:?}")));
    }
    print!("{program}");
    Ok(())
}
