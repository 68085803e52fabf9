//! The ladder, step by step, as the design has it.

use super::budgets::names;
use super::{Agent, Answer, Held, Model, Now, Purse, prices};
use purser_domain::{
    AgentId, AgentPolicy, ApprovalRequirement, Event, HolderProof, IdempotencyKey, Interval,
    PayeeKey, PaymentId, Presented, Refusal, Reservation, Scope, Shown, SpendRequest, Tier,
    Timestamp,
};
use purser_engine::{AgentStatus, PaymentStatus};
use rust_decimal::Decimal;

enum Passed {
    Repeated(PaymentId),
    Reserved(Box<Reservation>),
}

impl Model {
    pub(super) fn spend(
        &self,
        request: &SpendRequest,
        presented: Option<&Presented>,
        now: Now,
    ) -> (Vec<Event>, Answer) {
        let request = &self.filled_in(request, now.at);
        let shown = presented.map(|presented| Box::new(self.shown(presented)));
        match self.climb(request, presented, now) {
            Ok(Passed::Repeated(payment)) => {
                let key = request.idempotency_key.clone();
                let agent = Some(request.agent);
                let event = Event::SpendRepeated { payment, key, agent, presented: shown };
                (vec![event], Answer::Repeated(payment))
            }
            Ok(Passed::Reserved(mut reservation)) => {
                reservation.presented = shown;
                (vec![Event::SpendReserved { reservation }], Answer::Reserved(request.payment))
            }
            Err(refusal) => {
                let (request, answer) = (request.clone(), Answer::Refused(refusal.clone()));
                let closed = self.exceeded(&request, &refusal);
                let refused = Event::SpendRefused { request, refusal, presented: shown };
                (std::iter::once(refused).chain(closed).collect(), answer)
            }
        }
    }

    /// What the log keeps of a credential: its name, and what is not as it was issued.
    fn shown(&self, presented: &Presented) -> Shown {
        let held = self.held(presented.credential);
        let same_end = held.is_some_and(|held| held.expires_at == presented.expires_at);
        let same_scope = held.is_some_and(|held| held.scope == presented.scope);
        Shown {
            credential: presented.credential,
            bearer: presented.proof == HolderProof::Bearer,
            handed_over: presented.handed_over,
            expires_at_ms: if same_end { None } else { Some(presented.expires_at) },
            scope: if same_scope { None } else { Some(presented.scope.clone()) },
        }
    }

    fn climb(
        &self,
        request: &SpendRequest,
        presented: Option<&Presented>,
        Now { at, clock }: Now,
    ) -> Result<Passed, Refusal> {
        let held = self.first_steps(request.agent, presented, Now { at, clock })?;
        let agent = &self.agents[&request.agent];
        if let Some(payment) = self.repeated(agent, request, clock)? {
            return Ok(Passed::Repeated(payment));
        }
        let worth = match self.rate(request, at) {
            None => None,
            Some(rate) => {
                let worth = request.amount.converted(rate);
                Some(worth.ok_or_else(|| Refusal::Internal { step: "worth".to_owned() })?)
            }
        };
        for id in self.chain(request.agent) {
            by_policy(&self.agents[&id].policy, request)?;
        }
        let scopes = [held.map(|held| &held.scope), presented.map(|shown| &shown.scope)];
        scopes
            .into_iter()
            .flatten()
            .try_for_each(|scope| by_scope(scope, request, worth, clock))?;
        self.in_session(request, Now { at, clock })?;
        prices::line_items(request)?;
        let asks = self.conditions(request, self.rate(request, at))?;
        if let Some(worth) = worth {
            self.caps(agent, request, worth, at)?;
            self.envelopes(&agent.policy, request, worth, at)?;
            self.wallet_limits(request, worth, at)?;
        }
        self.above(request, worth, at)?;
        if let Some(cause) = worth.and_then(|worth| self.too_much(request.agent, worth, at)) {
            return Err(Refusal::BreakerTripped { cause });
        }
        let signals = self.signals(request);
        let placed = self.after_failures(request, self.tier(request, worth, asks));
        let (tier, rules) = self.with_signals(request, placed, &signals)?;
        Ok(Passed::Reserved(Box::new(Reservation {
            request: request.clone(),
            worth,
            tier,
            rules,
            signals,
            charged_to: self.charged(request.agent, request, worth),
            approval: self.approval(request, tier, clock),
            presented: None,
        })))
    }

    /// Steps 1 to 3, of everything that an agent asks.
    pub(super) fn first_steps(
        &self,
        agent: AgentId,
        presented: Option<&Presented>,
        now: Now,
    ) -> Result<Option<&Held>, Refusal> {
        let held = self.credential(agent, presented, now.clock)?;
        self.standing(agent)?;
        self.rate_limit(agent, now.clock)?;
        Ok(held)
    }

    /// Step 1.
    fn credential(
        &self,
        agent: AgentId,
        presented: Option<&Presented>,
        now: Timestamp,
    ) -> Result<Option<&Held>, Refusal> {
        let Some(shown) = presented else { return Ok(None) };
        let over = |end: Timestamp| Refusal::CredentialExpired { expired_at_ms: end };
        let Some(held) = self.held(shown.credential) else {
            let ended = shown.expires_at <= now;
            return Err(if ended { over(shown.expires_at) } else { Refusal::CredentialUnknown });
        };
        if held.agent != agent {
            return Err(Refusal::CredentialUnknown);
        }
        if held.revoked {
            return Err(Refusal::CredentialRevoked);
        }
        let end = shown.expires_at.min(held.expires_at);
        if end <= now {
            return Err(over(end));
        }
        // A clock that ran far ahead issued it: no policy gives more than a day and a minute.
        if held.expires_at.as_millis() > now.as_millis() + super::DAY + super::MINUTE {
            return Err(Refusal::CredentialUnknown);
        }
        let taken = self.agents.get(&agent).is_some_and(|agent| agent.policy.allow_bearer);
        match shown.proof {
            HolderProof::Signature => Ok(Some(held)),
            HolderProof::Bearer if held.bearer && taken => Ok(Some(held)),
            HolderProof::Bearer => Err(Refusal::HolderProofMissing),
        }
    }

    /// Step 2.
    fn standing(&self, id: AgentId) -> Result<(), Refusal> {
        let agent = self.agents.get(&id).ok_or(Refusal::AgentUnknown)?;
        match agent.status {
            AgentStatus::Revoked => return Err(Refusal::AgentRevoked),
            _ if self.frozen => return Err(Refusal::WalletFrozen),
            AgentStatus::Paused => return Err(Refusal::AgentPaused),
            AgentStatus::Active => {}
        }
        let mut chain = self.chain(id).into_iter();
        match chain.find(|above| self.agents[above].status != AgentStatus::Active) {
            Some(ancestor) => Err(Refusal::AncestorStopped { ancestor }),
            None => Ok(()),
        }
    }

    /// Step 3: how many attempts of the last minute were let through, and how long until there are
    /// fewer than the limit.
    fn rate_limit(&self, id: AgentId, now: Timestamp) -> Result<(), Refusal> {
        for id in self.chain(id) {
            let Some(agent) = self.agents.get(&id) else { continue };
            let limit = agent.policy.rate_limit_per_minute;
            let ages = agent.attempts.iter().map(|then| now.millis_since(*then));
            let mut waits: Vec<i64> =
                ages.map(|age| 60_000 - age).filter(|wait| *wait > 0).collect();
            waits.sort_unstable();
            if waits.len() >= limit as usize {
                // When this many are gone, one fewer than the limit is left.
                let wait = waits[waits.len() - limit as usize];
                let retry_after_s = u32::try_from((wait + 999) / 1000).unwrap().max(1);
                return Err(Refusal::RateLimited { limit, retry_after_s });
            }
        }
        Ok(())
    }

    /// Step 4.
    fn repeated(
        &self,
        agent: &Agent,
        request: &SpendRequest,
        now: Timestamp,
    ) -> Result<Option<PaymentId>, Refusal> {
        if let Some(payment) = self.key_holder(agent, &request.idempotency_key, now) {
            let first = &self.pay(payment).unwrap().reservation.request;
            if one_purchase(first, request) {
                return Ok(Some(payment));
            }
            return Err(Refusal::IdempotencyConflict { payment });
        }
        if self.pay(request.payment).is_some() {
            return Err(Refusal::Internal { step: "payment_id".to_owned() });
        }
        Ok(None)
    }

    /// The payment that a key stands for.
    fn key_holder(
        &self,
        agent: &Agent,
        key: &IdempotencyKey,
        clock: Timestamp,
    ) -> Option<PaymentId> {
        let payment = *agent.keys.get(key)?;
        (!self.key_is_free(payment, clock)).then_some(payment)
    }

    /// Whether a key stands for its payment no more. One that the wallet derived, of a payment
    /// that ended without moving money, or that ended and was asked more than a day ago: the same
    /// purchase may be wanted twice.
    pub(super) fn key_is_free(&self, payment: PaymentId, clock: Timestamp) -> bool {
        let Some(pay) = self.pay(payment) else { return false };
        let no_money =
            matches!(pay.status, PaymentStatus::Failed { .. } | PaymentStatus::Stopped(_));
        let long_ago = clock.millis_since(pay.clock) > super::DAY;
        let ended = pay.status.is_terminal() && (no_money || long_ago);
        pay.reservation.request.key_derived && ended
    }

    /// What a unit of the request's currency is worth.
    pub(super) fn rate(&self, request: &SpendRequest, now: Timestamp) -> Option<Decimal> {
        let currency = request.amount.currency();
        if currency == self.wallet.currency {
            return Some(Decimal::ONE);
        }
        let rate = self.wallet.rates.get(&currency)?;
        let hours = rate.max_age_hours.map(i64::from);
        let old = rate.as_of.zip(hours).is_some_and(|(as_of, hours)| {
            now.as_millis() >= as_of.as_millis() + hours * 60 * super::MINUTE
        });
        (!old).then_some(rate.worth)
    }

    /// Step 6.
    fn caps(
        &self,
        agent: &Agent,
        request: &SpendRequest,
        worth: Decimal,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let policy = &agent.policy;
        if worth > policy.per_transaction {
            let limit = policy.per_transaction;
            return Err(Refusal::PerTransactionCap { limit, observed: worth });
        }
        let observed = total(self.session_used(request, now), worth);
        let limit = agent.session_limit(request.session.as_ref(), now);
        if observed > limit {
            return Err(Refusal::SessionCap { limit, observed });
        }
        let observed = total(self.day_used(Purse::Agent(request.agent), now), worth);
        if observed > policy.daily {
            let resets_at_ms = self.calendar.next_day(now);
            return Err(Refusal::DailyCap { limit: policy.daily, observed, resets_at_ms });
        }
        Ok(())
    }

    /// Step 7.
    fn envelopes(
        &self,
        policy: &AgentPolicy,
        request: &SpendRequest,
        worth: Decimal,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        for (envelope, limit) in (0..).zip(&policy.spending_limits) {
            if !names(limit, request) {
                continue;
            }
            let used = self.envelope_used(Purse::Agent(request.agent), limit, (request, now));
            let observed = total(used, worth);
            if observed > limit.amount {
                let (interval, window, limit) = (limit.interval, limit.window, limit.amount);
                return Err(Refusal::EnvelopeLimit { envelope, interval, window, limit, observed });
            }
        }
        Ok(())
    }

    /// Step 7, for all agents together.
    fn wallet_limits(
        &self,
        request: &SpendRequest,
        worth: Decimal,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        for limit in self.wallet.spending_limits.iter().filter(|limit| names(limit, request)) {
            let observed = total(self.envelope_used(Purse::Wallet, limit, (request, now)), worth);
            if observed > limit.amount {
                let (budget, limit) = (String::new(), limit.amount);
                return Err(Refusal::WalletLimit { budget, limit, observed });
            }
        }
        Ok(())
    }

    /// Step 8.
    fn above(
        &self,
        request: &SpendRequest,
        worth: Option<Decimal>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let chain = self.chain(request.agent);
        if chain.iter().any(|id| self.holds(*id).is_none()) {
            return Err(Refusal::AllocationTakenBack);
        }
        let Some(worth) = worth else { return Ok(()) };
        let mut child = None;
        for id in chain {
            if child.is_some() {
                self.budgets_of_ancestor(id, request, worth, now)?;
            }
            self.allocation_of(id, child, worth, now)?;
            child = Some(id);
        }
        Ok(())
    }

    fn budgets_of_ancestor(
        &self,
        ancestor: AgentId,
        request: &SpendRequest,
        worth: Decimal,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let policy = &self.agents[&ancestor].policy;
        let purse = Purse::Agent(ancestor);
        // Its sessions are its own.
        let limits = policy
            .spending_limits
            .iter()
            .filter(|limit| names(limit, request) && limit.interval != Interval::Session);
        let envelopes = limits.map(|limit| {
            (limit.amount, total(self.envelope_used(purse, limit, (request, now)), worth))
        });
        let day = total(self.day_used(purse, now), worth);
        let caps = [(policy.per_transaction, worth), (policy.daily, day)];
        let mut all = caps.into_iter().chain(envelopes);
        match all.find(|(limit, observed)| observed > limit) {
            Some((limit, observed)) => {
                let budget = String::new();
                Err(Refusal::AncestorLimit { ancestor, budget, limit, observed })
            }
            None => Ok(()),
        }
    }

    /// Whether an agent's own use and that of all below it, with this payment, and what its
    /// sub-agents may still use after it, is within what it holds. `child` is the sub-agent that
    /// the payment comes through.
    fn allocation_of(
        &self,
        holder: AgentId,
        child: Option<AgentId>,
        worth: Decimal,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let used = total(self.subtree_used(holder, now), worth);
        let rest: Decimal = self
            .children(holder)
            .map(|id| {
                let through = if Some(id) == child { worth } else { Decimal::ZERO };
                self.remainder(id, through, now)
            })
            .sum();
        let limit = self.holds(holder).expect("an allocation").amount;
        let observed = (used + rest).normalize();
        if observed > limit {
            return Err(Refusal::AllocationLimit { holder, limit, observed });
        }
        Ok(())
    }

    /// Step 11: the highest tier that the agent's policy or one above it asks for.
    fn tier(
        &self,
        request: &SpendRequest,
        worth: Option<Decimal>,
        asks: Vec<String>,
    ) -> (Tier, Vec<String>) {
        let Some(worth) = worth else {
            let rules = ["unpriced_currency".to_owned()].into_iter().chain(asks).collect();
            return (Tier::MultiParty, rules);
        };
        let (by_worth, code) = self.tier_of(worth);
        let chain = self.chain(request.agent);
        let policies: Vec<_> = chain.iter().map(|id| &self.agents[id].policy).collect();
        let judged: Vec<_> =
            policies.iter().map(|policy| judge(policy, request, worth, by_worth)).collect();
        let tier = judged.iter().map(|judged| judged.tier).max().unwrap();
        let raised = tier < Tier::SingleApprover && !asks.is_empty();
        let mut rules = Vec::new();
        // What did not put it there is not named.
        if tier == by_worth && !raised {
            rules.push(code.to_owned());
        }
        if judged.iter().any(|judged| judged.reviewed) {
            rules.push("review_above".to_owned());
        }
        if judged.iter().any(|judged| judged.spared) {
            rules.push("payee_rule".to_owned());
        }
        rules.extend(asks);
        (if raised { Tier::SingleApprover } else { tier }, rules)
    }

    fn tier_of(&self, worth: Decimal) -> (Tier, &'static str) {
        let tiers = &self.wallet.tiers;
        if worth < tiers.autonomous_below {
            (Tier::Autonomous, "tier_autonomous")
        } else if worth <= tiers.envelope_up_to {
            (Tier::Enveloped, "tier_enveloped")
        } else if worth <= tiers.approver_up_to {
            (Tier::SingleApprover, "tier_single_approver")
        } else {
            (Tier::MultiParty, "tier_multi_party")
        }
    }

    /// What people must do, and until when.
    fn approval(
        &self,
        request: &SpendRequest,
        tier: Tier,
        now: Timestamp,
    ) -> Option<ApprovalRequirement> {
        let tiers = &self.wallet.tiers;
        let approvers: Vec<_> = self.owner.into_iter().collect();
        let (needed, minutes) = match tier {
            Tier::Autonomous | Tier::Enveloped => return None,
            Tier::SingleApprover => (1, tiers.approver_window_minutes),
            Tier::MultiParty => {
                (tiers.quorum.min(approvers.len() as u32).max(1), tiers.quorum_window_minutes)
            }
        };
        let end = now.as_millis() + i64::from(minutes) * super::MINUTE;
        Some(ApprovalRequirement {
            needed,
            approvers,
            digest: request.digest().unwrap(),
            expires_at_ms: Timestamp::from_millis(end),
        })
    }
}

/// What one policy of the chain says of a payment.
struct Judged {
    tier: Tier,
    /// `review_above` asks a person.
    reviewed: bool,
    /// A payee rule spares a person.
    spared: bool,
}

fn judge(policy: &AgentPolicy, request: &SpendRequest, worth: Decimal, by_worth: Tier) -> Judged {
    let reviewed = policy.review_above.is_some_and(|above| worth > above);
    let tier = if reviewed { by_worth.max(Tier::SingleApprover) } else { by_worth };
    let keys = opening(request);
    let mut rules = policy.payee_rules.iter();
    let trusted = rules.any(|rule| keys.contains(&rule.payee) && worth <= rule.up_to);
    if trusted && tier > Tier::Enveloped {
        return Judged { tier: by_worth.min(Tier::Enveloped), reviewed: false, spared: true };
    }
    Judged { tier, reviewed, spared: false }
}

fn total((settled, reserved): (Decimal, Decimal), worth: Decimal) -> Decimal {
    (settled + reserved + worth).normalize()
}

/// Whether two requests are for the same purchase: all that matters to the merchant and the budgets
/// is the same.
pub(super) fn one_purchase(one: &SpendRequest, other: &SpendRequest) -> bool {
    let task = |request: &SpendRequest| request.task.as_ref().map(|task| task.id.clone());
    one.agent == other.agent
        && one.action == other.action
        && one.rail == other.rail
        && one.payee.key() == other.payee.key()
        && one.amount == other.amount
        && one.category == other.category
        && one.session == other.session
        && task(one) == task(other)
        && one.subject == other.subject
}

/// The keys that open an allow list: a host beside an account only where the wallet saw it itself.
fn opening(request: &SpendRequest) -> Vec<PayeeKey> {
    let mut keys = request.payee.keys();
    if request.terms.is_none() {
        keys.truncate(1);
    }
    keys
}

fn allows<T: PartialEq>(list: &[T], items: &[T]) -> bool {
    list.is_empty() || list.iter().any(|allowed| items.contains(allowed))
}

/// Step 5, by a policy.
fn by_policy(policy: &AgentPolicy, request: &SpendRequest) -> Result<(), Refusal> {
    let category: Vec<_> = request.category.clone().into_iter().collect();
    let (rail, action, currency) = (request.rail, request.action, request.amount.currency());
    let checks = [
        (allows(&policy.allowed_payees, &opening(request)), Refusal::PayeeNotAllowed),
        (
            !request.payee.keys().iter().any(|key| policy.blocked_payees.contains(key)),
            Refusal::PayeeBlocked,
        ),
        (allows(&policy.allowed_categories, &category), Refusal::CategoryNotAllowed),
        (
            !category.iter().any(|one| policy.blocked_categories.contains(one)),
            Refusal::CategoryBlocked,
        ),
        (allows(&policy.allowed_rails, &[rail]), Refusal::RailNotAllowed { rail }),
        (allows(&policy.allowed_actions, &[action]), Refusal::ActionNotAllowed { action }),
        (allows(&policy.allowed_currencies, &[currency]), Refusal::CurrencyNotAllowed { currency }),
    ];
    first_failing(checks)
}

/// Step 5, by a credential.
fn by_scope(
    scope: &Scope,
    request: &SpendRequest,
    worth: Option<Decimal>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let category: Vec<_> = request.category.clone().into_iter().collect();
    let task: Vec<_> = request.task.iter().map(|task| task.id.clone()).collect();
    let (rail, action, currency) = (request.rail, request.action, request.amount.currency());
    let begun = scope.not_before.is_none_or(|begin| begin <= now);
    let not_over = scope.not_after.is_none_or(|end| now < end);
    first_failing([
        (allows(&scope.payees, &opening(request)), Refusal::PayeeNotAllowed),
        (allows(&scope.categories, &category), Refusal::CategoryNotAllowed),
        (allows(&scope.rails, &[rail]), Refusal::RailNotAllowed { rail }),
        (allows(&scope.actions, &[action]), Refusal::ActionNotAllowed { action }),
        (allows(&scope.currencies, &[currency]), Refusal::CurrencyNotAllowed { currency }),
        (allows(&scope.tasks, &task), Refusal::TaskNotAllowed),
        (begun && not_over, Refusal::OutsideTimeWindow),
    ])?;
    match (scope.per_transaction, worth) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(Refusal::CurrencyNotAllowed { currency }),
        (Some(limit), Some(observed)) if observed > limit => {
            Err(Refusal::CredentialCap { limit, observed })
        }
        (Some(_), Some(_)) => Ok(()),
    }
}

fn first_failing<const N: usize>(checks: [(bool, Refusal); N]) -> Result<(), Refusal> {
    checks.into_iter().find(|(passed, _)| !passed).map_or(Ok(()), |(_, refusal)| Err(refusal))
}
