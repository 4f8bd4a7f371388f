//! File names, metadata, licences, RECORD, entry points and index pages on made-up texts.

use packaging::direct_url::{DirectUrl, DirectUrlInfo};
use packaging::entry_points::EntryPoints;
use packaging::filenames::{SourceFilename, WheelFilename};
use packaging::licenses::LicenseExpression;
use packaging::metadata::{Field, Metadata, RawMetadata, RawValue, Source};
use packaging::pylock::Pylock;
use packaging::record::{Record, RecordRow};
use packaging::simple_api::{CoreMetadata, ProjectPage, Yanked};
use packaging::tags::parse_tag;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::python::{compare, samples};

fn cases(strategy: impl Strategy<Value = String>, count: usize) -> Vec<Value> {
    samples(&strategy, count).into_iter().map(Value::String).collect()
}

#[test]
fn wheel_names() {
    let names = "(foo|Foo_Bar|a\\.b|é|a__b|_x|)-(1\\.0|1!2|1\\.0_1|x|v1|1\\.0\\+l)(-1|-2b|-x|--|)-(py3|cp311|py2\\.py3|3|é|py3\\.|)-(none|abi3|cp311\\.abi3)-(any|linux_x86_64|a\\.b|A)(\\.whl|\\.WHL|\\.zip|)";
    let script = "from packaging.utils import parse_wheel_filename as p\n\
        def f(case):\n    n, v, b, t = p(case)\n    return [n, str(v), list(b), sorted(map(str, t))]";
    compare(script, &cases(names, 3_000), |case| {
        let Ok(wheel) = WheelFilename::parse(case.as_str().unwrap()) else { return Value::Null };
        let build =
            wheel.build().map_or(json!([]), |b| json!([b.number().parse::<u64>().unwrap(), b.suffix()]));
        let mut tags: Vec<_> =
            parse_tag(wheel.tag(), false, None).unwrap().iter().map(ToString::to_string).collect();
        tags.sort();
        json!([wheel.name().as_str(), wheel.version().to_string(), build, tags])
    });
}

#[test]
fn source_names() {
    let names =
        "(foo|Foo-Bar|a\\.b|é||-)(-|)(1\\.0|1!2|1\\.0-1|x|v1|)(\\.tar\\.gz|\\.zip|\\.tgz|\\.TAR\\.GZ|)";
    let script = "from packaging.utils import parse_sdist_filename as p\n\
        def f(case):\n    n, v = p(case)\n    return [n, str(v)]";
    compare(script, &cases(names, 1_000), |case| {
        SourceFilename::parse(case.as_str().unwrap())
            .map_or(Value::Null, |source| json!([source.name().as_str(), source.version().to_string()]))
    });
}

#[test]
fn license_expressions() {
    let words = "(( |)(mit|MIT\\+|Apache-2\\.0|gpl-2\\.0-or-later|LicenseRef-a\\.b|licenseref-A\\.B|bison-exception-2\\.2|nope|and|OR|with|\\(|\\)) ?){0,6}";
    let script = "from packaging.licenses import canonicalize_license_expression as f";
    compare(script, &cases(words, 4_000), |case| {
        LicenseExpression::parse(case.as_str().unwrap()).map_or(Value::Null, |e| json!(e.as_str()))
    });
}

fn raw_json(raw: &RawMetadata) -> Value {
    let fields = raw.fields.iter().map(|(field, value)| {
        let value = match value {
            RawValue::Text(text) => json!(text),
            RawValue::List(texts) => json!(texts),
            RawValue::Table(entries) => {
                entries.iter().map(|(k, v)| (k.clone(), json!(v))).collect::<serde_json::Map<_, _>>().into()
            }
        };
        (field.raw_key().to_owned(), value)
    });
    fields.collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn metadata_files() {
    let lines = "((Name|name|Version|Metadata-Version|Author|Keywords|Project-URL|Classifier|Import-Name|Dynamic|Odd|Na me|É|)(:|: |:  |)(a|2\\.1|1\\.0|a, b|x  |é||Name: q)(\n|\r\n|\n\n|\n  more\n|\n\tmore\n \n|)| lead\n){0,8}";
    let script = "from packaging.metadata import parse_email\n\
        # Older Pythons keep the line end before a value that begins in the second line.\n\
        def strip(v):\n    return v.lstrip(' \\t\\r\\n') if isinstance(v, str) else list(map(strip, v)) if isinstance(v, list) else v\n\
        def f(case):\n    raw, un = parse_email(case)\n    raw = {k: v if k == 'description' else strip(v) for k, v in raw.items()}\n    un = {k: strip(v) for k, v in un.items()}\n    return [raw, {k: sorted(map(str, v)) for k, v in un.items()}]";
    compare(script, &cases(lines, 4_000), |case| {
        let (raw, unparsed) = RawMetadata::parse(Source::Text(case.as_str().unwrap()));
        let unparsed = unparsed.into_iter().map(|(name, values)| {
            let mut values: Vec<String> = values.into_iter().flatten().collect();
            values.sort();
            (name, json!(values))
        });
        json!([raw_json(&raw), unparsed.collect::<serde_json::Map<_, _>>()])
    });
}

#[test]
fn valid_metadata() {
    let fields = "Metadata-Version: (1\\.0|1\\.2|2\\.1|2\\.4|2\\.6|3)\nName: (a|A_b|-a)\nVersion: (1|1\\.0\\.0|x)\n((Summary: s|Dynamic: (Platform|Name|x)|License-Expression: (mit|nope|mit or apache-2\\.0)|License-File: (a/b|a//b|\\./a|a/|\\.\\./a|/a|C:/a|C:a|a\\\\b|\\*)|Requires-Dist: (b|b \\(>=1\\)|-b|b; x)|Requires-Python: (>=3|3|>=3\\.8,<4)|Provides-Extra: (E_e|-e)|Import-Name: (a\\.b|a\\.class|a; private|a;x| )|Keywords: a,b|Description-Content-Type: (text/plain|text/html|text/markdown; variant=(GFM|x)|text/plain; charset=(utf-8|UTF-8|x)|text/x-rst;))\n){0,3}(\nbody)?";
    let script = "from packaging.metadata import Metadata\n\
        def f(case):\n    return Metadata.from_email(case).as_rfc822().as_string()";
    compare(script, &cases(fields, 4_000), |case| {
        RawMetadata::parse_valid(Source::Text(case.as_str().unwrap()))
            .map_or(Value::Null, |valid| json!(valid.to_rfc822()))
    });
}

#[test]
fn content_types() {
    let values = "(text/plain|text/markdown|TEXT/X-RST|text/html|text)( ?;? ?(charset|variant|x|CHARSET)?=?(utf-8|\"utf-8\"|GFM|\"Common\\\\Mark\"|CommonMark|x y|\"|)){0,2};?";
    let script = "from packaging.metadata import Metadata\n\
        def f(case):\n    Metadata.from_raw({'metadata_version': '2.1', 'name': 'a', 'version': '1', 'description_content_type': case})\n    return True";
    compare(script, &cases(values, 4_000), |case| {
        let mut raw = RawMetadata::default();
        let entries = [
            (Field::MetadataVersion, "2.1"),
            (Field::Name, "a"),
            (Field::Version, "1"),
            (Field::DescriptionContentType, case.as_str().unwrap()),
        ];
        raw.fields.extend(entries.map(|(field, text)| (field, RawValue::Text(text.to_owned()))));
        if raw.validate().is_ok() { json!(true) } else { Value::Null }
    });
}

#[test]
fn metadata_as_pip_prints_it() {
    let lines = "Metadata-Version: 2\\.1\nName: a\nVersion: 1\n((Author|License|Keywords|Project-URL|Classifier|Requires-Dist|Odd|Description|License-File): (a|a b|a, b|x\n  y\n    z|x\n        y|x\n\ty|é|)\n){0,6}(\n|)(body\n é\n)?";
    let script = "import importlib.metadata, pathlib, tempfile\n\
        from pip._internal.metadata._json import msg_to_json\n\
        folder = pathlib.Path(tempfile.mkdtemp()) / 'a-1.dist-info'\nfolder.mkdir()\n\
        def f(case):\n    (folder / 'METADATA').write_text(case, encoding='utf-8')\n    return list(map(list, msg_to_json(importlib.metadata.PathDistribution(folder).metadata).items()))";
    compare(script, &cases(lines, 1_000), |case| {
        let metadata = Metadata::parse(case.as_str().unwrap().as_bytes()).unwrap();
        metadata.into_json_fields().into_iter().map(|(key, value)| json!([key, value])).collect()
    });
}

#[test]
fn records() {
    let texts = "((a|b c|\"a,b\"|\"q\"\"q\"|\"x\"y|é|\"two\nlines\"|)(,|\n|\r\n|,,)){0,6}";
    let script = "import csv, io\n\
        def f(case):\n    rows = [r for r in csv.reader(io.StringIO(case, newline='')) if r]\n    return [[r[0], r[1] if len(r) > 1 and r[1] else None] for r in rows if any(r[:2])]";
    compare(script, &cases(texts, 3_000), |case| {
        let record = Record::parse(case.as_str().unwrap().as_bytes()).unwrap();
        record.rows.iter().map(|row| json!([row.path, row.hash])).collect()
    });
    let script = "import csv, io\n\
        def f(case):\n    out = io.StringIO(newline='')\n    csv.writer(out).writerows([[case, 'h', 3]])\n    return out.getvalue()";
    compare(script, &cases("[a,\" \r\né']{1,6}", 500), |case| {
        let path = case.as_str().unwrap().to_owned();
        let row = RecordRow { path, hash: Some("h".into()), size: Some(3) };
        json!(Record { rows: vec![row] }.to_text())
    });
}

#[test]
fn entry_point_files() {
    let lines = "((\\[g\\]|\\[h i\\]|# c|a = m:f|b=m\\.n : x\\.y|c = m|d = m:f \\[e,f\\]|e = m-x:f|g = m:|h = :f|  i = m:f  |j = m:f \\[e\\] z|k = m [e])\n|\n){0,8}";
    let script = "import importlib.metadata as m\n\
        def entry(e):\n    return [e.group, e.name, e.module, e.attr, e.extras]\n\
        def good(e):\n    try: return bool(e.module)\n    except AttributeError: return False\n\
        def f(case):\n    return [entry(e) for e in m.EntryPoints._from_text_for(case, None) if good(e)]";
    compare(script, &cases(lines, 2_000), |case| {
        let points = EntryPoints::parse(case.as_str().unwrap());
        let entry = |e: &packaging::entry_points::EntryPoint| {
            json!([e.group, e.name, e.module, e.attribute, e.extras])
        };
        points.entries.iter().map(entry).collect()
    });
}

#[test]
fn index_pages() {
    let pages = "(<a|<A |<a \n|<b |<base |<!-- | -->|<script>|</script>|<br/>|text)?(( href=|  HREF = |href=)(\"a-1\\.tar\\.gz\"|'b-1-py3-none-any\\.whl#sha256=ab'|c-1\\.zip|\"x/d%2B-1\\.zip\\?q=1&amp;r#egg=y&amp;md5=cd\"|\"e-1\\.exe\"|\"\")| data-requires-python=\"&gt;=3,&lt;4\"| data-yanked=\"why &quot;\"| data-core-metadata=\"(true|sha256=ef)\"| data-dist-info-metadata=true)?( |>|/>|)";
    let pages = proptest::collection::vec(pages, 0..12).prop_map(|parts| parts.concat());
    let script = "import posixpath, urllib.parse\n\
        from pip._internal.index.collector import HTMLLinkParser\n\
        from pip._internal.models.link import Link\n\
        def f(case):\n\
        \x20   p = HTMLLinkParser('http://h.example/p/'); p.feed(case)\n\
        \x20   out = []\n\
        \x20   for a in p.anchors:\n\
        \x20       link = Link.from_element(a, page_url='http://h.example/p/', base_url='http://h.example/p/')\n\
        \x20       if link is None or not link.filename.endswith(('.tar.gz', '.zip', '.whl')): continue\n\
        \x20       m = link.metadata_file_data\n\
        \x20       out.append([link.filename, link.requires_python, link.yanked_reason, m and [m.hashes or {}], link._hashes])\n\
        \x20   return out";
    compare(script, &cases(pages, 3_000), |case| {
        let page = ProjectPage::parse_html(case.as_str().unwrap().as_bytes()).unwrap();
        let hashes = |list: &packaging::simple_api::PageHashes<'_>| {
            list.iter()
                .map(|(kind, hex)| (kind.name().to_owned(), json!(hex)))
                .collect::<serde_json::Map<_, _>>()
        };
        let file = |file: &packaging::simple_api::PageFile<'_>| {
            let yanked = if let Yanked::Yes(reason) = &file.yanked { json!(reason) } else { Value::Null };
            let metadata = match &file.core_metadata {
                CoreMetadata::No => Value::Null,
                CoreMetadata::Yes => json!([{}]),
                CoreMetadata::Hashes(list) => json!([hashes(list)]),
            };
            json!([file.filename, file.requires_python, yanked, metadata, hashes(&file.hashes)])
        };
        page.files.iter().map(file).collect()
    });
}

#[test]
fn direct_urls() {
    let urls = "(https|git|ssh)://((u|u:p|git|git:x|\\$\\{A\\}|\\$\\{A\\}:\\$\\{B\\}|\\$\\{A\\}:p)@)?h\\.example/(é|a b|x)";
    let script = "from pip._internal.models.direct_url import DirectUrl, ArchiveInfo\n\
        def f(case):\n    return DirectUrl(url=case, archive_info=ArchiveInfo(hashes={'sha256': 'ab'}), subdirectory='s').to_json()";
    compare(script, &cases(urls, 500), |case| {
        let hashes = Some([("sha256".to_owned(), "ab".to_owned())].into());
        let direct = DirectUrl {
            url: case.as_str().unwrap().to_owned(),
            info: DirectUrlInfo::Archive { hashes },
            subdirectory: Some("s".into()),
        };
        json!(direct.to_json())
    });
}

/// A lock made of good and bad parts; most have at most one bad one.
fn locks() -> impl Strategy<Value = String> {
    let top = "((environments = \\[\"sys_platform == 'linux'\"\\]|environments = \\['x'\\]|requires-python = '(>=3|3)'|extras = \\['(e|E)'\\]|dependency-groups = \\['g'\\]|default-groups = (\\['g'\\]|'g')|tool = (\\{a = 1\\}|3))\n)?";
    let file = "(url = 'https://h\\.example/(a-1|a-1|a-1|a-1|a-1|b-1|a-2|a)-py3-none-any\\.whl\\?q#f'|path = '(a-1-py3-none-any\\.whl|d\\\\a-1\\.0-py3-none-any\\.whl|d/a-1-py2\\.py3-none-any\\.whl|)'|path = 'x', name = 'a-1-py3-none-any\\.whl'), hashes = (\\{sha256 = '(x|)'\\}|\\{md5 = 'a', sha512 = 'b'\\}|\\{x = 'y'\\}|\\{sha256 = 'x'\\}|\\{\\}|\\{md5 = 3\\}|'x')(, size = (3|0|12|7|true|'3'))?(, upload-time = (2024-01-02T03:04:05Z|2024-01-02T03:04:05\\.5\\+01:00|2024-01-02|'x'))?";
    let sdist = "sdist = \\{(path|url|path|url|name) = '(d/)?(a-1\\.tar\\.gz|a-1\\.0\\.zip|a-1\\.zip|a-2\\.zip|a-1\\.tgz)', hashes = \\{sha256 = 'x'\\}(, size = 3)?\\}\n";
    let direct = "(vcs = \\{type = 'git', (url|path) = 'u', commit-id = 'c'(, requested-revision = (1|'r'))?\\}|vcs = \\{type = 'git', url = 'u'\\}|directory = \\{path = '(p|)'(, editable = (true|1))?\\}|archive = \\{(url|path) = '(u|)', hashes = \\{sha256 = 'x'\\}\\})\n";
    let more = "((marker = '(os_name == \"nt\"|x|\"g\" in dependency_groups)'|requires-python = '(>=3|x)'|dependencies = \\[(\\{name = 'b'\\}|3)\\]|index = ('i'|3)|attestation-identities = \\[\\{(kind|x) = 'k'\\}\\]|tool = \\{x = \\{y = 1\\}\\})\n)?";
    let package = (
        "name = '(a|a|a|a|a|a|a|a|A|b_c)'\n",
        "(version = '(1|1|1|1\\.0|1\\.0|x)'\n)?",
        more,
        prop_oneof![
            3 => (proptest::option::of(sdist), proptest::collection::vec(file, 0..3)).prop_map(|(sdist, wheels)| {
                let wheels: Vec<String> = wheels.into_iter().map(|wheel| format!("{{{wheel}}}")).collect();
                format!("{}wheels = [{}]\n", sdist.unwrap_or_default(), wheels.join(", "))
            }),
            2 => direct.prop_map(|text| text),
            1 => (direct, sdist).prop_map(|(direct, sdist)| direct + &sdist),
            1 => Just(String::new()),
        ],
    );
    let packages = proptest::collection::vec(package, 0..3);
    let head = "(lock-version = '(1\\.0|1\\.0|1\\.0|1\\.0|1\\.0|1|1\\.9|2\\.0|x)'\n)created-by = '(t|)'\n";
    (head, top, packages).prop_map(|(head, top, packages)| {
        let packages: Vec<String> = packages
            .into_iter()
            .map(|(name, version, more, source)| format!("[[packages]]\n{name}{version}{more}{source}"))
            .collect();
        if packages.is_empty() {
            format!("{head}{top}packages = []\n")
        } else {
            format!("{head}{top}{}", packages.concat())
        }
    })
}

#[test]
fn locks_are_judged_alike() {
    let script = "import tomllib\nfrom packaging.pylock import Pylock\n\
        def f(case):\n    Pylock.from_dict(tomllib.loads(case))\n    return True";
    compare(script, &cases(locks(), 4_000), |case| {
        if Pylock::parse(case.as_str().unwrap()).is_ok() { json!(true) } else { Value::Null }
    });
    // What we write is the same lock for others.
    let written = samples(&locks(), 2_000).into_iter().filter_map(|text| {
        let ours = Pylock::parse(&text).ok()?.to_toml();
        Some(json!([text, ours]))
    });
    let script = "import tomllib\nfrom packaging.pylock import Pylock\n\
        def d(text):\n    return Pylock.from_dict(tomllib.loads(text)).to_dict()\n\
        def lean(v):\n\
        \x20   return {k: lean(x) for k, x in v.items() if x != []} if isinstance(v, dict) else [lean(x) for x in v] if isinstance(v, list) else v\n\
        def f(case):\n    a, b = map(d, case)\n    return lean(a) == lean(b) or [str(lean(a)), str(lean(b))]";
    compare(script, &written.collect::<Vec<_>>(), |_| json!(true));
}

#[test]
fn lock_texts_are_read_by_others() {
    let lock = "lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\nname = 'a'\nversion = '1'\n\
        wheels = [{url = 'https://h.example/a-1-py3-none-any.whl', upload-time = 2024-01-02T03:04:05+01:00, size = 3, hashes = {sha256 = 'ab'}}]\n\
        [packages.tool.x]\n\"odd é\" = 'a\\\\b'\n[tool.t]\nv = [1, 2.5, {k = true}]\n";
    let ours = Pylock::parse(lock).unwrap().to_toml();
    let script = "import tomllib\nfrom packaging.pylock import Pylock\n\
        def f(case):\n    return [Pylock.from_dict(tomllib.loads(t)) .to_dict() == Pylock.from_dict(tomllib.loads(case[0])).to_dict() for t in case]";
    compare(script, &[json!([lock, ours])], |_| json!([true, true]));
}
