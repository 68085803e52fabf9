//! Steps of a life, as a seed draws them: a verb and a few small numbers, which choose from what is
//! there when the step is taken. So a step means something in any life, and can be left out,
//! made simpler, written down and read back.

use crate::rng::Rng;
use std::fmt;
use std::str::FromStr;

/// Most numbers of a step.
pub const NUMBERS: usize = 10;

/// The wallet policies that a wallet can be made with; the others can't be taken.
const FOUNDING_POLICIES: u16 = 4;
/// How many of the waits are short.
const CALM_WAITS: u16 = 8;

/// How often a verb is drawn, and its numbers: how many choices each has, and how often, out of a
/// hundred, it is 0.
pub struct Shape {
    /// How often, beside the others.
    pub weight: u64,
    /// Choices and percentage of zeros.
    pub numbers: &'static [(u16, u64)],
}

macro_rules! verbs {
    ($(
        $(#[doc = $doc:literal])* $name:ident = $text:literal, $weight:literal, $numbers:expr;
    )*) => {
        /// What is done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Verb { $($(#[doc = $doc])* $name,)* }

        impl Verb {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its word in a list of steps.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// How it is drawn.
            #[must_use]
            pub const fn shape(self) -> Shape {
                match self { $(Self::$name => Shape { weight: $weight, numbers: $numbers },)* }
            }
        }
    };
}

// A payment is chosen by a number: below 40 one of those that are open, else any.
verbs! {
    /// Make the wallet: zone, start, policy.
    Found = "found", 0, &[(12, 20), (10, 10), (5, 20)];
    /// Add an agent: whether its id is taken, policy, name.
    Add = "add", 3, &[(10, 0), (14, 10), (9, 80)];
    /// Add a sub-agent: its parent, policy, allocation, name, what is presented.
    Delegate = "delegate", 9, &[(12, 20), (16, 10), (20, 10), (9, 90), (4, 70)];
    /// Change what a sub-agent holds: which, by whom, allocation, what is presented.
    Allocate = "allocate", 5, &[(12, 20), (5, 30), (24, 10), (4, 80)];
    /// Count the refusals that wait for it.
    Count = "count", 6, &[];
    /// Ask to spend: agent, amount, payee, category, session, key, currency, task, rest,
    /// line items.
    Ask = "ask", 60, &[
        (12, 20), (20, 10), (8, 20), (4, 40), (8, 50), (8, 60), (6, 70), (3, 60), (256, 50), (9, 70)
    ];
    /// Ask once more what was asked before: how long ago, what is changed.
    Again = "again", 8, &[(6, 40), (10, 50)];
    /// Open a session: whose, by whom, name, ceiling, how long, what is presented, task and
    /// attribution.
    Open = "open", 14, &[(12, 20), (6, 40), (8, 10), (12, 30), (8, 40), (4, 70), (6, 50)];
    /// Close one: whose, by whom, name, what is presented.
    Close = "close", 3, &[(12, 20), (6, 30), (8, 10), (4, 70)];
    /// Approve: payment, who, digest.
    Approve = "approve", 14, &[(48, 30), (8, 90), (8, 92)];
    /// Decline: payment, who, reason.
    Decline = "decline", 3, &[(48, 30), (8, 90), (2, 50)];
    /// Call off: payment, by whom, cause.
    Cancel = "cancel", 3, &[(48, 30), (4, 40), (4, 50)];
    /// Begin to move money: payment, until when.
    Submit = "submit", 26, &[(48, 40), (6, 85)];
    /// The money moved: payment, how much.
    Succeed = "succeed", 16, &[(48, 40), (8, 60)];
    /// The money did not move: payment, words.
    Fail = "fail", 8, &[(48, 40), (2, 50)];
    /// Nobody knows: payment, words.
    Lose = "lose", 3, &[(48, 40), (2, 50)];
    /// Buy the same again, and have it fail, or go well: agent, how, what.
    Flop = "flop", 6, &[(12, 60), (4, 80), (3, 70)];
    /// Say what a payment was: which, counted from the last, and whether it was fine.
    Judge = "judge", 5, &[(24, 10), (3, 40)];
    /// Pause an agent.
    Pause = "pause", 3, &[(12, 20)];
    /// Let it go on.
    Resume = "resume", 14, &[(12, 20)];
    /// Revoke it.
    Revoke = "revoke", 1, &[(12, 10)];
    /// Change its policy: agent, policy, presence.
    Policy = "policy", 4, &[(12, 20), (14, 10), (3, 60)];
    /// Change the wallet's policy: policy, zone, presence.
    Wallet = "wallet", 1, &[(6, 20), (13, 60), (3, 60)];
    /// Freeze everything.
    Freeze = "freeze", 1, &[];
    /// Let it go on.
    Unfreeze = "unfreeze", 14, &[];
    /// Issue a credential: agent, scope, life, bearer.
    Issue = "issue", 10, &[(12, 20), (12, 40), (5, 50), (4, 70)];
    /// Revoke one: which.
    RevokeCredential = "uncred", 1, &[(8, 30)];
    /// Send what can't be read: agent.
    Reject = "reject", 3, &[(12, 30)];
    /// Let what is overdue expire.
    Tick = "tick", 6, &[];
    /// Let time pass: how long.
    Wait = "wait", 14, &[(16, 0)];
    /// Go to a special moment: which, how near.
    Turn = "turn", 5, &[(4, 30), (5, 20)];
    /// In a storm: the next commands come together: how many.
    Together = "together", 0, &[(8, 0)];
    /// In a storm: the driver goes on: with what, how the rail answers.
    Drive = "drive", 0, &[(16, 30), (12, 30)];
    /// In a storm: a payment is given to the driver once more: which.
    Race = "race", 0, &[(48, 40)];
    /// In a storm: a second passes, and what is held is counted.
    Second = "second", 0, &[];
    /// In a storm: the disk fails at the next write: how.
    Fault = "fault", 0, &[(4, 0)];
    /// In a storm: the process dies.
    Die = "die", 0, &[];
    /// In a storm: an agent asks many times at once: who, how often.
    Flood = "flood", 0, &[(12, 20), (24, 0)];
}

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What is done.
    pub verb: Verb,
    /// To what, and how.
    pub numbers: [u16; NUMBERS],
}

impl Step {
    /// A step.
    #[must_use]
    pub fn new(verb: Verb, given: &[u16]) -> Self {
        let mut numbers = [0; NUMBERS];
        numbers.iter_mut().zip(given).for_each(|(slot, number)| *slot = *number);
        Self { verb, numbers }
    }

    /// Draws the numbers of a verb.
    pub fn draw(verb: Verb, rng: &mut Rng) -> Self {
        let mut step = Self::new(verb, &[]);
        for (slot, (choices, zeros)) in step.numbers.iter_mut().zip(verb.shape().numbers) {
            let zero = rng.chance(*zeros);
            let drawn = rng.below(u64::from(*choices)) as u16;
            *slot = if zero { 0 } else { drawn };
        }
        step
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verb.word())?;
        let used = self.numbers.iter().rposition(|number| *number != 0).map_or(0, |last| last + 1);
        self.numbers.iter().take(used).try_for_each(|number| write!(f, ".{number}"))
    }
}

impl FromStr for Step {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split('.');
        let word = parts.next().unwrap_or_default();
        let verb = Verb::ALL.iter().find(|verb| verb.word() == word);
        let verb = *verb.ok_or_else(|| format!("no step begins with `{word}`"))?;
        let numbers: Result<Vec<u16>, _> = parts.map(str::parse).collect();
        let numbers = numbers.map_err(|error| format!("`{text}`: {error}"))?;
        Ok(Self::new(verb, &numbers))
    }
}

/// Steps as one text.
#[must_use]
pub fn write(steps: &[Step]) -> String {
    steps.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Reads what [`write`] wrote.
///
/// # Errors
/// In words.
pub fn read(text: &str) -> Result<Vec<Step>, String> {
    text.split_whitespace().map(str::parse).collect()
}

/// The steps of a seed: a wallet, some agents, and `count` steps more.
#[must_use]
pub fn plan(seed: u64, count: usize) -> Vec<Step> {
    plan_by(seed, count, |verb| verb.shape().weight)
}

/// The same, with other verbs.
#[must_use]
pub fn plan_by(seed: u64, count: usize, weight: fn(Verb) -> u64) -> Vec<Step> {
    let mut rng = Rng::new(seed);
    // In a calm life little time passes, so that the caps of a day are met.
    let calm = rng.chance(40);
    let mut found = Step::draw(Verb::Found, &mut rng);
    found.numbers[2] = found.numbers[2].min(FOUNDING_POLICIES);
    let mut steps = vec![found];
    for _ in 0..1 + rng.below(4) {
        steps.push(Step::draw(Verb::Add, &mut rng));
    }
    let total: u64 = Verb::ALL.iter().map(|verb| weight(*verb)).sum();
    for _ in 0..count {
        let mut left = rng.below(total);
        let verb = Verb::ALL.iter().find(|verb| {
            let weight = weight(**verb);
            let here = left < weight;
            left = left.saturating_sub(weight);
            here
        });
        let mut step = Step::draw(*verb.expect("a verb"), &mut rng);
        if calm && step.verb == Verb::Wait {
            step.numbers[0] %= CALM_WAITS;
        }
        if !(calm && step.verb == Verb::Turn) {
            steps.push(step);
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_read_back_as_they_were_written() {
        let steps = plan(7, 500);
        assert_eq!(read(&write(&steps)).unwrap(), steps);
        assert_eq!(plan(7, 500), steps);
        assert_ne!(plan(8, 500), steps);
        assert!(read("ask.1 dance").is_err());
        assert!(read("ask.x").is_err());
    }
}
