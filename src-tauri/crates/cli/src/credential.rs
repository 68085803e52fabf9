//! Credentials that an agent shows itself, or hands over to a sub-agent's key.

use crate::agent_side::{door, find_agent, value};
use crate::arguments::{Credential, CredentialCommand, HandOver, Who};
use crate::failure::Failure;
use crate::output::{self, text};
use purser_domain::{Category, Label, PayeeKey, Scope};
use purser_gateway::RemoteDoor;
use purser_keys::{AgentKeyFile, HolderKey, KeysError, MAX_TOKEN};
use serde_json::json;
use std::fmt::Display;
use std::io::Read as _;
use std::path::Path;

pub async fn run(home: &Path, json: bool, asked: Credential) -> Result<u8, Failure> {
    match (asked.command, asked.who) {
        (Some(CredentialCommand::Key { who, file }), _) => key(home, json, &who, &file),
        (Some(CredentialCommand::HandOver(asked)), _) => hand_over(home, json, &asked).await,
        (None, Some(who)) => bearer(&door(home, &who)?, json).await,
        (None, None) => Err(Failure::usage("name the agent with --agent")),
    }
}

async fn bearer(door: &RemoteDoor, json: bool) -> Result<u8, Failure> {
    let issued = value(&door.bearer_credential().await?)?;
    output::print(json, &issued, |issued| text(issued, "/token").to_owned());
    Ok(0)
}

fn key(home: &Path, json: bool, who: &Who, file: &Path) -> Result<u8, Failure> {
    let agent = find_agent(home, &who.agent)?;
    let key = HolderKey::generate().map_err(keys)?;
    let public = key.public_text();
    let made = AgentKeyFile { agent, name: format!("sub-agent of {}", who.agent), key };
    made.write(file).map_err(keys)?;
    output::print(json, &json!({ "public": public }), |_| public.clone());
    Ok(0)
}

async fn hand_over(home: &Path, json: bool, asked: &HandOver) -> Result<u8, Failure> {
    let scope = scope(asked)?;
    let to = HolderKey::read_public(&asked.to)
        .map_err(|error| Failure::usage(format!("--to: {error}")))?;
    let door = door(home, &asked.who)?;
    let end = asked.minutes.map(|minutes| {
        let now = purser_wallet::system_clock()();
        now.plus_seconds(u64::from(minutes).saturating_mul(60))
    });
    let handed = door.hand_over(&to, &scope, end).await?;
    let answer = json!({
        "token": handed.token,
        "holder": asked.to.to_ascii_lowercase(),
        "revocation_ids": handed.revocation_ids,
    });
    output::print(json, &answer, |answer| text(answer, "/token").to_owned());
    Ok(0)
}

fn scope(asked: &HandOver) -> Result<Scope, Failure> {
    let per_transaction = asked.per_transaction.as_deref().map(crate::owner_side::amount);
    Ok(Scope {
        payees: all("--payee", &asked.payee, PayeeKey::new)?,
        categories: all("--category", &asked.category, Category::new)?,
        tasks: all("--task", &asked.task, Label::new)?,
        per_transaction: per_transaction.transpose()?,
        ..Scope::default()
    })
}

fn all<T, E: Display>(
    option: &str,
    given: &[String],
    check: impl Fn(&str) -> Result<T, E>,
) -> Result<Vec<T>, Failure> {
    let checked = |text: &String| {
        check(text).map_err(|error| Failure::usage(format!("{option} `{text}`: {error}")))
    };
    given.iter().map(checked).collect()
}

/// The credential in a file, as `purser credential hand-over` printed it.
pub fn read(file: &Path) -> Result<String, Failure> {
    let unreadable = |error: std::io::Error| {
        let what_to_do = "give the file with what `purser credential hand-over` printed";
        let message = format!("`{}` can't be read: {error}", file.display());
        Failure::other("credential_file", message, what_to_do)
    };
    // A line break at the end, and one byte to tell that it is too long.
    let most = u64::try_from(MAX_TOKEN).unwrap_or(u64::MAX).saturating_add(2);
    let mut text = String::new();
    let opened = std::fs::File::open(file).map_err(unreadable)?;
    opened.take(most).read_to_string(&mut text).map_err(unreadable)?;
    Ok(text.trim().to_owned())
}

fn keys(error: KeysError) -> Failure {
    Failure::other("agent_key", error, "give another place for the key file")
}
