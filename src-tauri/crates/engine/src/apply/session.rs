//! The arrows of sessions.

use super::Applied;
use crate::budget::Moment;
use crate::error::ApplyError;
use crate::now::Now;
use crate::sessions::{REMEMBERED_S, Session};
use crate::state::{AgentStatus, State};
use purser_domain::{AgentId, Event, Label, SessionActor, SessionEnd, SessionTerms, Timestamp};
use rust_decimal::Decimal;

impl State {
    pub(super) fn apply_session(&mut self, event: &Event, now: Now) -> Applied {
        match event {
            Event::SessionOpened { agent, by, terms } => self.open_session(*agent, *by, terms, now),
            Event::SessionClosed { agent, session, end } => {
                self.close_session(*agent, (session, *end), now)
            }
            _ => Err(ApplyError::Arrow { event: event.kind() }),
        }
    }

    fn open_session(
        &mut self,
        agent: AgentId,
        by: SessionActor,
        terms: &SessionTerms,
        now: Now,
    ) -> Applied {
        let event = "session_opened";
        self.forget_sessions(now.at)?;
        let range = |_| ApplyError::OutOfRange { event };
        let day = Moment::new(&self.calendar, now.at).map_err(range)?.day.start;
        let found = self.agents.get_mut(&agent).ok_or(ApplyError::UnknownAgent(agent))?;
        let known = found.sessions.find(&terms.session, now.at).is_some();
        let valid = terms.ceiling > Decimal::ZERO && now.clock < terms.ends_at_ms;
        if known || !valid || found.status == AgentStatus::Revoked {
            return Err(ApplyError::Arrow { event });
        }
        let session = Session { terms: terms.clone(), by, opened_at: now.at, ended: None };
        found.sessions.add(session, day);
        self.session_ends.insert((terms.ends_at_ms, agent, terms.session.clone()));
        self.note_asked(agent, by, now);
        Ok(())
    }

    fn close_session(
        &mut self,
        agent: AgentId,
        (name, end): (&Label, SessionEnd),
        now: Now,
    ) -> Applied {
        let arrow = ApplyError::Arrow { event: "session_closed" };
        let found = self.agent(agent).ok_or(ApplyError::UnknownAgent(agent))?;
        let parent = found.parent;
        let session = found.sessions.find(name, now.at).ok_or(arrow.clone())?;
        let expired = session.terms.ends_at_ms <= now.clock;
        let by = match (end, parent) {
            (SessionEnd::Expired, _) if expired => None,
            (SessionEnd::Exceeded | SessionEnd::Owner, _) => None,
            (SessionEnd::Agent, _) => Some(SessionActor::Agent),
            (SessionEnd::Parent, Some(parent)) => Some(SessionActor::Parent(parent)),
            _ => return Err(arrow),
        };
        if !self.end_session(agent, (name, end), now.at)? {
            return Err(arrow);
        }
        if let Some(by) = by {
            self.note_asked(agent, by, now);
        }
        Ok(())
    }

    /// Opening and closing count against the rate of whoever asks, so that they can't fill the
    /// log.
    fn note_asked(&mut self, agent: AgentId, by: SessionActor, now: Now) {
        match by {
            SessionActor::Agent => self.note_attempt(agent, now),
            SessionActor::Parent(parent) => self.note_attempt(parent, now),
            SessionActor::Owner => {}
        }
    }

    /// Ends all sessions of an agent that is revoked.
    pub(super) fn end_sessions(&mut self, agent: AgentId, at: Timestamp) -> Applied {
        let unended = self.agent(agent).map(|found| found.sessions.unended()).unwrap_or_default();
        for name in unended {
            self.end_session(agent, (&name, SessionEnd::Revoked), at)?;
        }
        Ok(())
    }

    /// Ends a session; says whether it had not ended before.
    fn end_session(
        &mut self,
        agent: AgentId,
        (name, end): (&Label, SessionEnd),
        at: Timestamp,
    ) -> Result<bool, ApplyError> {
        let found = self.agents.get_mut(&agent).ok_or(ApplyError::UnknownAgent(agent))?;
        let Some(ends_at) = found.sessions.end(name, (end, at)) else { return Ok(false) };
        self.session_ends.remove(&(ends_at, agent, name.clone()));
        self.sessions_over.push_back((at.plus_seconds(REMEMBERED_S), agent));
        self.forget_of(agent, at)?;
        self.forget_sessions(at)?;
        Ok(true)
    }

    /// Forgets all sessions that ended long ago.
    fn forget_sessions(&mut self, at: Timestamp) -> Applied {
        while let Some((due, agent)) = self.sessions_over.front().copied()
            && due <= at
        {
            self.sessions_over.pop_front();
            self.forget_of(agent, at)?;
        }
        Ok(())
    }

    /// Forgets what is due of one agent's, or too much.
    fn forget_of(&mut self, agent: AgentId, at: Timestamp) -> Applied {
        let range = |_| ApplyError::OutOfRange { event: "session_closed" };
        while let Some(session) =
            self.agents.get_mut(&agent).and_then(|found| found.sessions.forget(at))
        {
            self.forget_totals(agent, &session).map_err(range)?;
        }
        Ok(())
    }
}
