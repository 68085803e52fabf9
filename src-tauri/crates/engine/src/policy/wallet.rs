//! The fields of the wallet's policy.

use super::Direction::{Loosens, Tightens};
use super::changes::{Changes, words};
use super::rules::{self, Amount};
use super::sealed::Fields;
use purser_domain::{Currency, Network, Rate, Tiers, WalletPolicy};
use std::collections::{BTreeMap, BTreeSet};

impl Fields for WalletPolicy {
    fn fields(old: &Self, new: &Self, changes: &mut Changes) {
        // All fields by name, so that a new one does not compile before it has a direction.
        let Self {
            currency,
            time_zone,
            tiers,
            rates,
            idle_lock_minutes,
            networks,
            spending_limits,
            cost_rules,
        } = old;
        changes.untold("currency", currency, &new.currency);
        changes.untold("time_zone", time_zone, &new.time_zone);
        self::tiers(changes, tiers, &new.tiers);
        self::rates(changes, rates, &new.rates);
        changes.ceiling("idle_lock_minutes", idle_lock_minutes, &new.idle_lock_minutes);
        self::networks(changes, networks, &new.networks);
        rules::spending_limits(changes, spending_limits, &new.spending_limits);
        rules::cost_rules(changes, cost_rules, &new.cost_rules);
    }
}

fn tiers(changes: &mut Changes, old: &Tiers, new: &Tiers) {
    let Tiers {
        autonomous_below,
        envelope_up_to,
        approver_up_to,
        approver_window_minutes,
        quorum_window_minutes,
        quorum,
    } = old;
    let mut amount = |path, old: &_, new: &_| changes.ceiling(path, &Amount(*old), &Amount(*new));
    amount("tiers.autonomous_below", autonomous_below, &new.autonomous_below);
    amount("tiers.envelope_up_to", envelope_up_to, &new.envelope_up_to);
    amount("tiers.approver_up_to", approver_up_to, &new.approver_up_to);
    let windows = (approver_window_minutes, &new.approver_window_minutes);
    changes.ceiling("tiers.approver_window_minutes", windows.0, windows.1);
    let windows = (quorum_window_minutes, &new.quorum_window_minutes);
    changes.ceiling("tiers.quorum_window_minutes", windows.0, windows.1);
    changes.floor("tiers.quorum", quorum, &new.quorum);
}

/// A unit that is worth more uses budgets up sooner: tighter. Everything else can't be told: what
/// has no rate is reviewed where caps might have refused it.
fn rates(changes: &mut Changes, old: &BTreeMap<Currency, Rate>, new: &BTreeMap<Currency, Rate>) {
    for currency in keys(old, new) {
        let (old, new) = (old.get(currency), new.get(currency));
        if old == new {
            continue;
        }
        let tighter = old.zip(new).is_some_and(|(old, new)| {
            let Rate { worth, as_of, max_age_hours } = *old;
            new.worth > worth && (new.as_of, new.max_age_hours) == (as_of, max_age_hours)
        });
        let direction = if tighter { Tightens } else { Loosens };
        let path = format!("rates.{currency}");
        changes.push(&path, (old.map(rate_words), new.map(rate_words)), direction);
    }
}

fn rate_words(rate: &Rate) -> String {
    let Rate { worth, as_of, max_age_hours } = rate;
    let mut words = worth.normalize().to_string();
    if let Some(as_of) = as_of {
        words.push_str(&format!(", as of {} ms", as_of.as_millis()));
    }
    if let Some(hours) = max_age_hours {
        words.push_str(&format!(", for {hours} hours"));
    }
    words
}

/// Whoever answers for a network says whether money moved.
fn networks(
    changes: &mut Changes,
    old: &BTreeMap<String, Network>,
    new: &BTreeMap<String, Network>,
) {
    for id in keys(old, new) {
        let (old, new) = (old.get(id), new.get(id));
        let url = |network: &Network| {
            let Network { rpc_url } = network;
            words(rpc_url)
        };
        if old != new {
            let path = format!("networks.{id}");
            changes.push(&path, (old.and_then(url), new.and_then(url)), Loosens);
        }
    }
}

fn keys<'a, K: Ord, V>(old: &'a BTreeMap<K, V>, new: &'a BTreeMap<K, V>) -> BTreeSet<&'a K> {
    old.keys().chain(new.keys()).collect()
}
