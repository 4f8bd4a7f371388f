//! Flags about building sources.
// tidy: table

use super::super::flag::{Arguments, Command, Flag, Group, Kind};
use super::{BLANK, ENVIRONMENT, INDEXES, JSON, NETWORK};

/// `--build`
pub static BUILD: Flag = Flag::one(
    "build",
    &["--build"],
    "WHEN",
    "Whether sources are built at all. With never, whatever has no wheel is refused before anything of it runs.",
)
.kind(Kind::Choice(&["allowed", "never"]))
.default("allowed")
.setting();
/// `--build-constraint`
pub static BUILD_CONSTRAINT: Flag = Flag::many(
    "build-constraint",
    &["--build-constraint", "--build-constraints"],
    "FILE",
    "Limit the versions of what builds require by the requirements in FILE.",
)
.kind(Kind::Path)
.setting();
/// `--config-setting`
pub static CONFIG_SETTING: Flag = Flag::many(
    "config-setting",
    &["-C", "--config-setting", "--config-settings"],
    "KEY=VALUE",
    "Hand a setting to the build back end. A key that is given more than once has a list of values.",
);
/// `--no-build-isolation`
pub static NO_BUILD_ISOLATION: Flag = Flag::off(
    "build-isolation",
    &["--no-build-isolation"],
    "Build in the environment itself, where what the build requires must be installed already.",
)
.setting();
/// `--check-build-dependencies`
pub static CHECK_BUILD_DEPENDENCIES: Flag = Flag::on(
    "check-build-dependencies",
    &["--check-build-dependencies"],
    "With --no-build-isolation: refuse to build when the environment lacks what the build requires.",
);
/// `--sandbox`
pub static SANDBOX: Flag = Flag::on(
    "sandbox",
    &["--sandbox"],
    "Confine builds: they write to the project and to temporary folders only, and reach no network. This is the default.",
)
.setting();
/// `--no-sandbox`
pub static NO_SANDBOX: Flag =
    Flag::off("sandbox", &["--no-sandbox"], "Let builds do whatever you can do.").setting();
/// `--allow-network`
pub static ALLOW_NETWORK: Flag = Flag::on(
    "allow-network",
    &["--allow-network"],
    "Let confined builds reach the network. Some fetch what they compile.",
)
.setting();
/// `--force-pep517`
pub static FORCE_PEP517: Flag = Flag::on(
    "force-pep517",
    &["--force-pep517"],
    "Run the project's own build back end even where Tilsit can build the same without Python.",
)
.setting();

/// All of them, for commands that build on the way.
pub static BUILDING: Group = Group {
    title: "Building",
    flags: &[
        &BUILD,
        &BUILD_CONSTRAINT,
        &CONFIG_SETTING,
        &NO_BUILD_ISOLATION,
        &CHECK_BUILD_DEPENDENCIES,
        &SANDBOX,
        &NO_SANDBOX,
        &ALLOW_NETWORK,
        &FORCE_PEP517,
    ],
};

/// `--outdir`
pub static OUTDIR: Flag = Flag::one(
    "outdir",
    &["-o", "--outdir", "--out-dir"],
    "DIR",
    "Put what is built into DIR. Default: dist in the project, or beside the archive that is built from.",
)
.kind(Kind::Folder);
/// `--sdist`
pub static SDIST: Flag = Flag::on("sdist", &["-s", "--sdist"], "Build a source distribution, and only it.");
/// `--wheel`
pub static WHEEL: Flag =
    Flag::on("wheel", &["-w", "--wheel"], "Build a wheel, and only it, from the project itself.");

static DISTRIBUTIONS: Group = Group { title: "Distributions", flags: &[&OUTDIR, &SDIST, &WHEEL, &JSON] };

/// `tilsit build`
pub static BUILD_COMMAND: Command = Command {
    name: "build",
    about: "Build a source distribution and a wheel",
    description: "Builds a source distribution of a project, and a wheel from that, so that what is published can be built by others. With --sdist or --wheel it builds only these, from the project itself. An archive (.tar.gz) is built into a wheel. Back ends see the path of this program in TILSIT_BINARY, unless that is set already.",
    arguments: Arguments::optional(
        "SOURCE",
        "The project's folder or a source distribution; default: this folder.",
    ),
    groups: &[&DISTRIBUTIONS, &BUILDING, &ENVIRONMENT, &INDEXES, &NETWORK],
    ..BLANK
};
