//! Budgets that fill: each is told once at 80 and once at 100 % of its limit, for each time that it
//! fills.

use super::budgets::{names, one_amount};
use super::{Model, Purse};
use purser_domain::{
    AgentId, Event, Interval, Refusal, SpendRequest, SpendingLimit, Timestamp, Window,
};
use rust_decimal::Decimal;

/// One amount that fills: whose, what it counts, and a request that uses it.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    owner: Option<AgentId>,
    is_allocation: bool,
    limit: SpendingLimit,
    request: SpendRequest,
}

/// What was told of a budget: how full it was, and until when that is not told again.
#[derive(Debug, Clone)]
pub(super) struct Told {
    budget: Budget,
    percent: u32,
    until: Option<Timestamp>,
}

impl Budget {
    /// Whether both are one amount, so that it is told once.
    fn is(&self, other: &Self) -> bool {
        let sessions = self.request.session == other.request.session;
        self.owner == other.owner
            && self.is_allocation == other.is_allocation
            && self.limit == other.limit
            && one_amount(&self.limit, &self.request, &other.request)
            && (self.limit.interval != Interval::Session || sessions)
    }
}

impl Model {
    /// What follows a decision on a request to spend.
    pub(super) fn reached(&self, event: &Event, now: Timestamp) -> Vec<(Told, Event)> {
        match event {
            Event::SpendReserved { reservation } => {
                let worth = reservation.worth.unwrap_or_default();
                let all = self.budgets_of(&reservation.request, now);
                all.into_iter().filter_map(|budget| self.filled(budget, worth, now)).collect()
            }
            Event::SpendRefused { request, refusal, .. } => {
                self.emptied(request, refusal, now).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn budget(
        &self,
        owner: Option<AgentId>,
        limit: &SpendingLimit,
        request: &SpendRequest,
    ) -> Budget {
        let (limit, request) = (limit.clone(), request.clone());
        Budget { owner, is_allocation: false, limit, request }
    }

    /// All that a request fills: its agent's, those of all above it, the wallet's.
    fn budgets_of(&self, request: &SpendRequest, now: Timestamp) -> Vec<Budget> {
        let mut all = Vec::new();
        for id in self.chain(request.agent) {
            let agent = &self.agents[&id];
            let own = id == request.agent;
            if own {
                let most = agent.session_limit(request.session.as_ref(), now);
                let session = SpendingLimit::new(most, Interval::Session);
                all.push(self.budget(Some(id), &session, request));
            }
            let daily = SpendingLimit::new(agent.policy.daily, Interval::Daily);
            all.push(self.budget(Some(id), &daily, request));
            all.extend(agent.allocation.iter().map(|_| self.allocation_budget(id, request)));
            let limits = agent.policy.spending_limits.iter();
            let limits = limits.filter(|limit| own || limit.interval != Interval::Session);
            all.extend(limits.map(|limit| self.budget(Some(id), limit, request)));
        }
        let limits = self.wallet.spending_limits.iter();
        all.extend(limits.map(|limit| self.budget(None, limit, request)));
        all.retain(|budget| {
            budget.limit.interval != Interval::PerTransaction && names(&budget.limit, request)
        });
        all
    }

    /// What an agent holds: for one of the owner's own that is its day.
    fn allocation_budget(&self, holder: AgentId, request: &SpendRequest) -> Budget {
        let held = self.holds(holder).unwrap();
        let mut limit = SpendingLimit::new(held.amount, held.interval);
        limit.window = held.window;
        let is_allocation = self.agents[&holder].parent.is_some();
        Budget { is_allocation, ..self.budget(Some(holder), &limit, request) }
    }

    fn used_of(&self, budget: &Budget, now: Timestamp) -> Decimal {
        let purse = budget.owner.map_or(Purse::Wallet, Purse::Agent);
        let (settled, reserved) = self.envelope_used(purse, &budget.limit, (&budget.request, now));
        settled + reserved
    }

    fn filled(&self, budget: Budget, worth: Decimal, now: Timestamp) -> Option<(Told, Event)> {
        let limit = budget.limit.amount;
        let level = |used: Decimal| match () {
            () if used >= limit => 100,
            () if used >= limit * Decimal::new(80, 2) => 80,
            () => 0,
        };
        let before = self.used_of(&budget, now);
        let percent = level(before + worth);
        (percent > level(before)).then(|| self.tell(budget, percent, before + worth, now))?
    }

    fn emptied(
        &self,
        request: &SpendRequest,
        refusal: &Refusal,
        now: Timestamp,
    ) -> Option<(Told, Event)> {
        let budget = self.refused_by(request, refusal, now)?;
        if budget.limit.interval == Interval::PerTransaction {
            return None;
        }
        let used = self.used_of(&budget, now);
        let held = match refusal {
            Refusal::AllocationLimit { holder, .. } => self.held_below(*holder, now),
            _ => Decimal::ZERO,
        };
        self.tell(budget, 100, used + held, now)
    }

    /// The budget that refused.
    fn refused_by(
        &self,
        request: &SpendRequest,
        refusal: &Refusal,
        now: Timestamp,
    ) -> Option<Budget> {
        let owner = request.agent;
        let policy = &self.agents.get(&owner)?.policy;
        let daily =
            |id: AgentId| SpendingLimit::new(self.agents[&id].policy.daily, Interval::Daily);
        match refusal {
            Refusal::SessionCap { limit, .. } => {
                let session = SpendingLimit::new(*limit, Interval::Session);
                Some(self.budget(Some(owner), &session, request))
            }
            Refusal::DailyCap { .. } => Some(self.budget(Some(owner), &daily(owner), request)),
            Refusal::EnvelopeLimit { envelope, .. } => {
                let limit = policy.spending_limits.get(*envelope as usize)?;
                Some(self.budget(Some(owner), limit, request))
            }
            Refusal::AllocationLimit { holder, .. } => {
                Some(self.allocation_budget(*holder, request))
            }
            // Whichever of them stands first and would be passed.
            Refusal::WalletLimit { limit, observed, .. } => {
                let all = self.wallet.spending_limits.iter();
                let all = all.map(|one| self.budget(None, one, request)).collect();
                self.first_over(all, request, (*limit, *observed), now)
            }
            Refusal::AncestorLimit { ancestor, limit, observed, .. } => {
                let limits = self.agents[ancestor].policy.spending_limits.iter();
                let limits = limits.filter(|limit| limit.interval != Interval::Session);
                let once = SpendingLimit::new(
                    self.agents[ancestor].policy.per_transaction,
                    Interval::PerTransaction,
                );
                let all = [once, daily(*ancestor)].into_iter().chain(limits.cloned());
                let all = all.map(|one| self.budget(Some(*ancestor), &one, request)).collect();
                self.first_over(all, request, (*limit, *observed), now)
            }
            _ => None,
        }
    }

    fn first_over(
        &self,
        all: Vec<Budget>,
        request: &SpendRequest,
        (limit, observed): (Decimal, Decimal),
        now: Timestamp,
    ) -> Option<Budget> {
        let rate = self.rate(request, now)?;
        let worth = request.amount.converted(rate)?;
        all.into_iter().find(|budget| {
            names(&budget.limit, request)
                && budget.limit.amount == limit
                && self.used_of(budget, now) + worth == observed
        })
    }

    fn tell(
        &self,
        budget: Budget,
        percent: u32,
        used: Decimal,
        now: Timestamp,
    ) -> Option<(Told, Event)> {
        let known = self.told.iter().rev().find(|told| told.budget.is(&budget));
        let known = known.filter(|told| told.until.is_none_or(|until| now < until));
        if known.is_some_and(|told| told.percent >= percent) {
            return None;
        }
        let until = self.told_until(&budget, now);
        let event = Event::BudgetReached {
            agent: budget.owner,
            budget: String::new(),
            percent,
            limit: budget.limit.amount.normalize(),
            used: used.normalize(),
            until_ms: until,
        };
        Some((Told { budget, percent, until }, event))
    }

    /// When it is empty again by the calendar, or nothing of now counts any more.
    fn told_until(&self, budget: &Budget, now: Timestamp) -> Option<Timestamp> {
        let (interval, window) = (budget.limit.interval, budget.limit.window);
        let after = |ms: i64| Some(Timestamp::from_millis(ms));
        match (interval, window) {
            (Interval::Session, _) if budget.request.session.is_some() => {
                after(now.as_millis() + 2 * super::DAY)
            }
            (Interval::Session, _) => Some(self.calendar.next_day(now)),
            (Interval::AllTime | Interval::PerTransaction, _) => None,
            (_, Window::Rolling) => Some(self.calendar.rolled_out(interval, now)),
            (_, Window::Calendar) => Some(self.calendar.next(interval, now)),
        }
    }
}
