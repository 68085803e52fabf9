//! Sessions: what an agent may spend for one purpose, up to a ceiling and until a time (D1, T3).
//!
//! Guarantees: a session that is over stays over; its name is not used again while it is
//! remembered, which is a day after its end, or less where the agent had very many. Memory is
//! bounded: of one agent at most
//! [`REMEMBERED_MAX`] sessions that are over are remembered, without their texts, and what their
//! budgets counted goes with them.

use crate::budget::{BudgetKind, Meter};
use crate::state::{Agent, Payment, State};
use purser_domain::{
    AgentId, Claim, Label, SessionActor, SessionEnd, SessionTerms, SpendRequest, Timestamp,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

/// How long a session that is over is remembered.
pub(crate) const REMEMBERED_S: u64 = 24 * 60 * 60;
/// Most sessions that are over and remembered, of one agent. More than it may open for itself in a
/// day.
pub(crate) const REMEMBERED_MAX: usize = 1024;

/// One session of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// How far it goes. The texts are dropped when it is over.
    pub terms: SessionTerms,
    /// Who opened it.
    pub by: SessionActor,
    /// When.
    pub opened_at: Timestamp,
    /// How and when it ended; `None` while it has not, though its time may be over.
    pub ended: Option<(SessionEnd, Timestamp)>,
}

impl Session {
    /// Whether it may be paid in.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.ended.is_none() && now < self.terms.ends_at_ms
    }

    /// Whether it counts as forgotten, also before it really is.
    fn is_forgotten(&self, at: Timestamp) -> bool {
        self.ended.is_some_and(|(_, ended)| ended.plus_seconds(REMEMBERED_S) <= at)
    }
}

/// A session and what was spent in it, in the budget currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionLine {
    /// The session.
    pub session: Session,
    /// Most that may be spent in it: its ceiling, or the agent's cap for one session where that
    /// is lower by now.
    pub limit: Decimal,
    /// Paid.
    pub settled: Decimal,
    /// Held for payments that have not ended.
    pub reserved: Decimal,
}

impl SessionLine {
    /// What can still be reserved. Never below zero.
    #[must_use]
    pub fn remaining(&self) -> Decimal {
        let rest = self.limit.saturating_sub(self.settled).saturating_sub(self.reserved);
        rest.max(Decimal::ZERO)
    }
}

/// The sessions of one agent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Sessions {
    known: BTreeMap<Label, Session>,
    /// Those that are over, in the order they ended.
    over: VecDeque<Label>,
    /// How many the agent opened for itself on the day that began then.
    opened: (Timestamp, u32),
}

impl Sessions {
    /// A session that is open or remembered.
    pub fn find(&self, name: &Label, at: Timestamp) -> Option<&Session> {
        self.known.get(name).filter(|session| !session.is_forgotten(at))
    }

    /// Whether a session may be paid in. One that is forgotten is over.
    pub fn is_open(&self, name: &Label, clock: Timestamp) -> bool {
        self.known.get(name).is_some_and(|session| session.is_open(clock))
    }

    /// Most that may be spent in a session.
    pub fn limit(&self, name: &Label, per_session: Decimal) -> Decimal {
        self.known.get(name).map_or(per_session, |found| found.terms.ceiling.min(per_session))
    }

    /// Those that have not ended and whose time is not over.
    pub fn open(&self, clock: Timestamp) -> impl Iterator<Item = &Session> {
        self.known.values().filter(move |session| session.is_open(clock))
    }

    /// How many the agent opened for itself on a day.
    pub fn self_opened(&self, day: Timestamp) -> u32 {
        if self.opened.0 == day { self.opened.1 } else { 0 }
    }

    /// A request with the task and the attribution of its session, where it has none itself. A
    /// session that is forgotten gives none, whether or not it is still stored.
    pub fn fill<'a>(&self, request: &'a SpendRequest, at: Timestamp) -> Cow<'a, SpendRequest> {
        let terms = request.session.as_ref().and_then(|name| self.find(name, at));
        let Some(SessionTerms { task, attribution, .. }) = terms.map(|session| &session.terms)
        else {
            return Cow::Borrowed(request);
        };
        if task.is_none() && attribution.is_empty() {
            return Cow::Borrowed(request);
        }
        let mut filled = request.clone();
        filled.task = filled.task.or_else(|| task.clone());
        let own = &mut filled.attribution;
        own.workflow = own.workflow.take().or_else(|| attribution.workflow.clone());
        own.project = own.project.take().or_else(|| attribution.project.clone());
        own.initiator = own.initiator.take().or_else(|| attribution.initiator.clone());
        Cow::Owned(filled)
    }

    /// Adds a session, of which there is none with this name.
    pub fn add(&mut self, session: Session, day: Timestamp) {
        if session.by == SessionActor::Agent {
            self.opened = (day, self.self_opened(day).saturating_add(1));
        }
        self.known.insert(session.terms.session.clone(), session);
    }

    /// Names of those that have not ended.
    pub fn unended(&self) -> Vec<Label> {
        let unended = self.known.iter().filter(|(_, session)| session.ended.is_none());
        unended.map(|(name, _)| name.clone()).collect()
    }

    /// Ends a session that has not ended; says when its time would have been over.
    pub fn end(&mut self, name: &Label, end: (SessionEnd, Timestamp)) -> Option<Timestamp> {
        let session = self.known.get_mut(name).filter(|session| session.ended.is_none())?;
        session.ended = Some(end);
        session.terms.purpose = Claim::default();
        if let Some(task) = &mut session.terms.task {
            task.text = Claim::default();
        }
        self.over.push_back(name.clone());
        Some(session.terms.ends_at_ms)
    }

    /// Forgets the one that ended first, if it is due or there are too many.
    pub fn forget(&mut self, at: Timestamp) -> Option<Session> {
        let first = self.over.front().and_then(|name| self.known.get(name))?;
        if !first.is_forgotten(at) && self.over.len() <= REMEMBERED_MAX {
            return None;
        }
        self.over.pop_front().and_then(|name| self.known.remove(&name))
    }
}

impl Agent {
    /// The limit of a meter of its own for payments in a session, or in none: an opened session has
    /// its own ceiling.
    pub(crate) fn limit(&self, meter: &Meter, session: Option<&Label>) -> Decimal {
        match (meter.kind, session) {
            (BudgetKind::Session, Some(name)) => self.sessions.limit(name, meter.limit),
            _ => meter.limit,
        }
    }
}

impl State {
    /// The sessions of an agent, by name: those that are open, and those that ended within the
    /// last day or are not forgotten yet.
    #[must_use]
    pub fn sessions(&self, agent: AgentId) -> Vec<SessionLine> {
        let Some(found) = self.agent(agent) else { return Vec::new() };
        let line = |session: &Session| {
            let name = &session.terms.session;
            let used = self.session_totals(found, name);
            SessionLine {
                session: session.clone(),
                limit: found.sessions.limit(name, found.policy.per_session),
                settled: used.settled.normalize(),
                reserved: used.reserved.normalize(),
            }
        };
        found.sessions.known.values().map(line).collect()
    }

    /// Whether a payment was asked in a session that is over by now, so that it must not be paid.
    pub(crate) fn session_is_over(&self, payment: &Payment, clock: Timestamp) -> bool {
        let (request, found) = (&payment.reservation.request, self.agent(payment.agent()));
        let open = |name| found.is_some_and(|agent| agent.sessions.is_open(name, clock));
        request.session.as_ref().is_some_and(|name| !open(name))
    }

    /// One session of an agent.
    #[must_use]
    pub fn session(&self, agent: AgentId, name: &Label) -> Option<SessionLine> {
        let mut sessions = self.sessions(agent);
        let place = sessions.iter().position(|line| line.session.terms.session == *name)?;
        Some(sessions.swap_remove(place))
    }
}
