//! What agents do: they go in by their door, with their own key, and can only ask.

use crate::arguments::{Attribution, Cancel, Fetch, Pay, Payment, Purchase, Who};
use crate::credential;
use crate::failure::{self, Failure};
use crate::output::{self, text};
use purser_domain::AgentId;
use purser_gateway::{
    AgentDoor as _, FetchRequest, LineItemRequest, PayeeRequest, PaymentRef, PaymentRequest,
    RemoteDoor, WaitRequest,
};
use purser_keys::AgentKeyFile;
use serde::Serialize;
use serde_json::Value;
use std::path::Path;

pub async fn pay(home: &Path, json: bool, pay: Pay) -> Result<u8, Failure> {
    let door = door(home, &pay.who)?;
    let Purchase { session, attribution, context, idempotency_key, wait } = pay.purchase;
    let Attribution { workflow, project, initiator } = attribution;
    let items = pay.items.iter().map(|text| line_item(text));
    let ask = PaymentRequest {
        payee: PayeeRequest { name: pay.payee, account: pay.account, url: pay.url, country: None },
        amount: pay.amount,
        currency: pay.currency,
        category: pay.category,
        session,
        workflow,
        project,
        initiator,
        line_items: items.collect::<Result<_, _>>()?,
        task: None,
        context,
        idempotency_key,
    };
    let asked = value(&door.request_payment(ask).await?)?;
    let answer = waited(&door, asked, wait).await?;
    Ok(show_payment(json, &answer))
}

/// A line item as it is typed: `QUANTITY;UNIT_PRICE;DESCRIPTION[;UNIT[;CATEGORY]]`.
fn line_item(text: &str) -> Result<LineItemRequest, Failure> {
    let form = || Failure::usage(format!("`{text}`: write it like `3;290;double room;night`"));
    let mut parts = text.split(';').map(str::trim);
    let quantity = parts.next().and_then(|n| n.parse().ok()).ok_or_else(form)?;
    let unit_price = parts.next().ok_or_else(form)?.to_owned();
    let description = parts.next().ok_or_else(form)?.to_owned();
    let mut more = || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
    let (unit, category) = (more(), more());
    Ok(LineItemRequest { description, category, quantity, unit, unit_price })
}

pub async fn fetch(home: &Path, json: bool, fetch: Fetch) -> Result<u8, Failure> {
    let door = door(home, &fetch.who)?;
    let Purchase { session, attribution, context, idempotency_key, wait } = fetch.purchase;
    let Attribution { workflow, project, initiator } = attribution;
    let ask = FetchRequest {
        url: fetch.url,
        method: purser_gateway::Method::default(),
        headers: std::collections::BTreeMap::new(),
        body: None,
        max_amount: fetch.max_amount,
        currency: fetch.currency,
        category: None,
        session,
        workflow,
        project,
        initiator,
        task: None,
        context,
        idempotency_key,
    };
    let mut answer = value(&door.fetch_paid(ask).await?)?;
    if text(&answer, "/payment/status") == "pending_approval" && wait.is_some() {
        let asked = answer.pointer("/payment").cloned().unwrap_or_default();
        let waited = waited(&door, asked, wait).await?;
        answer = serde_json::json!({ "payment": waited });
    }
    match answer.pointer("/payment").filter(|payment| !payment.is_null()) {
        Some(payment) if !json => Ok(show_payment(false, payment)),
        Some(payment) => {
            println!("{answer}");
            Ok(exit_of(text(payment, "/status")))
        }
        None => {
            output::print(json, &answer, |answer| text(answer, "/content/text").to_owned());
            Ok(0)
        }
    }
}

pub async fn budget(home: &Path, json: bool, who: Who) -> Result<u8, Failure> {
    let answer = value(&door(home, &who)?.get_budget().await?)?;
    output::print(json, &answer, |answer| serde_json::to_string_pretty(answer).unwrap_or_default());
    Ok(0)
}

pub async fn payment(home: &Path, json: bool, ask: Payment) -> Result<u8, Failure> {
    let door = door(home, &ask.who)?;
    let answer = match ask.wait {
        Some(timeout_s) => {
            let ask = WaitRequest { payment: ask.payment, timeout_s };
            door.wait_for_decision(ask).await?
        }
        None => door.get_payment(PaymentRef { payment: ask.payment }).await?,
    };
    Ok(show_payment(json, &value(&answer)?))
}

pub async fn cancel(home: &Path, json: bool, ask: Cancel) -> Result<u8, Failure> {
    let door = door(home, &ask.who)?;
    let answer = door.cancel_payment(PaymentRef { payment: ask.payment }).await?;
    show_payment(json, &value(&answer)?);
    Ok(0)
}

pub async fn mcp(home: &Path, who: Who) -> Result<u8, Failure> {
    // A host that restarts this process and retries means the same purchase.
    let door = door(home, &who)?;
    purser_gateway::serve_stdio(std::sync::Arc::new(door)).await.map_err(|error| {
        Failure::other("mcp", error, "start it from an MCP client; it speaks on stdin and stdout")
    })?;
    Ok(0)
}

/// The agent's door of the wallet on this folder.
pub fn door(home: &Path, who: &Who) -> Result<RemoteDoor, Failure> {
    let agent = find_agent(home, &who.agent)?;
    let (Some(key), Some(handed_over)) = (&who.key, &who.handed_over) else {
        return RemoteDoor::open(home, agent).map_err(|error| {
            let what_to_do =
                "ask the owner to add the agent again; its key is in the wallet's folder";
            Failure::new(failure::REFUSED, "agent_key", error, what_to_do)
        });
    };
    let token = credential::read(handed_over)?;
    let door = RemoteDoor::with_key_file(home, agent, key).map_err(|error| {
        let what_to_do = "make one with `purser credential key`, for this agent";
        Failure::new(failure::REFUSED, "agent_key", error, what_to_do)
    })?;
    Ok(door.with_handed_over(token))
}

/// An agent by its id, or by the name in its key file.
pub fn find_agent(home: &Path, wanted: &str) -> Result<AgentId, Failure> {
    if let Ok(agent) = wanted.parse() {
        return Ok(agent);
    }
    let files = std::fs::read_dir(home.join("agents")).into_iter().flatten().flatten();
    let named = files.filter_map(|file| AgentKeyFile::read(&file.path()).ok());
    let mut found = named.filter(|key| key.name.to_lowercase() == wanted.to_lowercase());
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only.agent),
        (Some(_), Some(_)) => Err(Failure::usage("two agents have this name; give the id")),
        (None, _) => Err(Failure::new(
            failure::REFUSED,
            "agent_unknown",
            "no agent of this name has a key on this machine",
            "ask the owner to add the agent, or look for it with `purser agent list`",
        )),
    }
}

async fn waited(door: &RemoteDoor, asked: Value, wait: Option<u32>) -> Result<Value, Failure> {
    let Some(timeout_s) = wait.filter(|_| text(&asked, "/status") == "pending_approval") else {
        return Ok(asked);
    };
    let payment = text(&asked, "/payment").to_owned();
    value(&door.wait_for_decision(WaitRequest { payment, timeout_s }).await?)
}

pub fn value<T: Serialize>(answer: &T) -> Result<Value, Failure> {
    serde_json::to_value(answer).map_err(|error| Failure::other("internal", error, "report this"))
}

fn show_payment(json: bool, answer: &Value) -> u8 {
    output::print(json, answer, |answer| {
        let mut words = format!(
            "{}: {} {} ({})\n{}",
            text(answer, "/status"),
            text(answer, "/amount"),
            text(answer, "/currency"),
            text(answer, "/payment"),
            text(answer, "/what_to_do"),
        );
        if answer.pointer("/repeated") == Some(&Value::Bool(true)) {
            words.push_str("\nThis was asked before, and nothing was paid again.");
            words.push_str(" For another one like it, name it with --idempotency-key.");
        }
        let content = text(answer, "/content/text");
        if !content.is_empty() {
            words.push_str(&format!("\n\n{content}"));
        }
        words
    });
    exit_of(text(answer, "/status"))
}

fn exit_of(status: &str) -> u8 {
    match status {
        "succeeded" | "approved" | "submitted" => 0,
        "pending_approval" => failure::WAITS,
        "unknown" => failure::UNKNOWN,
        "failed" => failure::OTHER,
        _ => failure::REFUSED,
    }
}
