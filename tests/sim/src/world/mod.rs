//! A wallet that lives: the engine, its log and a clock, with the model beside them. Each step
//! becomes a command, which both must answer alike; then everything that both can be asked is
//! asked.

mod commands;
mod compare;
mod requests;
mod sessions;
pub mod tables;

use crate::model::{Answer, Expected, Model};
use crate::step::{Step, Verb};
use purser_domain::{
    AgentId, Command, CredentialId, Entry, Event, Presented, Refusal, SessionActor, SpendRequest,
    Timestamp,
};
use purser_engine::{State, decide};
use std::collections::BTreeMap;

/// Why a life went wrong: what kind of thing, and all about it.
#[derive(Debug, Clone)]
pub struct Wrong {
    /// The kind, the same for failures of one cause.
    pub kind: String,
    /// In words.
    pub words: String,
}

impl Wrong {
    /// Something that went wrong.
    pub fn new(kind: impl Into<String>, words: impl Into<String>) -> Self {
        Self { kind: kind.into(), words: words.into() }
    }
}

/// A wallet, its log and a clock, and the model.
#[derive(Debug)]
pub struct World {
    /// What the engine says.
    pub state: State,
    /// What should be.
    pub model: Model,
    /// Every entry, in order.
    pub log: Vec<Entry>,
    /// The clock that commands come with; it may go back.
    pub now: i64,
    /// Steps taken.
    pub taken: u64,
    /// Commands decided.
    pub commands: u64,
    /// How often each thing happened.
    pub seen: BTreeMap<String, u64>,
    /// Refused attempts that no entry counts yet, by agent: the last one's reason, and how many.
    uncounted: BTreeMap<AgentId, (Refusal, u32)>,
    asked: Vec<(SpendRequest, Option<Presented>)>,
    issued: Vec<CredentialId>,
    ids: u128,
}

impl Default for World {
    fn default() -> Self {
        Self {
            state: State::default(),
            model: Model::default(),
            log: Vec::new(),
            now: time_of(tables::STARTS[0]),
            taken: 0,
            commands: 0,
            seen: BTreeMap::new(),
            uncounted: BTreeMap::new(),
            asked: Vec::new(),
            issued: Vec::new(),
            ids: 1000,
        }
    }
}

/// The time of an RFC 3339 text, in milliseconds.
fn time_of(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

impl World {
    /// Takes a step.
    ///
    /// # Errors
    /// When engine and model disagree.
    pub fn take(&mut self, step: &Step) -> Result<(), Wrong> {
        self.taken += 1;
        match step.verb {
            Verb::Wait => self.pass(step),
            Verb::Turn => self.turn_to(step, self.state.next_deadline()),
            Verb::Flop => self.flop(step)?,
            _ => {
                if let Some(command) = self.command(step) {
                    self.run(&command)?;
                }
            }
        }
        if self.taken.is_multiple_of(64) {
            self.compare_all()?;
            self.restart()?;
        }
        Ok(())
    }

    /// Goes on with the state that its own bytes give, as a wallet that was locked does.
    fn restart(&mut self) -> Result<(), Wrong> {
        let bytes = self.state.to_snapshot();
        let again = bytes.and_then(|bytes| State::from_snapshot(&bytes));
        let again = again.map_err(|error| Wrong::new("snapshot", error.to_string()))?;
        if again != self.state {
            let words = format!("before: {:?}\n after: {again:?}", self.state);
            return Err(Wrong::new("snapshot", words));
        }
        self.state = again;
        Ok(())
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, step: &Step) {
        self.now += tables::one(&tables::WAITS, step.numbers[0]);
    }

    /// Goes to a special moment.
    pub(crate) fn turn_to(&mut self, step: &Step, deadline: Option<Timestamp>) {
        self.now = self.turn(step.numbers[0], step.numbers[1], deadline);
    }

    /// A purchase like those before it, to its end, which is mostly bad.
    fn flop(&mut self, step: &Step) -> Result<(), Wrong> {
        let [who, how, what, ..] = step.numbers;
        let (request, presented) = self.request(&Step::new(Verb::Ask, &[who, 0, what]));
        let payment = request.payment;
        self.run(&Command::Spend { request: Box::new(request), presented })?;
        let valid_until = Timestamp::from_millis(self.now + 60_000);
        self.run(&Command::Submit { payment, valid_until })?;
        let verb = if how == 3 { Verb::Succeed } else { Verb::Fail };
        let resolve = self.rail_command(&Step::new(verb, &[]), payment);
        resolve.map_or(Ok(()), |command| self.run(&command))
    }

    /// Has a command decided by both, and takes what the engine decided.
    ///
    /// # Errors
    /// When they disagree.
    pub fn run(&mut self, command: &Command) -> Result<(), Wrong> {
        self.commands += 1;
        let now = Timestamp::from_millis(self.now);
        if let Command::Spend { request, .. } = command {
            self.model.unusual = self.state.signals_for(request, now);
        }
        let expected = self.model.expect(command, now).plain();
        let decision = decide(&self.state, command, now);
        let decided = Expected::from(&decision);
        compare::same_decision(command, &expected, &decided)?;
        self.count(&decided);
        if let Some((agent, refusal)) = decided.uncounted {
            let held = self.uncounted.entry(agent).or_insert((refusal.clone(), 0));
            *held = (refusal, held.1 + 1);
        }
        for event in decision.events {
            let (seq, at_ms, clock_ms) = (self.state.next_seq(), decision.at, decision.clock);
            let entry = Entry { seq, at_ms, clock_ms, event };
            let applied = self.state.apply(&entry);
            applied.map_err(|error| Wrong::new("apply", format!("{error}: {entry:?}")))?;
            self.model.note(&entry);
            self.log.push(entry);
        }
        self.compare_about(command)
    }

    /// Counts what happened, so that a test can tell whether lives are interesting.
    fn count(&mut self, decided: &Expected) {
        let mut words: Vec<String> = decided.events.iter().map(word_of).collect();
        if let Answer::Error(error) = &decided.answer {
            words.push(format!("error {}", error.code()));
        }
        if let Some(Event::SpendReserved { reservation }) = decided.events.first() {
            words.extend(reservation.rules.iter().map(|rule| format!("rule {rule}")));
        }
        if decided.uncounted.is_some() {
            words.push("uncounted".to_owned());
        }
        words.into_iter().for_each(|word| *self.seen.entry(word).or_default() += 1);
    }

    /// Counts what happened in a storm.
    pub(crate) fn see_event(&mut self, event: &Event) {
        *self.seen.entry(word_of(event)).or_default() += 1;
    }

    /// The last check of a life.
    ///
    /// # Errors
    /// When engine and model disagree, or the log does not give the state.
    pub fn end(&mut self) -> Result<(), Wrong> {
        self.compare_all()?;
        self.replay()
    }

    /// A special moment, and how near: before it, at it, after it, long before and long after.
    fn turn(&self, which: u16, near: u16, deadline: Option<Timestamp>) -> i64 {
        let now = Timestamp::from_millis(self.now.max(self.model.clock.as_millis()));
        let calendar = &self.model.calendar;
        let today = calendar.day(now);
        let moment = match which {
            0 => calendar.next_day(now).as_millis(),
            1 => calendar.midnight(today.last_of_month().tomorrow().unwrap()),
            2 => {
                let here = jiff::Timestamp::from_millisecond(now.as_millis()).unwrap();
                let next = calendar.zone().following(here).next();
                next.map_or(now.as_millis(), |turn| turn.timestamp().as_millisecond())
            }
            _ => deadline.unwrap_or(now).as_millis(),
        };
        // Zones change far from now, too; ten years are enough to go.
        if moment - now.as_millis() > 3650 * crate::model::DAY {
            return self.now;
        }
        moment + [-1, 0, 1, -1_800_000, 1_800_000][usize::from(near) % 5]
    }
}

/// What happened, in a word.
fn word_of(event: &Event) -> String {
    match event {
        Event::AgentAskRefused { asked, refusal, .. } => {
            format!("{asked:?} refused {}", refusal.code())
        }
        Event::AgentAdded { parent: Some(_), .. } => "sub_agent_added".to_owned(),
        Event::SpendRefused { refusal, .. } => format!("refused {}", refusal.code()),
        Event::SpendReserved { reservation } => format!("reserved {:?}", reservation.tier),
        Event::SessionOpened { by, .. } => {
            let by = match by {
                SessionActor::Agent => "Agent",
                SessionActor::Parent(_) => "Parent",
                SessionActor::Owner => "Owner",
            };
            format!("session_opened by {by}")
        }
        Event::SessionClosed { end, .. } => format!("session_closed {end:?}"),
        other => other.kind().to_owned(),
    }
}
