//! The `keyring` program, asked as pip asks it.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::Login;

#[derive(serde::Deserialize)]
struct Answer {
    username: String,
    password: String,
}

/// The login that the program knows for `service` (a URL or a host). Newer versions answer a whole credential
/// (`--mode=creds`); older ones only the password of a known user.
pub(crate) fn login_for(program: &Path, service: &str, user: Option<&str>) -> Option<Login> {
    let newer = ["--mode=creds", "--output=json", "get", service];
    if let Some(output) = run(program, newer.into_iter().chain(user)) {
        let Answer { username, password } = serde_json::from_slice(&output.stdout).ok()?;
        return Some(Login { user: username, password });
    }
    let output = run(program, ["get", service, user?].into_iter())?;
    let password = String::from_utf8(output.stdout).ok()?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    Some(Login { user: user?.to_owned(), password })
}

fn run<'a>(program: &Path, arguments: impl Iterator<Item = &'a str>) -> Option<Output> {
    // The URL as an argument of a program that may be replaced: an argument that begins with `-` is no service.
    let arguments: Vec<&str> = arguments.collect();
    let output = Command::new(program)
        .args(arguments)
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output)
}
