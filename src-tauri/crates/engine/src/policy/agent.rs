//! The fields of an agent's policy.

use super::changes::Changes;
use super::rules::{self, Amount};
use super::sealed::Fields;
use purser_domain::{Action, AgentPolicy, Breakers, RailId, SignalCode, SignalEffect};

impl Fields for AgentPolicy {
    fn fields(old: &Self, new: &Self, changes: &mut Changes) {
        // All fields by name, so that a new one does not compile before it has a direction.
        let Self {
            per_transaction,
            per_session,
            daily,
            spending_limits,
            review_above,
            rate_limit_per_minute,
            allowed_payees,
            blocked_payees,
            allowed_categories,
            blocked_categories,
            allowed_rails,
            allowed_actions,
            allowed_currencies,
            credential_minutes,
            allow_bearer,
            may_delegate,
            require_session,
            sessions_per_day,
            conditions,
            payee_rules,
            signals: _,
            breakers,
            team,
            project,
            cost_rules,
        } = old;
        let amount = |changes: &mut Changes, path, old: &_, new: &_| {
            changes.ceiling(path, &Amount(*old), &Amount(*new));
        };
        amount(changes, "per_transaction", per_transaction, &new.per_transaction);
        amount(changes, "per_session", per_session, &new.per_session);
        amount(changes, "daily", daily, &new.daily);
        rules::spending_limits(changes, spending_limits, &new.spending_limits);
        let review = (review_above.map(Amount), new.review_above.map(Amount));
        changes.ceiling_if_any("review_above", review.0.as_ref(), review.1.as_ref());
        let rate = (rate_limit_per_minute, &new.rate_limit_per_minute);
        changes.ceiling("rate_limit_per_minute", rate.0, rate.1);
        changes.allow_list("allowed_payees", allowed_payees, &new.allowed_payees);
        changes.block_list("blocked_payees", blocked_payees, &new.blocked_payees);
        changes.allow_list("allowed_categories", allowed_categories, &new.allowed_categories);
        changes.block_list("blocked_categories", blocked_categories, &new.blocked_categories);
        let names = |rails: &[RailId]| rails.iter().map(|rail| rail.as_str()).collect::<Vec<_>>();
        let rails = (names(allowed_rails), names(&new.allowed_rails));
        changes.allow_list("allowed_rails", &rails.0, &rails.1);
        let names = |all: &[Action]| all.iter().map(|action| action.as_str()).collect::<Vec<_>>();
        let actions = (names(allowed_actions), names(&new.allowed_actions));
        changes.allow_list("allowed_actions", &actions.0, &actions.1);
        changes.allow_list("allowed_currencies", allowed_currencies, &new.allowed_currencies);
        changes.ceiling("credential_minutes", credential_minutes, &new.credential_minutes);
        changes.switch("allow_bearer", (*allow_bearer, new.allow_bearer), true);
        changes.switch("may_delegate", (*may_delegate, new.may_delegate), true);
        changes.switch("require_session", (*require_session, new.require_session), false);
        changes.ceiling("sessions_per_day", sessions_per_day, &new.sessions_per_day);
        rules::conditions(changes, conditions, &new.conditions);
        rules::payee_rules(changes, payee_rules, &new.payee_rules);
        signals(changes, old, new);
        self::breakers(changes, breakers, &new.breakers);
        // Labels for reports. A request may name them by itself, so they allow nothing.
        changes.neutral("team", team.as_ref(), new.team.as_ref());
        changes.neutral("project", project.as_ref(), new.project.as_ref());
        rules::cost_rules(changes, cost_rules, &new.cost_rules);
    }
}

fn signals(changes: &mut Changes, old: &AgentPolicy, new: &AgentPolicy) {
    let before = changes.count();
    for code in SignalCode::ALL {
        let path = format!("signals.{code}");
        let (from, to) = (old.effect_of(*code), new.effect_of(*code));
        changes.floor(&path, &Effect(from), &Effect(to));
    }
    changes.reordered("signals", before, old.signals == new.signals);
}

/// An effect in the words of the policy file.
#[derive(PartialEq, PartialOrd)]
struct Effect(SignalEffect);

impl std::fmt::Display for Effect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_str())
    }
}

fn breakers(changes: &mut Changes, old: &Breakers, new: &Breakers) {
    let Breakers { spend_rate_multiple, repeated_failures, refusals } = old;
    let multiple = (Amount(*spend_rate_multiple), Amount(new.spend_rate_multiple));
    changes.ceiling("breakers.spend_rate_multiple", &multiple.0, &multiple.1);
    changes.ceiling("breakers.repeated_failures", repeated_failures, &new.repeated_failures);
    changes.ceiling("breakers.refusals", refusals, &new.refusals);
}
