//! Sessions and sub-agents, from the agent's command line.

use crate::agent_side::{door, find_agent, value};
use crate::arguments::{
    Attribution, Delegation, DelegationAdd, Holding, Interval, Over, Session, SessionOpen,
    SessionTerms, Who,
};
use crate::failure::Failure;
use crate::output::{self, items, text};
use purser_domain::AgentId;
use purser_gateway::{
    AgentDoor as _, AllocationInterval, AllocationRequest, DelegationRequest, SessionRef,
    SessionRequest,
};
use purser_keys::{AgentKeyFile, HolderKey};
use purser_wallet::Home;
use serde_json::Value;
use std::path::Path;

pub async fn session(home: &Path, json: bool, ask: Session) -> Result<u8, Failure> {
    let answer = match ask {
        Session::Open(open) => {
            let (who, ask) = session_ask(home, open)?;
            value(&door(home, &who)?.open_session(ask).await?)?
        }
        Session::Close { who, session, child } => {
            let ask = SessionRef { session, agent: child_id(home, child.as_deref())? };
            value(&door(home, &who)?.close_session(ask).await?)?
        }
        Session::List(who) => value(&door(home, &who)?.get_sessions().await?)?,
    };
    output::print(json, &answer, |answer| match answer.get("sessions") {
        Some(list) => lines(list, session_words),
        None => format!("{}\n{}", session_words(answer), text(answer, "/what_to_do")),
    });
    Ok(0)
}

fn session_ask(home: &Path, open: SessionOpen) -> Result<(Who, SessionRequest), Failure> {
    let Attribution { workflow, project, initiator } = open.attribution;
    let SessionTerms { ceiling, minutes } = open.terms;
    let ask = SessionRequest {
        purpose: open.purpose,
        ceiling,
        minutes,
        agent: child_id(home, open.child.as_deref())?,
        task: None,
        workflow,
        project,
        initiator,
    };
    Ok((open.who, ask))
}

fn session_words(session: &Value) -> String {
    let ended = text(session, "/ended");
    let state = if ended.is_empty() { "open" } else { ended };
    format!(
        "{} {state}: {} of {} left until {} ({})",
        text(session, "/session"),
        text(session, "/remaining"),
        text(session, "/ceiling"),
        text(session, "/ends_at"),
        text(session, "/purpose"),
    )
}

pub async fn delegation(home: &Path, json: bool, ask: Delegation) -> Result<u8, Failure> {
    let answer = match ask {
        Delegation::Add(add) => self::add(home, add).await?,
        Delegation::Set { who, child, holding } => {
            let agent = find_agent(home, &child)?.to_string();
            let Holding { amount, over: Over { interval, rolling } } = holding;
            let (amount, interval) = (Some(amount), self::interval(interval));
            let ask = AllocationRequest { agent, amount, interval, rolling };
            value(&door(home, &who)?.change_delegation(ask).await?)?
        }
        Delegation::TakeBack { who, child } => {
            let agent = find_agent(home, &child)?.to_string();
            let interval = AllocationInterval::default();
            let ask = AllocationRequest { agent, amount: None, interval, rolling: false };
            value(&door(home, &who)?.change_delegation(ask).await?)?
        }
        Delegation::List(who) => value(&door(home, &who)?.get_delegations().await?)?,
    };
    output::print(json, &answer, |answer| match answer.get("sub_agents") {
        Some(list) => {
            let free = format!("{} {} free", text(answer, "/free"), text(answer, "/currency"));
            format!("{}\n{free}", lines(list, delegation_words))
        }
        None => format!("{}\n{}", delegation_words(answer), text(answer, "/what_to_do")),
    });
    Ok(0)
}

/// Adds a sub-agent; a key that was made for it is kept once the wallet has taken it.
async fn add(home: &Path, add: DelegationAdd) -> Result<Value, Failure> {
    let no_key = |error| Failure::other("agent_key", error, "look at the wallet's folder");
    let made = match &add.public_key {
        Some(_) => None,
        None => Some(HolderKey::generate().map_err(no_key)?),
    };
    let of_made = made.as_ref().map(HolderKey::public_text);
    let ask = DelegationRequest {
        name: add.name.clone(),
        public_key: add.public_key.or(of_made).unwrap_or_default(),
        amount: add.amount,
        interval: interval(add.over.interval),
        rolling: add.over.rolling,
        per_transaction: add.per_transaction,
        categories: add.categories,
        hosts: add.hosts,
        may_delegate: add.may_delegate,
        require_session: add.require_session,
    };
    let added = door(home, &add.who)?.delegate_budget(ask).await?;
    if let Some(key) = made {
        let agent: AgentId = added.agent.parse().map_err(Failure::usage)?;
        let file = AgentKeyFile { agent, name: add.name, key };
        file.write(&Home::agent_key(home, agent)).map_err(no_key)?;
    }
    value(&added)
}

fn delegation_words(child: &Value) -> String {
    let held = match child.get("allocation") {
        Some(allocation) => {
            let rolling = allocation.get("rolling") == Some(&Value::Bool(true));
            let interval = text(allocation, "/interval").replace('_', " ");
            let rolling = if rolling { ", rolling" } else { "" };
            format!("{} {interval}{rolling}", text(allocation, "/amount"))
        }
        None => "nothing".to_owned(),
    };
    format!(
        "{} ({}) {}: holds {held}, used {}, left {}",
        text(child, "/name"),
        text(child, "/agent"),
        text(child, "/status").replace('_', " "),
        text(child, "/used"),
        text(child, "/remaining"),
    )
}

fn child_id(home: &Path, named: Option<&str>) -> Result<Option<String>, Failure> {
    named.map(|name| find_agent(home, name).map(|id| id.to_string())).transpose()
}

const fn interval(interval: Interval) -> AllocationInterval {
    match interval {
        Interval::Daily => AllocationInterval::Daily,
        Interval::Weekly => AllocationInterval::Weekly,
        Interval::Monthly => AllocationInterval::Monthly,
        Interval::AllTime => AllocationInterval::AllTime,
    }
}

fn lines(list: &Value, words: fn(&Value) -> String) -> String {
    let lines: Vec<String> = items(list, "").iter().map(words).collect();
    if lines.is_empty() { "None.".to_owned() } else { lines.join("\n") }
}
