//! The schemas that `dockwright schema` prints hold for what dockwright prints and reads.
#![expect(clippy::unwrap_used, reason = "a failing test should stop here")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn schema(of: &str) -> Value {
    let done = Command::new(env!("CARGO_BIN_EXE_dockwright"))
        .args(["schema", of])
        .output()
        .unwrap();
    let schema: Value = serde_json::from_slice(&done.stdout).unwrap();
    let draft = "https://json-schema.org/draft/2020-12/schema";
    assert_eq!(schema["$schema"], draft);
    known_words(&schema);
    schema
}

/// Every keyword is one that [`check`] understands or that says nothing about a value.
fn known_words(schema: &Value) {
    const WORDS: [&str; 17] = [
        "$schema",
        "$defs",
        "$ref",
        "title",
        "description",
        "default",
        "format",
        "type",
        "enum",
        "const",
        "anyOf",
        "oneOf",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "minimum",
    ];
    for (word, inner) in schema.as_object().unwrap() {
        assert!(
            WORDS.contains(&word.as_str()) || word == "maximum",
            "the keyword {word}"
        );
        match word.as_str() {
            "properties" | "$defs" => inner.as_object().unwrap().values().for_each(known_words),
            "items" => known_words(inner),
            "additionalProperties" if inner.is_object() => known_words(inner),
            "anyOf" | "oneOf" => inner.as_array().unwrap().iter().for_each(known_words),
            _ => {}
        }
    }
}

/// Why a value does not fit, after draft 2020-12 as far as the schemas use it.
fn check(schema: &Value, value: &Value, root: &Value, path: &str) -> Result<(), String> {
    let fail = |why: &str| Err(format!("{path}: {why}: {value}"));
    if let Some(target) = schema["$ref"].as_str() {
        let pointer = target.strip_prefix('#').unwrap();
        check(root.pointer(pointer).unwrap(), value, root, path)?;
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(list) = schema[word].as_array() {
            let fits = list
                .iter()
                .filter(|one| check(one, value, root, path).is_ok());
            let fits = fits.count();
            if fits == 0 || (word == "oneOf" && fits > 1) {
                return fail(word);
            }
        }
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is = |kind: &&str| match *kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the type {other}"),
    };
    if !types.is_empty() && !types.iter().any(is) {
        return fail("the type");
    }
    if let Some(list) = schema["enum"].as_array()
        && !list.contains(value)
    {
        return fail("the list of values");
    }
    if schema.get("const").is_some_and(|one| one != value) {
        return fail("the value");
    }
    if let (Some(least), Some(found)) = (schema["minimum"].as_i64(), value.as_i64())
        && found < least
    {
        return fail("the minimum");
    }
    if let Some(list) = value.as_array().filter(|_| schema["items"].is_object()) {
        for (index, one) in list.iter().enumerate() {
            check(&schema["items"], one, root, &format!("{path}[{index}]"))?;
        }
    }
    let Some(object) = value.as_object() else {
        return Ok(());
    };
    for name in schema["required"].as_array().into_iter().flatten() {
        if !object.contains_key(name.as_str().unwrap()) {
            return fail(&format!("{name} is missing"));
        }
    }
    for (name, one) in object {
        let known = schema["properties"].get(name);
        let inner = known.unwrap_or(&schema["additionalProperties"]);
        match inner {
            Value::Bool(false) => return fail(&format!("{name} is not known")),
            Value::Object(_) => check(inner, one, root, &format!("{path}.{name}"))?,
            _ => {}
        }
    }
    Ok(())
}

/// The files of that name in the fixtures.
fn fixtures(name: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut found = Vec::new();
    for case in folder.read_dir().unwrap() {
        let path = case.unwrap().path().join(name);
        if let Ok(text) = fs::read_to_string(&path) {
            found.push((path.display().to_string(), text));
        }
    }
    found
}

#[test]
fn every_explanation_fits_its_schema() {
    let schema = schema("explain");
    let found = fixtures("expected/explain.json");
    assert!(found.len() > 40);
    for (path, text) in found {
        let value: Value = serde_json::from_str(&text).unwrap();
        check(&schema, &value, &schema, &path).unwrap();
        let mut broken = value.clone();
        broken["python"]["version"] = Value::from(3);
        assert!(check(&schema, &broken, &schema, &path).is_err());
        broken = value;
        broken.as_object_mut().unwrap().remove("warnings");
        assert!(check(&schema, &broken, &schema, &path).is_err());
    }
}

#[test]
fn every_settings_file_fits_its_schema() {
    let schema = schema("settings");
    let found = fixtures("dockwright.toml");
    assert!(found.len() > 5);
    for (path, text) in found {
        let value: toml::Value = toml::from_str(&text).unwrap();
        let mut value = serde_json::to_value(value).unwrap();
        check(&schema, &value, &schema, &path).unwrap();
        value["prot"] = Value::from(80);
        assert!(check(&schema, &value, &schema, &path).is_err());
    }
}
