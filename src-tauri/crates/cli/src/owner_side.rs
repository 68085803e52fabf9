//! What the owner does: through the control socket of the running wallet, or on the folder itself
//! when none runs; with the passphrase each time.

use crate::arguments::{Agent, AgentAdd, Command, Log};
use crate::failure::{CLOSED, Failure};
use crate::output::{self, claim, items, text};
use crate::{log, owner_past, owner_sharing, owner_tools, passphrase, serve};
use purser_domain::{
    Action, AgentId, AgentPolicy, Claim, Currency, Interval, Money, SpendingLimit,
};
use purser_wallet::control::{self, OwnerCommand, OwnerReply};
use purser_wallet::{Host, HostOptions};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

pub async fn run(home: &Path, json: bool, command: Command) -> Result<u8, Failure> {
    if let Command::Status = command {
        return status(home, json).await;
    }
    // What can be wrong in the arguments is told before the passphrase is asked for.
    let mut wish = wish(command)?;
    if let Wish::NewPolicy(policy) = wish {
        if let Some(value) = tighten(home, &policy).await? {
            output::print(json, &value, owner_tools::diff_words);
            return Ok(0);
        }
        wish = policy.with_presence();
    }
    let passphrase = passphrase::ask("Passphrase: ")?;
    match wish {
        Wish::Plain(command, words) => {
            let value = ask(home, passphrase, *command).await?;
            output::print(json, &value, words);
        }
        Wish::OnAgent(name, make, words) => {
            let agent = find_agent(home, passphrase.clone(), name).await?;
            let value = ask(home, passphrase, make(agent)).await?;
            output::print(json, &value, words);
        }
        Wish::ShowAgent(name) => {
            let agent = find_agent(home, passphrase.clone(), name).await?.to_string();
            let view = ask(home, passphrase, OwnerCommand::View).await?;
            let shown = items(&view, "/agents").iter().find(|a| text(a, "/agent/id") == agent);
            let shown = shown.cloned().unwrap_or_default();
            output::print(json, &shown, agent_words);
        }
        Wish::Against(against) => {
            let policies = ask(home, passphrase, OwnerCommand::GetPolicies).await?;
            output::print(json, &against.run(policies)?, owner_past::backtest_words);
        }
        Wish::Prove { seq, out } => {
            let proof = ask(home, passphrase, OwnerCommand::LogProve { seq }).await?;
            output::print(json, &log::write_proof(&proof, &out)?, log::written_words);
        }
        Wish::Verify => {
            let check = ask(home, passphrase, OwnerCommand::LogVerify).await?;
            owner_past::verified(&check)?;
            output::print(json, &check, owner_past::check_words);
        }
        Wish::NewPolicy(_) => return Err(Failure::usage("a policy that was not tried")),
        Wish::List(path, words) => {
            let view = ask(home, passphrase, OwnerCommand::View).await?;
            let list = view.pointer(path).cloned().unwrap_or_default();
            output::print(json, &list, words);
        }
    }
    Ok(0)
}

pub type Words = fn(&Value) -> String;

/// A command once its arguments are read.
pub enum Wish {
    Plain(Box<OwnerCommand>, Words),
    OnAgent(String, Box<dyn FnOnce(AgentId) -> OwnerCommand + Send>, Words),
    ShowAgent(String),
    List(&'static str, Words),
    /// A change of policy. Needs the passphrase only if it loosens something.
    NewPolicy(NewPolicy),
    /// Policies tried on recorded requests.
    Against(owner_past::Against),
    /// The proof of an entry, written into a folder.
    Prove {
        seq: u64,
        out: PathBuf,
    },
    /// The wallet's own log, verified.
    Verify,
}

/// A change of policy.
pub enum NewPolicy {
    /// Of an agent, by its name or id.
    Agent(String, Box<AgentPolicy>),
    /// Of all that a file names, or back to a version.
    Of(Box<OwnerCommand>),
}

impl NewPolicy {
    /// The command, if the agent's id can be told without asking the wallet.
    fn command(&self, home: &Path) -> Option<OwnerCommand> {
        match self {
            Self::Agent(name, policy) => {
                let agent = crate::agent_side::find_agent(home, name).ok()?;
                Some(OwnerCommand::AgentPolicy { agent, policy: AgentPolicy::clone(policy) })
            }
            Self::Of(command) => Some(OwnerCommand::clone(command)),
        }
    }

    fn with_presence(self) -> Wish {
        match self {
            Self::Agent(name, policy) => {
                let make = move |agent| OwnerCommand::AgentPolicy { agent, policy: *policy };
                Wish::OnAgent(name, Box::new(make), |_| "Changed.".to_owned())
            }
            Self::Of(command) => Wish::Plain(command, owner_tools::diff_words),
        }
    }
}

/// Tries a new policy without the passphrase, which the engine takes if it loosens nothing (A10).
/// `None` when the owner has to be there.
async fn tighten(home: &Path, policy: &NewPolicy) -> Result<Option<Value>, Failure> {
    let Some(command) = policy.command(home) else { return Ok(None) };
    match control::ask(home, Zeroizing::default(), command).await {
        Ok(OwnerReply::Ok { value }) => Ok(Some(value)),
        Ok(OwnerReply::Error { error }) if error.code == "presence_needed" => {
            eprintln!("purser: {}", error.message);
            Ok(None)
        }
        Ok(OwnerReply::Error { error }) => Err(error.into()),
        Err(error) if not_running(&error) => Ok(None),
        Err(error) => {
            let what_to_do = "see whether the wallet still runs with `purser status`";
            Err(Failure::other("control_socket", error, what_to_do))
        }
    }
}

impl Wish {
    pub fn plain(command: OwnerCommand, words: Words) -> Self {
        Self::Plain(Box::new(command), words)
    }
}

fn wish(command: Command) -> Result<Wish, Failure> {
    Ok(match command {
        Command::Unlock => Wish::plain(OwnerCommand::Unlock, |_| "Unlocked.".to_owned()),
        Command::Lock => Wish::plain(OwnerCommand::Lock, |_| "Locked.".to_owned()),
        Command::Freeze => Wish::plain(OwnerCommand::Freeze, stop_words),
        Command::Unfreeze => Wish::plain(OwnerCommand::Unfreeze, |_| "Unfrozen.".to_owned()),
        Command::Inbox => Wish::List("/inbox", inbox_words),
        Command::Approve { payment } => {
            let payment = payment.parse().map_err(Failure::usage)?;
            let command = OwnerCommand::Approve { payment, digest: None };
            Wish::plain(command, |_| "Approved.".to_owned())
        }
        Command::Deny { payment, reason } => {
            let payment = payment.parse().map_err(Failure::usage)?;
            let reason = reason.map(|reason| Claim::new(&reason, 512)).transpose();
            let reason = reason.map_err(Failure::usage)?;
            Wish::plain(OwnerCommand::Deny { payment, reason }, |_| "Denied.".to_owned())
        }
        Command::Fine { payment } => judged(&payment, true)?,
        Command::NotMine { payment } => judged(&payment, false)?,
        Command::Settle { payment, moved, not_moved: _ } => {
            let payment = payment.parse().map_err(Failure::usage)?;
            Wish::plain(OwnerCommand::Settle { payment, moved }, |_| "Settled.".to_owned())
        }
        Command::Agent(agent) => agent_wish(agent)?,
        Command::Policy(policy) => owner_tools::policy_wish(policy)?,
        Command::Statement(ask) => owner_tools::statement_wish(ask)?,
        Command::Log(Log::Find(find)) => owner_tools::find_wish(find)?,
        Command::Explain(ask) => owner_past::explain_wish(&ask)?,
        Command::Report(ask) => owner_past::report_wish(&ask)?,
        Command::Backtest(ask) => owner_past::backtest_wish(ask)?,
        Command::Log(Log::Prove(ask)) => owner_past::prove_wish(ask),
        Command::Log(Log::Verify(_)) => Wish::Verify,
        Command::Log(Log::Export { dir }) => {
            let dir = std::path::absolute(dir).map_err(Failure::usage)?;
            Wish::plain(OwnerCommand::LogExport { dir }, |value| {
                let entries = value.pointer("/entries").and_then(Value::as_u64);
                format!("{} entries in {}", entries.unwrap_or_default(), text(value, "/dir"))
            })
        }
        _ => return Err(Failure::usage("not an owner's command")),
    })
}

fn agent_wish(agent: Agent) -> Result<Wish, Failure> {
    Ok(match agent {
        Agent::Add(add) => {
            let policy = policy_of(&add)?;
            Wish::plain(OwnerCommand::AgentAdd { name: add.name, policy }, added_words)
        }
        Agent::List => Wish::List("/agents", |agents| {
            items(agents, "").iter().map(agent_words).collect::<Vec<_>>().join("\n")
        }),
        Agent::Tree => Wish::plain(OwnerCommand::AgentTree, owner_past::tree_words),
        Agent::Show { agent } => Wish::ShowAgent(agent),
        Agent::Revoke { agent } => on_agent(agent, |agent| OwnerCommand::AgentRevoke { agent }),
        Agent::Pause { agent } => on_agent(agent, |agent| OwnerCommand::AgentPause { agent }),
        Agent::Resume { agent } => {
            let make = Box::new(|agent| OwnerCommand::AgentResume { agent });
            Wish::OnAgent(agent, make, |_| "Resumed.".to_owned())
        }
        Agent::OpenSession { agent, purpose, terms } => {
            owner_sharing::open(agent, &purpose, &terms)?
        }
        Agent::CloseSession { agent, session } => owner_sharing::close(agent, &session)?,
        Agent::Allow { agent, holding } => owner_sharing::allow(agent, &holding)?,
        Agent::TakeBack { agent } => owner_sharing::take_back(agent),
        Agent::RevokeCredential { credential } => owner_sharing::revoke(&credential)?,
        Agent::SetPolicy { agent, file } => {
            let policy = read_json::<AgentPolicy>(&file)?;
            policy.validate().map_err(Failure::usage)?;
            Wish::NewPolicy(NewPolicy::Agent(agent, Box::new(policy)))
        }
    })
}

fn judged(payment: &str, fine: bool) -> Result<Wish, Failure> {
    let payment = payment.parse().map_err(Failure::usage)?;
    Ok(Wish::plain(OwnerCommand::Judge { payment, fine }, |_| "Noted.".to_owned()))
}

fn on_agent(name: String, make: fn(AgentId) -> OwnerCommand) -> Wish {
    Wish::OnAgent(name, Box::new(make), stop_words)
}

/// Reads a small JSON file.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let named =
        |error: &dyn std::fmt::Display| Failure::usage(format!("`{}`: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| named(&error))?;
    serde_json::from_str(&text).map_err(|error| named(&error))
}

fn policy_of(add: &AgentAdd) -> Result<AgentPolicy, Failure> {
    let mut policy = match &add.policy {
        Some(path) => read_json(path)?,
        None => AgentPolicy::default(),
    };
    for (given, field) in [
        (&add.per_transaction, &mut policy.per_transaction),
        (&add.per_session, &mut policy.per_session),
        (&add.daily, &mut policy.daily),
    ] {
        if let Some(given) = given {
            *field = amount(given)?;
        }
    }
    if let Some(above) = &add.ask_above {
        policy.review_above = Some(amount(above)?);
    }
    if let Some(most) = &add.per_tool_call {
        policy.spending_limits.push(SpendingLimit {
            actions: vec![Action::ToolCall],
            ..SpendingLimit::new(amount(most)?, Interval::PerTransaction)
        });
    }
    policy.allow_bearer |= add.allow_bearer;
    policy.validate().map_err(Failure::usage)?;
    Ok(policy)
}

pub fn amount(text: &str) -> Result<Decimal, Failure> {
    let money = Money::parse(text, Currency::USD.as_str());
    money.map(|money| money.amount()).map_err(|e| Failure::usage(format!("`{text}`: {e}")))
}

async fn status(home: &Path, json: bool) -> Result<u8, Failure> {
    let asked = control::ask(home, Zeroizing::default(), OwnerCommand::Status).await;
    let value = match asked {
        Ok(OwnerReply::Ok { mut value }) => {
            if let Some(fields) = value.as_object_mut() {
                fields.insert("running".to_owned(), true.into());
            }
            value
        }
        Ok(OwnerReply::Error { error }) => return Err(error.into()),
        Err(_) => {
            let absent = !home.join("vault.json").exists();
            let phase = if absent { "absent" } else { "locked" };
            serde_json::json!({ "running": false, "phase": phase })
        }
    };
    output::print(json, &value, |value| {
        let running = value.pointer("/running") == Some(&Value::Bool(true));
        let runs = if running { "Running" } else { "Not running" };
        let mut words = format!("{runs}, {}.", text(value, "/phase"));
        let account = text(value, "/evm_address");
        if !account.is_empty() {
            words.push_str(&format!("\nPays x402 from {account}."));
        }
        words
    });
    Ok(if text(&value, "/phase") == "unlocked" { 0 } else { CLOSED })
}

/// Has a command carried out by the wallet that runs on this folder, or on the folder itself.
async fn ask(
    home: &Path,
    passphrase: Zeroizing<String>,
    command: OwnerCommand,
) -> Result<Value, Failure> {
    let reply = match control::ask(home, passphrase.clone(), command.clone()).await {
        Ok(reply) => reply,
        Err(error) if not_running(&error) => alone(home, passphrase, command).await?,
        Err(error) => {
            let what_to_do = "see whether the wallet still runs with `purser status`";
            return Err(Failure::other("control_socket", error, what_to_do));
        }
    };
    match reply {
        OwnerReply::Ok { value } => Ok(value),
        OwnerReply::Error { error } => Err(error.into()),
    }
}

fn not_running(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

async fn alone(
    home: &Path,
    passphrase: Zeroizing<String>,
    command: OwnerCommand,
) -> Result<OwnerReply, Failure> {
    if !home.join("vault.json").exists() {
        return Err(purser_wallet::HostError::Absent.into());
    }
    if matches!(command, OwnerCommand::Lock | OwnerCommand::Unlock) {
        let what_to_do = "start it with `purser serve` or open the Purser window";
        return Err(Failure::new(CLOSED, "wallet_not_running", "no wallet runs here", what_to_do));
    }
    let options = HostOptions { pays: false, ..serve::options(serve::keystore()) };
    let host = Host::start(home, options)?;
    let reply = control::carry_out_alone(&host, passphrase, command).await;
    host.lock().await;
    Ok(reply)
}

/// The id of an agent that is named by its name or its id.
async fn find_agent(
    home: &Path,
    passphrase: Zeroizing<String>,
    wanted: String,
) -> Result<AgentId, Failure> {
    let found = ask(home, passphrase, OwnerCommand::AgentId { wanted }).await?;
    let what_to_do = "look at the log of the wallet";
    serde_json::from_value(found).map_err(|error| Failure::other("agent_id", error, what_to_do))
}

fn stop_words(value: &Value) -> String {
    let lines = items(value, "/lines").iter().filter_map(Value::as_str);
    let mut words = vec![format!("{}.", text(value, "/title"))];
    words.extend(lines.map(str::to_owned));
    for payment in items(value, "/in_flight") {
        words.push(format!(
            "  {} {} {} to {}",
            text(payment, "/payment"),
            text(payment, "/amount"),
            text(payment, "/currency"),
            claim(payment, "/payee"),
        ));
    }
    words.join("\n")
}

fn added_words(value: &Value) -> String {
    format!(
        "Added {}.\nPut this into your agent host's MCP configuration:\n\n{}\n\nOr run it by \
         hand: {}",
        text(value, "/agent/name"),
        text(value, "/mcp_snippet"),
        text(value, "/command"),
    )
}

fn agent_words(agent: &Value) -> String {
    let mut words = vec![format!(
        "{} ({}), {}",
        text(agent, "/agent/name"),
        text(agent, "/agent/id"),
        text(agent, "/status"),
    )];
    for budget in items(agent, "/budgets") {
        words.push(format!(
            "  {}: {} left of {} {}",
            text(budget, "/label"),
            text(budget, "/left"),
            text(budget, "/limit"),
            text(budget, "/currency"),
        ));
    }
    if let Some(baseline) = agent.get("baseline").filter(|baseline| !baseline.is_null()) {
        words.push(format!(
            "  its normal, from {} payments ({}):",
            baseline.get("payments").cloned().unwrap_or_default(),
            text(baseline, "/sure/text"),
        ));
        words.push(format!("    amounts: {}", text(baseline, "/amount_text")));
        words.push(format!("    times: {}", text(baseline, "/hours_text")));
        words.push(format!("    payees: {}", claim(baseline, "/payees")));
    }
    words.join("\n")
}

fn inbox_words(inbox: &Value) -> String {
    let waiting = items(inbox, "");
    if waiting.is_empty() {
        return "Nothing waits for you.".to_owned();
    }
    let words = |item: &Value| {
        let mut words = vec![format!(
            "{}\n  {} asks to pay {} {} to {}",
            text(item, "/payment"),
            text(item, "/agent/name"),
            text(item, "/amount"),
            text(item, "/currency"),
            text(item, "/payee_account"),
        )];
        words.push(format!("  the payee's name, not checked: {}", claim(item, "/payee_name")));
        for reason in items(item, "/reasons") {
            words.push(format!("  {}. {}", text(reason, "/title"), text(reason, "/detail")));
        }
        let said = claim(item, "/claim");
        if !said.is_empty() {
            words.push(format!("  the agent says, not checked: {said}"));
        }
        words.join("\n")
    };
    waiting.iter().map(words).collect::<Vec<_>>().join("\n\n")
}
