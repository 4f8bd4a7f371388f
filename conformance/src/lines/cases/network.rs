// tidy: table
//! Servers that fail, certificates, credentials: what is tried again, and what is said of it.

use super::{Case, UNSET, case};

const KEYRING: &str = "!mkdir bin; printf '#!/bin/sh\\necho \"{\\\\\"username\\\\\": \\\\\"ada\\\\\", \\\\\"password\\\\\": \\\\\"pa55\\\\\"}\"\\n' >bin/keyring; chmod +x bin/keyring";
const WITH_KEYRING: &[(&str, &str)] = &[("PATH", "{stage}/bin:/usr/bin:/bin"), ("PIP_NO_INPUT", UNSET)];
const NETRC: &str = "!printf 'machine 127.0.0.1 login ada password pa55\\n' >home/.netrc";
const UNTRUSTED: &[(&str, &str)] = &[("PIP_TRUSTED_HOST", "")];
const UNTOLD: &str = "what TLS says of a failure is said in its own words";

/// The cases.
pub const CASES: &[Case<'_>] = &[
    case("retry-refused", &[], "install gamma --retries 2 -i http://127.0.0.1:1/simple/")
        .env(&[("PIP_RETRIES", "1")])
        .without("--retries 2"),
    case("retry-refused-never", &[], "install gamma --retries 0 -i http://127.0.0.1:1/simple/"),
    case("retry-refused-quiet", &[], "install -qq gamma --retries 1 -i http://127.0.0.1:1/simple/"),
    case("retry-refused-two", &[], "install gamma beta --retries 1 -i http://127.0.0.1:1/simple/"),
    case(
        "retry-refused-beside",
        &[],
        "install gamma --retries 1 --extra-index-url http://127.0.0.1:1/simple/",
    ),
    case("retry-refused-versions", &[], "index versions gamma --retries 1 -i http://127.0.0.1:1/simple/"),
    case("retry-refused-links", &[], "install gamma --retries 1 --no-index -f http://127.0.0.1:1/links.html"),
    case("retry-refused-file", &[], "install --retries 1 http://127.0.0.1:1/gamma-1.0-py3-none-any.whl"),
    case(
        "retry-refused-named",
        &[],
        "install --retries 1 'gamma @ http://127.0.0.1:1/gamma-1.0-py3-none-any.whl'",
    ),
    case("retry-refused-requirements", &[], "install --retries 1 -r http://127.0.0.1:1/requirements.txt"),
    case("retry-refused-constraints", &[], "install gamma --retries 1 -c http://127.0.0.1:1/constraints.txt"),
    case("retry-refused-download", &[], "download --retries 1 http://127.0.0.1:1/gamma-1.0-py3-none-any.whl"),
    case("retry-refused-lock", &[], "lock --retries 1 http://127.0.0.1:1/gamma-1.0-py3-none-any.whl"),
    case(
        "retry-refused-outdated",
        &["install -q gamma"],
        "list -o --retries 1 -i http://127.0.0.1:1/simple/",
    ),
    case(
        "retry-proxy",
        &[],
        "install gamma --retries 1 --proxy http://127.0.0.1:1 -i http://elsewhere.example/simple/ --trusted-host elsewhere.example",
    ),
    case(
        "retry-proxy-file",
        &[],
        "install --retries 1 --proxy http://127.0.0.1:1 http://elsewhere.example/gamma-1.0-py3-none-any.whl",
    ),
    case("retry-closed", &[], "install closes --retries 1 -i {failing}/simple/"),
    case("retry-closed-file", &[], "install --retries 1 {failing}/files/closes-1.0-py3-none-any.whl"),
    case("retry-closed-requirements", &[], "install --retries 1 -r {failing}/closes.txt"),
    case("retry-status", &[], "install errors --retries 1 -i {failing}/simple/"),
    case("retry-status-file", &[], "install --retries 1 {failing}/files/errors-1.0-py3-none-any.whl"),
    case("retry-status-requirements", &[], "install --retries 1 -r {failing}/errors.txt"),
    case("retry-configured", &[], "install gamma -i http://127.0.0.1:1/simple/").env(&[("PIP_RETRIES", "1")]),
    case("status-missing-file", &[], "install {failing}/files/gone-1.0-py3-none-any.whl"),
    case("status-refused-file", &[], "install {failing}/files/refused-1.0-py3-none-any.whl"),
    case("status-missing-requirements", &[], "install -r {failing}/nowhere.txt"),
    case("timeout-page", &[], "install slow --retries 0 --timeout 0.2 -i {failing}/simple/")
        .without("--timeout 0.2"),
    case("timeout-file", &[], "install --retries 0 --timeout 0.2 {failing}/files/hangs-1.0-py3-none-any.whl"),
    case(
        "timeout-file-again",
        &[],
        "install --retries 1 --timeout 0.2 {failing}/files/hangs-1.0-py3-none-any.whl",
    ),
    case("timeout-configured", &[], "install --retries 0 {failing}/files/hangs-1.0-py3-none-any.whl")
        .env(&[("PIP_DEFAULT_TIMEOUT", "0.25")]),
    case("resume", &[], "install breaks --resume-retries 1 -i {failing}/simple/"),
    case("resume-never", &[], "install breaks --resume-retries 0 -i {failing}/simple/")
        .without("--resume-retries 0"),
    case("resume-often", &[], "install breaks-always --resume-retries 2 -i {failing}/simple/"),
    case("resume-file", &[], "install --resume-retries 1 {failing}/files/breaks-1.0-py3-none-any.whl"),
    case("resume-download", &[], "download -d w breaks --resume-retries 1 -i {failing}/simple/"),
    case("resume-with-others", &[], "install breaks fine --resume-retries 1 -i {failing}/simple/")
        .differs("files are fetched at once"),
    case("tls-own-authority", &[], "install gamma --retries 0 -i {secure}/simple/ --cert authority.pem")
        .env(UNTRUSTED)
        .without("--cert authority.pem"),
    case("tls-variable", &[], "install gamma --retries 0 -i {secure}/simple/")
        .env(&[("PIP_TRUSTED_HOST", ""), ("SSL_CERT_FILE", "{stage}/authority.pem")]),
    case("tls-variable-of-requests", &[], "install gamma --retries 0 -i {secure}/simple/")
        .env(&[("PIP_TRUSTED_HOST", ""), ("REQUESTS_CA_BUNDLE", "{stage}/authority.pem")]),
    case("tls-configured", &[], "install gamma --retries 0 -i {secure}/simple/")
        .env(&[("PIP_TRUSTED_HOST", ""), ("PIP_CERT", "{stage}/authority.pem")]),
    case("tls-trusted-host", &[], "install gamma --retries 0 -i {secure}/simple/ --trusted-host 127.0.0.1")
        .env(UNTRUSTED)
        .without("--trusted-host 127.0.0.1"),
    case("tls-unknown", &[], "install gamma --retries 0 -i {secure}/simple/").env(UNTRUSTED).differs(UNTOLD),
    case("tls-unknown-file", &[], "install --retries 0 {secure}/files/gamma-1.0-py3-none-any.whl")
        .env(UNTRUSTED)
        .differs(UNTOLD),
    case("tls-no-such-bundle", &[], "install gamma --retries 0 -i {secure}/simple/ --cert nowhere.pem")
        .env(UNTRUSTED),
    case(
        "tls-client",
        &[],
        "install gamma --retries 0 -i {asking}/simple/ --cert asking.pem --client-cert client.pem",
    )
    .without("--client-cert client.pem"),
    case("auth-nobody", &[], "install gamma -i {private}/simple/"),
    case("auth-netrc", &[NETRC], "install gamma -i {private}/simple/"),
    case("auth-netrc-unread", &[NETRC], "install gamma -i {private}/simple/ --no-proxy-env"),
    case("auth-keyring", &[KEYRING], "install gamma -i {private}/simple/ --keyring-provider subprocess")
        .env(&[("PATH", "{stage}/bin:/usr/bin:/bin")])
        .without("--keyring-provider subprocess"),
    case(
        "auth-keyring-disabled",
        &[KEYRING],
        "install gamma -i {private}/simple/ --keyring-provider disabled --no-input",
    )
    .env(WITH_KEYRING),
    case("auth-keyring-found", &[KEYRING], "install gamma -i {private}/simple/").env(WITH_KEYRING),
    case("auth-no-input", &[KEYRING], "install gamma -i {private}/simple/ --no-input")
        .env(WITH_KEYRING)
        .without("--no-input"),
    case("auth-file", &[], "install {private}/files/gamma-1.0-py3-none-any.whl"),
];
