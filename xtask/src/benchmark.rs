//! `cargo xtask bench`: builds the release binary and hands over to the `bench` crate.

use crate::oracles::Oracles;
use crate::workspace::{self, Failure, Workspace};

/// `bench [run|versions] [OPTIONS]`: options go to the `bench` crate unread, with the paths it needs added.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Failure> {
    let verb = arguments.first().filter(|argument| !argument.starts_with('-'));
    let options = &arguments[usize::from(verb.is_some())..];
    let verb = verb.map_or("run", String::as_str);
    let asks = |flag: &str| options.iter().any(|option| option == flag);

    let mut command = workspace.cargo();
    command.args(["run", "--quiet", "--package", "bench", "--profile", "fast", "--", verb]).args(options);
    if !asks("--help") {
        let oracles = Oracles::provide(workspace)?;
        match verb {
            "versions" => _ = command.arg("--python").arg(oracles.python()),
            _ => _ = command.arg("--oracles").arg(oracles.bin()),
        }
        if verb == "run" && !asks("--bin") {
            command.arg("--bin").arg(workspace.tilsit("release")?);
        }
    }
    workspace::run(&mut command)
}
