//! Builds the window's view from the state. Pure: the state, the latest activity and the time in,
//! the view out.

use crate::activity::Recent;
use crate::shown;
use crate::view::{
    Banner, BudgetAfter, CategoryView, FactLine, GatewayView, InboxItem, LogView, Phase, Reason,
    Spread, TaskView, Tone, WalletView,
};
use purser_domain::{
    AgentId, Claim, Interval, RailId, Reservation, SignalCode, Task, TaskOrigin, TextPart,
    Timestamp, WalletPolicy, Window,
};
use purser_engine::{BudgetKind, BudgetLine, Payment, PaymentStatus, State};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive as _, ToPrimitive as _};
use std::path::Path;

/// Lines of activity in the window.
const ACTIVITY: usize = 200;

/// Merchant categories that the form offers.
const CATEGORIES: &[(&str, &str)] = &[
    ("ai_services", "AI services"),
    ("cloud_computing", "Cloud computing"),
    ("data", "Data and APIs"),
    ("software", "Software"),
    ("office", "Office supplies"),
    ("travel", "Travel"),
    ("lodging", "Hotels"),
    ("advertising", "Advertising"),
];

/// What the view is built from.
pub struct Sources<'a> {
    /// The engine's state.
    pub state: &'a State,
    /// The latest activity.
    pub recent: &'a Recent,
    /// The time.
    pub now: Timestamp,
    /// The wallet's folder, for the connection snippets.
    pub home: &'a Path,
    /// Root hash of the latest checkpoint.
    pub checkpoint: Option<String>,
}

/// The window of an unlocked wallet, but for what its host knows.
pub fn unlocked(sources: &Sources<'_>) -> WalletView {
    let state = sources.state;
    let mut inbox: Vec<InboxItem> =
        state.open_payments().filter_map(|payment| inbox_item(sources, payment)).collect();
    inbox.sort_by_key(|item| item.expires_at_ms);
    WalletView {
        phase: Phase::Unlocked,
        banner: None,
        frozen: state.frozen(),
        currency: state.policy().currency.to_string(),
        gateway: GatewayView::default(),
        unlocked_for_minutes: 0,
        inbox,
        agents: crate::view_agents::views(sources),
        activity: sources.recent.items(ACTIVITY, None, &|id| reference(state, id)),
        categories: categories(),
        log: LogView { entries: state.next_seq(), checkpoint: sources.checkpoint.clone() },
        now_ms: sources.now.as_millis(),
    }
}

/// The window of a wallet that is not unlocked.
pub fn closed(phase: Phase, banner: Option<Banner>, now: Timestamp) -> WalletView {
    WalletView {
        phase,
        banner,
        frozen: false,
        currency: WalletPolicy::default().currency.to_string(),
        gateway: GatewayView::default(),
        unlocked_for_minutes: 0,
        inbox: Vec::new(),
        agents: Vec::new(),
        activity: Vec::new(),
        categories: categories(),
        log: LogView::default(),
        now_ms: now.as_millis(),
    }
}

fn categories() -> Vec<CategoryView> {
    let view = |(id, label): &(&str, &str)| CategoryView {
        id: (*id).to_owned(),
        label: (*label).to_owned(),
    };
    CATEGORIES.iter().map(view).collect()
}

pub fn reference(state: &State, id: AgentId) -> Option<crate::view::AgentRef> {
    state.agent(id).map(|agent| shown::agent_ref(agent.id, &agent.name))
}

/// A waiting payment as the inbox shows it; `None` for one that does not wait.
pub fn inbox_item(sources: &Sources<'_>, payment: &Payment) -> Option<InboxItem> {
    let state = sources.state;
    let reservation = &payment.reservation;
    let approval = reservation.approval.as_ref()?;
    if payment.status != PaymentStatus::PendingApproval {
        return None;
    }
    let request = &reservation.request;
    let agent = state.agent(request.agent)?;
    let spread = spread(state, reservation);
    let reasons = reasons(state.policy(), reservation, spread.as_ref());
    let label = request.session.as_ref().map(purser_domain::Label::as_str);
    let label = label.or_else(|| request.task.as_ref().map(|task| task.id.as_str()));
    Some(InboxItem {
        payment: request.payment.to_string(),
        agent: shown::agent_ref(agent.id, &agent.name),
        session: label.map(shown::plain),
        payee_name: payee_name(reservation),
        payee_name_checked: false,
        payee_account: payee_account(reservation),
        payee_known: payee_known(reservation),
        amount: shown::amount(request.amount),
        currency: request.amount.currency().to_string(),
        sandbox: request.rail == RailId::Sandbox,
        tier: people(approval.needed),
        approvals_needed: approval.needed,
        approvals_given: u32::try_from(payment.approvals.len()).unwrap_or(u32::MAX),
        requested_at_ms: payment.requested_at.as_millis(),
        expires_at_ms: approval.expires_at_ms.as_millis(),
        on_expiry: "then declined".to_owned(),
        why_short: reasons.first().map(|reason| reason.title.clone()).unwrap_or_default(),
        reasons,
        task: request.task.as_ref().map(task_view),
        claim: agent_claim(reservation),
        merchant_claim: merchant_claim(reservation),
        facts: facts(reservation),
        budgets: budgets_after(sources, reservation),
        approve_blocked: state.frozen().then(|| "Everything is frozen.".to_owned()),
        digest: approval.digest.to_string(),
    })
}

fn task_view(task: &Task) -> TaskView {
    let said_in = match task.origin {
        TaskOrigin::Owner => Some("Purser".to_owned()),
        _ => None,
    };
    TaskView { text: task.text.parts(), origin: task.origin, said_in, said_at_ms: None }
}

fn people(needed: u32) -> String {
    match needed {
        1 => "One approver".to_owned(),
        2 => "Two approvers".to_owned(),
        n => format!("{n} approvers"),
    }
}

/// Whether the wallet itself connected to the payee's host. Otherwise the host is a claim.
fn host_seen(reservation: &Reservation) -> bool {
    reservation.request.terms.is_some()
}

/// Who the agent says is paid: the name, and the host where only the agent says so.
fn payee_name(reservation: &Reservation) -> Vec<TextPart> {
    let payee = &reservation.request.payee;
    let mut parts = payee.name.parts();
    if let (Some(host), false) = (&payee.host, host_seen(reservation)) {
        parts.extend(shown::plain(format!(" · {host}")));
    }
    parts
}

fn payee_account(reservation: &Reservation) -> String {
    let payee = &reservation.request.payee;
    match (&payee.host, &payee.account) {
        (Some(host), _) if host_seen(reservation) => host.to_string(),
        (_, Some(account)) => shown::short(account.as_str()),
        _ => "no account given".to_owned(),
    }
}

fn payee_known(reservation: &Reservation) -> Vec<FactLine> {
    let payee = &reservation.request.payee;
    let mut known = Vec::new();
    if let (Some(host), true) = (&payee.host, host_seen(reservation)) {
        known.push(line("Asked by", host.to_string(), true));
    }
    if let Some(account) = &payee.account {
        known.push(line("Account", account.to_string(), true));
    }
    if known.is_empty() {
        let said = "Nothing checked: the agent gave no account".to_owned();
        known.push(line("Payee", said, false));
    }
    known
}

/// What the agent says: its category for the purchase, and its reason.
fn agent_claim(reservation: &Reservation) -> Option<Vec<TextPart>> {
    let request = &reservation.request;
    let category = request.category.as_ref().map(|category| {
        let id = category.as_str();
        let known = CATEGORIES.iter().find(|(code, _)| *code == id);
        known.map_or(id, |(_, label)| label).to_owned()
    });
    let reason = request.context.as_ref().map(Claim::parts);
    match (category, reason) {
        (None, reason) => reason,
        (Some(category), None) => Some(shown::plain(category)),
        (Some(category), Some(reason)) => {
            Some(shown::plain(format!("{category}: ")).into_iter().chain(reason).collect())
        }
    }
}

fn merchant_claim(reservation: &Reservation) -> Option<Vec<TextPart>> {
    let said = reservation.request.terms.as_ref()?.description.as_ref()?;
    (!said.is_empty()).then(|| said.parts())
}

fn facts(reservation: &Reservation) -> Vec<FactLine> {
    let request = &reservation.request;
    let mut facts = Vec::new();
    let pays_by = match request.rail {
        RailId::Sandbox => "Sandbox, no real money".to_owned(),
        RailId::X402 => request.terms.as_ref().map_or_else(String::new, |t| t.method.clone()),
    };
    facts.push(line("Pays by", pays_by, false));
    if let Some(fetches) = request.terms.as_ref().and_then(|terms| terms.fetches.as_ref()) {
        let cut: String = fetches.chars().take(300).collect();
        let dots = if cut.len() < fetches.len() { "…" } else { "" };
        facts.push(line("Fetches", format!("{cut}{dots}"), true));
    }
    match reservation.worth {
        Some(worth) if worth != request.amount.amount() => {
            facts.push(line("Counts as", shown::decimal(worth), false));
        }
        Some(_) => {}
        None => facts.push(line("Counts as", "No rate: no budget can count it".to_owned(), false)),
    }
    facts
}

fn reasons(
    policy: &WalletPolicy,
    reservation: &Reservation,
    spread: Option<&Spread>,
) -> Vec<Reason> {
    let tiers = &policy.tiers;
    let needed = reservation.approval.as_ref().map_or(1, |approval| approval.needed);
    let mut reasons = Vec::new();
    for rule in &reservation.rules {
        let (title, detail) = match rule.as_str() {
            "tier_single_approver" => (
                format!("Above {} needs one approver", shown::grouped(tiers.envelope_up_to)),
                "Your high-value tier.".to_owned(),
            ),
            "tier_multi_party" => (
                format!("Above {} needs a quorum", shown::grouped(tiers.approver_up_to)),
                format!("{} must approve.", people(needed)),
            ),
            "review_above" => (
                "Above what you let this agent pay alone".to_owned(),
                "You set this limit for the agent.".to_owned(),
            ),
            "unpriced_currency" => (
                "No rate for this currency".to_owned(),
                "The wallet can't count it against a budget, so you decide.".to_owned(),
            ),
            _ => continue,
        };
        reasons.push(reason(rule, title, detail, Tone::Review));
    }
    for signal in &reservation.signals {
        let (title, detail) = (signal.title().to_owned(), signal.sentence(policy.currency));
        let mut reason = reason(signal.code.as_str(), title, detail, tone_of(signal.code));
        reason.spread = spread.filter(|_| is_of_amounts(signal.code)).cloned();
        reasons.push(reason);
    }
    // A danger comes before a rule, a rule before what only informs.
    reasons.sort_by_key(|reason| reason.tone != Tone::Deny);
    reasons
}

/// Deception warns, what is unusual asks, what is only noted informs.
fn tone_of(signal: SignalCode) -> Tone {
    match signal {
        SignalCode::LookAlikePayee
        | SignalCode::ChangedAccount
        | SignalCode::BadChecksum
        | SignalCode::InstructionsInText
        | SignalCode::HiddenCharacters => Tone::Deny,
        _ => Tone::Review,
    }
}

const fn is_of_amounts(signal: SignalCode) -> bool {
    matches!(
        signal,
        SignalCode::UnusualAmount | SignalCode::UnusualRun | SignalCode::DriftingAmounts
    )
}

/// The agent's last amounts beside this one, on an axis of logarithms: equal factors lie equally
/// far apart.
fn spread(state: &State, reservation: &Reservation) -> Option<Spread> {
    let this = reservation.worth?;
    let normal = state.normal(reservation.request.agent)?;
    let [low, _, high] = normal.amounts;
    let log = |amount: Decimal| amount.to_f64().filter(|amount| *amount > 0.0).map(f64::ln);
    let all: Vec<f64> =
        normal.recent.iter().copied().chain([low, high, this]).filter_map(log).collect();
    let (from, to) =
        all.iter().fold((f64::MAX, f64::MIN), |(from, to), log| (from.min(*log), to.max(*log)));
    // Positions on a drawing, from 4 to 96 of 100.
    let place = |amount: Decimal| {
        let share = (log(amount)? - from) / (to - from).max(0.01);
        Decimal::from_f64((4.0 + 92.0 * share).clamp(0.0, 100.0).round())?.to_u8()
    };
    Some(Spread {
        past_percents: normal.recent.iter().copied().filter_map(place).collect(),
        low: shown::decimal(low),
        low_percent: place(low)?,
        high: shown::decimal(high),
        high_percent: place(high)?,
        this_one: shown::decimal(this),
        this_percent: place(this)?,
    })
}

fn reason(code: &str, title: String, detail: String, tone: Tone) -> Reason {
    Reason { code: code.to_owned(), title, detail, tone, tag: None, spread: None }
}

fn budgets_after(sources: &Sources<'_>, reservation: &Reservation) -> Vec<BudgetAfter> {
    let state = sources.state;
    let request = &reservation.request;
    let name = state.agent(request.agent).map(|a| a.name.visible(40)).unwrap_or_default();
    let this = reservation.worth.unwrap_or_default();
    let lines = in_order(state.budgets_for(request, sources.now));
    let after = |budget: BudgetLine| {
        // The reservation is in the budget already: this one is a part of what is reserved.
        let used = budget.settled.saturating_add(budget.reserved);
        let before = used.saturating_sub(this).max(Decimal::ZERO);
        let left = budget.limit.saturating_sub(used).max(Decimal::ZERO);
        BudgetAfter {
            label: format!("{name}, {}", uncapitalised(&period(&budget))),
            left_after: shown::decimal(left),
            limit: shown::decimal(budget.limit),
            currency: state.policy().currency.to_string(),
            spent_percent: shown::percent(before, budget.limit),
            this_percent: shown::percent(this, budget.limit),
        }
    };
    lines.into_iter().map(after).collect()
}

/// The budgets that count something, the day first, as people look at them.
pub fn in_order(lines: Vec<BudgetLine>) -> Vec<BudgetLine> {
    let rank = |line: &BudgetLine| match (line.kind, line.kind.interval().0) {
        // All that a sub-agent has.
        (BudgetKind::Allocation { .. }, _) => -1,
        (BudgetKind::Daily, _) => 0,
        (_, Interval::Monthly) => 1,
        (_, Interval::Weekly) => 2,
        (BudgetKind::Session, _) => 3,
        _ => 4,
    };
    let counts = |line: &BudgetLine| line.kind.interval().0 != Interval::PerTransaction;
    let mut lines: Vec<BudgetLine> = lines.into_iter().filter(counts).collect();
    lines.sort_by_key(rank);
    lines
}

/// Over what a budget counts, in words; for an envelope also what it is for.
pub fn period(line: &BudgetLine) -> String {
    let words = match line.kind.interval() {
        (Interval::PerTransaction, _) => "One payment",
        (Interval::Session, _) => "This session",
        (Interval::Daily, Window::Calendar) => "Today",
        (Interval::Daily, Window::Rolling) => "Last 24 hours",
        (Interval::Weekly, Window::Calendar) => "This week",
        (Interval::Weekly, Window::Rolling) => "Last 7 days",
        (Interval::Monthly, Window::Calendar) => "This month",
        (Interval::Monthly, Window::Rolling) => "Last 30 days",
        (Interval::AllTime, _) => "In all",
    };
    if matches!(line.kind, BudgetKind::Allocation { .. }) {
        return format!("Handed, {}", uncapitalised(words));
    }
    let named = matches!(line.kind, BudgetKind::Envelope { .. });
    match line.label.split_once(", ").filter(|_| named) {
        Some((_, what)) => format!("{words}, {what}"),
        None => words.to_owned(),
    }
}

fn uncapitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

pub fn line(label: &str, value: String, mono: bool) -> FactLine {
    FactLine { label: label.to_owned(), value, mono }
}
