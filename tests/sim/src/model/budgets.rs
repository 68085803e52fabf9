//! What limits count, added up from the payments each time.

use super::{Model, Pay};
use purser_domain::{
    AgentId, Allocation, Interval, Label, SpendRequest, SpendingLimit, Timestamp, Window,
};
use purser_engine::AgentStatus;
use rust_decimal::Decimal;

/// One limit and what is used of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Over what it counts.
    pub span: (Interval, Window),
    /// Which limit.
    pub which: Which,
    /// Most.
    pub limit: Decimal,
    /// Paid.
    pub settled: Decimal,
    /// Held.
    pub reserved: Decimal,
    /// Held for sub-agents.
    pub held: Decimal,
}

/// Which limit of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// One of the three hard caps.
    Cap,
    /// What a sub-agent holds.
    Allocation,
    /// An envelope of the policy.
    Envelope(u32),
}

/// Whose payments a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purse {
    /// An agent's: its own and those of all below it.
    Agent(AgentId),
    /// Everybody's.
    Wallet,
}

impl Model {
    /// The payments that count in a purse.
    fn of(&self, purse: Purse) -> impl Iterator<Item = &Pay> {
        self.payments.iter().filter(move |pay| match purse {
            Purse::Agent(agent) => pay.chain.contains(&agent),
            Purse::Wallet => true,
        })
    }

    fn sum<'a>(pays: impl Iterator<Item = &'a Pay>) -> (Decimal, Decimal) {
        pays.fold((Decimal::ZERO, Decimal::ZERO), |(settled, reserved), pay| {
            (settled + pay.settled, reserved + pay.reserved)
        })
    }

    /// What is used of the session that a request belongs to.
    pub(super) fn session_used(
        &self,
        request: &SpendRequest,
        now: Timestamp,
    ) -> (Decimal, Decimal) {
        Self::sum(
            self.of(Purse::Agent(request.agent)).filter(|pay| self.one_session(pay, request, now)),
        )
    }

    /// Whether a payment is in the session that a request now belongs to. Those that name none are
    /// in one for each day. Sessions are an agent's own.
    fn one_session(&self, pay: &Pay, request: &SpendRequest, now: Timestamp) -> bool {
        let named = &pay.reservation.request.session;
        let same_day = self.calendar.day(pay.at) == self.calendar.day(now);
        let own = pay.agent() == request.agent;
        let begins =
            named.as_ref().map_or(0, |name| self.agents[&request.agent].session_begins(name, now));
        own && *named == request.session && pay.seq >= begins && (named.is_some() || same_day)
    }

    /// What is used of an agent's day.
    pub(super) fn day_used(&self, purse: Purse, now: Timestamp) -> (Decimal, Decimal) {
        let daily = (Interval::Daily, Window::Calendar);
        Self::sum(self.of(purse).filter(|pay| self.calendar.counts(daily, pay.at, now)))
    }

    /// What is used of the amount of an envelope that a request would use.
    pub(super) fn envelope_used(
        &self,
        purse: Purse,
        limit: &SpendingLimit,
        (request, now): (&SpendRequest, Timestamp),
    ) -> (Decimal, Decimal) {
        let span = (limit.interval, limit.window);
        Self::sum(self.of(purse).filter(|pay| {
            let timely = if limit.interval == Interval::Session {
                self.one_session(pay, request, now)
            } else {
                self.calendar.counts(span, pay.at, now)
            };
            let other = &pay.reservation.request;
            timely && names(limit, other) && one_amount(limit, other, request)
        }))
    }

    /// What an agent holds: a sub-agent its allocation, one of the owner's own its daily cap.
    pub(super) fn holds(&self, agent: AgentId) -> Option<Allocation> {
        let agent = &self.agents[&agent];
        match agent.parent {
            Some(_) => agent.allocation.clone(),
            None => Some(Allocation {
                amount: agent.policy.daily,
                interval: Interval::Daily,
                window: Window::Calendar,
            }),
        }
    }

    /// The sub-agents of an agent that are not revoked.
    pub(super) fn children(&self, parent: AgentId) -> impl Iterator<Item = AgentId> {
        let children = self.agents.iter().filter(move |(_, agent)| {
            agent.parent == Some(parent) && agent.status != AgentStatus::Revoked
        });
        children.map(|(id, _)| *id)
    }

    /// What the sub-agents of an agent may still use.
    pub(super) fn held_below(&self, parent: AgentId, now: Timestamp) -> Decimal {
        self.children(parent).map(|id| self.remainder(id, Decimal::ZERO, now)).sum()
    }

    /// What an agent and all below it have used of what it holds.
    pub(super) fn subtree_used(&self, agent: AgentId, now: Timestamp) -> (Decimal, Decimal) {
        self.holds(agent).map_or_else(Default::default, |held| self.used_under(agent, &held, now))
    }

    fn used_under(&self, agent: AgentId, held: &Allocation, now: Timestamp) -> (Decimal, Decimal) {
        let span = (held.interval, held.window);
        let pays = self.of(Purse::Agent(agent));
        Self::sum(pays.filter(|pay| self.calendar.counts(span, pay.at, now)))
    }

    /// What a sub-agent and all below it may still use, after a payment of `more`.
    pub(super) fn remainder(&self, child: AgentId, more: Decimal, now: Timestamp) -> Decimal {
        let held = self.holds(child);
        held.map_or(Decimal::ZERO, |held| self.rest_of(child, &held, more, now))
    }

    /// The same, if it held this.
    pub(super) fn rest_of(
        &self,
        child: AgentId,
        held: &Allocation,
        more: Decimal,
        now: Timestamp,
    ) -> Decimal {
        let (settled, reserved) = self.used_under(child, held, now);
        (held.amount - settled - reserved - more).max(Decimal::ZERO)
    }

    /// The limits of an agent's own policy that a request counts against.
    #[must_use]
    pub fn lines(&self, request: &SpendRequest, now: Timestamp) -> Vec<Line> {
        let Some(agent) = self.agents.get(&request.agent) else { return Vec::new() };
        let now = now.max(self.clock);
        let policy = &agent.policy;
        let purse = Purse::Agent(request.agent);
        let cap = |interval, limit, (settled, reserved)| Line {
            span: (interval, Window::Calendar),
            which: Which::Cap,
            limit,
            settled,
            reserved,
            held: Decimal::ZERO,
        };
        let held: Decimal =
            self.children(request.agent).map(|id| self.remainder(id, Decimal::ZERO, now)).sum();
        let held = held.normalize();
        let session = agent.session_limit(request.session.as_ref(), now);
        let mut lines = vec![
            cap(Interval::PerTransaction, policy.per_transaction, Default::default()),
            cap(Interval::Session, session, self.session_used(request, now)),
            cap(Interval::Daily, policy.daily, self.day_used(purse, now)),
        ];
        if let Some(Allocation { amount, interval, window }) = agent.allocation {
            let (settled, reserved) = self.subtree_used(request.agent, now);
            let (span, which) = ((interval, window), Which::Allocation);
            lines.push(Line { span, which, limit: amount, settled, reserved, held });
        } else if agent.parent.is_none() {
            lines[2].held = held;
        }
        for (index, limit) in (0..).zip(&policy.spending_limits) {
            if names(limit, request) {
                let (settled, reserved) = self.envelope_used(purse, limit, (request, now));
                let (span, which) = ((limit.interval, limit.window), Which::Envelope(index));
                let (limit, held) = (limit.amount, Decimal::ZERO);
                lines.push(Line { span, which, limit, settled, reserved, held });
            }
        }
        lines
    }
}

/// Whether an envelope is about a request.
pub(crate) fn names(limit: &SpendingLimit, request: &SpendRequest) -> bool {
    let keys = request.payee.keys();
    let category = request.category.as_ref();
    (limit.categories.is_empty() || category.is_some_and(|one| limit.categories.contains(one)))
        && (limit.payees.is_empty() || keys.iter().any(|key| limit.payees.contains(key)))
        && (limit.actions.is_empty() || limit.actions.contains(&request.action))
        && listed(&limit.workflows, request.attribution.workflow.as_ref())
        && listed(&limit.tasks, request.task.as_ref().map(|task| &task.id))
}

/// Whether two requests use one amount of an envelope.
pub(crate) fn one_amount(limit: &SpendingLimit, one: &SpendRequest, other: &SpendRequest) -> bool {
    (!limit.each_payee || one.payee.key() == other.payee.key())
        && (!limit.each_category || one.category == other.category)
        && (!limit.each_workflow || one.attribution.workflow == other.attribution.workflow)
        && (!limit.each_task || task(one) == task(other))
}

fn task(request: &SpendRequest) -> Option<&Label> {
    request.task.as_ref().map(|task| &task.id)
}

fn listed(list: &[Label], item: Option<&Label>) -> bool {
    list.is_empty() || item.is_some_and(|item| list.contains(item))
}
