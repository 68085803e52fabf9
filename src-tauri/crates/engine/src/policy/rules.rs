//! Lists of rules: envelopes, conditions, payee rules and cost rules.

use super::Direction::{Loosens, Neutral, Tightens};
use super::changes::{Changes, joined};
use purser_domain::{Condition, ConditionEffect, CostRule, CostSplit, PayeeRule, SpendingLimit};
use purser_domain::{PayeeKey, Window};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// An amount, shown without trailing zeros.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Amount(pub Decimal);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.normalize().fmt(f)
    }
}

/// A rule that only ever stops something.
trait Stops: PartialEq {
    /// Whether it stops everything that `old` stops.
    fn at_least(&self, old: &Self) -> bool;
    /// Whether people would say that it is the same rule, with other numbers.
    fn same_rule(&self, other: &Self) -> bool;
    /// Where it stands in the policy.
    fn path(&self) -> String;
    fn words(&self) -> String;
}

/// A list of rules that only stop something. It tightens when for every old rule there is a new
/// one that stops at least as much.
fn stops<T: Stops>(changes: &mut Changes, path: &str, old: &[T], new: &[T]) {
    let before = changes.count();
    let mut added: Vec<&T> = new.iter().collect();
    let mut gone: Vec<&T> = Vec::new();
    for rule in old {
        match added.iter().position(|other| *other == rule) {
            Some(place) => drop(added.remove(place)),
            None => gone.push(rule),
        }
    }
    for rule in gone {
        let held = new.iter().any(|other| other.at_least(rule));
        let place = added.iter().position(|other| other.same_rule(rule));
        let heir = place.map(|place| added.remove(place).words());
        let direction = match (held, &heir) {
            (false, _) => Loosens,
            (true, Some(_)) => Tightens,
            (true, None) => Neutral,
        };
        changes.push(&rule.path(), (Some(rule.words()), heir), direction);
    }
    for rule in added {
        changes.push(&rule.path(), (None, Some(rule.words())), Tightens);
    }
    changes.reordered(path, before, old == new);
}

pub fn spending_limits(changes: &mut Changes, old: &[SpendingLimit], new: &[SpendingLimit]) {
    stops(changes, "spending_limits", old, new);
}

pub fn conditions(changes: &mut Changes, old: &[Condition], new: &[Condition]) {
    stops(changes, "conditions", old, new);
}

/// Whether a filter, empty for all, lets through at least what another does.
fn covers<T: PartialEq>(filter: &[T], other: &[T]) -> bool {
    filter.is_empty() || (!other.is_empty() && other.iter().all(|item| filter.contains(item)))
}

fn equal_sets<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    covers(one, other) && covers(other, one)
}

impl Stops for SpendingLimit {
    fn at_least(&self, old: &Self) -> bool {
        let Self {
            amount,
            interval,
            window,
            categories,
            payees,
            actions,
            workflows,
            tasks,
            each_payee,
            each_category,
            each_workflow,
            each_task,
        } = old;
        let counts_all = covers(&self.categories, categories)
            && covers(&self.payees, payees)
            && covers(&self.actions, actions)
            && covers(&self.workflows, workflows)
            && covers(&self.tasks, tasks);
        // A limit that each has for itself holds back less than one for all together.
        let shared = (!self.each_payee || *each_payee)
            && (!self.each_category || *each_category)
            && (!self.each_workflow || *each_workflow)
            && (!self.each_task || *each_task);
        let same_time = (&self.interval, &self.window) == (interval, window);
        self.amount <= *amount && same_time && counts_all && shared
    }

    fn same_rule(&self, other: &Self) -> bool {
        Self { amount: other.amount, ..self.clone() } == *other
    }

    fn path(&self) -> String {
        "spending_limits".to_owned()
    }

    fn words(&self) -> String {
        let mut words = vec![format!("{} {}", Amount(self.amount), self.interval.words())];
        if self.window == Window::Rolling {
            words.push("rolling".to_owned());
        }
        let parts = [
            ("category", self.each_category, joined(&self.categories)),
            ("payee", self.each_payee, joined(&self.payees)),
            ("workflow", self.each_workflow, joined(&self.workflows)),
            ("task", self.each_task, joined(&self.tasks)),
        ];
        for (name, each, only) in parts {
            words.extend(each.then(|| format!("each {name}")));
            words.extend((!only.is_empty()).then(|| format!("only {name} {only}")));
        }
        if !self.actions.is_empty() {
            let names: Vec<_> = self.actions.iter().map(|action| action.as_str()).collect();
            words.push(format!("only action {}", joined(&names)));
        }
        words.join(", ")
    }
}

impl Stops for Condition {
    /// Categories and unit must be the same. A condition that names more line items is not always
    /// stricter: what no line item shows counts as one unit at its whole price.
    fn at_least(&self, old: &Self) -> bool {
        let Self { name: _, categories, payees, unit, unit_price_above, effect } = old;
        equal_sets(&self.categories, categories)
            && self.unit == *unit
            && covers(&self.payees, payees)
            && self.unit_price_above <= *unit_price_above
            && self.effect >= *effect
    }

    fn same_rule(&self, other: &Self) -> bool {
        self.name == other.name
    }

    fn path(&self) -> String {
        format!("conditions.{}", self.name)
    }

    fn words(&self) -> String {
        let unit = self.unit.as_ref().map_or("unit", |unit| unit.as_str());
        let mut words = vec![format!("above {} a {unit}", Amount(self.unit_price_above))];
        for (name, only) in
            [("category", joined(&self.categories)), ("payee", joined(&self.payees))]
        {
            words.extend((!only.is_empty()).then(|| format!("only {name} {only}")));
        }
        let effect = match self.effect {
            ConditionEffect::Review => "a person is asked",
            ConditionEffect::Deny => "refused",
        };
        words.push(effect.to_owned());
        words.join(", ")
    }
}

/// Of several rules for one payee the highest holds.
pub fn payee_rules(changes: &mut Changes, old: &[PayeeRule], new: &[PayeeRule]) {
    let before = changes.count();
    let highest = |rules: &[PayeeRule]| {
        let mut all: BTreeMap<PayeeKey, Amount> = BTreeMap::new();
        for PayeeRule { payee, up_to } in rules {
            let held = all.entry(payee.clone()).or_insert(Amount(*up_to));
            held.0 = held.0.max(*up_to);
        }
        all
    };
    let (held, wanted) = (highest(old), highest(new));
    for payee in held.keys().chain(wanted.keys()).collect::<BTreeSet<_>>() {
        let (from, to) = (held.get(payee), wanted.get(payee));
        if from != to {
            // Without a rule the amount up to which nobody is asked is none.
            let direction = if to < from { Tightens } else { Loosens };
            let words = |up_to: Option<&Amount>| up_to.map(|up_to| format!("up to {up_to}"));
            changes.push(&format!("payee_rules.{payee}"), (words(from), words(to)), direction);
        }
    }
    changes.reordered("payee_rules", before, old == new);
}

/// The first rule that fits decides, so that no change of the list can be told to be harmless to
/// whoever is charged.
pub fn cost_rules(changes: &mut Changes, old: &[CostRule], new: &[CostRule]) {
    if old != new {
        let words = |rules: &[CostRule]| {
            let all: Vec<_> = rules.iter().map(cost_rule_words).collect();
            (!all.is_empty()).then(|| all.join("; "))
        };
        changes.push("cost_rules", (words(old), words(new)), Loosens);
    }
}

fn cost_rule_words(rule: &CostRule) -> String {
    let CostRule { workflows, projects, tasks, categories, payees, split } = rule;
    let parts = [
        ("workflow", joined(workflows)),
        ("project", joined(projects)),
        ("task", joined(tasks)),
        ("category", joined(categories)),
        ("payee", joined(payees)),
    ];
    let shares = split.iter().map(|CostSplit { cost_center, percent }| {
        format!("{} % {cost_center}", percent.normalize())
    });
    let mut words = vec![shares.collect::<Vec<_>>().join(" + ")];
    for (name, only) in parts {
        words.extend((!only.is_empty()).then(|| format!("only {name} {only}")));
    }
    words.join(", ")
}
