//! Real wheels, installed by pip and by us into environments at the same path, then compared file by file and imported.

mod tree;

use crate::peers::{Peers, Side, succeed};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use tree::Owners;

/// The wheels: pinned, each with the module to import.
const PINS: &str = include_str!("../../requirements/real.txt");

struct Package<'a> {
    pin: &'a str,
    name: &'a str,
    module: String,
}

/// One way of installing, and how its result may differ from pip's.
struct Variant {
    title: &'static str,
    side: Side,
    compiles: bool,
}

const VARIANTS: [Variant; 3] = [
    Variant { title: "as pip", side: Side::AsPip, compiles: true },
    Variant { title: "as pip, --no-compile", side: Side::AsPip, compiles: false },
    Variant { title: "native", side: Side::Native, compiles: false },
];

/// Compares everything; `Ok(false)` when something differs.
pub fn run(peers: &Peers) -> Result<bool, String> {
    let packages: Vec<Package> = packages().into_iter().filter(|package| peers.wants(package.name)).collect();
    let temporary = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = peers.folder.clone().unwrap_or_else(|| temporary.path().to_path_buf());
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let folder = folder.canonicalize().map_err(|error| error.to_string())?;
    let pins = folder.join("pins.txt");
    let lines: Vec<&str> = packages.iter().map(|package| package.pin).collect();
    std::fs::write(&pins, lines.join("\n") + "\n").map_err(|error| error.to_string())?;

    let bench = Bench { peers, env: folder.join("env"), pins, cache: folder.join("cache"), folder };
    let compiled = match bench.by_pip(true) {
        Ok(compiled) => compiled,
        Err(why) => {
            println!("SKIP: real wheels are not compared, since pip cannot install them here: {why}");
            return Ok(true);
        }
    };
    let plain = bench.by_pip(false)?;
    let (mut passed, mut failed) = (0, 0);
    for variant in &VARIANTS {
        let theirs = if variant.compiles { &compiled } else { &plain };
        let bad = match bench.variant(variant, theirs) {
            Ok(bad) => bad,
            Err(why) => {
                println!("  {why}");
                failed += packages.len();
                continue;
            }
        };
        for package in &packages {
            match bad.contains(package.name) {
                true => failed += 1,
                false => passed += 1,
            }
        }
        failed += usize::from(bad.contains(tree::NOBODY));
        let broken = bench.imports(&packages);
        passed += packages.iter().filter(|package| package.module != "-").count() - broken;
        println!("{:<22} {} packages differ, {broken} cannot be imported", variant.title, bad.len());
        failed += broken;
    }
    println!("install: {passed} passed, {failed} failed");
    Ok(failed == 0)
}

fn packages() -> Vec<Package<'static>> {
    let mut packages = Vec::new();
    for line in PINS.lines().filter(|line| !line.starts_with('#')) {
        let (pin, module) =
            line.split_once('#').map_or((line, None), |(pin, module)| (pin, Some(module.trim())));
        let pin = pin.trim();
        let Some((name, _)) = pin.split_once("==") else { continue };
        let module = module.map_or_else(|| name.replace('-', "_"), str::to_owned);
        packages.push(Package { pin, name, module });
    }
    packages
}

struct Bench<'a> {
    peers: &'a Peers,
    /// Where every environment stands while it is filled, so that paths inside it are the same.
    env: PathBuf,
    pins: PathBuf,
    cache: PathBuf,
    folder: PathBuf,
}

impl Bench<'_> {
    /// Installs by pip, then moves the result aside.
    fn by_pip(&self, compile: bool) -> Result<PathBuf, String> {
        self.peers.new_environment(&self.env)?;
        println!("installing by pip{}", if compile { "" } else { ", --no-compile" });
        let mut command = self.peers.command(Side::Pip, &self.env);
        command.args(["install", "-q", "--no-deps", "-r"]).arg(&self.pins);
        succeed(if compile { &mut command } else { command.arg("--no-compile") })?;
        let aside = self.folder.join(if compile { "pip-compiled" } else { "pip-plain" });
        if aside.exists() {
            std::fs::remove_dir_all(&aside).map_err(|error| error.to_string())?;
        }
        std::fs::rename(&self.env, &aside).map_err(|error| error.to_string())?;
        Ok(aside)
    }

    /// Installs by us and compares; returns the names of packages that differ.
    fn variant(&self, variant: &Variant, theirs: &Path) -> Result<BTreeSet<String>, String> {
        self.peers.new_environment(&self.env)?;
        println!("installing {}", variant.title);
        let mut command = self.peers.command(variant.side, &self.env);
        command.env("TILSIT_CACHE_DIR", &self.cache);
        command.args(["install", "-q", "--no-deps", "-r"]).arg(&self.pins);
        match variant.side {
            Side::Native => _ = command.arg("-p").arg(&self.env),
            _ if !variant.compiles => _ = command.arg("--no-compile"),
            _ => {}
        }
        succeed(&mut command)?;
        let owners = Owners::read(theirs)?;
        let comparison = tree::compare(theirs, &self.env, variant.side == Side::Native)?;
        let mut bad = BTreeSet::new();
        for difference in comparison.differences {
            println!("  {}: {}", difference.path, difference.what);
            bad.insert(owners.of(&difference.path).to_owned());
        }
        for path in
            tree::differing_bytecode(&self.peers.oracle_python, theirs, &self.env, &comparison.bytecode)?
        {
            println!("  {path}: other bytecode");
            bad.insert(owners.of(&path).to_owned());
        }
        println!("  {} files and folders compared", comparison.compared);
        Ok(bad)
    }

    /// Imports every module in a process of its own; returns how many fail.
    fn imports(&self, packages: &[Package]) -> usize {
        let python = self.env.join("bin/python");
        let mut broken = 0;
        for package in packages.iter().filter(|package| package.module != "-") {
            let mut command = Command::new(&python);
            command.args(["-B", "-I", "-c", &format!("import {}", package.module)]);
            if let Err(why) = succeed(&mut command) {
                println!("  {} cannot be imported: {why}", package.name);
                broken += 1;
            }
        }
        broken
    }
}
