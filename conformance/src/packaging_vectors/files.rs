//! File names, tags, metadata, index pages, direct URLs, groups, licences and lock files.

use packaging::dependency_groups::{DependencyGroups, GroupContent, GroupItem};
use packaging::direct_url::DirectUrl;
use packaging::filenames::{SourceFilename, WheelFilename};
use packaging::licenses::LicenseExpression;
use packaging::metadata::{Field, FieldKind, RawMetadata, RawValue, Source};
use packaging::pylock::{LockTarget, Pylock, SelectedSource, TomlTable, TomlValue, is_pylock_filename};
use packaging::tags::{self, Tags};
use packaging::{GroupName, MarkerEnvironment};
use serde_json::{Map, Value, json};

use super::Handler;

/// By the name of the file.
pub const HANDLERS: &[(&str, Handler)] = &[
    ("android_platforms", android_platforms),
    ("compatible_tags", compatible_tags),
    ("cpython_tags", cpython_tags),
    ("dependency_groups", dependency_groups),
    ("direct_url_from_dict", direct_url),
    ("generic_tags", generic_tags),
    ("ios_platforms", ios_platforms),
    ("is_valid_pylock_path", pylock_path),
    ("license_expression", license_expression),
    ("mac_platforms", mac_platforms),
    ("metadata_from_email", metadata_from_email),
    ("metadata_from_raw", metadata_from_raw),
    ("metadata_parse_email", metadata_parse_email),
    ("parse_sdist_filename", sdist_filename),
    ("parse_tag", parse_tag),
    ("parse_wheel_filename", wheel_filename),
    ("pure_python_tags", pure_python_tags),
    ("pylock_from_dict", pylock_from_dict),
    ("pylock_select", pylock_select),
];

type Answer = Result<Value, String>;

fn text<'a>(input: &'a Value, key: &str) -> Result<&'a str, String> {
    input[key].as_str().ok_or_else(|| format!("`{key}` is no text"))
}

fn words<E: std::fmt::Display>(error: E) -> String {
    error.to_string()
}

fn numbers(value: &Value) -> Vec<u32> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(|item| item.as_u64().and_then(|number| u32::try_from(number).ok())).collect()
}

fn pair(value: &Value) -> Result<(u32, u32), String> {
    match numbers(value)[..] {
        [major, minor] => Ok((major, minor)),
        _ => Err("no pair of numbers".to_owned()),
    }
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

fn listed(tags: &Tags) -> Value {
    tags.iter().map(|tag| Value::String(tag.to_string())).collect()
}

fn android_platforms(input: &Value) -> Answer {
    let level = input["api_level"].as_u64().and_then(|level| u32::try_from(level).ok());
    Ok(json!(tags::android_platforms(level.ok_or("no level")?, text(input, "abi")?)))
}

fn ios_platforms(input: &Value) -> Answer {
    Ok(json!(tags::ios_platforms(pair(&input["version"])?, text(input, "multiarch")?)))
}

fn mac_platforms(input: &Value) -> Answer {
    Ok(json!(tags::mac_platforms(pair(&input["version"])?, text(input, "arch")?)))
}

fn cpython_tags(input: &Value) -> Answer {
    let version = numbers(&input["python_version"]);
    Ok(listed(&tags::cpython_tags(&version, &texts(&input["abis"]), &texts(&input["platforms"]))))
}

fn compatible_tags(input: &Value) -> Answer {
    let version = numbers(&input["python_version"]);
    Ok(listed(&tags::compatible_tags(&version, input["interpreter"].as_str(), &texts(&input["platforms"]))))
}

fn generic_tags(input: &Value) -> Answer {
    let interpreter = text(input, "interpreter")?;
    Ok(listed(&tags::generic_tags(interpreter, &texts(&input["abis"]), &texts(&input["platforms"]))))
}

fn pure_python_tags(input: &Value) -> Answer {
    Ok(listed(&tags::pure_python_tags(&numbers(&input["args"][0]))))
}

fn parse_tag(input: &Value) -> Answer {
    let limit = match &input["limit"] {
        Value::Null => None,
        limit => Some(limit.as_u64().ok_or("a negative limit")? as usize),
    };
    let sorted = input["validate_order"].as_bool().unwrap_or(false);
    let tags = tags::parse_tag(text(input, "tag")?, sorted, limit).map_err(words)?;
    Ok(tags.iter().map(|tag| Value::String(tag.to_string())).collect())
}

fn wheel_filename(input: &Value) -> Answer {
    let wheel = WheelFilename::parse(text(input, "filename")?).map_err(words)?;
    if input["validate_order"].as_bool() == Some(true) && wheel.tags().unsorted().is_some() {
        return Err("not sorted".to_owned());
    }
    let build = match wheel.build() {
        Some(build) => json!([build.number().parse::<u64>().map_err(words)?, build.suffix()]),
        None => json!([]),
    };
    let tags = tags::parse_tag(wheel.tag(), false, None).map_err(words)?;
    let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
    Ok(json!([wheel.name().as_str(), wheel.version().to_string(), build, tags]))
}

fn sdist_filename(input: &Value) -> Answer {
    let source = SourceFilename::parse(text(input, "filename")?).map_err(words)?;
    Ok(json!([source.name().as_str(), source.version().to_string()]))
}

fn license_expression(input: &Value) -> Answer {
    LicenseExpression::parse(text(input, "expression")?).map(|text| json!(text.as_str())).map_err(words)
}

fn direct_url(input: &Value) -> Answer {
    DirectUrl::from_json(&input["d"]).map(|direct| direct.to_value()).map_err(words)
}

fn dependency_groups(input: &Value) -> Answer {
    let table = input["args"][0].as_object().ok_or("no table")?;
    let groups = table.iter().map(|(name, content)| (name.clone(), group_content(content)));
    let groups = DependencyGroups::new(groups).map_err(words)?;
    let mut requirements = Vec::new();
    for group in texts(&input["args"]) {
        let resolved = groups.resolve(&group).map_err(|errors| format!("{errors:?}"))?;
        requirements.extend(resolved.iter().map(ToString::to_string));
    }
    Ok(json!(requirements))
}

fn group_content(content: &Value) -> GroupContent {
    let Some(items) = content.as_array() else { return GroupContent::NotAList };
    let item = |item: &Value| match item {
        Value::String(text) => GroupItem::Requirement(text.clone()),
        Value::Object(table) if table.len() == 1 => match table.get("include-group") {
            Some(Value::String(group)) => GroupItem::Include(group.clone()),
            _ => GroupItem::Malformed(item.to_string()),
        },
        item => GroupItem::Malformed(item.to_string()),
    };
    GroupContent::Items(items.iter().map(item).collect())
}

/// The data of a metadata file: text, or bytes wrapped as Latin-1.
fn with_source<T>(input: &Value, read: impl FnOnce(Source<'_>) -> T) -> Result<T, String> {
    match &input["data"] {
        Value::String(text) => Ok(read(Source::Text(text))),
        data => {
            let latin1 = text(data, "$bytes_latin1")?;
            let bytes: Result<Vec<u8>, _> = latin1.chars().map(u8::try_from).collect();
            Ok(read(Source::Bytes(&bytes.map_err(words)?)))
        }
    }
}

fn metadata_parse_email(input: &Value) -> Answer {
    let (raw, unparsed) = with_source(input, RawMetadata::parse)?;
    let fields: Map<String, Value> = raw
        .fields
        .iter()
        .map(|(field, value)| {
            let value = match value {
                RawValue::Text(text) => json!(text),
                RawValue::List(texts) => json!(texts),
                RawValue::Table(entries) => entries
                    .iter()
                    .map(|(label, url)| (label.clone(), json!(url)))
                    .collect::<Map<_, _>>()
                    .into(),
            };
            (field.raw_key().to_owned(), value)
        })
        .collect();
    Ok(json!([fields, unparsed]))
}

fn metadata_from_email(input: &Value) -> Answer {
    let validate = input["validate"].as_bool().unwrap_or(true);
    let raw = with_source(input, |source| match validate {
        true => RawMetadata::parse_valid(source).map_err(|errors| format!("{errors:?}")),
        false => Ok(RawMetadata::parse(source).0),
    })??;
    Ok(json!({"rfc822": raw.to_rfc822(), "valid": true}))
}

fn metadata_from_raw(input: &Value) -> Answer {
    let table = input["raw"].as_object().ok_or("no table")?;
    if input["validate"].as_bool() == Some(false) {
        return Ok(json!({"valid": true}));
    }
    let mut raw = RawMetadata::default();
    for (key, value) in table {
        let field = Field::from_raw_key(key).ok_or_else(|| format!("unknown field `{key}`"))?;
        raw.fields.insert(field, raw_value(field, value)?);
    }
    raw.validate().map(|_| json!({"valid": true})).map_err(|errors| format!("{errors:?}"))
}

fn raw_value(field: Field, value: &Value) -> Result<RawValue, String> {
    match (field.kind(), value) {
        (FieldKind::Text, Value::String(text)) => Ok(RawValue::Text(text.clone())),
        (FieldKind::List | FieldKind::Keywords, Value::Array(_)) => Ok(RawValue::List(texts(value))),
        (FieldKind::Table, Value::Object(table)) => {
            let entry = |(label, url): (&String, &Value)| {
                (label.clone(), url.as_str().unwrap_or_default().to_owned())
            };
            Ok(RawValue::Table(table.iter().map(entry).collect()))
        }
        _ => Err(format!("`{}` has another type", field.raw_key())),
    }
}

fn pylock_path(input: &Value) -> Answer {
    let path = text(input, "path")?;
    Ok(json!(is_pylock_filename(path.rsplit('/').next().unwrap_or(path))))
}

fn to_toml(value: &Value) -> Result<TomlValue, String> {
    Ok(match value {
        Value::Null => return Err("TOML has no null".to_owned()),
        Value::Bool(boolean) => TomlValue::Boolean(*boolean),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => TomlValue::Integer(integer),
            None => TomlValue::Float(number.as_f64().ok_or("no number")?),
        },
        Value::String(text) => TomlValue::Text(text.clone()),
        Value::Array(items) => TomlValue::Array(items.iter().map(to_toml).collect::<Result<_, _>>()?),
        Value::Object(table) => match table.get("$datetime").and_then(Value::as_str) {
            Some(time) => TomlValue::DateTime(time.to_owned()),
            None => TomlValue::Table(to_table(table)?),
        },
    })
}

fn to_table(table: &Map<String, Value>) -> Result<TomlTable, String> {
    let entries = table.iter().map(|(key, value)| Ok((key.clone(), to_toml(value)?)));
    Ok(TomlTable { entries: entries.collect::<Result<_, String>>()? })
}

fn from_toml(value: &TomlValue) -> Value {
    match value {
        TomlValue::Text(text) => json!(text),
        TomlValue::Integer(integer) => json!(integer),
        TomlValue::Float(float) => json!(float),
        TomlValue::Boolean(boolean) => json!(boolean),
        TomlValue::DateTime(time) => json!({"$datetime": time}),
        TomlValue::Array(items) => items.iter().map(from_toml).collect(),
        TomlValue::Table(table) => from_table(table),
    }
}

fn from_table(table: &TomlTable) -> Value {
    table.entries.iter().map(|(key, value)| (key.clone(), from_toml(value))).collect::<Map<_, _>>().into()
}

fn lock(value: &Value) -> Result<Pylock, String> {
    Pylock::from_table(&to_table(value.as_object().ok_or("no table")?)?).map_err(words)
}

fn pylock_from_dict(input: &Value) -> Answer {
    Ok(from_table(&lock(&input["d"])?.to_table()))
}

fn pylock_select(input: &Value) -> Answer {
    let lock = lock(&input["lock"])?;
    let environment: MarkerEnvironment = environment(&input["environment"]);
    let mut supported = Tags::default();
    for tag in texts(&input["tags"]) {
        let sets = tags::TagSets::parse(&tag).map_err(words)?;
        supported.push(sets.interpreters, sets.abis, sets.platforms);
    }
    let names =
        |value: &Value| texts(value).iter().map(|name| GroupName::new(name)).collect::<Result<Vec<_>, _>>();
    let extras = names(&input["extras"]).map_err(words)?;
    let groups = match &input["dependency_groups"] {
        Value::Null => None,
        groups => Some(names(groups).map_err(words)?),
    };
    let target = LockTarget {
        environment: &environment,
        tags: &supported,
        extras: &extras,
        dependency_groups: groups.as_deref(),
        prefers_source: &|_| false,
    };
    let selected = lock.select(&target).map_err(words)?;
    let answers = selected.iter().map(|selected| {
        let source = match &selected.source {
            SelectedSource::Vcs(_) => "PackageVcs".to_owned(),
            SelectedSource::Directory(_) => "PackageDirectory".to_owned(),
            SelectedSource::Archive(_) => "PackageArchive".to_owned(),
            SelectedSource::Wheel(file) | SelectedSource::Sdist(file) => file.filename().unwrap_or_default(),
        };
        json!([selected.package.name.as_str(), source])
    });
    Ok(answers.collect())
}

fn environment(value: &Value) -> MarkerEnvironment {
    let get = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    MarkerEnvironment {
        implementation_name: get("implementation_name"),
        implementation_version: get("implementation_version"),
        os_name: get("os_name"),
        platform_machine: get("platform_machine"),
        platform_python_implementation: get("platform_python_implementation"),
        platform_release: get("platform_release"),
        platform_system: get("platform_system"),
        platform_version: get("platform_version"),
        python_full_version: get("python_full_version"),
        python_version: get("python_version"),
        sys_platform: get("sys_platform"),
    }
}
