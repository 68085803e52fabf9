//! The agents as the window shows them: each under the one it has its budget from.

use crate::limits;
use crate::owner::{mcp_command, mcp_snippet};
use crate::shown;
use crate::view::{
    AgentBudget, AgentStanding, AgentView, BaselineView, FactLine, SessionView, Tag, Tone, Tripped,
};
use crate::view_build::{Sources, in_order, line, period, reference};
use purser_domain::{AgentId, SessionActor, TextPart, Timestamp};
use purser_engine::{
    Agent, AgentStatus, BudgetLine, Normal, PaymentStatus, SessionLine, State, Sure,
};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Lines of activity in an agent's own page.
const LATEST: usize = 10;

/// All agents: the owner's own by name, each followed by its sub-agents, revoked ones last.
pub fn views(sources: &Sources<'_>) -> Vec<AgentView> {
    let mut waits: BTreeMap<AgentId, u32> = BTreeMap::new();
    for payment in sources.state.open_payments() {
        if payment.status == PaymentStatus::PendingApproval {
            let count = waits.entry(payment.agent()).or_default();
            *count = count.saturating_add(1);
        }
    }
    let waiting = |agent: &Agent| waits.get(&agent.id).copied().unwrap_or_default();
    let agents = in_tree(sources.state).into_iter();
    agents.map(|(agent, depth)| view(sources, agent, (depth, waiting(agent)))).collect()
}

/// All agents in that order, each with how many are above it.
pub fn in_tree(state: &State) -> Vec<(&Agent, u32)> {
    let mut below: BTreeMap<Option<AgentId>, Vec<&Agent>> = BTreeMap::new();
    for agent in state.agents() {
        below.entry(agent.parent).or_default().push(agent);
    }
    for agents in below.values_mut() {
        // Taken from the end.
        agents.sort_by_cached_key(|agent| {
            let revoked = agent.status == AgentStatus::Revoked;
            std::cmp::Reverse((revoked, agent.name.raw().to_lowercase()))
        });
    }
    let mut found = Vec::new();
    let mut next: Vec<(&Agent, u32)> =
        below.remove(&None).unwrap_or_default().into_iter().map(|agent| (agent, 0)).collect();
    while let Some((agent, depth)) = next.pop() {
        found.push((agent, depth));
        let children = below.remove(&Some(agent.id)).unwrap_or_default();
        next.extend(children.into_iter().map(|child| (child, depth.saturating_add(1))));
    }
    found
}

/// Whether an agent may spend, and why not.
pub fn standing(state: &State, agent: &Agent) -> (AgentStanding, Option<String>) {
    match agent.status {
        AgentStatus::Revoked => (AgentStanding::Revoked, Some("for good".to_owned())),
        AgentStatus::Paused => {
            let why = agent.tripped.as_ref().map(|(cause, _)| cause.words());
            (AgentStanding::Paused, Some(why.unwrap_or_else(|| "by you".to_owned())))
        }
        AgentStatus::Active => match stopped_above(state, agent) {
            Some(above) => {
                (AgentStanding::Paused, Some(format!("with {}", above.name.visible(64))))
            }
            None => (AgentStanding::Active, None),
        },
    }
}

/// The nearest agent above that is not active.
fn stopped_above<'a>(state: &'a State, agent: &Agent) -> Option<&'a Agent> {
    let above = |agent: &&'a Agent| agent.parent.and_then(|parent| state.agent(parent));
    let mut chain = std::iter::successors(agent.parent.and_then(|id| state.agent(id)), above);
    chain.find(|above| above.status != AgentStatus::Active)
}

fn view(sources: &Sources<'_>, agent: &Agent, (depth, waiting): (u32, u32)) -> AgentView {
    let state = sources.state;
    let policy = &agent.policy;
    let currency = state.policy().currency.to_string();
    let tiers = &state.policy().tiers;
    let alone = policy.review_above.map_or(tiers.envelope_up_to, |a| a.min(tiers.envelope_up_to));
    let alone = alone.min(policy.per_transaction);
    let latest = sources.recent.items(LATEST, Some(agent.id), &|id| reference(state, id));
    let expires = state.credential_expiry(agent.id, sources.now).map(Timestamp::as_millis);
    let (status, status_reason) = standing(state, agent);
    AgentView {
        agent: shown::agent_ref(agent.id, &agent.name),
        depth,
        parent: agent.parent.and_then(|parent| reference(state, parent)),
        status,
        status_reason,
        resumable: agent.status == AgentStatus::Paused,
        tripped: tripped(agent),
        sessions: sessions(sources, agent),
        budgets: agent_budgets(sources, agent),
        alone_up_to: Some(shown::decimal(alone)),
        above_text: above_text(policy.per_transaction, alone, tiers.approver_window_minutes),
        per_transaction: shown::decimal(policy.per_transaction),
        currency,
        credential_expires_at_ms: expires,
        credential_renews: status == AgentStanding::Active,
        connection: connection(agent, expires.is_some()),
        last: last_line(&latest),
        waiting,
        policy: policy_lines(state, agent),
        limits: limits::shown(policy),
        baseline: state.normal(agent.id).map(|normal| baseline(&normal)),
        mcp_snippet: mcp_snippet(sources.home, agent.id),
        mcp_command: mcp_command(sources.home, agent.id),
        latest,
    }
}

/// The card of an agent's normal.
fn baseline(normal: &Normal) -> BaselineView {
    let [low, middle, high] = normal.amounts.map(shown::decimal);
    let (from, until) = normal.usual_hours;
    let rate = normal.a_day.map(|a_day| format!(", rarely more than {a_day} payments a day"));
    let (new, of) = normal.new_payees;
    let (payees, word) = (normal.payees, if normal.payees == 1 { "payee" } else { "payees" });
    let (sure, tone) = match normal.sure {
        Sure::Learning => ("Learning", Tone::Plain),
        Sure::Young => ("Not yet sure", Tone::Review),
        Sure::Settled => ("Well known", Tone::Allow),
    };
    BaselineView {
        payments: u32::try_from(normal.payments).unwrap_or(u32::MAX),
        amount_percents: bars(&amount_bins(&normal.recent)),
        amount_text: if low == high {
            format!("always {low}")
        } else {
            format!("nearly all between {low} and {high}, half below {middle}")
        },
        hour_percents: bars(&normal.hours),
        hours_text: format!("mostly {from}:00 to {until}:00{}", rate.unwrap_or_default()),
        payees: shown::plain(if of > 1 {
            format!("{payees} {word}; {new} of its last {of} payments went to a new one")
        } else {
            format!("{payees} {word}")
        }),
        sure: Tag { text: sure.to_owned(), tone },
    }
}

/// Amounts in twelve bins of equal width, from the smallest to the largest.
fn amount_bins(amounts: &[Decimal]) -> [u32; 12] {
    let mut bins = [0_u32; 12];
    let (Some(low), Some(high)) = (amounts.iter().min(), amounts.iter().max()) else { return bins };
    for amount in amounts {
        let place = shown::percent(amount.saturating_sub(*low), high.saturating_sub(*low));
        let bin = usize::from(place).saturating_mul(11) / 100;
        if let Some(count) = bins.get_mut(bin) {
            *count = count.saturating_add(1);
        }
    }
    bins
}

/// Heights of bars, the highest 100.
fn bars(counts: &[u32]) -> Vec<u8> {
    let most = counts.iter().max().copied().unwrap_or_default();
    counts.iter().map(|count| shown::percent((*count).into(), most.into())).collect()
}

/// The breaker that keeps an agent paused.
fn tripped(agent: &Agent) -> Option<Tripped> {
    let (cause, at) = agent.tripped.as_ref().filter(|_| agent.status == AgentStatus::Paused)?;
    Some(Tripped { why: shown::sentence(&cause.words()), at_ms: at.as_millis() })
}

/// How a budget that is so full is coloured.
const fn tone(percent: u8) -> Tone {
    match percent {
        100.. => Tone::Deny,
        80.. => Tone::Review,
        _ => Tone::Plain,
    }
}

fn agent_budgets(sources: &Sources<'_>, agent: &Agent) -> Vec<AgentBudget> {
    // All was taken back: its caps still stand, and there is nothing that it could spend of them.
    if agent.parent.is_some() && agent.allocation.is_none() {
        return Vec::new();
    }
    let stopped = agent.status != AgentStatus::Active;
    let lines = in_order(sources.state.budgets(agent.id, sources.now));
    let view = |budget: BudgetLine| {
        let used = budget.settled.saturating_add(budget.reserved);
        let percent = shown::percent(used, budget.limit);
        let held = Some(budget.held).filter(|held| !held.is_zero());
        let held_percent = held.map_or(0, |held| shown::percent(held, budget.limit));
        AgentBudget {
            label: period(&budget),
            spent: shown::decimal(used),
            held: held.map(shown::decimal),
            left: shown::decimal(budget.remaining()),
            limit: shown::decimal(budget.limit),
            currency: sources.state.policy().currency.to_string(),
            percent,
            held_percent: held_percent.min(100u8.saturating_sub(percent)),
            tone: if stopped { Tone::Deny } else { tone(percent) },
        }
    };
    lines.into_iter().map(view).collect()
}

fn sessions(sources: &Sources<'_>, agent: &Agent) -> Vec<SessionView> {
    let state = sources.state;
    let mut open: Vec<SessionLine> = state.sessions(agent.id);
    open.retain(|line| line.session.is_open(sources.now));
    open.sort_by_key(|line| line.session.terms.ends_at_ms);
    let view = |line: SessionLine| {
        let used = line.settled.saturating_add(line.reserved);
        let percent = shown::percent(used, line.limit);
        let left = shown::decimal(line.remaining());
        let SessionLine { session, limit, .. } = line;
        let opened = match session.by {
            SessionActor::Agent => "by itself".to_owned(),
            SessionActor::Owner => "by you".to_owned(),
            SessionActor::Parent(parent) => {
                let name = state.agent(parent).map(|parent| parent.name.visible(64));
                format!("by {}", name.as_deref().unwrap_or("the agent above"))
            }
        };
        SessionView {
            session: session.terms.session.to_string(),
            purpose: session.terms.purpose.parts(),
            opened,
            claimed: session.by != SessionActor::Owner,
            spent: shown::decimal(used),
            left,
            ceiling: shown::decimal(limit),
            currency: state.policy().currency.to_string(),
            percent,
            tone: tone(percent),
            ends_at_ms: session.terms.ends_at_ms.as_millis(),
        }
    };
    open.into_iter().map(view).collect()
}

fn policy_lines(state: &State, agent: &Agent) -> Vec<FactLine> {
    let policy = &agent.policy;
    let mut lines = vec![
        line("One payment", format!("at most {}", shown::grouped(policy.per_transaction)), false),
        line("One session", format!("at most {}", shown::grouped(policy.per_session)), false),
        line("One day", format!("at most {}", shown::grouped(policy.daily)), false),
    ];
    if let Some(above) = policy.review_above {
        lines.push(line("Asks you", format!("above {}", shown::grouped(above)), false));
    }
    let attempts = format!("{} a minute", policy.rate_limit_per_minute);
    lines.push(line("Attempts", attempts, false));
    if !policy.allowed_categories.is_empty() {
        let names: Vec<&str> = policy.allowed_categories.iter().map(|c| c.as_str()).collect();
        lines.push(line("Only categories", names.join(", "), false));
    }
    if !policy.allowed_payees.is_empty() {
        let names: Vec<&str> = policy.allowed_payees.iter().map(|p| p.as_str()).collect();
        lines.push(line("Only payees", names.join(", "), true));
    }
    if let Some(parent) = agent.parent.and_then(|parent| state.agent(parent)) {
        let held = match &agent.allocation {
            Some(allocation) => format!(
                "{} {} of {}'s",
                shown::grouped(allocation.amount),
                allocation.interval.words(),
                parent.name.visible(64)
            ),
            None => format!("taken back by {}", parent.name.visible(64)),
        };
        lines.push(line("Budget", held, false));
    }
    if policy.require_session {
        lines.push(line("Sessions", "only those that were opened for it".to_owned(), false));
    }
    for condition in &policy.conditions {
        let above = shown::grouped(condition.unit_price_above);
        lines.push(line(condition.name.as_str(), format!("asks you above {above} a unit"), false));
    }
    for rule in &policy.payee_rules {
        let upto = shown::grouped(rule.up_to);
        let words = format!("{} up to {upto}", rule.payee.as_str());
        lines.push(line("Always allowed", words, true));
    }
    if policy.allow_bearer {
        let words = "accepted: whoever has it can spend within these limits".to_owned();
        lines.push(line("Bearer credential", words, false));
    }
    lines
}

fn above_text(cap: Decimal, alone: Decimal, minutes: u32) -> String {
    if cap <= alone {
        format!("above: refused, the cap is {}", shown::grouped(cap))
    } else {
        format!("above: you, within {minutes} min")
    }
}

fn connection(agent: &Agent, has_credential: bool) -> String {
    match (agent.status, agent.last_activity_at, has_credential) {
        (AgentStatus::Revoked, ..) => "cut off".to_owned(),
        (_, None, false) => "never connected".to_owned(),
        _ => "connected on this machine".to_owned(),
    }
}

fn last_line(latest: &[crate::view::ActivityItem]) -> Option<Vec<TextPart>> {
    let item = latest.iter().find(|item| item.payment.is_some())?;
    let mut parts = shown::plain(format!("{} · ", item.state_text));
    parts.extend(item.payee_name.iter().cloned());
    Some(parts)
}
