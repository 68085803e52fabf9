//! Answers to refusals that are counted together, until an entry counts them.
//!
//! Guarantees: each attempt handed in is in exactly one count; what is held for one agent is
//! bounded by [`HELD_MAX`] answers, beyond which attempts are still counted but not held. Held
//! answers slow a flood down: whoever waits for one sends nothing else meanwhile.

use super::{Answer, WriteError};
use purser_domain::{AgentId, Command, Refusal};
use purser_engine::{Reply, Uncounted};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Longest that an answer is held.
pub(super) const HOLD: Duration = Duration::from_secs(1);
/// Most answers that are held for one agent.
pub(super) const HELD_MAX: usize = 4096;

/// Who waits, and for what.
pub(super) type Waiting = (Answer, Reply);

/// Attempts of one agent that were refused for one reason.
pub(super) struct Group {
    agent: AgentId,
    refusal: Refusal,
    count: u32,
    /// Who waits until they are counted.
    pub waiting: Vec<Waiting>,
}

impl Group {
    /// What counts them.
    pub fn note(&self) -> Command {
        let refusal = self.refusal.clone();
        Command::NoteRefusals { agent: self.agent, refusal, count: self.count }
    }
}

/// What is held, by agent and the refusal's code.
#[derive(Default)]
pub(super) struct Held(BTreeMap<(AgentId, &'static str), Group>);

impl Held {
    /// Counts an attempt and holds its answer. Gives the answer back when too many are held.
    pub fn take(&mut self, uncounted: Uncounted, waiting: Waiting) -> Option<Waiting> {
        let Uncounted { agent, refusal } = uncounted;
        let of_agent = self.0.range((agent, "")..).take_while(|((of, _), _)| *of == agent);
        let held = of_agent.map(|(_, group)| group.waiting.len()).fold(0, usize::saturating_add);
        let group = self.0.entry((agent, refusal.code())).or_insert_with(|| Group {
            agent,
            refusal: refusal.clone(),
            count: 0,
            waiting: Vec::new(),
        });
        group.count = group.count.saturating_add(1);
        group.refusal = refusal;
        if held >= HELD_MAX {
            return Some(waiting);
        }
        group.waiting.push(waiting);
        None
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Everything that is held.
    pub fn release(&mut self) -> Vec<Group> {
        std::mem::take(&mut self.0).into_values().collect()
    }

    /// What is held for some agents.
    pub fn release_for(&mut self, agents: &BTreeSet<AgentId>) -> Vec<Group> {
        let (due, kept) = std::mem::take(&mut self.0)
            .into_iter()
            .partition(|((agent, _), _)| agents.contains(agent));
        self.0 = kept;
        let due: BTreeMap<_, Group> = due;
        due.into_values().collect()
    }
}

/// How the answers of a group end, once its count was decided.
pub(super) fn counted(noted: Result<Reply, WriteError>) -> Result<(), WriteError> {
    match noted? {
        Reply::Error(error) => Err(super::unwritable(&error)),
        _ => Ok(()),
    }
}
