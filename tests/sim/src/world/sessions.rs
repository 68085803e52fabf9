//! Sessions, from a step's numbers, and what engine and model say of them.

use super::tables::{self, claim, label, one};
use super::{World, Wrong};
use crate::model::DAY;
use crate::step::Step;
use purser_domain::{
    AgentId, Attribution, Command, Label, SessionActor, SessionTerms, Task, TaskOrigin, Timestamp,
};

/// Ceilings to ask for.
const CEILINGS: [&str; 12] =
    ["60", "5", "10", "20", "30", "50", "100", "15", "0", "200", "-1", "1000000000001"];
/// How long, in milliseconds. Not all can be taken.
const LENGTHS: [i64; 8] = [3_600_000, 60_000, DAY, 900_000, 20_000, DAY + 1, 0, 25_200_000];

impl World {
    pub(super) fn open_session(&mut self, step: &Step) -> Command {
        let [who, by, name, ceiling, length, shown, more, ..] = step.numbers;
        let (agent, by) = self.session_actor(who, by);
        let asker = if let SessionActor::Parent(parent) = by { parent } else { agent };
        let presented = self.presented(asker, shown, more);
        let task = label("t", more % 3).map(|id| {
            let (text, origin) = (claim("as the session says"), TaskOrigin::Owner);
            Task { id, text, origin }
        });
        let (workflow, initiator) = (label("w", more / 3), label("i", more / 5));
        let terms = Box::new(SessionTerms {
            session: session_name(name),
            purpose: claim("a trip"),
            ceiling: tables::decimal(one(&CEILINGS, ceiling)),
            ends_at_ms: Timestamp::from_millis(self.now + one(&LENGTHS, length)),
            task,
            attribution: Attribution { workflow, project: None, initiator },
        });
        Command::OpenSession { agent, by, presented, terms }
    }

    pub(super) fn close_session(&mut self, step: &Step) -> Command {
        let [who, by, name, shown, ..] = step.numbers;
        let (agent, by) = self.session_actor(who, by);
        let asker = if let SessionActor::Parent(parent) = by { parent } else { agent };
        let presented = self.presented(asker, shown, name);
        Command::CloseSession { agent, session: session_name(name), by, presented }
    }

    /// Mostly somebody who may; seldom another agent as if it were the one above.
    fn session_actor(&self, who: u16, by: u16) -> (AgentId, SessionActor) {
        let agent = self.agent(who);
        let parent = self.model.agents.get(&agent).and_then(|agent| agent.parent);
        let by = match (by, parent) {
            (1 | 2 | 5, Some(parent)) => SessionActor::Parent(parent),
            (1 | 3, _) => SessionActor::Owner,
            (4, _) => SessionActor::Parent(self.agent(who + 1)),
            _ => SessionActor::Agent,
        };
        (agent, by)
    }

    /// Whether both know the same sessions of an agent, and what is used of them.
    pub(super) fn compare_sessions(&self, id: AgentId) -> Result<(), Wrong> {
        let Some(agent) = self.model.agents.get(&id) else { return Ok(()) };
        let at = self.model.clock;
        let line = |session: &crate::model::Session| {
            let limit = session.terms.ceiling.min(agent.policy.per_session);
            let (settled, reserved) = self.model.used_in_session(id, &session.terms.session);
            (session.terms.clone(), session.by, session.ended, [limit, settled, reserved])
        };
        let ours: Vec<_> = agent.known_sessions(at).into_iter().map(line).collect();
        let theirs = self.state.sessions(id).into_iter().map(|line| {
            let session = line.session;
            let used = [line.limit, line.settled, line.reserved];
            (session.terms, session.by, session.ended, used)
        });
        // What ended a day ago is forgotten, sooner or later.
        let forgotten = |ended: &Timestamp| ended.as_millis() + DAY <= at.as_millis();
        let theirs = theirs.filter(|(_, _, ended, _)| !ended.is_some_and(|(_, at)| forgotten(&at)));
        let theirs: Vec<_> = theirs.collect();
        if ours == theirs {
            return Ok(());
        }
        Err(Wrong::new("sessions", format!("{id}\n model: {ours:?}\nengine: {theirs:?}")))
    }
}

fn session_name(number: u16) -> Label {
    label("s", number.max(1)).expect("a label")
}
