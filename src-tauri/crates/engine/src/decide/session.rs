//! Sessions: opening and closing them, paying in them, and their end.
//!
//! Guarantees: what an agent asks climbs steps 1 to 3 of the ladder first, and a refusal is an
//! entry (I9); a session that is over is never paid in again: what was reserved in it and not
//! submitted is called off when it ends, and at the latest when it would be submitted.

use super::ladder::{caller, internal};
use super::{Outcome, Reply, delegate, owner};
use crate::budget::Moment;
use crate::error::CommandError;
use crate::explain::{Check, Nobody, Observer, Step};
use crate::now::Now;
use crate::sessions::Session;
use crate::state::{Agent, AgentStatus, State};
use purser_domain::{
    AgentId, Asked, Event, Label, Money, PaymentId, PaymentStop, Presented, Refusal, SessionActor,
    SessionEnd, SessionTerms, SpendRequest, StopCause, Timestamp,
};

/// Who asks something about a session, and about whose.
pub(super) struct Ask<'a> {
    pub agent: AgentId,
    pub by: SessionActor,
    pub presented: Option<&'a Presented>,
}

/// Step 5: the session that a request names must be open; one that names none must be allowed to.
pub(super) fn check(
    agent: &Agent,
    request: &SpendRequest,
    now: Now,
    to: &mut impl Observer,
) -> Result<(), Refusal> {
    let result = match &request.session {
        Some(name) => find(agent, name, now).map(|_| ()),
        None if agent.policy.require_session => Err(Refusal::SessionRequired),
        None => return Ok(()),
    };
    to.told(result, || {
        let name = request.session.as_ref().map(ToString::to_string).unwrap_or_default();
        Step::agent(5, Check::Session, agent.id).named(name)
    })
}

fn find<'a>(agent: &'a Agent, name: &Label, now: Now) -> Result<&'a Session, Refusal> {
    let session = agent.sessions.find(name, now.at).ok_or(Refusal::SessionUnknown)?;
    if session.is_open(now.clock) { Ok(session) } else { Err(Refusal::SessionOver) }
}

/// A payment that would pass the ceiling of its session closes it (T3).
pub(super) fn exceeded(state: &State, request: &SpendRequest, refusal: &Refusal) -> Vec<Event> {
    match (&request.session, refusal) {
        (Some(session), Refusal::SessionCap { .. }) => {
            ended(state, request.agent, (session, SessionEnd::Exceeded)).collect()
        }
        _ => Vec::new(),
    }
}

/// Closes all sessions whose time is over, the earliest first. What ends by its own deadline at
/// the same time ends by that.
pub(super) fn expired(state: &State, clock: Timestamp) -> impl Iterator<Item = Event> {
    let over = state.session_ends.iter().take_while(move |(end, ..)| *end <= clock);
    let events =
        over.flat_map(|(_, agent, name)| ended(state, *agent, (name, SessionEnd::Expired)));
    events.filter(move |event| match event {
        Event::PaymentStopped { payment, .. } => {
            state.payment(*payment).is_some_and(|payment| !payment.is_overdue(clock))
        }
        _ => true,
    })
}

/// The end of a session, and of every payment in it that was not submitted.
fn ended<'a>(
    state: &'a State,
    agent: AgentId,
    (session, end): (&'a Label, SessionEnd),
) -> impl Iterator<Item = Event> + 'a {
    let closed = Event::SessionClosed { agent, session: session.clone(), end };
    let places = state.agent(agent).into_iter().flat_map(|found| &found.open);
    let open = places.filter_map(|place| state.open.get(place)).filter(|open| !open.submitted);
    let payments = open.filter_map(|open| state.payment(open.payment));
    let theirs = payments.filter(|payment| payment.is_in(session));
    std::iter::once(closed).chain(theirs.map(|payment| called_off(payment.id())))
}

/// A payment whose session is over is called off.
pub(super) fn called_off(payment: PaymentId) -> Event {
    let stop = PaymentStop::Canceled { cause: StopCause::SessionOver };
    Event::PaymentStopped { payment, stop }
}

pub(super) fn open(state: &State, ask: &Ask<'_>, terms: &SessionTerms, now: Now) -> Outcome {
    let events = may_open(state, ask, now).and_then(|agent| {
        check_terms(agent, terms, now)?;
        let (agent, by, terms) = (ask.agent, ask.by, terms.clone());
        Ok(vec![Event::SessionOpened { agent, by, terms }])
    });
    answer(state, ask, Asked::OpenSession, events)
}

pub(super) fn close(state: &State, ask: &Ask<'_>, session: &Label, now: Now) -> Outcome {
    let events = agent_of(state, ask, now).and_then(|agent| {
        find(agent, session, now)?;
        let end = match ask.by {
            SessionActor::Agent => SessionEnd::Agent,
            SessionActor::Parent(_) => SessionEnd::Parent,
            SessionActor::Owner => SessionEnd::Owner,
        };
        Ok(ended(state, ask.agent, (session, end)).collect())
    });
    answer(state, ask, Asked::CloseSession, events)
}

/// A refusal is an entry where an agent asked, and an error where the owner did.
fn answer(
    state: &State,
    ask: &Ask<'_>,
    asked: Asked,
    events: Result<Vec<Event>, Refusal>,
) -> Outcome {
    let refusal = match events {
        Ok(events) => return Ok((events, Reply::Done)),
        Err(refusal) => refusal,
    };
    let agent = match ask.by {
        SessionActor::Agent => ask.agent,
        SessionActor::Parent(parent) => parent,
        SessionActor::Owner => {
            owner::standing_agent(state, ask.agent)?;
            return Err(CommandError::Session(refusal));
        }
    };
    delegate::refused(agent, asked, refusal)
}

/// Steps 1 to 3 for whoever asks, and whether the session's agent is its own to ask for.
fn agent_of<'a>(state: &'a State, ask: &Ask<'_>, now: Now) -> Result<&'a Agent, Refusal> {
    let found = state.agent(ask.agent);
    match ask.by {
        SessionActor::Agent => {
            let caller = caller(state, ask.agent, ask.presented, now.clock, &mut Nobody)?;
            caller.chain.first().copied().ok_or_else(|| internal("standing"))
        }
        SessionActor::Parent(parent) => {
            caller(state, parent, ask.presented, now.clock, &mut Nobody)?;
            let child = found.filter(|child| child.parent == Some(parent));
            child.ok_or(Refusal::NotASubAgent)
        }
        SessionActor::Owner => found.ok_or(Refusal::AgentUnknown),
    }
}

fn may_open<'a>(state: &'a State, ask: &Ask<'_>, now: Now) -> Result<&'a Agent, Refusal> {
    let agent = agent_of(state, ask, now)?;
    if agent.status == AgentStatus::Revoked {
        return Err(invalid("the agent is revoked"));
    }
    if ask.by == SessionActor::Agent {
        if agent.policy.require_session {
            return Err(Refusal::SessionNotAllowed);
        }
        let moment = Moment::new(&state.calendar, now.at).map_err(|_| internal("calendar"))?;
        let limit = agent.policy.sessions_per_day;
        if agent.sessions.self_opened(moment.day.start) >= limit {
            return Err(Refusal::TooManySessions { limit });
        }
    }
    if agent.sessions.open(now.clock).count() >= SessionTerms::MAX_OPEN {
        let limit = u32::try_from(SessionTerms::MAX_OPEN).unwrap_or(u32::MAX);
        return Err(Refusal::TooManySessions { limit });
    }
    Ok(agent)
}

fn invalid(reason: impl Into<String>) -> Refusal {
    Refusal::SessionInvalid { reason: reason.into() }
}

fn check_terms(agent: &Agent, terms: &SessionTerms, now: Now) -> Result<(), Refusal> {
    let cap = agent.policy.per_session;
    // Any currency: what is checked is the range and that it is above zero.
    let positive = Money::new(terms.ceiling, purser_domain::Currency::USD).is_ok();
    if !positive || terms.ceiling > cap {
        let cap = cap.normalize();
        let reason = format!("`ceiling` must be above 0 and at most the session cap of {cap}");
        return Err(invalid(reason));
    }
    let longest_s = u64::from(SessionTerms::MAX_MINUTES).saturating_mul(60);
    let latest = now.clock.plus_seconds(longest_s);
    if terms.ends_at_ms <= now.clock || terms.ends_at_ms > latest {
        return Err(invalid("the session must end after now and within 24 hours"));
    }
    if agent.sessions.find(&terms.session, now.at).is_some() {
        return Err(invalid("the agent had a session of this name already"));
    }
    Ok(())
}
