//! One step of the ladder, as it was climbed: what was held against what, and what came of it.

use purser_domain::{AgentId, CredentialId, Refusal};
use rust_decimal::Decimal;
use serde::Serialize;

/// What a step looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Step 1: the credential and the proof of its holder.
    Credential,
    /// Step 2: whether the agent, those above it and the wallet may act.
    Standing,
    /// Step 3: attempts in a minute.
    RateLimit,
    /// Step 4: whether the same purchase was asked before.
    Idempotency,
    /// Step 5: whom to pay.
    Payee,
    /// Step 5: the merchant category.
    Category,
    /// Step 5: the way of paying.
    Rail,
    /// Step 5: the kind of spending.
    Action,
    /// Step 5: the currency.
    Currency,
    /// Step 5: the task.
    Task,
    /// Step 5: the hours of the credential.
    Hours,
    /// Step 5: the credential's own cap for one payment.
    CredentialCap,
    /// Step 5: the session.
    Session,
    /// Step 5: whether the line items are the payment.
    LineItems,
    /// Step 5: the price of a unit.
    Condition,
    /// Step 6, and 8 of an agent above: the hard cap for one payment.
    PerTransaction,
    /// Step 6: the hard cap of a session, or the ceiling of an opened one.
    SessionCap,
    /// Step 6, and 8 of an agent above: the hard cap of a day.
    DailyCap,
    /// Step 7, and 8 of an agent above: an envelope.
    Envelope,
    /// Step 8: what an agent holds, with what its sub-agents may still use of it.
    Allocation,
    /// Steps 6 to 9: nothing was counted, since the currency has no rate.
    Unpriced,
    /// Step 9: spending in 24 hours beside what is usual.
    SpendRate,
    /// Step 10: what a person should know.
    Signals,
    /// Step 11: where the amount falls.
    Tier,
    /// Step 11: above what the policy asks a person.
    ReviewAbove,
    /// Step 11: a payee that the policy trusts up to an amount.
    PayeeRule,
    /// Step 11: how often the same purchase failed.
    RepeatedFailures,
    /// Step 12: the worth is reserved.
    Reserve,
    /// An error inside a step. Errors deny.
    Internal,
}

/// Whose limit or rule a step looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Whose {
    /// An agent's: its own, or that of one above it.
    Agent {
        /// Which.
        agent: AgentId,
    },
    /// The credential's.
    Credential {
        /// Which.
        credential: CredentialId,
    },
    /// The whole wallet's.
    Wallet,
}

/// What a step compared. Amounts are in the budget currency, but those of line items, which are in
/// the payment's; attempts and failures are whole numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Most.
    #[serde(with = "rust_decimal::serde::str")]
    pub limit: Decimal,
    /// What was used of it before.
    #[serde(with = "rust_decimal::serde::str")]
    pub used: Decimal,
    /// What was held of it for sub-agents, after this payment.
    #[serde(with = "rust_decimal::serde::str")]
    pub held: Decimal,
    /// What this request adds.
    #[serde(with = "rust_decimal::serde::str")]
    pub adds: Decimal,
    /// All together: what was held against the limit.
    #[serde(with = "rust_decimal::serde::str")]
    pub observed: Decimal,
}

impl Compared {
    /// Something that counts nothing: one value against its limit.
    pub(crate) fn single(limit: Decimal, observed: Decimal) -> Self {
        Self::counted(limit, observed, observed)
    }

    /// What was used, with what this request adds.
    pub(crate) fn counted(limit: Decimal, observed: Decimal, adds: Decimal) -> Self {
        let used = observed.saturating_sub(adds).normalize();
        let (limit, observed) = (limit.normalize(), observed.normalize());
        Self { limit, used, held: Decimal::ZERO, adds: adds.normalize(), observed }
    }

    /// Of what was used, so much is held for sub-agents.
    pub(crate) fn holding(self, held: Decimal) -> Self {
        let used = self.used.saturating_sub(held).normalize();
        Self { used, held: held.normalize(), ..self }
    }
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum StepResult {
    /// It let the request pass.
    Passed,
    /// It asks a person.
    Asks,
    /// It had nothing to look at.
    Skipped,
    /// The purchase was asked before, and has its answer.
    Repeats,
    /// It refused.
    Refused {
        /// Why.
        refusal: Refusal,
    },
}

/// One step as it was climbed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its number on the ladder, 1 to 12.
    pub step: u8,
    /// What it looked at.
    pub check: Check,
    /// Whose limit or rule.
    #[serde(flatten)]
    pub whose: Whose,
    /// What it counts, a name or a code; empty where the check says all. May quote the agent.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What it compared, where these are numbers.
    #[serde(flatten)]
    pub compared: Option<Compared>,
    /// What came of it.
    pub result: StepResult,
}

impl Step {
    /// A step that lets the request pass.
    pub(crate) const fn new(step: u8, check: Check, whose: Whose) -> Self {
        Self { step, check, whose, name: String::new(), compared: None, result: StepResult::Passed }
    }

    pub(crate) const fn agent(step: u8, check: Check, agent: AgentId) -> Self {
        Self::new(step, check, Whose::Agent { agent })
    }

    pub(crate) fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    pub(crate) fn compared(self, compared: Compared) -> Self {
        Self { compared: Some(compared), ..self }
    }

    pub(crate) fn result(self, result: StepResult) -> Self {
        Self { result, ..self }
    }

    /// The step that a refusal stands for by itself: an error that denies.
    pub(crate) fn failed(agent: AgentId, refusal: Refusal) -> Self {
        let place = match &refusal {
            Refusal::Internal { step } => step.clone(),
            other => other.code().to_owned(),
        };
        let (step, check) = (12, Check::Internal);
        Self::agent(step, check, agent).named(place).result(StepResult::Refused { refusal })
    }

    /// The refusal, if this step refused.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        match &self.result {
            StepResult::Refused { refusal } => Some(refusal),
            _ => None,
        }
    }
}

/// Whoever hears each step as it is climbed.
pub(crate) trait Observer {
    /// Hears a step. Nothing is made of it for one that does not listen.
    fn hear(&mut self, step: impl FnOnce() -> Step);

    /// Hears a step with what came of it, and hands that on.
    fn told<T>(
        &mut self,
        result: Result<T, Refusal>,
        step: impl FnOnce() -> Step,
    ) -> Result<T, Refusal> {
        self.hear(|| match &result {
            Ok(_) => step(),
            Err(refusal) => step().result(StepResult::Refused { refusal: refusal.clone() }),
        });
        result
    }
}

/// Nobody listens: deciding costs nothing more.
pub(crate) struct Nobody;

impl Observer for Nobody {
    #[inline(always)]
    fn hear(&mut self, _: impl FnOnce() -> Step) {}
}

/// All steps in order. What is compared twice with the same values, such as the limits of a
/// credential that was shown as it was issued, is there once.
impl Observer for Vec<Step> {
    fn hear(&mut self, step: impl FnOnce() -> Step) {
        let step = step();
        if !self.contains(&step) {
            self.push(step);
        }
    }
}
