//! Limits, added up from all payments (I3, I4).

use super::books::{Books, Member, Standing, must};
use crate::model::{Calendar, DAY, QUARTER, names, one_amount};
use crate::world::Wrong;
use jiff::civil::{Date, Weekday};
use purser_domain::{
    AgentId, Allocation, ApproverId, Digest, Entry, Interval, PaymentId, Reservation, SpendRequest,
    SpendingLimit, Timestamp, Window,
};
use rust_decimal::Decimal;

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// People must decide.
    Waiting,
    /// It may be submitted.
    Cleared,
    /// A rail may have been asked.
    Submitted,
    /// Nobody knows.
    Unknown,
    /// The money moved.
    Succeeded,
    /// It did not.
    Failed,
    /// It was called off.
    Stopped,
}

/// One payment.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was reserved.
    pub reservation: Reservation,
    /// Its agent and all above.
    pub chain: Vec<AgentId>,
    /// The place of its entry.
    pub seq: u64,
    /// When, by the log.
    pub at: Timestamp,
    /// When, by the clock.
    pub clock: Timestamp,
    /// The owner's day then.
    day: Date,
    /// What it was worth.
    pub worth: Decimal,
    /// Held.
    pub reserved: Decimal,
    /// Paid.
    pub settled: Decimal,
    /// Where it stands.
    pub stand: Stand,
    /// Who approved, and what.
    pub approvals: Vec<(ApproverId, Digest)>,
}

impl Row {
    /// A payment that was just reserved.
    #[must_use]
    pub fn new(
        reservation: &Reservation,
        chain: Vec<AgentId>,
        entry: &Entry,
        calendar: &Calendar,
    ) -> Self {
        let worth = reservation.worth.unwrap_or_default();
        let waits = reservation.approval.is_some();
        Self {
            reservation: reservation.clone(),
            chain,
            seq: entry.seq,
            at: entry.at_ms,
            clock: entry.clock(),
            day: calendar.day(entry.at_ms),
            worth,
            reserved: worth,
            settled: Decimal::ZERO,
            stand: if waits { Stand::Waiting } else { Stand::Cleared },
            approvals: Vec::new(),
        }
    }

    /// The owner's days have changed.
    pub fn date(&mut self, calendar: &Calendar) {
        self.day = calendar.day(self.at);
    }

    /// Whether it counts now against a limit; all payments in a session do, whenever.
    pub(super) fn counts_in(&self, limit: &SpendingLimit, books: &Books) -> bool {
        match limit.interval {
            Interval::Session => one_session(books, self, self),
            Interval::PerTransaction => false,
            _ => self.counts((limit.interval, limit.window), books, books.calendar.day(books.at)),
        }
    }

    /// Its session in words: the named one, or that of its day.
    pub(super) fn session(&self) -> String {
        let named = self.reservation.request.session.as_ref();
        named.map_or_else(|| self.day.to_string(), ToString::to_string)
    }

    /// The ceiling of its session, if it is in one that was opened.
    pub(super) fn ceiling(&self, books: &Books) -> Option<Decimal> {
        let request = &self.reservation.request;
        let opened = books.agents[&request.agent].sessions.get(request.session.as_ref()?);
        opened.map(|(_, terms)| terms.ceiling)
    }

    fn used(&self) -> Decimal {
        self.reserved + self.settled
    }

    /// Whether it counts at the time of the last entry.
    fn counts(&self, (interval, window): (Interval, Window), books: &Books, today: Date) -> bool {
        let rolling = |days: i64| {
            let (then, now) = (self.at.as_millis(), books.at.as_millis());
            now < (then / QUARTER + 1) * QUARTER + days * DAY
        };
        let monday = |day: Date| {
            let back = i32::from(day.weekday().since(Weekday::Monday));
            day.checked_sub(jiff::Span::new().days(back)).expect("a Monday")
        };
        match (interval, window) {
            (Interval::Daily, Window::Rolling) => rolling(1),
            (Interval::Weekly, Window::Rolling) => rolling(7),
            (Interval::Monthly, Window::Rolling) => rolling(30),
            (Interval::Daily, Window::Calendar) => self.day == today,
            (Interval::Weekly, Window::Calendar) => monday(self.day) == monday(today),
            (Interval::Monthly, Window::Calendar) => {
                (self.day.year(), self.day.month()) == (today.year(), today.month())
            }
            (Interval::AllTime, _) => true,
            (Interval::PerTransaction | Interval::Session, _) => false,
        }
    }
}

/// What an agent holds: one of the owner's own its day.
fn holds(member: &Member) -> Option<Allocation> {
    let own = || Allocation {
        amount: member.policy.daily,
        interval: Interval::Daily,
        window: Window::Calendar,
    };
    if member.parent.is_some() { member.allocation.clone() } else { Some(own()) }
}

/// What is used of what an agent holds, by it and all below.
fn subtree_used(books: &Books, agent: AgentId, held: &Allocation) -> Decimal {
    let today = books.calendar.day(books.at);
    let rows = books.rows.values().filter(|row| row.chain.contains(&agent));
    let span = (held.interval, held.window);
    rows.filter(|row| row.counts(span, books, today)).map(Row::used).sum()
}

/// What is used of what an agent holds, and how much that is.
pub fn of_allocation(books: &Books, agent: AgentId) -> Option<(Decimal, Decimal)> {
    let held = holds(books.agents.get(&agent)?)?;
    Some((subtree_used(books, agent, &held), held.amount))
}

/// What a sub-agent may still use.
pub fn remainder(books: &Books, agent: AgentId) -> Decimal {
    let Some(member) = books.agents.get(&agent) else { return Decimal::ZERO };
    let held = holds(member).filter(|_| member.standing != Standing::Revoked);
    held.map_or(Decimal::ZERO, |held| {
        (held.amount - subtree_used(books, agent, &held)).max(Decimal::ZERO)
    })
}

/// I4: what is used of what an agent holds, with what its sub-agents may still use, is within it.
pub fn room(books: &Books, agent: AgentId) -> Result<(), Wrong> {
    let Some(held) = holds(&books.agents[&agent]) else {
        return Err(Wrong::new("I4 allocation", format!("{agent} holds nothing")));
    };
    let children = books.agents.iter().filter(|(_, one)| one.parent == Some(agent));
    let rest: Decimal = children.map(|(id, _)| remainder(books, *id)).sum();
    let used = subtree_used(books, agent, &held);
    must(used + rest <= held.amount, "I4 allocation", || {
        format!("{agent} used {used}, below it may use {rest}, of {held:?}")
    })
}

/// I3 and I4, after a payment was reserved.
pub fn hold(books: &Books, payment: PaymentId) -> Result<(), Wrong> {
    let row = &books.rows[&payment];
    let priced = row.reservation.worth.is_some();
    for agent in &row.chain {
        let member = &books.agents[agent];
        let taken_back = holds(member).is_none();
        must(!taken_back, "I4 allocation", || format!("{payment}: {agent} holds nothing"))?;
        if priced {
            within(books, row, (Some(*agent), &caps(row, *agent, member)))?;
            let own = *agent == row.reservation.request.agent;
            let limits = member.policy.spending_limits.iter();
            let limits = limits.filter(|limit| own || limit.interval != Interval::Session);
            let limits: Vec<_> = limits.cloned().collect();
            within(books, row, (Some(*agent), &limits))?;
            room(books, *agent)?;
        }
    }
    if priced { within(books, row, (None, &books.wallet.spending_limits)) } else { Ok(()) }
}

/// The caps of an agent, as limits.
fn caps(row: &Row, agent: AgentId, member: &Member) -> Vec<SpendingLimit> {
    let policy = &member.policy;
    let mut caps = vec![
        SpendingLimit::new(policy.per_transaction, Interval::PerTransaction),
        SpendingLimit::new(policy.daily, Interval::Daily),
    ];
    let request = &row.reservation.request;
    if agent == request.agent {
        let named = request.session.as_ref().and_then(|name| member.sessions.get(name));
        let ceiling = named.map_or(policy.per_session, |(_, terms)| terms.ceiling);
        caps.push(SpendingLimit::new(policy.per_session.min(ceiling), Interval::Session));
    }
    caps
}

fn within(
    books: &Books,
    new: &Row,
    (whose, limits): (Option<AgentId>, &[SpendingLimit]),
) -> Result<(), Wrong> {
    let request = &new.reservation.request;
    let today = books.calendar.day(books.at);
    for limit in limits.iter().filter(|limit| names(limit, request)) {
        let span = (limit.interval, limit.window);
        let theirs = books.rows.values().filter(|row| {
            let timely = match limit.interval {
                Interval::PerTransaction => row.seq == new.seq,
                Interval::Session => one_session(books, row, new),
                _ => row.counts(span, books, today),
            };
            let whose = whose.is_none_or(|agent| row.chain.contains(&agent));
            let other: &SpendRequest = &row.reservation.request;
            whose && timely && names(limit, other) && one_amount(limit, other, request)
        });
        let used: Decimal = theirs.map(Row::used).sum();
        must(used <= limit.amount, "I3 limit", || {
            format!("{whose:?} used {used} of {limit:?} by {request:?}")
        })?;
    }
    Ok(())
}

/// Whether two payments are in one session: the named one of their agent, or that of the day.
fn one_session(books: &Books, row: &Row, new: &Row) -> bool {
    let (one, other) = (&row.reservation.request, &new.reservation.request);
    if one.agent != other.agent || one.session != other.session {
        return false;
    }
    match &one.session {
        Some(name) => {
            let opened = books.agents[&one.agent].sessions.get(name);
            opened.is_some_and(|(seq, _)| row.seq > *seq)
        }
        None => row.day == new.day,
    }
}
