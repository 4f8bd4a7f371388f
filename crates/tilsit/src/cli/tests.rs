//! Command lines and what they mean.

use super::*;
use crate::output::marks::{Shown, painted};

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

fn run(program: &'static Program, line: &str) -> Parsed {
    match parse(program, &words(line)) {
        Ok(Outcome::Run(parsed)) => parsed,
        other => panic!("{line}: {other:?}"),
    }
}

fn error(program: &'static Program, line: &str) -> String {
    match parse(program, &words(line)) {
        Err(error) => error.to_string(),
        other => panic!("{line}: {other:?}"),
    }
}

fn all_commands(program: &'static Program) -> Vec<Vec<&'static Command>> {
    let mut paths = vec![Vec::new()];
    for command in program.commands {
        paths.push(vec![*command]);
        paths.extend(command.subcommands.iter().map(|sub| vec![*command, *sub]));
    }
    paths
}

#[test]
fn no_command_has_one_spelling_twice() {
    for program in [&native::PROGRAM, &pip::PROGRAM] {
        for path in all_commands(program) {
            let flags = program.flags(path.last().copied());
            let mut names: Vec<&str> = flags.iter().flat_map(|flag| flag.names.iter().copied()).collect();
            names.sort_unstable();
            let all = names.len();
            names.dedup();
            assert_eq!(names.len(), all, "{} {:?}", program.name, super::words(&path));
        }
    }
}

#[test]
fn every_flag_says_what_it_does() {
    for program in [&native::PROGRAM, &pip::PROGRAM] {
        for path in all_commands(program) {
            for flag in program.flags(path.last().copied()) {
                assert!(flag.help.len() > 8, "{}", flag.name());
                assert!(!flag.names.is_empty() && !flag.id.is_empty());
                let spelled = flag.names.iter().all(|name| name.starts_with("--") || name.len() == 2);
                assert!(spelled, "{:?}", flag.names);
            }
        }
    }
}

#[test]
fn lines_that_must_work() {
    let parsed = run(&native::PROGRAM, "venv -q -p python3.11 env");
    assert_eq!(parsed.words(), ["venv"]);
    assert_eq!(parsed.text(&native::PYTHON), Some("python3.11"));
    assert_eq!(parsed.count(&native::QUIET), 1);
    assert_eq!(parsed.arguments, ["env"]);

    let parsed = run(&native::PROGRAM, "install -q --no-deps -r reqs.txt -p env");
    assert!(parsed.is_on(&native::NO_DEPS));
    assert_eq!(parsed.values(&native::REQUIREMENT), ["reqs.txt"]);

    let parsed = run(&native::PROGRAM, "uninstall -q -y -r reqs.txt -p env");
    assert!(parsed.is_on(&native::YES));
    assert_eq!(parsed.values(&native::REQUIREMENT), ["reqs.txt"]);

    let parsed = run(&native::PROGRAM, "compile -q in.txt -o out.txt -p python");
    assert_eq!(parsed.text(&native::OUTPUT), Some("out.txt"));
    assert_eq!(run(&native::PROGRAM, "show -p env name").arguments, ["name"]);

    let parsed = run(&native::PROGRAM, "as pip --python env install -r x --help");
    assert_eq!(parsed.arguments, ["pip", "--python", "env", "install", "-r", "x", "--help"]);

    let parsed = run(
        &native::PROGRAM,
        "install --cache-dir C --index-url U --python PY --target T --prerelease=allow --only-binary a \
         --no-binary b --python-version=3.12 --python-platform=linux --resolution=lowest-direct alpha beta>=1",
    );
    assert_eq!(parsed.arguments, ["alpha", "beta>=1"]);
    assert_eq!(parsed.text(&native::RESOLUTION), Some("lowest-direct"));
    let line = "compile --cache-dir C --index-url U --python PY --no-header --no-annotate --universal in";
    assert!(run(&native::PROGRAM, line).is_on(&native::UNIVERSAL));
}

#[test]
fn flags_before_the_command_and_subcommands() {
    let parsed = run(&native::PROGRAM, "--offline cache list --json num*");
    assert_eq!(parsed.words(), ["cache", "list"]);
    assert!(parsed.is_on(&native::OFFLINE) && parsed.is_on(&native::JSON));
    assert_eq!(parsed.arguments, ["num*"]);
}

#[test]
fn our_own_mistakes() {
    for (line, expected) in [
        ("install --bogus", "no such option: --bogus"),
        ("instal", "unknown command \"instal\""),
        ("cache", "cache needs a subcommand"),
        ("cache bogus", "unknown command \"bogus\""),
        ("show", "show needs PACKAGE"),
        ("check extra", "check does not take `extra`"),
        ("install -r", "-r option requires 1 argument"),
        ("install --index-url --pre x", "--index-url option requires 1 argument"),
        (
            "install --link-mode=x a",
            "option --link-mode: invalid choice: 'x' (choose from 'auto', 'reflink', 'hardlink', 'copy', 'symlink')",
        ),
        ("install --retries x a", "option --retries: invalid integer value: 'x'"),
        ("install --pre=1 a", "--pre option does not take a value"),
    ] {
        assert_eq!(error(&native::PROGRAM, line), expected, "{line}");
    }
    let Err(UsageError::UnknownFlag { nearest, .. }) = parse(&native::PROGRAM, &words("install --upgrad"))
    else {
        panic!()
    };
    assert_eq!(nearest, Some("--upgrade"));
}

#[test]
fn mistakes_in_optparse_words() {
    for (line, expected) in [
        ("install --bogus", "no such option: --bogus"),
        ("install --bogus=3", "no such option: --bogus"),
        ("install -z", "no such option: -z"),
        ("install --no-i", "ambiguous option: --no-i (--no-index, --no-input?)"),
        ("install --no-in=3", "ambiguous option: --no-in (--no-index, --no-input?)"),
        ("install --pre=1", "--pre option does not take a value"),
        ("install -r", "-r option requires 1 argument"),
        ("install --only-b", "--only-binary option requires 1 argument"),
        ("list --format x", "option --format: invalid choice: 'x' (choose from 'columns', 'freeze', 'json')"),
        ("install --retries x", "option --retries: invalid integer value: 'x'"),
        ("download --timeout x a", "option --timeout: invalid floating-point value: 'x'"),
        ("bogus", "unknown command \"bogus\""),
        ("install --version", "no such option: --version"),
    ] {
        assert_eq!(error(&pip::PROGRAM, line), expected, "{line}");
    }
}

#[test]
fn mistakes_as_pip_prints_them() {
    let print = |line: &str| {
        let (text, code) = parse(&pip::PROGRAM, &words(line)).unwrap_err().as_pip(&pip::PROGRAM);
        (painted(&text, Shown::Nothing), code)
    };
    let usage = "\nUsage:   \n  pip list [options]\n\nno such option: --bogus\n";
    assert_eq!(print("list --bogus"), (usage.to_owned(), 2));
    let usage = "\nUsage:   \n  pip <command> [options]\n\nno such option: --bogus\n";
    assert_eq!(print("--bogus"), (usage.to_owned(), 2));
    let line = "ERROR: unknown command \"instal\" - maybe you meant \"install\"\n";
    assert_eq!(print("instal"), (line.to_owned(), 1));
}

#[test]
fn optparse_habits() {
    // unique prefixes, clusters, attached values, values that look like flags, interspersed arguments
    let parsed =
        run(&pip::PROGRAM, "install -r a.txt -rb.txt -qqU alpha --find-l -x beta -t/tmp/zz -- --pre");
    assert_eq!(parsed.values(&pip::REQUIREMENT), ["a.txt", "b.txt"]);
    assert_eq!(parsed.count(&pip::QUIET), 2);
    assert!(parsed.is_on(&pip::UPGRADE) && !parsed.is_on(&pip::PRE));
    assert_eq!(parsed.values(&pip::FIND_LINKS), ["-x"]);
    assert_eq!(parsed.text(&pip::TARGET), Some("/tmp/zz"));
    assert_eq!(parsed.arguments, ["alpha", "beta", "--pre"]);

    // the last word wins across the flags of one destination
    let parsed = run(&pip::PROGRAM, "install --no-compile --compile --cache-dir x --no-cache-dir a");
    assert!(parsed.is_on(&pip::COMPILE));
    assert_eq!(parsed.switch(&pip::CACHE_DIR).map(|s| s.value), Some(false));
    assert_eq!(parsed.text(&pip::CACHE_DIR), None);

    // general options before the command may be abbreviated too
    let parsed = run(&pip::PROGRAM, "--isolat --timeout=60 list");
    assert!(parsed.is_on(&pip::ISOLATED));
    assert_eq!(parsed.decimal(&pip::TIMEOUT), Some(60.0));
    assert_eq!(run(&pip::PROGRAM, "--python env install x").text(&pip::PYTHON), Some("env"));
}

#[test]
fn versions_and_help() {
    for (program, line) in
        [(&native::PROGRAM, "-V"), (&pip::PROGRAM, "--isolat --version"), (&pip::PROGRAM, "-V list")]
    {
        assert!(matches!(parse(program, &words(line)), Ok(Outcome::Version(_))), "{line}");
    }
    for (program, line, expected) in [
        (&native::PROGRAM, "", ""),
        (&native::PROGRAM, "--help --bogus", ""),
        (&native::PROGRAM, "install --help", "install"),
        (&native::PROGRAM, "help cache list", "cache list"),
        (&native::PROGRAM, "cache list -h", "cache list"),
        (&pip::PROGRAM, "", ""),
        (&pip::PROGRAM, "help", ""),
        (&pip::PROGRAM, "-v", ""),
        (&pip::PROGRAM, "help install", "install"),
        (&pip::PROGRAM, "install --he", "install"),
    ] {
        match parse(program, &words(line)) {
            Ok(Outcome::Help(path)) => assert_eq!(super::words(&path), expected, "{line}"),
            other => panic!("{line}: {other:?}"),
        }
    }
}

#[test]
fn help_fits_the_terminal() {
    for program in [&native::PROGRAM, &pip::PROGRAM] {
        for path in all_commands(program) {
            let text = help::help(program, &path, 80);
            // pip's `completion` has none
            let has_usage = path.last().is_none_or(|command| !command.usage.is_empty());
            assert!(!has_usage || text.contains("Usage:"), "{text}");
            for line in text.lines() {
                let fits = line.chars().count() <= 80;
                assert!(fits || !line.trim_start().contains(' ') || path.is_empty(), "{line}");
            }
        }
    }
}

#[test]
fn help_of_pip_in_a_narrow_terminal() {
    let list = pip::PROGRAM.commands.iter().find(|command| command.name == "list").unwrap();
    for (width, column) in [(80, 30), (60, 30), (44, 22), (20, 2)] {
        let help = help::help(&pip::PROGRAM, &[list], width);
        let below = help.lines().skip_while(|line| !line.trim_start().starts_with("--format")).nth(1);
        let below = below.unwrap();
        assert_eq!(below.len() - below.trim_start().len(), column, "{width}: {help}");
    }
}
