//! What the owner looks up and compares: policies, entries, statements.

use crate::arguments::{Find, Policy, Statement};
use crate::failure::Failure;
use crate::output::{items, text};
use crate::owner_side::{NewPolicy, Wish};
use purser_domain::{Claim, PolicyFile, Timestamp};
use purser_wallet::Search;
use purser_wallet::control::OwnerCommand;
use purser_wallet::policy_file::{self, Format};
use serde_json::Value;
use std::path::Path;

/// Longest entry that is printed, and how much of it.
const LINE_BYTES: usize = 256 * 1024;
const LINE_CHARS: usize = 2_000;

pub fn policy_wish(policy: Policy) -> Result<Wish, Failure> {
    Ok(match policy {
        Policy::Show => Wish::plain(OwnerCommand::GetPolicies, policy_words),
        Policy::Set { file } => {
            let file = read(&file)?;
            Wish::NewPolicy(NewPolicy::Of(Box::new(OwnerCommand::SetPolicies { file })))
        }
        Policy::Diff { file } => {
            Wish::plain(OwnerCommand::DiffPolicies { file: read(&file)? }, diff_words)
        }
        Policy::Versions { agent } => {
            let agent = agent.map(|agent| agent.parse()).transpose().map_err(Failure::usage)?;
            Wish::plain(OwnerCommand::PolicyVersions { agent }, versions_words)
        }
        Policy::Revert { version } => {
            Wish::NewPolicy(NewPolicy::Of(Box::new(OwnerCommand::RevertPolicy { version })))
        }
    })
}

/// Reads and checks a policy file.
pub fn read(path: &Path) -> Result<PolicyFile, Failure> {
    let named = |error: &dyn std::fmt::Display| format!("`{}`: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| Failure::usage(named(&error)))?;
    policy_file::read(&text, Format::of(path)).map_err(|error| Failure::usage(named(&error)))
}

pub fn find_wish(find: Find) -> Result<Wish, Failure> {
    let search = Search {
        agent: find.agent.map(|agent| agent.parse()).transpose().map_err(Failure::usage)?,
        payment: find.payment.map(|id| id.parse()).transpose().map_err(Failure::usage)?,
        kinds: find.kinds,
        text: find.text,
        since: time(find.span.since.as_deref())?,
        until: time(find.span.until.as_deref())?,
        before: find.before,
        limit: Some(find.limit),
    };
    Ok(Wish::plain(OwnerCommand::Search(search), entries_words))
}

pub fn statement_wish(ask: Statement) -> Result<Wish, Failure> {
    let command = OwnerCommand::Statement {
        agent: ask.agent.map(|agent| agent.parse()).transpose().map_err(Failure::usage)?,
        since: time(ask.span.since.as_deref())?,
        until: time(ask.span.until.as_deref())?,
    };
    Ok(Wish::plain(command, |value| {
        serde_json::from_value(value.clone())
            .map_or_else(|_| String::new(), |rows: Vec<_>| purser_wallet::statement_csv(&rows))
    }))
}

/// A time as it is typed: RFC 3339, or a date for its first moment in UTC.
pub fn time(typed: Option<&str>) -> Result<Option<Timestamp>, Failure> {
    let Some(typed) = typed else { return Ok(None) };
    let whole = if typed.len() == 10 { format!("{typed}T00:00:00Z") } else { typed.to_owned() };
    let read: Result<jiff::Timestamp, _> = whole.parse();
    let at = read.map_err(|_| {
        Failure::usage(format!("`{typed}` is no time; write 2026-11-21 or 2026-11-21T09:30:00Z"))
    })?;
    Ok(Some(Timestamp::from_millis(at.as_millisecond())))
}

fn policy_words(value: &Value) -> String {
    let file: Result<PolicyFile, _> = serde_json::from_value(value.clone());
    let written = file.ok().and_then(|file| policy_file::write(&file, Format::Toml).ok());
    written.unwrap_or_else(|| value.to_string())
}

/// What changed, policy by policy.
pub fn diff_words(value: &Value) -> String {
    let list = items(value, "");
    if list.is_empty() {
        let done = value.pointer("/done") == Some(&Value::Bool(true));
        return if done { "Changed.".to_owned() } else { "Nothing changes.".to_owned() };
    }
    let words = |diff: &Value| {
        let mut words = vec![format!("{}:", text(diff, "/of"))];
        words.extend(items(diff, "/changes").iter().map(change_words));
        words.join("\n")
    };
    list.iter().map(words).collect::<Vec<_>>().join("\n")
}

fn change_words(change: &Value) -> String {
    let (from, to) = (text(change, "/from"), text(change, "/to"));
    let said = match (from.is_empty(), to.is_empty()) {
        (false, false) => format!("{from} -> {to}"),
        (true, false) => format!("added {to}"),
        (false, true) => format!("removed {from}"),
        (true, true) => "in another order".to_owned(),
    };
    format!("  {}: {said} ({})", text(change, "/path"), text(change, "/direction"))
}

fn versions_words(value: &Value) -> String {
    let words = |version: &Value| {
        let number = version.pointer("/version").and_then(Value::as_u64).unwrap_or_default();
        let mut words = vec![format!("{number}  {}", text(version, "/of"))];
        words.extend(items(version, "/changes").iter().map(change_words));
        words.join("\n")
    };
    items(value, "").iter().map(words).collect::<Vec<_>>().join("\n")
}

fn entries_words(value: &Value) -> String {
    let lines = items(value, "/entries").iter().map(|entry| {
        let seq = entry.pointer("/seq").and_then(Value::as_u64).unwrap_or_default();
        let whole = Claim::new(&entry.to_string(), LINE_BYTES);
        let whole = whole.map_or_else(|_| String::new(), |whole| whole.visible(LINE_CHARS));
        format!("{seq}  {}  {whole}", text(entry, "/event/type"))
    });
    let mut words: Vec<String> = lines.collect();
    match text(value, "/next") {
        "" if words.is_empty() => words.push("Nothing found.".to_owned()),
        "" => {}
        next => words.push(format!("There is more: add --before {next}")),
    }
    words.join("\n")
}
