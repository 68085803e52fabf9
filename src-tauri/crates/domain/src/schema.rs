//! The JSON Schema of a policy file, made from the types. A test compares it with the committed
//! one; `PURSER_UPDATE=1 cargo test -p purser-domain` writes it anew. Nothing of this is shipped.

use crate::PolicyFile;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::path::PathBuf;

macro_rules! text {
    ($type:ty, $name:literal, $pattern:expr, $description:expr) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string", "pattern": $pattern, "description": $description
                })
            }
        }
    };
}

/// A decimal as policies write it.
pub struct Amount;

text!(
    Amount,
    "Amount",
    r"^[0-9]+(\.[0-9]+)?$",
    "A decimal in quotes, above 0 and at most 1000000000000, with at most 12 decimals."
);
text!(
    crate::Currency,
    "Currency",
    "^[A-Z]{3,5}$",
    "An ISO 4217 code, or one of USDC, EURC, USDT, PYUSD."
);
text!(
    crate::Category,
    "Category",
    "^[A-Za-z0-9._:-]{1,64}$",
    "A merchant category, such as `cloud_computing`."
);
text!(
    crate::Label,
    "Label",
    "^[A-Za-z0-9._:-]{1,128}$",
    "A name, such as that of a team, a project, a workflow or a task."
);
text!(
    crate::PayeeKey,
    "PayeeKey",
    "^(account|host|name):.+$",
    "Whom: `account:eip155:8453:0x…`, `host:shop.example` or `name:acme inc`. The name is a claim: \
     it counts only for payees without account and host."
);

impl JsonSchema for crate::Timestamp {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "integer", "minimum": 0,
            "description": "Milliseconds since 1970-01-01T00:00:00Z."
        })
    }
}

/// What one unit is worth: a decimal, or an object where the rate has a date.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is read")]
pub enum RateForm {
    /// A rate that does not age.
    Fixed(Amount),
    /// A rate with a date.
    Dated(DatedRate),
}

/// A rate with a date.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is read")]
pub struct DatedRate {
    /// Worth of one unit in the budget currency.
    worth: Amount,
    /// When it was looked up, in milliseconds since 1970.
    #[serde(default)]
    as_of_ms: Option<crate::Timestamp>,
    /// How long it holds after that, in hours; for ever when left out.
    #[serde(default)]
    max_age_hours: Option<u32>,
}

fn docs(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../docs").join(name)
}

fn schema() -> Value {
    let mut schema = schemars::schema_for!(PolicyFile);
    schema.insert("title".to_owned(), "Purser policy file".into());
    schema.to_value()
}

/// Every object type of the schema, by name, with its properties.
fn objects(schema: &Value) -> Vec<(&str, &Map<String, Value>)> {
    let types = schema["$defs"].as_object().unwrap().iter();
    let types = types
        .filter_map(|(name, schema)| Some((name.as_str(), schema.get("properties")?.as_object()?)));
    let whole = schema["properties"].as_object().map(|properties| ("PolicyFile", properties));
    whole.into_iter().chain(types).collect()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a developer's own checkout")]
fn the_committed_schema_is_that_of_the_types() {
    let text = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    let path = docs("policy.schema.json");
    if std::env::var_os("PURSER_UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "run `PURSER_UPDATE=1 cargo test -p purser-domain schema`");
}

#[test]
fn the_page_about_policies_has_every_field_with_its_default() {
    let page = std::fs::read_to_string(docs("policy.md")).unwrap();
    let schema = schema();
    let mut section = "";
    let mut rows = Vec::new();
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            section = title;
        } else if let Some(row) = line.strip_prefix("| `") {
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            rows.push((section, cells[0].trim_end_matches('`'), cells[2]));
        }
    }
    for (name, properties) in objects(&schema) {
        for (field, property) in properties {
            let place = |row: &&(&str, &str, &str)| row.0.ends_with(&format!("`{name}`"));
            let row = rows.iter().filter(place).find(|row| row.1 == field);
            let row = row.unwrap_or_else(|| panic!("`{name}` has no row for `{field}`"));
            let default = property.get("default").filter(|default| !default.is_object());
            let default = match default {
                Some(Value::Null) | None => continue,
                Some(Value::Array(items)) if items.is_empty() => continue,
                Some(default) => default.to_string(),
            };
            assert_eq!(row.2, format!("`{default}`"), "the default of `{field}` in `{name}`");
        }
    }
    let fields = objects(&schema).iter().map(|(_, properties)| properties.len()).sum::<usize>();
    assert_eq!(rows.len(), fields, "a row for a field that no type has");
}
