//! Which budgets were told as filled, so that each is told once for each time that it fills.
//!
//! Guarantees: memory is bounded for each agent, whatever labels its requests name. Nothing is
//! decided by what stands here.

use purser_domain::{AgentId, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Most budgets of one owner that are remembered as told. Each task can have a budget of its own,
/// and a refusal fills one without a payment.
pub(crate) const REMEMBERED_MAX: usize = 256;

/// One budget of an agent, or of the wallet, as long as its limit is the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Budget {
    pub words: String,
    pub limit: Decimal,
}

/// How full it was when it was told, until when that is not told again, and the place in the log.
pub(crate) type Telling = (u32, Option<Timestamp>, u64);

/// What was told of the budgets of each agent, and of the wallet (`None`), that have not emptied
/// since.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Told(BTreeMap<Option<AgentId>, Tellings>);

/// What was told of one owner's budgets. Of more than are remembered the one that was told first is
/// forgotten, and may be told again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Tellings {
    known: BTreeMap<Budget, Telling>,
    order: BTreeMap<u64, Budget>,
    ends: BTreeSet<(Timestamp, u64)>,
}

impl Told {
    /// How full a budget was when it was told last, 0 when that can be told again.
    pub fn percent(&self, owner: Option<AgentId>, budget: &Budget, at: Timestamp) -> u32 {
        let told = self.0.get(&owner).and_then(|tellings| tellings.known.get(budget));
        let told = told.filter(|(_, until, _)| until.is_none_or(|until| at < until));
        told.map_or(0, |(percent, ..)| *percent)
    }

    /// Remembers that a budget was told at `at`.
    pub fn note(
        &mut self,
        owner: Option<AgentId>,
        budget: Budget,
        (percent, until, seq): Telling,
        at: Timestamp,
    ) {
        let tellings = self.0.entry(owner).or_default();
        while let Some((end, ended)) = tellings.ends.first().copied()
            && end <= at
        {
            tellings.forget(ended);
        }
        if let Some((.., before)) = tellings.known.get(&budget).copied() {
            tellings.forget(before);
        }
        tellings.ends.extend(until.map(|until| (until, seq)));
        tellings.order.insert(seq, budget.clone());
        tellings.known.insert(budget, (percent, until, seq));
        if tellings.order.len() > REMEMBERED_MAX
            && let Some((first, _)) = tellings.order.first_key_value()
        {
            tellings.forget(*first);
        }
    }
}

#[cfg(test)]
impl Told {
    /// How many are remembered, in each of the three ways they are looked up.
    pub fn len(&self) -> [usize; 3] {
        let lens = self.0.values().map(|one| [one.known.len(), one.order.len(), one.ends.len()]);
        lens.fold([0; 3], |sum, one| std::array::from_fn(|at| sum[at].saturating_add(one[at])))
    }
}

impl Tellings {
    fn forget(&mut self, seq: u64) {
        let budget = self.order.remove(&seq);
        let told = budget.and_then(|budget| self.known.remove(&budget));
        if let Some((_, Some(until), _)) = told {
            self.ends.remove(&(until, seq));
        }
    }
}
