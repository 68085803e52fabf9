//! One line of a replay: strict, every unknown field refused.

use super::ReplayProblem;
use purser_domain::{
    Account, Action, AgentId, Category, Claim, Country, Host, IdempotencyKey, Label as DomainLabel,
    Money, Payee, PaymentId, RailId, SpendRequest, Task, TaskOrigin, Timestamp,
};
use serde::Deserialize;
use std::fmt::Display;

/// What a line's label says about the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Approve,
    Decline,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub id: String,
    at: At,
    agent: String,
    payee: LinePayee,
    amount: String,
    currency: String,
    category: Option<String>,
    session: Option<String>,
    task: Option<LineTask>,
    context: Option<String>,
    label: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "`at` is an RFC 3339 time or an integer of milliseconds")]
enum At {
    Millis(i64),
    Text(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinePayee {
    name: String,
    account: Option<String>,
    url: Option<String>,
    country: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LineTask {
    id: String,
    text: String,
    /// Whether the text is the human's own words and not the agent's.
    trusted: bool,
}

type Read<T> = Result<T, ReplayProblem>;

fn field<T, E: Display>(field: &'static str, value: Result<T, E>) -> Read<T> {
    value.map_err(|error| ReplayProblem::Field { field, reason: error.to_string() })
}

fn wrong<T>(name: &'static str, reason: &str) -> Read<T> {
    field(name, Err(reason))
}

impl Line {
    pub fn parse(text: &str) -> Read<Self> {
        serde_json::from_str(text).map_err(|error| ReplayProblem::Json(error.to_string()))
    }

    pub fn label(&self) -> Read<Label> {
        match self.label.as_deref() {
            Some("fraud" | "attack" | "scam" | "malicious" | "bad" | "deny" | "decline") => {
                Ok(Label::Decline)
            }
            None
            | Some("ok" | "legit" | "legitimate" | "benign" | "good" | "approve" | "allow") => {
                Ok(Label::Approve)
            }
            Some(_) => wrong("label", "not a known label, such as \"ok\" or \"fraud\""),
        }
    }

    pub fn at(&self) -> Read<Timestamp> {
        let ms = match &self.at {
            At::Millis(ms) => *ms,
            At::Text(text) => field("at", text.parse::<jiff::Timestamp>())?.as_millisecond(),
        };
        if ms < 0 {
            return wrong("at", "before 1970");
        }
        Ok(Timestamp::from_millis(ms))
    }

    pub fn agent(&self) -> Read<Claim> {
        field("agent", Claim::new(&self.agent, Claim::MAX_NAME_BYTES))
    }

    pub fn request(&self, agent: AgentId, payment: PaymentId) -> Read<SpendRequest> {
        let category = self.category.as_deref().map(Category::new).transpose();
        let session = self.session.as_deref().map(DomainLabel::new).transpose();
        let context = self.context.as_deref().map(|text| Claim::new(text, Claim::MAX_BYTES));
        Ok(SpendRequest {
            payment,
            agent,
            action: Action::Purchase,
            rail: RailId::Sandbox,
            payee: self.payee.read()?,
            amount: field("amount", Money::parse(&self.amount, &self.currency))?,
            category: field("category", category)?,
            session: field("session", session)?,
            task: self.task.as_ref().map(LineTask::read).transpose()?,
            context: field("context", context.transpose())?,
            line_items: Vec::new(),
            attribution: purser_domain::Attribution::default(),
            idempotency_key: field("id", IdempotencyKey::new(&self.id))?,
            key_derived: false,
            subject: None,
            terms: None,
        })
    }
}

impl LineTask {
    fn read(&self) -> Read<Task> {
        Ok(Task {
            id: field("task.id", DomainLabel::new(&self.id))?,
            text: field("task.text", Claim::new(&self.text, Claim::MAX_BYTES))?,
            origin: if self.trusted { TaskOrigin::Owner } else { TaskOrigin::Agent },
        })
    }
}

impl LinePayee {
    fn read(&self) -> Read<Payee> {
        let name = field("payee.name", Claim::new(&self.name, Claim::MAX_NAME_BYTES))?;
        let account = self.account.as_deref().map(Account::new).transpose();
        let country = self.country.as_deref().map(Country::new).transpose();
        let account = field("payee.account", account)?;
        let host = self.url.as_deref().map(host_of).transpose()?;
        if account.is_none() && host.is_none() && name.raw().trim().is_empty() {
            return wrong("payee", "needs a name, an account or a url");
        }
        Ok(Payee { name, account, host, country: field("payee.country", country)? })
    }
}

/// The host of a URL, with its port when that is not the scheme's own. A URL with a user name in
/// it is refused: what stands before an `@` is there to be mistaken for the host.
fn host_of(url: &str) -> Read<Host> {
    let lower = url.to_ascii_lowercase();
    let (scheme, rest) = lower.split_once("://").unwrap_or(("", ""));
    let own_port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return wrong("payee.url", "not an http or https URL"),
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if authority.contains('@') {
        return wrong("payee.url", "holds a user name");
    }
    let host = authority.strip_suffix(own_port).unwrap_or(authority);
    field("payee.url", Host::new(host.trim_end_matches('.')))
}
