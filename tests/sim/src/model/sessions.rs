//! Sessions: a purpose, a ceiling and an end, opened by the agent, the one above it or the owner.

use super::{Agent, Answer, DAY, Model, Now, Outcome, Pay, delegate};
use purser_domain::{
    AgentId, Asked, Claim, Event, Label, PaymentId, PaymentStop, Presented, Refusal, SessionActor,
    SessionEnd, SessionTerms, SpendRequest, StopCause, Timestamp,
};
use purser_engine::{AgentStatus, CommandError};
use rust_decimal::Decimal;

/// Most that an agent may have open at a time.
const OPEN: usize = 64;
/// Longest, in milliseconds.
const LONGEST: i64 = DAY;

/// One session of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// How far it goes.
    pub terms: SessionTerms,
    /// Who opened it.
    pub by: SessionActor,
    /// The place of the entry that did.
    seq: u64,
    /// The first moment of the owner's day then.
    day: i64,
    /// How and when it ended.
    pub ended: Option<(SessionEnd, Timestamp)>,
}

impl Session {
    fn is_open(&self, clock: Timestamp) -> bool {
        self.ended.is_none() && clock < self.terms.ends_at_ms
    }

    /// A session that ended a day ago was never there.
    fn is_known(&self, at: Timestamp) -> bool {
        self.ended.is_none_or(|(_, ended)| at.as_millis() < ended.as_millis() + DAY)
    }
}

/// Who asks, about whose sessions, and with what.
pub(super) struct Ask<'a> {
    pub agent: AgentId,
    pub by: SessionActor,
    pub presented: Option<&'a Presented>,
}

/// The words are for people; they are compared without.
fn invalid() -> Refusal {
    Refusal::SessionInvalid { reason: String::new() }
}

impl Agent {
    /// The session of a name.
    pub(super) fn session(&self, name: &Label, at: Timestamp) -> Option<&Session> {
        self.sessions.iter().rev().find(|one| one.terms.session == *name && one.is_known(at))
    }

    /// Its sessions that are not forgotten, by name.
    #[must_use]
    pub fn known_sessions(&self, at: Timestamp) -> Vec<&Session> {
        let mut known: Vec<_> = self.sessions.iter().filter(|one| one.is_known(at)).collect();
        known.sort_by(|one, other| one.terms.session.cmp(&other.terms.session));
        known
    }

    /// Most that may be spent in the session of a name, or in none.
    pub(super) fn session_limit(&self, name: Option<&Label>, at: Timestamp) -> Decimal {
        let cap = self.policy.per_session;
        let named = name.and_then(|name| self.session(name, at));
        named.map_or(cap, |session| session.terms.ceiling.min(cap))
    }

    /// The place of the entry from which payments count in the session of a name.
    pub(super) fn session_begins(&self, name: &Label, at: Timestamp) -> u64 {
        self.session(name, at).map_or(u64::MAX, |session| session.seq)
    }

    fn open_session(&self, name: &Label, now: Now) -> Result<&Session, Refusal> {
        let session = self.session(name, now.at).ok_or(Refusal::SessionUnknown)?;
        if session.is_open(now.clock) { Ok(session) } else { Err(Refusal::SessionOver) }
    }
}

impl Model {
    /// A request with the task and the attribution of its session, where it has none.
    pub(super) fn filled_in(&self, request: &SpendRequest, at: Timestamp) -> SpendRequest {
        let mut filled = request.clone();
        let agent = self.agents.get(&request.agent);
        let session = agent.zip(request.session.as_ref());
        let Some(session) = session.and_then(|(agent, name)| agent.session(name, at)) else {
            return filled;
        };
        if filled.task.is_none() {
            filled.task.clone_from(&session.terms.task);
        }
        let (own, given) = (&mut filled.attribution, &session.terms.attribution);
        for (own, given) in [
            (&mut own.workflow, &given.workflow),
            (&mut own.project, &given.project),
            (&mut own.initiator, &given.initiator),
        ] {
            if own.is_none() {
                own.clone_from(given);
            }
        }
        filled
    }

    /// Step 5: a session that is named must be open, and one must be named where it has to be.
    pub(super) fn in_session(&self, request: &SpendRequest, now: Now) -> Result<(), Refusal> {
        let agent = &self.agents[&request.agent];
        match &request.session {
            Some(name) => agent.open_session(name, now).map(|_| ()),
            None if agent.policy.require_session => Err(Refusal::SessionRequired),
            None => Ok(()),
        }
    }

    pub(super) fn session_asked(
        &self,
        ask: &Ask<'_>,
        asked: Asked,
        events: Result<Vec<Event>, Refusal>,
    ) -> Outcome {
        let by = match (events, ask.by) {
            (Ok(events), _) => return Ok((events, Answer::Done)),
            (Err(refusal), SessionActor::Agent) => (ask.agent, refusal),
            (Err(refusal), SessionActor::Parent(parent)) => (parent, refusal),
            (Err(refusal), SessionActor::Owner) => {
                let found = self.agents.get(&ask.agent).ok_or(CommandError::AgentNotFound)?;
                return Err(match found.status {
                    AgentStatus::Revoked => CommandError::AgentRevoked,
                    _ => CommandError::Session(refusal),
                });
            }
        };
        Ok(delegate::refused(by.0, asked, by.1))
    }

    /// The agent whose session it is, once whoever asks may ask.
    fn asks_for(&self, ask: &Ask<'_>, now: Now) -> Result<&Agent, Refusal> {
        let asker = match ask.by {
            SessionActor::Agent => Some(ask.agent),
            SessionActor::Parent(parent) => Some(parent),
            SessionActor::Owner => None,
        };
        if let Some(asker) = asker {
            self.first_steps(asker, ask.presented, now)?;
        }
        let found = self.agents.get(&ask.agent);
        if let SessionActor::Parent(parent) = ask.by {
            let child = found.filter(|child| child.parent == Some(parent));
            return child.ok_or(Refusal::NotASubAgent);
        }
        found.ok_or(Refusal::AgentUnknown)
    }

    pub(super) fn opened(
        &self,
        ask: &Ask<'_>,
        terms: &SessionTerms,
        now: Now,
    ) -> Result<Event, Refusal> {
        let agent = self.asks_for(ask, now)?;
        if agent.status == AgentStatus::Revoked {
            return Err(invalid());
        }
        if ask.by == SessionActor::Agent {
            if agent.policy.require_session {
                return Err(Refusal::SessionNotAllowed);
            }
            let today = self.calendar.midnight(self.calendar.day(now.at));
            let own = agent.sessions.iter().rev().filter(|one| one.by == SessionActor::Agent);
            let limit = agent.policy.sessions_per_day;
            if own.take_while(|one| one.day == today).count() >= limit as usize {
                return Err(Refusal::TooManySessions { limit });
            }
        }
        if agent.sessions.iter().filter(|one| one.is_open(now.clock)).count() >= OPEN {
            return Err(Refusal::TooManySessions { limit: OPEN as u32 });
        }
        let most = agent.policy.per_session.min(Decimal::from(1_000_000_000_000_u64));
        let ceiling = terms.ceiling > Decimal::ZERO && terms.ceiling <= most;
        let lasts = terms.ends_at_ms.as_millis() - now.clock.as_millis();
        let taken = agent.session(&terms.session, now.at).is_some();
        if !ceiling || lasts <= 0 || lasts > LONGEST || taken {
            return Err(invalid());
        }
        Ok(Event::SessionOpened { agent: ask.agent, by: ask.by, terms: terms.clone() })
    }

    pub(super) fn closed(
        &self,
        ask: &Ask<'_>,
        session: &Label,
        now: Now,
    ) -> Result<Vec<Event>, Refusal> {
        self.asks_for(ask, now)?.open_session(session, now)?;
        let end = match ask.by {
            SessionActor::Agent => SessionEnd::Agent,
            SessionActor::Parent(_) => SessionEnd::Parent,
            SessionActor::Owner => SessionEnd::Owner,
        };
        Ok(self.closing(ask.agent, session.clone(), end))
    }

    /// A session that ends takes with it what waits in it.
    fn closing(&self, agent: AgentId, session: Label, end: SessionEnd) -> Vec<Event> {
        let waits = self.payments.iter().filter(|pay| pay.waits() && pay.agent() == agent);
        let theirs = waits.filter(|pay| pay.reservation.request.session == Some(session.clone()));
        let stops = theirs.map(|pay| session_over(pay.id())).collect::<Vec<_>>();
        [Event::SessionClosed { agent, session, end }].into_iter().chain(stops).collect()
    }

    /// Whether a payment was asked in a session that is over by now.
    pub(super) fn is_in_one_that_is_over(&self, pay: &Pay, clock: Timestamp) -> bool {
        let Some(name) = &pay.reservation.request.session else { return false };
        let mut sessions = self.agents[&pay.agent()].sessions.iter();
        !sessions.any(|one| one.terms.session == *name && one.is_open(clock))
    }

    /// What else a refusal does: one by the cap of its session ends the session.
    pub(super) fn exceeded(&self, request: &SpendRequest, refusal: &Refusal) -> Vec<Event> {
        match &request.session {
            Some(session) if refusal.code() == "session_cap" => {
                self.closing(request.agent, session.clone(), SessionEnd::Exceeded)
            }
            _ => Vec::new(),
        }
    }

    /// Sessions whose time is over, the earliest first.
    pub(super) fn sessions_over(&self, clock: Timestamp) -> Vec<Event> {
        let all = self.agents.iter().flat_map(|(agent, found)| {
            let unended = found.sessions.iter().filter(|one| one.ended.is_none());
            unended.map(|one| (one.terms.ends_at_ms, *agent, one.terms.session.clone()))
        });
        let mut over: Vec<_> = all.filter(|(end, ..)| *end <= clock).collect();
        over.sort();
        let end = SessionEnd::Expired;
        over.into_iter().flat_map(|(_, agent, name)| self.closing(agent, name, end)).collect()
    }

    /// Takes that a session was opened or closed.
    pub(super) fn note_session(&mut self, event: &Event, seq: u64, now: Now) {
        let (agent, asker) = match event {
            Event::SessionOpened { agent, by, terms } => {
                let day = self.calendar.midnight(self.calendar.day(now.at));
                let (terms, by, ended) = (terms.clone(), *by, None);
                let opened = Session { terms, by, seq, day, ended };
                self.agents.get_mut(agent).unwrap().sessions.push(opened);
                (*agent, by)
            }
            Event::SessionClosed { agent, session, end } => {
                let found = self.agents.get_mut(agent).unwrap();
                let mut all = found.sessions.iter_mut();
                let one = all.find(|one| one.terms.session == *session && one.ended.is_none());
                one.expect("a session that has not ended").end(*end, now.at);
                let by = match (end, found.parent) {
                    (SessionEnd::Agent, _) => SessionActor::Agent,
                    (SessionEnd::Parent, Some(parent)) => SessionActor::Parent(parent),
                    _ => SessionActor::Owner,
                };
                (*agent, by)
            }
            _ => return,
        };
        match asker {
            SessionActor::Agent => self.note_attempt(agent, now),
            SessionActor::Parent(parent) => self.note_attempt(parent, now),
            SessionActor::Owner => {}
        }
    }

    /// Whether the session that a request names, if it names one, is known.
    #[must_use]
    pub fn knows_session_of(&self, request: &SpendRequest, now: Timestamp) -> bool {
        let at = now.max(self.clock);
        let agent = self.agents.get(&request.agent);
        let session = agent.zip(request.session.as_ref());
        session.is_none_or(|(agent, name)| agent.session(name, at).is_some())
    }

    /// What is used of the session of a name.
    #[must_use]
    pub fn used_in_session(&self, agent: AgentId, name: &Label) -> (Decimal, Decimal) {
        let begins = self.agents[&agent].session_begins(name, self.clock);
        let theirs = self.payments.iter().filter(|pay| {
            let named = pay.reservation.request.session.as_ref() == Some(name);
            named && pay.agent() == agent && pay.seq > begins
        });
        theirs.fold(Default::default(), |(settled, reserved), pay| {
            (settled + pay.settled, reserved + pay.reserved)
        })
    }
}

/// A payment whose session is over is called off.
pub(super) fn session_over(payment: PaymentId) -> Event {
    let stop = PaymentStop::Canceled { cause: StopCause::SessionOver };
    Event::PaymentStopped { payment, stop }
}

impl Session {
    /// It ends, and its texts with it.
    pub(super) fn end(&mut self, end: SessionEnd, at: Timestamp) {
        self.ended = Some((end, at));
        self.terms.purpose = Claim::default();
        self.terms.task.iter_mut().for_each(|task| task.text = Claim::default());
    }
}
