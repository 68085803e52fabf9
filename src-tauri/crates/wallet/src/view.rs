//! View models: everything the window shows, pushed whole. The window computes no decision,
//! budget or state from them.
//!
//! The TypeScript side is `ui/src/lib/backend/types.ts`; a test of the desktop package keeps the
//! two alike. Money is a decimal string with at least two decimals; percentages are whole numbers
//! from 0 to 100; times are milliseconds since the epoch; what an agent or a merchant said is a
//! list of [`TextPart`]s.

use purser_domain::TextPart;
use serde::{Deserialize, Serialize};

/// How a word or a bar is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Nothing special.
    Plain,
    /// Allowed.
    Allow,
    /// Asks.
    Review,
    /// Refused or stopped.
    Deny,
}

/// One thing the wallet knows for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactLine {
    /// What it is.
    pub label: String,
    /// Its value.
    pub value: String,
    /// Whether it is an address, a hash or a code.
    pub mono: bool,
}

/// A short coloured word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tag {
    /// The word.
    pub text: String,
    /// Its colour.
    pub tone: Tone,
}

/// A standing message across the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Banner {
    /// Stable code.
    pub code: String,
    /// Colour.
    pub tone: Tone,
    /// What is the matter.
    pub title: String,
    /// More about it.
    pub detail: String,
    /// What to do.
    pub what_to_do: Option<String>,
}

/// An agent wherever it is mentioned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgentRef {
    /// Its id.
    pub id: String,
    /// The name that the owner gave.
    pub name: String,
    /// Two characters for the avatar.
    pub initials: String,
    /// 0 to 7, stable for the agent.
    pub colour_index: u8,
}

/// Past amounts beside this one. Positions are 0 to 100 on one axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// Past amounts.
    pub past_percents: Vec<u8>,
    /// Lowest usual amount.
    pub low: String,
    /// Where it is.
    pub low_percent: u8,
    /// Highest usual amount.
    pub high: String,
    /// Where it is.
    pub high_percent: u8,
    /// This amount.
    pub this_one: String,
    /// Where it is.
    pub this_percent: u8,
}

/// Why the owner is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Stable code.
    pub code: String,
    /// In a few words, without full stop.
    pub title: String,
    /// A sentence more; may be empty.
    pub detail: String,
    /// `review` asks, `deny` warns, `plain` informs.
    pub tone: Tone,
    /// A word beside it.
    pub tag: Option<Tag>,
    /// Usual values beside this one.
    pub spread: Option<Spread>,
}

/// What the human wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskView {
    /// The words.
    pub text: Vec<TextPart>,
    /// Where they come from. Only `agent` is unchecked.
    pub origin: purser_domain::TaskOrigin,
    /// Where it was said.
    pub said_in: Option<String>,
    /// When it was said.
    pub said_at_ms: Option<i64>,
}

/// A budget as it would be if a request were approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BudgetAfter {
    /// Whose and over what.
    pub label: String,
    /// What would be left.
    pub left_after: String,
    /// The limit.
    pub limit: String,
    /// The budget currency.
    pub currency: String,
    /// Spent and reserved before this one.
    pub spent_percent: u8,
    /// This one.
    pub this_percent: u8,
}

/// A request that waits for the owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InboxItem {
    /// Payment id.
    pub payment: String,
    /// Who asks.
    pub agent: AgentRef,
    /// The session or task label.
    pub session: Option<Vec<TextPart>>,
    /// The payee's name: a claim unless checked.
    pub payee_name: Vec<TextPart>,
    /// Whether the wallet proved the name.
    pub payee_name_checked: bool,
    /// Who is really paid, in short.
    pub payee_account: String,
    /// Who is really paid, in full.
    pub payee_known: Vec<FactLine>,
    /// How much.
    pub amount: String,
    /// Of what.
    pub currency: String,
    /// Whether no real money moves.
    pub sandbox: bool,
    /// The tier in words.
    pub tier: String,
    /// How many people must approve.
    pub approvals_needed: u32,
    /// How many have.
    pub approvals_given: u32,
    /// When it was asked.
    pub requested_at_ms: i64,
    /// When it is declined by itself.
    pub expires_at_ms: i64,
    /// What happens then.
    pub on_expiry: String,
    /// The weightiest reason, a few words.
    pub why_short: String,
    /// Why the owner is asked, weightiest first.
    pub reasons: Vec<Reason>,
    /// What the human asked for.
    pub task: Option<TaskView>,
    /// What the agent says.
    pub claim: Option<Vec<TextPart>>,
    /// What the merchant says it sells, unchecked.
    pub merchant_claim: Option<Vec<TextPart>>,
    /// What the wallet knows.
    pub facts: Vec<FactLine>,
    /// What it does to the budgets.
    pub budgets: Vec<BudgetAfter>,
    /// Why it can't be approved now.
    pub approve_blocked: Option<String>,
    /// Digest of the request; goes back with the approval.
    pub digest: String,
}

/// How an agent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentStanding {
    /// May ask.
    Active,
    /// May not ask until the owner resumes it.
    Paused,
    /// May never ask again.
    Revoked,
}

/// A budget as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgentBudget {
    /// Over what.
    pub label: String,
    /// Settled and reserved, by the agent and all below it.
    pub spent: String,
    /// What its sub-agents may still use of it; `None` where nothing is held for any.
    pub held: Option<String>,
    /// What it may still spend itself or hand on.
    pub left: String,
    /// The limit.
    pub limit: String,
    /// The budget currency.
    pub currency: String,
    /// How full it is.
    pub percent: u8,
    /// How much of it is held for sub-agents, beside that.
    pub held_percent: u8,
    /// Colour.
    pub tone: Tone,
}

/// A circuit breaker that paused an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tripped {
    /// The cause, a sentence.
    pub why: String,
    /// When.
    pub at_ms: i64,
}

/// An open session. Amounts are in the budget currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionView {
    /// Its name.
    pub session: String,
    /// What for.
    pub purpose: Vec<TextPart>,
    /// Who opened it: `by itself`.
    pub opened: String,
    /// Whether the purpose is an agent's word.
    pub claimed: bool,
    /// Settled and reserved.
    pub spent: String,
    /// What is left.
    pub left: String,
    /// Most.
    pub ceiling: String,
    /// The budget currency.
    pub currency: String,
    /// How full it is.
    pub percent: u8,
    /// Colour.
    pub tone: Tone,
    /// When it ends by itself.
    pub ends_at_ms: i64,
}

/// What is normal for an agent. There is none before it has paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BaselineView {
    /// From how many payments.
    pub payments: u32,
    /// Heights of the amount histogram.
    pub amount_percents: Vec<u8>,
    /// Amounts in words.
    pub amount_text: String,
    /// Heights by hour.
    pub hour_percents: Vec<u8>,
    /// Hours in words.
    pub hours_text: String,
    /// Payees in words.
    pub payees: Vec<TextPart>,
    /// How sure the wallet is.
    pub sure: Tag,
}

/// The limits that can be changed, as they are typed. Amounts are in the budget currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LimitsView {
    /// Cap for one payment.
    pub per_transaction: String,
    /// Cap for one session.
    pub per_session: String,
    /// Cap for a day.
    pub daily: String,
    /// Limit for a calendar week, if there is one.
    pub weekly: Option<String>,
    /// Limit for a calendar month, if there is one.
    pub monthly: Option<String>,
    /// Payments above this ask the owner; `None` leaves it to the tiers.
    pub review_above: Option<String>,
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgentView {
    /// Who.
    pub agent: AgentRef,
    /// 0 for an agent of the owner.
    pub depth: u32,
    /// The agent that it has its budget from.
    pub parent: Option<AgentRef>,
    /// How it stands.
    pub status: AgentStanding,
    /// Why it is stopped.
    pub status_reason: Option<String>,
    /// Whether it is paused itself, and not only stopped with an agent above it.
    pub resumable: bool,
    /// The circuit breaker that paused it.
    pub tripped: Option<Tripped>,
    /// Its open sessions, the one that ends first at the top.
    pub sessions: Vec<SessionView>,
    /// Its budgets; the first is shown in the list.
    pub budgets: Vec<AgentBudget>,
    /// It pays up to this by itself.
    pub alone_up_to: Option<String>,
    /// What happens above.
    pub above_text: String,
    /// Cap for one payment.
    pub per_transaction: String,
    /// The budget currency.
    pub currency: String,
    /// When its credential ends.
    pub credential_expires_at_ms: Option<i64>,
    /// Whether it renews by itself.
    pub credential_renews: bool,
    /// How it is connected.
    pub connection: String,
    /// Its last payment, one line.
    pub last: Option<Vec<TextPart>>,
    /// How many of its requests wait.
    pub waiting: u32,
    /// Its policy in words.
    pub policy: Vec<FactLine>,
    /// The part of it that the window changes.
    pub limits: LimitsView,
    /// Its normal.
    pub baseline: Option<BaselineView>,
    /// JSON for an MCP client's configuration.
    pub mcp_snippet: String,
    /// The command in it.
    pub mcp_command: String,
    /// Its latest activity, newest first.
    pub latest: Vec<ActivityItem>,
}

/// How a line of the activity stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityState {
    /// The money moved.
    Paid,
    /// It waits for people.
    Waiting,
    /// The engine refused.
    Refused,
    /// A person declined.
    Declined,
    /// Nobody decided in time.
    Expired,
    /// Called off.
    Canceled,
    /// The money did not move.
    Failed,
    /// Nobody knows yet.
    Unknown,
    /// On its way.
    Submitted,
    /// Not a payment.
    Event,
}

/// One line of the activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActivityItem {
    /// Unique in the list.
    pub id: String,
    /// The payment, for a payment.
    pub payment: Option<String>,
    /// When it was asked.
    pub at_ms: i64,
    /// Whose it is.
    pub agent: Option<AgentRef>,
    /// The payee's name; empty for an event.
    pub payee_name: Vec<TextPart>,
    /// How much.
    pub amount: Option<String>,
    /// Of what.
    pub currency: Option<String>,
    /// How it stands.
    pub state: ActivityState,
    /// How it stands, in words.
    pub state_text: String,
    /// What decided, and what to do.
    pub detail: String,
    /// The rule's code.
    pub rule: Option<String>,
    /// What the agent gave as its reason.
    pub claim: Option<Vec<TextPart>>,
    /// What the wallet knows.
    pub facts: Vec<FactLine>,
    /// Whether no real money moved.
    pub sandbox: bool,
}

/// The agents' door.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct GatewayView {
    /// Where it is; `None` when it is closed.
    pub url: Option<String>,
    /// Why it is closed.
    pub problem: Option<String>,
}

/// The log.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct LogView {
    /// Entries in it.
    pub entries: u64,
    /// Root hash of the latest checkpoint, shortened.
    pub checkpoint: Option<String>,
}

/// A merchant category that an agent may be limited to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CategoryView {
    /// The code.
    pub id: String,
    /// In words.
    pub label: String,
}

/// Where the wallet is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// There is none.
    Absent,
    /// Its keys are sealed.
    Locked,
    /// It works.
    Unlocked,
}

/// The whole window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WalletView {
    /// Where the wallet is in its life. Unless it is unlocked the lists are empty.
    pub phase: Phase,
    /// A standing message.
    pub banner: Option<Banner>,
    /// Whether everything is frozen.
    pub frozen: bool,
    /// The budget currency.
    pub currency: String,
    /// The agents' door.
    pub gateway: GatewayView,
    /// Whole minutes until it locks by itself.
    pub unlocked_for_minutes: u32,
    /// What waits, soonest deadline first.
    pub inbox: Vec<InboxItem>,
    /// The agents.
    pub agents: Vec<AgentView>,
    /// The activity, newest first.
    pub activity: Vec<ActivityItem>,
    /// Categories to choose from.
    pub categories: Vec<CategoryView>,
    /// The log.
    pub log: LogView,
    /// The wallet's clock.
    pub now_ms: i64,
}

/// A payment on its way that a stop could not call back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InFlight {
    /// Which.
    pub payment: String,
    /// How much.
    pub amount: String,
    /// Of what.
    pub currency: String,
    /// Whom.
    pub payee: Vec<TextPart>,
    /// It has settled or died by then.
    pub ends_at_ms: i64,
}

/// What a revocation, a pause or a freeze stopped, and what it could not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StopStatement {
    /// What was done.
    pub title: String,
    /// Requests and authorizations that were called off.
    pub cancelled: u32,
    /// What could not be called back.
    pub in_flight: Vec<InFlight>,
    /// Plain sentences.
    pub lines: Vec<String>,
}
