//! A view in which every field is set and every variant occurs, for tests.

use crate::dto::{AgentDraft, CommandError, CreateBegin, LimitsDraft, Outcome};
use crate::why::{Why, WhyStep};
use purser_domain::{TaskOrigin, TextPart};
use purser_wallet::view::{
    ActivityItem, ActivityState, AgentBudget, AgentRef, AgentStanding, AgentView, Banner,
    BaselineView, BudgetAfter, CategoryView, FactLine, GatewayView, InFlight, InboxItem,
    LimitsView, LogView, Phase, Reason, SessionView, Spread, StopStatement, Tag, TaskView, Tone,
    Tripped, WalletView,
};
use purser_wallet::{AddedAgent, Direction, LimitChange, LimitsPlan};
use zeroize::Zeroizing;

const TONES: [Tone; 4] = [Tone::Plain, Tone::Allow, Tone::Review, Tone::Deny];
const ORIGINS: [TaskOrigin; 4] =
    [TaskOrigin::Owner, TaskOrigin::HostHook, TaskOrigin::Mandate, TaskOrigin::Agent];
const STATES: [ActivityState; 10] = [
    ActivityState::Paid,
    ActivityState::Waiting,
    ActivityState::Refused,
    ActivityState::Declined,
    ActivityState::Expired,
    ActivityState::Canceled,
    ActivityState::Failed,
    ActivityState::Unknown,
    ActivityState::Submitted,
    ActivityState::Event,
];
const STANDINGS: [AgentStanding; 3] =
    [AgentStanding::Active, AgentStanding::Paused, AgentStanding::Revoked];
const DIRECTIONS: [Direction; 3] = [Direction::Loosens, Direction::Tightens, Direction::Neutral];
pub const PHASES: [Phase; 3] = [Phase::Absent, Phase::Locked, Phase::Unlocked];

fn text(plain: &str) -> Vec<TextPart> {
    vec![TextPart::Plain(plain.to_owned()), TextPart::Hidden("U+202E".to_owned())]
}

fn facts() -> Vec<FactLine> {
    vec![FactLine { label: "Asked by".into(), value: "hetzner.com".into(), mono: true }]
}

fn agent() -> AgentRef {
    AgentRef {
        id: "agt_00000000000000000000000001".into(),
        name: "Claude Code".into(),
        initials: "CC".into(),
        colour_index: 1,
    }
}

fn tag(tone: Tone) -> Tag {
    Tag { text: "word".into(), tone }
}

fn reason(tone: Tone) -> Reason {
    let spread = Spread {
        past_percents: vec![4, 5],
        low: "12.00".into(),
        low_percent: 4,
        high: "140.00".into(),
        high_percent: 20,
        this_one: "600.00".into(),
        this_percent: 90,
    };
    Reason {
        code: "tier_single_approver".into(),
        title: "Above 500 needs one approver".into(),
        detail: "Your high-value tier.".into(),
        tone,
        tag: Some(tag(tone)),
        spread: Some(spread),
    }
}

fn task(origin: TaskOrigin) -> TaskView {
    TaskView {
        text: text("Set up staging"),
        origin,
        said_in: Some("Claude Code".into()),
        said_at_ms: Some(1_790_000_000_000),
    }
}

/// A request with every field set.
pub fn inbox_item() -> InboxItem {
    InboxItem {
        payment: "pay_00000000000000000000000001".into(),
        agent: agent(),
        session: Some(text("deploy-staging")),
        payee_name: text("Hetzner"),
        payee_name_checked: false,
        payee_account: "hetzner.com".into(),
        payee_known: facts(),
        amount: "600.00".into(),
        currency: "USD".into(),
        sandbox: true,
        tier: "One approver".into(),
        approvals_needed: 1,
        approvals_given: 0,
        requested_at_ms: 1_790_000_000_000,
        expires_at_ms: 1_790_003_600_000,
        on_expiry: "then declined".into(),
        why_short: "Above 500 needs one approver".into(),
        reasons: TONES.map(reason).to_vec(),
        task: Some(task(TaskOrigin::Owner)),
        claim: Some(text("two servers")),
        merchant_claim: Some(text("servers by the month")),
        facts: facts(),
        budgets: vec![BudgetAfter {
            label: "Claude Code, day".into(),
            left_after: "1400.00".into(),
            limit: "2000.00".into(),
            currency: "USD".into(),
            spent_percent: 0,
            this_percent: 30,
        }],
        approve_blocked: Some("Everything is frozen.".into()),
        digest: "00".repeat(32),
    }
}

fn activity(state: ActivityState) -> ActivityItem {
    ActivityItem {
        id: "1".into(),
        payment: Some("pay_00000000000000000000000001".into()),
        at_ms: 1_790_000_000_000,
        agent: Some(agent()),
        payee_name: text("Hetzner"),
        amount: Some("600.00".into()),
        currency: Some("USD".into()),
        state,
        state_text: "Paid".into(),
        detail: "Approved by you.".into(),
        rule: Some("tier_single_approver".into()),
        claim: Some(text("two servers")),
        facts: facts(),
        sandbox: true,
    }
}

fn session() -> SessionView {
    SessionView {
        session: "ses_1".into(),
        purpose: text("Set up staging"),
        opened: "by itself".into(),
        claimed: true,
        spent: "6.40".into(),
        left: "3.60".into(),
        ceiling: "10.00".into(),
        currency: "USD".into(),
        percent: 64,
        tone: Tone::Plain,
        ends_at_ms: 1_790_001_800_000,
    }
}

fn agent_view(status: AgentStanding) -> AgentView {
    let budget = |tone| AgentBudget {
        label: "Today".into(),
        spent: "600.00".into(),
        held: Some("100.00".into()),
        left: "1300.00".into(),
        limit: "2000.00".into(),
        currency: "USD".into(),
        percent: 30,
        held_percent: 5,
        tone,
    };
    let baseline = BaselineView {
        payments: 38,
        amount_percents: vec![10, 100],
        amount_text: "12 to 140".into(),
        hour_percents: vec![0; 24],
        hours_text: "9 to 18".into(),
        payees: text("Hetzner"),
        sure: tag(Tone::Allow),
    };
    AgentView {
        agent: agent(),
        depth: 0,
        parent: Some(agent()),
        status,
        status_reason: Some("paused by you".into()),
        resumable: true,
        tripped: Some(Tripped { why: "It was too much.".into(), at_ms: 1_790_000_000_000 }),
        sessions: vec![session()],
        budgets: TONES.map(budget).to_vec(),
        alone_up_to: Some("500.00".into()),
        above_text: "above: you, within 60 min".into(),
        per_transaction: "1000.00".into(),
        currency: "USD".into(),
        credential_expires_at_ms: Some(1_790_003_600_000),
        credential_renews: true,
        connection: "connected on this machine".into(),
        last: Some(text("paid Hetzner")),
        waiting: 1,
        policy: facts(),
        limits: LimitsView {
            per_transaction: "1000".into(),
            per_session: "1500".into(),
            daily: "2000".into(),
            weekly: Some("5000".into()),
            monthly: Some("10000".into()),
            review_above: Some("250".into()),
        },
        baseline: Some(baseline),
        mcp_snippet: "{}".into(),
        mcp_command: "purser mcp".into(),
        latest: STATES.map(activity).to_vec(),
    }
}

/// A view of this phase with every field set.
pub fn view(phase: Phase) -> WalletView {
    let banner = Banner {
        code: "log_unwritable".into(),
        tone: Tone::Deny,
        title: "Every payment is refused.".into(),
        detail: "The log can't be written.".into(),
        what_to_do: Some("Free some space.".into()),
    };
    let with_task = |origin| InboxItem { task: Some(task(origin)), ..inbox_item() };
    WalletView {
        phase,
        banner: Some(banner),
        frozen: true,
        currency: "USD".into(),
        gateway: GatewayView {
            url: Some("http://127.0.0.1:7433".into()),
            problem: Some("port 7433 is taken".into()),
        },
        unlocked_for_minutes: 720,
        inbox: ORIGINS.map(with_task).to_vec(),
        agents: STANDINGS.map(agent_view).to_vec(),
        activity: STATES.map(activity).to_vec(),
        categories: vec![CategoryView { id: "data".into(), label: "Data and APIs".into() }],
        log: LogView { entries: 7, checkpoint: Some("3fa0…91cc".into()) },
        now_ms: 1_790_000_000_000,
    }
}

pub fn error() -> CommandError {
    CommandError::new("wallet_locked", "the wallet is locked", "unlock the wallet")
}

pub fn outcome() -> Outcome {
    Outcome::new(Tone::Allow, "Approved 600.00 USD", "It is being paid now.")
}

pub fn stopped() -> StopStatement {
    let in_flight = InFlight {
        payment: "pay_00000000000000000000000001".into(),
        amount: "600.00".into(),
        currency: "USD".into(),
        payee: text("Hetzner"),
        ends_at_ms: 1_790_000_060_000,
    };
    StopStatement {
        title: "Claude Code is revoked".into(),
        cancelled: 1,
        in_flight: vec![in_flight],
        lines: vec!["One waiting payment was called off.".into()],
    }
}

pub fn begun() -> CreateBegin {
    let words = ["legal", "winner"].map(|word| Zeroizing::new(word.to_owned()));
    CreateBegin { words: words.to_vec(), check: vec![1, 2] }
}

pub fn draft() -> AgentDraft {
    AgentDraft {
        name: "Claude Code".into(),
        per_transaction: "1000".into(),
        per_session: "1500".into(),
        daily: "2000".into(),
        weekly: Some("5000".into()),
        monthly: Some("10000".into()),
        review_above: Some("250".into()),
        allowed_categories: vec!["data".into()],
    }
}

pub fn added() -> AddedAgent {
    AddedAgent { agent: agent(), mcp_snippet: "{}".into(), command: "purser mcp".into() }
}

pub fn why() -> Why {
    let step = |result| WhyStep {
        step: 6,
        code: "daily_cap".into(),
        title: "One day".into(),
        whose: Some("Procurement".into()),
        named: text("daily"),
        claimed: true,
        result,
        decided: true,
        note: Some("nothing to tell".into()),
        limit: Some("2000.00".into()),
        observed: Some("790.00".into()),
        used: Some("100.00".into()),
        held: Some("50.00".into()),
        adds: Some("640.00".into()),
        before_percent: 8,
        adds_percent: 32,
    };
    Why {
        seq: 7,
        at_ms: 1_790_000_000_000,
        tone: Tone::Review,
        title: "A person was asked.".into(),
        steps: ["passed", "asks", "refused", "skipped", "repeats"].map(step).to_vec(),
        agrees: "differs",
        warning: Some("Decided again it is something else.".into()),
        notes: vec!["It came without a credential.".into()],
    }
}

pub fn limits() -> LimitsDraft {
    LimitsDraft {
        per_transaction: "1000".into(),
        per_session: "1500".into(),
        daily: "2000".into(),
        weekly: Some("5000".into()),
        monthly: None,
        review_above: Some("250".into()),
    }
}

pub fn plan() -> LimitsPlan {
    let change = |direction| LimitChange {
        label: "Most per day".into(),
        path: "daily".into(),
        from: "50".into(),
        to: "80".into(),
        direction,
    };
    LimitsPlan { changes: DIRECTIONS.map(change).to_vec(), loosens: true, seen: "00".repeat(32) }
}
