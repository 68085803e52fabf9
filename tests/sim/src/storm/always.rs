//! I3 and I4 at any entry, not only where they can break: what is used of every limit and of every
//! allocation is added up anew. After a policy or an allocation was lowered, or days begin at
//! another time, more may be used than there is; then it must not grow.

use super::books::{Books, must};
use super::limits::{self, Row};
use crate::model::names;
use crate::world::Wrong;
use purser_domain::{AgentId, Event, Interval, SpendingLimit};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Whose limit it is, which of them, and whose share of it.
type Key = (Option<AgentId>, String, String);

/// What is used of each, and the most there is.
type Sums = BTreeMap<Key, (Decimal, Decimal)>;

/// The check, and what was over its limit when that was lowered.
#[derive(Debug, Default)]
pub struct Always {
    /// Whether to look after each entry, and not only when limits change and when asked to.
    pub every: bool,
    over: BTreeMap<Key, Decimal>,
}

impl Always {
    /// Looks at the books after an entry.
    ///
    /// # Errors
    /// When more is used than there is.
    pub fn after(&mut self, books: &Books, event: &Event) -> Result<(), Wrong> {
        let changed = matches!(
            event,
            Event::WalletCreated { .. }
                | Event::WalletPolicySet { .. }
                | Event::AgentAdded { .. }
                | Event::AgentPolicySet { .. }
                | Event::AllocationSet { .. }
                | Event::SessionOpened { .. }
        );
        if changed {
            self.over = over(&sums(books));
        } else if self.every {
            self.look(books)?;
        }
        Ok(())
    }

    /// Looks at the books now.
    ///
    /// # Errors
    /// When more is used than there is.
    pub fn look(&mut self, books: &Books) -> Result<(), Wrong> {
        let sums = sums(books);
        for (key, (used, limit)) in &sums {
            let most = self.over.get(key).map_or(*limit, |over| *limit.max(over));
            let promise = if key.1 == ALLOCATION { "I4 always" } else { "I3 always" };
            must(*used <= most, promise, || format!("{key:?} used {used} of {limit}"))?;
        }
        self.over = over(&sums);
        Ok(())
    }
}

const ALLOCATION: &str = "allocation";

fn over(sums: &Sums) -> BTreeMap<Key, Decimal> {
    let over = sums.iter().filter(|(_, (used, limit))| used > limit);
    over.map(|(key, (used, _))| (key.clone(), *used)).collect()
}

fn sums(books: &Books) -> Sums {
    let mut sums = Sums::new();
    for (agent, member) in &books.agents {
        if let Some((used, held)) = limits::of_allocation(books, *agent) {
            let key = (Some(*agent), ALLOCATION.to_owned(), String::new());
            sums.insert(key, (used, held));
        }
        let daily = SpendingLimit::new(member.policy.daily, Interval::Daily);
        let all = [&daily].into_iter().chain(&member.policy.spending_limits);
        all.enumerate().for_each(|limit| add(books, &mut sums, Some(*agent), limit));
        let session = SpendingLimit::new(member.policy.per_session, Interval::Session);
        add(books, &mut sums, Some(*agent), (usize::MAX, &session));
    }
    let all = books.wallet.spending_limits.iter().enumerate();
    all.for_each(|limit| add(books, &mut sums, None, limit));
    sums
}

/// Adds up what is used of one limit, share by share.
fn add(
    books: &Books,
    sums: &mut Sums,
    whose: Option<AgentId>,
    (number, limit): (usize, &SpendingLimit),
) {
    for row in books.rows.values() {
        let request = &row.reservation.request;
        let theirs = match (whose, limit.interval) {
            (Some(agent), Interval::Session) => request.agent == agent,
            (None, Interval::Session) => false,
            (Some(agent), _) => row.chain.contains(&agent),
            (None, _) => true,
        };
        if !theirs || !names(limit, request) || !row.counts_in(limit, books) {
            continue;
        }
        let own = number == usize::MAX;
        let ceiling = if own { row.ceiling(books) } else { None };
        let most = ceiling.map_or(limit.amount, |ceiling| limit.amount.min(ceiling));
        let key = (whose, format!("limit {number}"), share(limit, row));
        let sum = sums.entry(key).or_insert((Decimal::ZERO, most));
        sum.0 += row.reserved + row.settled;
    }
}

/// Whose amount of a limit a payment uses, in words.
fn share(limit: &SpendingLimit, row: &Row) -> String {
    let request = &row.reservation.request;
    let task = request.task.as_ref().map(|task| &task.id);
    let session = (limit.interval == Interval::Session).then(|| row.session());
    let payee = limit.each_payee.then(|| request.payee.key());
    let category = limit.each_category.then_some(&request.category);
    let workflow = limit.each_workflow.then_some(&request.attribution.workflow);
    format!("{session:?} {payee:?} {category:?} {workflow:?} {:?}", limit.each_task.then_some(task))
}
