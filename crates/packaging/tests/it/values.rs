//! Names, versions, specifiers, markers and requirements against the `packaging` library.

use super::python::{compare, samples};
use packaging::markers::MarkerContext;
use packaging::name::{canonicalize_name, is_normalized_name, is_valid_name};
use packaging::{Marker, MarkerEnvironment, Prereleases, Requirement, Specifier, SpecifierSet, Version};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::BoxedStrategy;
use serde_json::{Value, json};

const CASES: usize = 3_000;

/// A text, now and then with a character too many or too few.
fn damaged(text: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
    let damage = (
        any::<prop::sample::Index>(),
        select(" .-+_*!'\"()[],;@=<>~v0a\tÉ\u{1c}".chars().collect::<Vec<_>>()),
    );
    (text, prop::option::weighted(0.25, damage), any::<bool>())
        .prop_map(|(text, damage, insert)| {
            let Some((place, character)) = damage else { return text };
            let mut characters: Vec<char> = text.chars().collect();
            let place = place.index(characters.len() + 1);
            if insert {
                characters.insert(place, character);
            } else if place < characters.len() {
                characters.remove(place);
            }
            characters.into_iter().collect()
        })
        .boxed()
}

fn joined(parts: impl Strategy<Value = Vec<String>>) -> impl Strategy<Value = String> {
    parts.prop_map(|parts| parts.concat())
}

fn optional(weight: f64, text: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    prop::option::weighted(weight, text).prop_map(Option::unwrap_or_default)
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![8 => (0_u32..4).prop_map(|n| n.to_string()), 1 => "[0-9]{1,12}"]
}

fn release() -> impl Strategy<Value = String> {
    prop::collection::vec(number(), 1..5).prop_map(|numbers| numbers.join("."))
}

fn lettered(letters: &'static [&'static str]) -> impl Strategy<Value = String> {
    let separator = || select(vec!["", "", "", ".", "-", "_"]);
    (separator(), select(letters), separator(), optional(0.8, number()))
        .prop_map(|(before, letters, after, number)| format!("{before}{letters}{after}{number}"))
}

/// A version without a local part.
fn public() -> BoxedStrategy<String> {
    let pre = lettered(&["a", "b", "rc", "alpha", "BETA", "c", "pre", "preview"]);
    let post = prop_oneof![lettered(&["post", "rev", "r", "POST"]), number().prop_map(|n| format!("-{n}"))];
    let parts = (
        optional(0.05, select(vec!["v".to_owned(), " ".to_owned(), "V".to_owned()])),
        optional(0.08, number().prop_map(|n| format!("{n}!"))),
        release(),
        optional(0.3, pre),
        optional(0.25, post),
        optional(0.25, lettered(&["dev", "Dev"])),
    );
    parts
        .prop_map(|(prefix, epoch, release, pre, post, dev)| {
            [prefix, epoch, release, pre, post, dev].concat()
        })
        .boxed()
}

fn version() -> BoxedStrategy<String> {
    (public(), optional(0.2, "\\+[a-zA-Z0-9]{1,3}([._-][a-z0-9]{1,3}){0,2}"))
        .prop_map(|(public, local)| public + &local)
        .boxed()
}

fn specifier() -> BoxedStrategy<String> {
    let space = || select(vec!["", "", " "]);
    prop_oneof![
        4 => (select(vec!["<", "<=", ">", ">=", "~="]), space(), public()).prop_map(|(o, s, v)| format!("{o}{s}{v}")),
        3 => (select(vec!["==", "!="]), version()).prop_map(|(o, v)| format!("{o}{v}")),
        2 => (select(vec!["==", "!="]), release()).prop_map(|(o, v)| format!("{o}{v}.*")),
        1 => version().prop_map(|v| format!("==={v}")),
    ]
    .boxed()
}

fn set() -> BoxedStrategy<String> {
    prop::collection::vec(specifier(), 0..4).prop_map(|parts| parts.join(",")).boxed()
}

const POLICIES: [(Prereleases, &str); 3] =
    [(Prereleases::Auto, "auto"), (Prereleases::Allow, "allow"), (Prereleases::Exclude, "exclude")];

#[test]
fn names_are_normalized_alike() {
    let script = "
from packaging.utils import canonicalize_name, is_normalized_name
def f(case):
    try: valid = bool(canonicalize_name(case, validate=True)) or True
    except ValueError: valid = False
    return [canonicalize_name(case), is_normalized_name(case), valid]";
    let cases: Vec<Value> =
        samples(&"[a-zA-Z0-9._-]{0,6}|[a-z.É ]{0,4}", CASES).into_iter().map(Value::from).collect();
    compare(script, &cases, |case| {
        let name = case.as_str().unwrap();
        json!([canonicalize_name(name), is_normalized_name(name), is_valid_name(name)])
    });
}

#[test]
fn versions_are_read_alike() {
    let script = "
from packaging.version import Version
def f(case):
    v = Version(case)
    return [str(v), v.epoch, v.release, v.pre, v.post, v.dev, v.local, v.base_version, v.public,
            v.is_prerelease, v.is_postrelease, v.is_devrelease]";
    let cases: Vec<Value> = samples(&damaged(version()), CASES).into_iter().map(Value::from).collect();
    compare(script, &cases, |case| {
        let Ok(v) = Version::parse(case.as_str().unwrap()) else { return Value::Null };
        let local: Vec<String> = v.local().iter().map(ToString::to_string).collect();
        json!([
            v.to_string(),
            v.epoch(),
            v.release().to_vec(),
            v.pre().map(|pre| (pre.kind.as_str(), pre.number)),
            v.post(),
            v.dev(),
            v.is_local().then(|| local.join(".")),
            v.base_version().to_string(),
            v.public().to_string(),
            v.is_prerelease(),
            v.is_postrelease(),
            v.is_devrelease(),
        ])
    });
}

#[test]
fn versions_are_ordered_alike() {
    let script = "
from packaging.version import Version
def f(case):
    a, b = map(Version, case)
    return (a > b) - (a < b), hash(a) == hash(b)";
    let cases: Vec<Value> =
        samples(&(version(), version()), CASES).into_iter().map(|pair| json!(pair)).collect();
    compare(script, &cases, |case| {
        let [a, b] = [0, 1].map(|index| Version::parse(case[index].as_str().unwrap()).unwrap());
        json!([a.cmp(&b) as i8, a == b])
    });
}

#[test]
fn specifiers_fit_alike() {
    let script = "
from packaging.specifiers import Specifier
from packaging.version import Version
def f(case):
    s, texts = Specifier(case[0]), case[1]
    return [str(s), s.prereleases is True,
            [[s.contains(t, prereleases=p) for p in (None, True, False)] for t in texts],
            [s.contains(Version(t), prereleases=True) for t in texts]]";
    let texts = prop::collection::vec(version(), 1..6);
    let cases: Vec<Value> =
        samples(&(damaged(specifier()), texts), CASES).into_iter().map(|case| json!(case)).collect();
    compare(script, &cases, |case| {
        let Ok(specifier) = Specifier::parse(case[0].as_str().unwrap()) else { return Value::Null };
        let texts = || case[1].as_array().unwrap().iter().map(|text| text.as_str().unwrap());
        json!([
            specifier.to_string(),
            specifier.names_prerelease(),
            texts()
                .map(|text| POLICIES.map(|(policy, _)| specifier.contains_text(text, policy)))
                .collect::<Vec<_>>(),
            texts()
                .map(|text| specifier.contains(&Version::parse(text).unwrap(), Prereleases::Allow))
                .collect::<Vec<_>>(),
        ])
    });
}

#[test]
fn sets_of_specifiers_choose_alike() {
    let script = "
from packaging.specifiers import SpecifierSet
P = {'auto': None, 'allow': True, 'exclude': False}
def f(case):
    text, texts, policy = case
    s = SpecifierSet(text)
    n = SpecifierSet(text, prereleases=P[policy])
    return [str(s), list(s.filter(texts, prereleases=P[policy])), [s.contains(t, prereleases=P[policy]) for t in texts],
            n.is_unsatisfiable()]";
    let policies = select(POLICIES.map(|(_, name)| name).to_vec());
    let texts = prop::collection::vec(prop_oneof![9 => version(), 1 => "[a-z]{0,3}"], 0..8);
    let cases: Vec<Value> =
        samples(&(damaged(set()), texts, policies), CASES).into_iter().map(|case| json!(case)).collect();
    compare(script, &cases, |case| {
        let Ok(set) = SpecifierSet::parse(case[0].as_str().unwrap()) else { return Value::Null };
        let (policy, _) = POLICIES.into_iter().find(|(_, name)| case[2] == *name).unwrap();
        let texts = || case[1].as_array().unwrap().iter().map(|text| text.as_str().unwrap());
        json!([
            set.to_string(),
            set.filter_texts(texts(), policy),
            texts().map(|text| set.contains_text(text, policy)).collect::<Vec<_>>(),
            set.is_unsatisfiable(policy),
        ])
    });
}

#[test]
fn sets_of_specifiers_relate_alike() {
    let script = "
from packaging.specifiers import SpecifierSet
def f(case):
    a, b = map(SpecifierSet, case)
    return [a == b, a.is_subset(b), a.is_superset(b), a.is_disjoint(b)]";
    let cases: Vec<Value> = samples(&(set(), set()), CASES).into_iter().map(|pair| json!(pair)).collect();
    compare(script, &cases, |case| {
        let (Ok(a), Ok(b)) =
            (SpecifierSet::parse(case[0].as_str().unwrap()), SpecifierSet::parse(case[1].as_str().unwrap()))
        else {
            return Value::Null;
        };
        match (a.is_subset(&b), a.is_superset(&b), a.is_disjoint(&b)) {
            (Ok(subset), Ok(superset), Ok(disjoint)) => json!([a == b, subset, superset, disjoint]),
            _ => Value::Null,
        }
    });
}

fn marker_text() -> impl Strategy<Value = String> {
    let inside = prop_oneof![
        3 => version(),
        3 => release().prop_map(|release| release + ".*"),
        3 => select(vec!["linux", "win32", "posix", "CPython", "x86_64", "3.8", "3.12", "3.8 3.9", "A_b", ""]).prop_map(str::to_owned),
        1 => select(vec![r"\x41", r"\q", r"\\", r"a\tb", r"\101"]).prop_map(str::to_owned),
    ];
    (inside, select(vec!['"', '\''])).prop_map(|(inside, quote)| format!("{quote}{inside}{quote}"))
}

fn marker_variable() -> impl Strategy<Value = String> {
    select(vec![
        "python_version",
        "python_version",
        "python_full_version",
        "os_name",
        "os.name",
        "sys_platform",
        "platform_machine",
        "platform_release",
        "platform_system",
        "platform.version",
        "python_implementation",
        "implementation_name",
        "implementation_version",
        "extra",
        "extras",
    ])
    .prop_map(str::to_owned)
}

fn comparison() -> BoxedStrategy<String> {
    let operator =
        || select(vec!["<", "<=", "==", "!=", ">=", ">", "~=", "===", " in ", " not in ", " not  in "]);
    let operator =
        (operator(), select(vec!["", " "])).prop_map(|(operator, space)| format!("{space}{operator}{space}"));
    prop_oneof![
        6 => joined((marker_variable(), operator.clone(), marker_text()).prop_map(|(a, b, c)| vec![a, b, c])),
        2 => joined((marker_text(), operator.clone(), marker_variable()).prop_map(|(a, b, c)| vec![a, b, c])),
        1 => joined((marker_variable(), operator, marker_variable()).prop_map(|(a, b, c)| vec![a, b, c])),
    ]
    .boxed()
}

fn marker() -> BoxedStrategy<String> {
    comparison()
        .prop_recursive(3, 6, 3, |inner| {
            (prop::collection::vec(inner, 1..4), select(vec![" and ", " or "]), any::<bool>()).prop_map(
                |(parts, word, group)| {
                    let text = parts.join(word);
                    if group { format!("({text})") } else { text }
                },
            )
        })
        .boxed()
}

fn environment() -> BoxedStrategy<MarkerEnvironment> {
    let python = select(vec!["3.8.0", "3.9.5", "3.12.1", "3.13.0a1", "3.13.0+", "2.7.18", "1.2.3"]);
    let platform = select(vec![("linux", "Linux", "posix"), ("win32", "Windows", "nt"), ("", "", "")]);
    let release = select(vec!["6.1.0-26-amd64", "20.3.0", "10", ""]);
    (python, platform, release)
        .prop_map(|(python, (sys_platform, system, os_name), release)| MarkerEnvironment {
            implementation_name: "cpython".to_owned(),
            implementation_version: python.trim_end_matches('+').to_owned(),
            os_name: os_name.to_owned(),
            platform_machine: "x86_64".to_owned(),
            platform_release: release.to_owned(),
            platform_system: system.to_owned(),
            platform_version: "#1 SMP".to_owned(),
            python_full_version: python.to_owned(),
            platform_python_implementation: "CPython".to_owned(),
            python_version: python.rsplit_once('.').unwrap().0.to_owned(),
            sys_platform: sys_platform.to_owned(),
        })
        .boxed()
}

/// `packaging` prints backslashes and control characters of a marker as they are, and could not read them again; we escape
/// them. Everything else is printed alike.
const PLAIN: &str = r"
import re
odd = re.compile('[\\\\\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]')
def plain(text): return None if text is None or odd.search(text) else text";

fn plain(text: String) -> Option<String> {
    Some(text).filter(|text| !text.contains('\\'))
}

#[test]
fn markers_are_read_and_evaluated_alike() {
    let script = format!(
        "{PLAIN}
import warnings
warnings.simplefilter('ignore')
from packaging.markers import Marker
def f(case):
    text, environment, extra = case
    m = Marker(text)
    try: holds = m.evaluate(dict(environment, extra=extra))
    except (ValueError, KeyError): holds = None
    return [plain(str(m)), holds]"
    );
    let cases: Vec<Value> = samples(&(damaged(marker()), environment(), select(vec!["", "a-b", "x"])), CASES)
        .into_iter()
        .map(|case| json!(case))
        .collect();
    compare(&script, &cases, |case| {
        let Ok(marker) = Marker::parse(case[0].as_str().unwrap()) else { return Value::Null };
        let environment: MarkerEnvironment = serde_json::from_value(case[1].clone()).unwrap();
        let holds = marker.evaluate_in(&environment, &MarkerContext::metadata(case[2].as_str().unwrap()));
        json!([plain(marker.to_string()), holds.ok()])
    });
}

fn requirement() -> BoxedStrategy<String> {
    let space = || select(vec!["", "", " ", "\t"]);
    let name = "[A-Za-z0-9][A-Za-z0-9._-]{0,5}";
    let extras = optional(0.3, "\\[ ?([A-Za-z][a-z0-9._-]{0,2} ?, ?){0,2}[a-z]{0,2}\\]");
    let versions = prop_oneof![
        4 => set(),
        1 => set().prop_map(|set| format!("({set})")),
        1 => "@ ?[a-z:/.#;]{1,9} ?".prop_map(|url| url),
    ];
    let marker = optional(0.4, marker().prop_map(|marker| format!(";{marker}")));
    (name, space(), extras, space(), versions, space(), marker)
        .prop_map(|(name, a, extras, b, versions, c, marker)| {
            format!("{name}{a}{extras}{b}{versions}{c}{marker}")
        })
        .boxed()
}

#[test]
fn requirements_are_read_alike() {
    let script = format!(
        "{PLAIN}
import warnings
warnings.simplefilter('ignore')
from packaging.requirements import Requirement
def f(case):
    r = Requirement(case)
    marker = str(r.marker) if r.marker else None
    return [plain(str(r)), r.name, sorted(r.extras), str(r.specifier), r.url, plain(marker)]"
    );
    let cases: Vec<Value> = samples(&damaged(requirement()), CASES).into_iter().map(Value::from).collect();
    compare(&script, &cases, |case| {
        let Ok(r) = Requirement::parse(case.as_str().unwrap()) else { return Value::Null };
        json!([
            plain(r.to_string()),
            &*r.raw_name,
            r.raw_extras().collect::<Vec<_>>(),
            r.specifiers().map(ToString::to_string).unwrap_or_default(),
            r.url(),
            r.marker.as_ref().map(ToString::to_string).and_then(plain),
        ])
    });
}

/// What `packaging` says about a text and where, in characters; pip prints that.
const SYNTAX_ERRORS: &str = "
import warnings
warnings.simplefilter('ignore')
from packaging.requirements import Requirement
from packaging.markers import Marker
from packaging._tokenizer import ParserSyntaxError
def told(read, text):
    try: read(text)
    except ValueError as e:
        cause = e.__cause__
        return [cause.message, *cause.span] if isinstance(cause, ParserSyntaxError) else str(e)
    return None
def f(case): return told(Requirement if case[0] == 'requirement' else Marker, case[1])";

#[test]
fn syntax_errors_are_told_alike() {
    let requirements = damaged(requirement().boxed()).prop_map(|text| ("requirement", text));
    let markers = damaged(marker()).prop_map(|text| ("marker", text));
    let cases: Vec<Value> =
        samples(&prop_oneof![requirements, markers], CASES).into_iter().map(|case| json!(case)).collect();
    compare(SYNTAX_ERRORS, &cases, |case| {
        let text = case[1].as_str().unwrap();
        let error = match case[0].as_str().unwrap() {
            "requirement" => Requirement::parse(text).err().map(|error| (error.message, error.span)),
            _ => Marker::parse(text).err().map(|error| (error.message, error.span)),
        };
        let characters = |bytes: usize| text[..bytes].chars().count();
        error.map_or(Value::Null, |(message, span)| match message.starts_with("Invalid specifier: ") {
            true => json!(message),
            false => json!([message, characters(span.start), characters(span.end)]),
        })
    });
}
