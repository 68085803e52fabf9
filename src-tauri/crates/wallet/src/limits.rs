//! An agent's limits as the window changes them (A10): compared first, then set, with the rest of
//! its policy left as it is.
//!
//! Guarantees: the engine says what loosens, and takes nothing that does without the owner's
//! presence. What is set is what was shown: a change that was compared with another policy than
//! the agent has by now is refused.

use crate::owner::OwnerError;
use crate::shown;
use crate::view::LimitsView;
use crate::wallet::Wallet;
use purser_domain::{AgentId, AgentPolicy, Digest, Interval, SpendingLimit};
use purser_engine::policy::{Change, Direction, compare};
use purser_engine::{AgentStatus, CommandError, State};
use rust_decimal::Decimal;
use serde::Serialize;

/// The limits of an agent that the window changes, in the budget currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentLimits {
    /// Cap for one payment.
    pub per_transaction: Decimal,
    /// Cap for one session.
    pub per_session: Decimal,
    /// Cap for a day.
    pub daily: Decimal,
    /// Limit for a calendar week over everything; `None` for none.
    pub weekly: Option<Decimal>,
    /// Limit for a calendar month over everything; `None` for none.
    pub monthly: Option<Decimal>,
    /// Payments above this ask the owner; `None` leaves it to the wallet's tiers.
    pub review_above: Option<Decimal>,
}

/// One limit that changes, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LimitChange {
    /// Which: `Most per day`.
    pub label: String,
    /// The field of the policy.
    pub path: String,
    /// What it is.
    pub from: String,
    /// What it is to be.
    pub to: String,
    /// Whether it lets more through.
    pub direction: Direction,
}

/// What a change of limits comes to, before it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LimitsPlan {
    /// Limit by limit; empty when nothing changes.
    pub changes: Vec<LimitChange>,
    /// Whether any of it loosens, so that the owner must be there.
    pub loosens: bool,
    /// Digest of the policy that it was compared with and of the new one; goes back with the order
    /// to set it.
    pub seen: String,
}

impl Wallet {
    /// What new limits would change.
    ///
    /// # Errors
    /// When there is no such agent, it is revoked, or a limit has a fault.
    pub async fn compare_limits(
        &self,
        agent: AgentId,
        limits: AgentLimits,
    ) -> Result<LimitsPlan, OwnerError> {
        let planned = self.writer.look(move |state| plan(state, agent, &limits)).await?;
        Ok(planned?.0)
    }

    /// Sets new limits, as compared: `seen` says what was on the screen. Without the owner's
    /// presence only what loosens nothing.
    ///
    /// # Errors
    /// When the policy changed meanwhile, loosens without presence, or has a fault.
    pub async fn set_limits(
        &self,
        agent: AgentId,
        limits: AgentLimits,
        (seen, presence): (Digest, bool),
    ) -> Result<LimitsPlan, OwnerError> {
        let planned = self.writer.look(move |state| plan(state, agent, &limits)).await?;
        let (plan, policy) = planned?;
        if Digest::from_hex(&plan.seen) != Some(seen) {
            return Err(OwnerError::LimitsChanged);
        }
        self.set_agent_policy(agent, policy, presence).await?;
        Ok(plan)
    }
}

fn plan(
    state: &State,
    agent: AgentId,
    limits: &AgentLimits,
) -> Result<(LimitsPlan, AgentPolicy), OwnerError> {
    let found = state.agent(agent).ok_or(CommandError::AgentNotFound)?;
    if found.status == AgentStatus::Revoked {
        return Err(CommandError::AgentRevoked.into());
    }
    let new = limits.over(&found.policy);
    new.validate().map_err(CommandError::from)?;
    let changes = compare(&found.policy, &new);
    let seen = Digest::of(&(agent, &found.policy, &new)).map_err(|_| OwnerError::Unexpected)?;
    let plan = LimitsPlan {
        loosens: changes.iter().any(|change| change.direction == Direction::Loosens),
        changes: changes.iter().map(words).collect(),
        seen: seen.to_string(),
    };
    Ok((plan, new))
}

impl AgentLimits {
    /// A policy with these limits, and the rest as it is.
    fn over(&self, policy: &AgentPolicy) -> AgentPolicy {
        let mut new = AgentPolicy {
            per_transaction: self.per_transaction,
            per_session: self.per_session,
            daily: self.daily,
            review_above: self.review_above,
            ..policy.clone()
        };
        put(&mut new.spending_limits, Interval::Weekly, self.weekly);
        put(&mut new.spending_limits, Interval::Monthly, self.monthly);
        new
    }
}

/// Puts the limit over everything in its place, adds it or takes it away.
fn put(limits: &mut Vec<SpendingLimit>, interval: Interval, amount: Option<Decimal>) {
    let place = plain(limits, interval);
    match (place, amount) {
        (Some(place), Some(amount)) => {
            if let Some(limit) = limits.get_mut(place) {
                limit.amount = amount;
            }
        }
        (Some(place), None) => {
            limits.remove(place);
        }
        (None, Some(amount)) => limits.push(SpendingLimit::new(amount, interval)),
        (None, None) => {}
    }
}

/// The place of the smallest limit over everything in an interval of the calendar.
fn plain(limits: &[SpendingLimit], interval: Interval) -> Option<usize> {
    let is_plain = |limit: &SpendingLimit| *limit == SpendingLimit::new(limit.amount, interval);
    let found = limits.iter().enumerate().filter(|(_, limit)| is_plain(limit));
    found.min_by_key(|(_, limit)| limit.amount).map(|(place, _)| place)
}

/// The limits as they are, to be changed.
pub fn shown(policy: &AgentPolicy) -> LimitsView {
    let typed = |amount: Decimal| amount.normalize().to_string();
    let plain = |interval| {
        let place = plain(&policy.spending_limits, interval)?;
        policy.spending_limits.get(place).map(|limit| typed(limit.amount))
    };
    LimitsView {
        per_transaction: typed(policy.per_transaction),
        per_session: typed(policy.per_session),
        daily: typed(policy.daily),
        weekly: plain(Interval::Weekly),
        monthly: plain(Interval::Monthly),
        review_above: policy.review_above.map(typed),
    }
}

fn words(change: &Change) -> LimitChange {
    // An envelope is told as its amount and what it is over: `100 weekly`.
    let either = change.to.as_deref().or(change.from.as_deref()).unwrap_or_default();
    let over = either.split_once(' ').map_or("", |(_, over)| over);
    let (label, none) = match (change.path.as_str(), over) {
        ("per_transaction", _) => ("Most per payment", ""),
        ("per_session", _) => ("Most per session", ""),
        ("daily", _) => ("Most per day", ""),
        ("review_above", _) => ("Asks you above", "your usual tiers"),
        ("spending_limits", "weekly") => ("Most per week", "no limit"),
        ("spending_limits", "monthly") => ("Most per month", "no limit"),
        (path, _) => (path, "nothing"),
    };
    let value = |value: &Option<String>| {
        let Some(value) = value else { return none.to_owned() };
        let (amount, _) = value.split_once(' ').unwrap_or((value, ""));
        let amount = Decimal::from_str_exact(amount);
        amount.map_or_else(|_| value.clone(), shown::grouped)
    };
    LimitChange {
        label: label.to_owned(),
        path: change.path.clone(),
        from: value(&change.from),
        to: value(&change.to),
        direction: change.direction,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_domain::Category;

    fn limits() -> AgentLimits {
        AgentLimits {
            per_transaction: 50.into(),
            per_session: 200.into(),
            daily: 500.into(),
            weekly: None,
            monthly: None,
            review_above: None,
        }
    }

    fn told(old: &AgentPolicy, new: &AgentLimits) -> Vec<String> {
        let one = |change: &Change| {
            let LimitChange { label, from, to, direction, .. } = words(change);
            format!("{label}: {from} to {to}, {direction:?}")
        };
        compare(old, &new.over(old)).iter().map(one).collect()
    }

    #[test]
    fn each_limit_is_told_in_words_with_its_direction() {
        let old = AgentPolicy::default();
        assert_eq!(told(&old, &limits()), Vec::<String>::new());
        let new = AgentLimits {
            daily: 1200.into(),
            per_transaction: 20.into(),
            weekly: Some(2000.into()),
            review_above: Some(10.into()),
            ..limits()
        };
        let mut changes = told(&old, &new);
        changes.sort();
        let wanted = [
            "Asks you above: your usual tiers to 10, Tightens",
            "Most per day: 500 to 1,200, Loosens",
            "Most per payment: 50 to 20, Tightens",
            "Most per week: no limit to 2,000, Tightens",
        ];
        assert_eq!(changes, wanted);
    }

    #[test]
    fn the_rest_of_the_policy_stays_and_a_limit_goes_back_where_it_was() {
        let narrow = SpendingLimit {
            categories: vec![Category::new("travel").unwrap()],
            ..SpendingLimit::new(30.into(), Interval::Weekly)
        };
        let weekly = SpendingLimit::new(100.into(), Interval::Weekly);
        let old = AgentPolicy {
            spending_limits: vec![narrow.clone(), weekly],
            rate_limit_per_minute: 7,
            ..AgentPolicy::default()
        };
        assert_eq!(shown(&old).weekly.as_deref(), Some("100"));
        let higher = AgentLimits { weekly: Some(150.into()), ..limits() };
        assert_eq!(told(&old, &higher), ["Most per week: 100 to 150, Loosens"]);
        let new = higher.over(&old);
        assert_eq!((new.rate_limit_per_minute, new.spending_limits.first()), (7, Some(&narrow)));
        assert_eq!(told(&old, &limits()), ["Most per week: 100 to no limit, Loosens"]);
        let both = AgentLimits { monthly: Some(900.into()), ..higher };
        assert_eq!(both.over(&new).spending_limits.len(), 3);
        let shown = shown(&both.over(&new));
        assert_eq!((shown.weekly.as_deref(), shown.monthly.as_deref()), (Some("150"), Some("900")));
    }
}
