//! Reading and writing policy files: TOML or JSON, as `docs/policy.md` says.
//!
//! Guarantees: a file is read whole or not at all; a field that Purser does not know is an error;
//! an error says where and what to do. Reading changes nothing: what of it loosens a policy, the
//! engine decides when it is set.

use purser_domain::PolicyFile;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;
use std::fmt;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// TOML, for people.
    Toml,
    /// JSON, for programs.
    Json,
}

impl Format {
    /// The format that a file's name says: `.json`, and everything else is TOML.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let json = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
        if json { Self::Json } else { Self::Toml }
    }
}

/// What is wrong with a policy file, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFileError {
    /// Line and column, from 1, where the reader knows them.
    pub place: Option<(usize, usize)>,
    /// The field, dotted, where the reader knows it: `agents.Travel.daily`.
    pub field: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do, one sentence.
    pub what_to_do: &'static str,
}

impl fmt::Display for PolicyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        if let Some(field) = &self.field {
            write!(f, "`{field}`: ")?;
        }
        write!(f, "{}; {}", self.problem, self.what_to_do)
    }
}

impl std::error::Error for PolicyFileError {}

/// Reads a policy file and checks every policy in it.
///
/// # Errors
/// The first thing that is wrong.
pub fn read(text: &str, format: Format) -> Result<PolicyFile, PolicyFileError> {
    let file: PolicyFile = parse(text, format)?;
    file.validate().map_err(|(policy, error)| {
        let what_to_do = "correct the field; docs/policy.md has the ranges";
        PolicyFileError { what_to_do, ..error_at(None, Some(policy), &error.to_string()) }
    })?;
    Ok(file)
}

/// Reads anything that is written as policies are, without checking it.
///
/// # Errors
/// When the text is not of the format, or not of the type.
pub fn parse<T: DeserializeOwned>(text: &str, format: Format) -> Result<T, PolicyFileError> {
    match format {
        Format::Toml => {
            let table = DeTable::parse(text).map_err(|error| {
                let at = error.span().map(|span| span.start);
                error_at(at.and_then(|at| place(text, at)), None, error.message())
            })?;
            // By way of JSON's values, which take a number for a number and never for an amount.
            serde_path_to_error::deserialize(json_table(table.get_ref())).map_err(|error| {
                let at = span_start(table.get_ref(), error.path());
                error_at(place(text, at), path(&error), &error.inner().to_string())
            })
        }
        Format::Json => {
            let mut json = serde_json::Deserializer::from_str(text);
            let value = serde_path_to_error::deserialize(&mut json);
            let value = value.map_err(|error| of_json(error.inner(), path(&error)))?;
            json.end().map_err(|error| of_json(&error, None))?;
            Ok(value)
        }
    }
}

fn json_table(table: &DeTable<'_>) -> Value {
    let fields = table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value)));
    Value::Object(fields.collect())
}

fn json(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Null, Value::from)
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(time) => time.to_string().into(),
        DeValue::Array(items) => items.iter().map(json).collect(),
        DeValue::Table(table) => json_table(table),
    }
}

/// Where the last thing begins that a path names and the file has; for a field, its name.
fn span_start(table: &DeTable<'_>, path: &serde_path_to_error::Path) -> usize {
    let mut at = 0;
    let mut inner: Option<&DeValue<'_>> = None;
    for segment in path.iter() {
        let found = match (segment, inner) {
            (Segment::Map { key }, None) => table.get_key_value(key.as_str()),
            (Segment::Map { key }, Some(DeValue::Table(table))) => {
                table.get_key_value(key.as_str())
            }
            (Segment::Seq { index }, Some(DeValue::Array(items))) => {
                let Some(item) = items.get(*index) else { return at };
                (at, inner) = (item.span().start, Some(item.get_ref()));
                continue;
            }
            _ => None,
        };
        let Some((key, value)) = found else { return at };
        (at, inner) = (key.span().start, Some(value.get_ref()));
    }
    at
}

/// Writes policies, so that reading gives the same again.
///
/// # Errors
/// Only for a defect: every policy can be written.
pub fn write<T: Serialize>(value: &T, format: Format) -> Result<String, PolicyFileError> {
    let written = match format {
        Format::Toml => toml::to_string_pretty(value).map_err(|error| error.to_string()),
        Format::Json => serde_json::to_string_pretty(value)
            .map(|text| format!("{text}\n"))
            .map_err(|error| error.to_string()),
    };
    let what_to_do = "this is a defect of Purser; report it with the policy";
    written.map_err(|problem| PolicyFileError { what_to_do, ..error_at(None, None, &problem) })
}

fn path<E>(error: &serde_path_to_error::Error<E>) -> Option<String> {
    let path = error.path().to_string();
    // The root is shown as a dot, and as a question mark what has no name.
    (!path.trim_matches(['.', '?']).is_empty()).then_some(path)
}

/// Line and column of a place in a text, from 1.
fn place(text: &str, at: usize) -> Option<(usize, usize)> {
    let before = text.get(..at)?;
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.chars().rev().take_while(|char| *char != '\n').count();
    Some((line, column.saturating_add(1)))
}

fn of_json(error: &serde_json::Error, field: Option<String>) -> PolicyFileError {
    let text = error.to_string();
    let end = format!(" at line {} column {}", error.line(), error.column());
    let problem = text.strip_suffix(&end).unwrap_or(&text);
    // Before the first character it counts a column 0, and errors of no place a line 0.
    let place = (error.line() > 0).then(|| (error.line(), error.column().max(1)));
    error_at(place, field, problem)
}

fn error_at(
    place: Option<(usize, usize)>,
    field: Option<String>,
    problem: &str,
) -> PolicyFileError {
    PolicyFileError { place, field, problem: problem.to_owned(), what_to_do: hint(problem) }
}

fn hint(problem: &str) -> &'static str {
    let number = problem.contains("integer `") || problem.contains("floating point `");
    if number && problem.starts_with("invalid type") {
        "write amounts in quotes, such as \"12.50\", so that they stay exact"
    } else if problem.starts_with("invalid type: string") && problem.ends_with(" u32") {
        "write whole numbers without quotes"
    } else if problem.starts_with("unknown field") {
        "correct the name, or remove the field; docs/policy.md has them all"
    } else if problem.starts_with("missing field") {
        "add the field; docs/policy.md says what it holds"
    } else {
        "correct it as docs/policy.md says"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_domain::{AgentPolicy, Condition, WalletPolicy};

    fn page() -> String {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/policy.md");
        std::fs::read_to_string(path).unwrap()
    }

    fn example() -> String {
        let page = page();
        let (_, rest) = page.split_once("```toml\n").unwrap();
        rest.split_once("```").unwrap().0.to_owned()
    }

    fn said(text: &str, format: Format) -> String {
        read(text, format).unwrap_err().to_string()
    }

    #[test]
    fn the_example_of_the_page_is_what_it_says() {
        let file = read(&example(), Format::Toml).unwrap();
        assert_eq!(file.agents.keys().collect::<Vec<_>>(), ["Coding helper", "Travel"]);
        let travel = &file.agents["Travel"];
        let night: &Condition = &travel.conditions[0];
        assert_eq!(night.unit_price_above, 300.into());
        assert!(travel.spending_limits[0].each_task);
        assert_eq!(travel.cost_rules[0].split.len(), 2);
        assert_eq!(travel.rate_limit_per_minute, AgentPolicy::default().rate_limit_per_minute);
        let wallet = file.wallet.unwrap();
        assert_eq!(wallet.time_zone, "Europe/Berlin");
        assert_eq!(wallet.rates.len(), 2);
        assert_eq!(wallet.tiers, WalletPolicy::default().tiers);
    }

    #[test]
    fn both_formats_say_the_same_and_write_what_they_read() {
        let file = read(&example(), Format::Toml).unwrap();
        for format in [Format::Toml, Format::Json] {
            let text = write(&file, format).unwrap();
            assert_eq!(read(&text, format).unwrap(), file, "{text}");
        }
        let whole = PolicyFile { wallet: Some(WalletPolicy::default()), ..PolicyFile::default() };
        let text = write(&whole, Format::Toml).unwrap();
        assert_eq!(read(&text, Format::Toml).unwrap(), whole, "{text}");
    }

    #[test]
    fn errors_say_where_what_and_what_to_do() {
        for (text, start, end) in [
            ("[agents.a]\ndaily = 5\n", "line 2, column 1: `agents.a.daily`: ", "in quotes"),
            ("\nagents.a.daily = 0.1", "line 2, column 10: `agents.a.daily`: ", "in quotes"),
            ("[wallet]\nidle_lock_minutes = \"5\"", "line 2, column 1: `wallet.idle", "without"),
            ("[agents.a]\ndayly = \"5\"\n", "line 2, column 1: `agents.a.dayly`: ", "them all"),
            ("[agents.a\n", "line 1, column 10: ", "as docs/policy.md says"),
            (
                "[[agents.a.conditions]]\nname = \"n\"\n",
                "line 1, column 1: `agents.a.conditions[0]`: missing field",
                "what it holds",
            ),
            (
                "[agents.a]\nallowed_payees = [\"shop\"]\n",
                "line 2, column 19: `agents.a.allowed_payees[0]`: ",
                "as docs/policy.md says",
            ),
            ("[agents.a]\ndaily = \"0\"\n", "`agents.a`: `daily` must be above 0", "the ranges"),
        ] {
            let said = said(text, Format::Toml);
            assert!(said.starts_with(start), "{said}");
            assert!(said.contains(end), "{said}");
        }
        let json = "{\"wallet\":\n {\"tiers\": {\"quorum\": \"2\"}}}";
        let said = said(json, Format::Json);
        assert!(said.starts_with("line 2, column 25: `wallet.tiers.quorum`: "), "{said}");
        assert!(read("{} {}", Format::Json).unwrap_err().field.is_none());
    }

    #[test]
    fn the_name_says_the_format() {
        assert_eq!(Format::of(Path::new("a/policy.JSON")), Format::Json);
        assert_eq!(Format::of(Path::new("policy.toml")), Format::Toml);
        assert_eq!(Format::of(Path::new("policy")), Format::Toml);
    }
}
