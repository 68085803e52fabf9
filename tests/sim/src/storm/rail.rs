//! A rail that fails, hangs, lies and answers late, and what really became of the money.

use purser_domain::{Claim, Money, PaymentId, Receipt, Resolution, SpendRequest, Timestamp};
use purser_engine::Authorized;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What really became of one payment.
#[derive(Debug, Clone)]
pub struct Truth {
    /// How often the rail was asked to pay it.
    pub asked: u32,
    /// How often its money moved.
    pub moved: u32,
    /// How much did.
    pub settled: Decimal,
    /// Whether the rail has said something else about it.
    pub lied: bool,
    /// Whether it hangs, and the money may still move.
    hangs: bool,
    until: Timestamp,
}

/// How a rail answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// It pays and says so.
    Pays,
    /// It pays half, which is all that the merchant takes.
    PaysHalf,
    /// It does not pay and says so.
    Fails,
    /// It pays, and the answer is lost.
    PaysSilently,
    /// It pays some time later, or never; it does not say.
    Hangs,
    /// It pays and says that it did not.
    DeniesIt,
    /// It does not pay and says that it did.
    MakesItUp,
    /// It says that it took more than it was asked for.
    SaysMore,
}

impl Mood {
    /// All of them, the honest ones often.
    pub const ALL: [Self; 12] = [
        Self::Pays,
        Self::Fails,
        Self::PaysSilently,
        Self::Hangs,
        Self::PaysHalf,
        Self::Hangs,
        Self::PaysSilently,
        Self::Fails,
        Self::Pays,
        Self::DeniesIt,
        Self::MakesItUp,
        Self::SaysMore,
    ];
}

/// A rail.
#[derive(Debug, Default)]
pub struct Rail {
    /// What became of all that it was asked.
    pub truth: BTreeMap<PaymentId, Truth>,
    /// Its own clock never goes back.
    now: i64,
}

fn succeeded(settled: Decimal, payment: PaymentId) -> Resolution {
    let reference = format!("tx-{payment}");
    Resolution::Succeeded {
        settled,
        receipt: Receipt { reference, evidence: None, verified: true },
    }
}

fn failed(why: &str) -> Resolution {
    Resolution::Failed { problem: why.to_owned(), detail: Claim::default() }
}

fn unknown(why: &str) -> Resolution {
    Resolution::Unknown { problem: why.to_owned(), detail: Claim::default() }
}

impl Rail {
    /// Is asked to pay. Says what it says, which may not be what it does.
    pub fn pay(&mut self, pass: &Authorized, mood: Mood, now: i64) -> Resolution {
        self.now = self.now.max(now);
        let (payment, until) = (pass.payment(), pass.valid_until());
        let asked = pass.request().amount;
        let truth = self.truth.entry(payment).or_insert(Truth {
            asked: 0,
            moved: 0,
            settled: Decimal::ZERO,
            lied: false,
            hangs: false,
            until,
        });
        truth.asked += 1;
        if until.as_millis() <= self.now {
            return failed("too_late");
        }
        let half = asked.amount() / Decimal::TWO;
        let half = Money::new(half, asked.currency()).map_or(asked, |money| money).amount();
        let pays = match mood {
            Mood::Pays | Mood::PaysSilently | Mood::DeniesIt => Some(asked.amount()),
            Mood::PaysHalf => Some(half),
            Mood::Fails | Mood::Hangs | Mood::MakesItUp | Mood::SaysMore => None,
        };
        if let Some(settled) = pays {
            truth.moved += 1;
            truth.settled = settled;
        }
        truth.hangs = mood == Mood::Hangs;
        truth.lied |= matches!(mood, Mood::DeniesIt | Mood::MakesItUp);
        match mood {
            Mood::Pays | Mood::PaysHalf => succeeded(truth.settled, payment),
            Mood::Fails => failed("no_money"),
            Mood::DeniesIt => failed("denied"),
            Mood::PaysSilently | Mood::Hangs => unknown("timeout"),
            Mood::MakesItUp => succeeded(asked.amount(), payment),
            Mood::SaysMore => succeeded(asked.amount() + Decimal::ONE, payment),
        }
    }

    /// Is asked what became of a payment. What hangs may move now.
    pub fn say(
        &mut self,
        request: &SpendRequest,
        until: Timestamp,
        (moves, now): (bool, i64),
    ) -> Resolution {
        self.now = self.now.max(now);
        let over = until.as_millis() <= self.now;
        let (payment, asked) = (request.payment, request.amount.amount());
        let Some(truth) = self.truth.get_mut(&payment) else {
            return if over { failed("never_came") } else { unknown("not_seen") };
        };
        if truth.hangs && moves && self.now < truth.until.as_millis() {
            truth.hangs = false;
            truth.moved += 1;
            truth.settled = asked;
        }
        match truth.moved {
            0 if over => failed("expired"),
            0 => unknown("pending"),
            _ => succeeded(truth.settled, payment),
        }
    }
}
