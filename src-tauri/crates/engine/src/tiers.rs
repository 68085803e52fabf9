//! Step 11: who may let a payment pass (A1).

use crate::explain::{Check, Compared, Observer, Step, StepResult, Whose};
use crate::state::Agent;
use purser_domain::{AgentPolicy, PayeeKey, Tier, Tiers, WalletPolicy};
use rust_decimal::Decimal;

/// Where a payment falls, and the codes of what put it there: the highest that the agent or any
/// agent above it asks for.
///
/// A payee rule lets its agent pay alone whatever the amounts say; `opening` are the keys of the
/// payee that may do so. What `asks` for a person by another reason is asked for all the same.
pub(crate) fn place(
    wallet: &WalletPolicy,
    chain: &[&Agent],
    (worth, opening): (Option<Decimal>, &[PayeeKey]),
    asks: Vec<String>,
    to: &mut impl Observer,
) -> (Tier, Vec<String>) {
    let Some(worth) = worth else {
        to.hear(|| by_amount(Tier::MultiParty).named("unpriced_currency"));
        let unpriced = "unpriced_currency".to_owned();
        return (Tier::MultiParty, std::iter::once(unpriced).chain(asks).collect());
    };
    let by_worth = by_worth(&wallet.tiers, worth);
    let (mut tier, mut review, mut spared) = (Tier::Autonomous, false, false);
    to.hear(|| by_amount(by_worth).compared(Compared::single(end(&wallet.tiers, by_worth), worth)));
    for agent in chain {
        let policy = &agent.policy;
        let above = policy.review_above.is_some_and(|above| worth > above);
        let raised = if above { by_worth.max(Tier::SingleApprover) } else { by_worth };
        let trusted = raised > Tier::Enveloped && trusts(policy, opening, worth);
        let own = if trusted { by_worth.min(Tier::Enveloped) } else { raised };
        tier = tier.max(own);
        tell(agent, (worth, above, trusted), to);
        review |= above && !trusted;
        spared |= trusted;
    }
    let asked = tier < Tier::SingleApprover && !asks.is_empty();
    let mut rules = Vec::with_capacity(2);
    if tier == by_worth && !asked {
        rules.push(code(tier).to_owned());
    }
    if review {
        rules.push("review_above".to_owned());
    }
    if spared {
        rules.push("payee_rule".to_owned());
    }
    rules.extend(asks);
    (if asked { Tier::SingleApprover } else { tier }, rules)
}

/// The step that looks at where the amount falls.
fn by_amount(tier: Tier) -> Step {
    let asks = tier >= Tier::SingleApprover;
    let result = if asks { StepResult::Asks } else { StepResult::Passed };
    Step::new(11, Check::Tier, Whose::Wallet).named(code(tier)).result(result)
}

/// The amount that a tier ends at, or that the last one begins above.
const fn end(tiers: &Tiers, tier: Tier) -> Decimal {
    match tier {
        Tier::Autonomous => tiers.autonomous_below,
        Tier::Enveloped => tiers.envelope_up_to,
        Tier::SingleApprover | Tier::MultiParty => tiers.approver_up_to,
    }
}

/// Tells what an agent's policy says about asking a person.
fn tell(agent: &Agent, (worth, above, trusted): (Decimal, bool, bool), to: &mut impl Observer) {
    if let Some(limit) = agent.policy.review_above {
        let result = if above && !trusted { StepResult::Asks } else { StepResult::Passed };
        to.hear(|| {
            let compared = Compared::single(limit, worth);
            Step::agent(11, Check::ReviewAbove, agent.id).compared(compared).result(result)
        });
    }
    if trusted {
        to.hear(|| Step::agent(11, Check::PayeeRule, agent.id));
    }
}

/// Whether a payee rule spares a payment a person.
fn trusts(policy: &AgentPolicy, opening: &[PayeeKey], worth: Decimal) -> bool {
    policy.payee_rules.iter().any(|rule| worth <= rule.up_to && opening.contains(&rule.payee))
}

fn by_worth(tiers: &Tiers, worth: Decimal) -> Tier {
    if worth < tiers.autonomous_below {
        Tier::Autonomous
    } else if worth <= tiers.envelope_up_to {
        Tier::Enveloped
    } else if worth <= tiers.approver_up_to {
        Tier::SingleApprover
    } else {
        Tier::MultiParty
    }
}

pub(crate) const fn code(tier: Tier) -> &'static str {
    match tier {
        Tier::Autonomous => "tier_autonomous",
        Tier::Enveloped => "tier_enveloped",
        Tier::SingleApprover => "tier_single_approver",
        Tier::MultiParty => "tier_multi_party",
    }
}

/// How many of `approvers` must approve a payment of this tier, and within how many minutes; `None`
/// when the agent may pay alone. A quorum larger than the number of approvers means all of them,
/// and never nobody.
pub(crate) fn quorum(tiers: &Tiers, tier: Tier, approvers: usize) -> Option<(u32, u32)> {
    match tier {
        Tier::Autonomous | Tier::Enveloped => None,
        Tier::SingleApprover => Some((1, tiers.approver_window_minutes)),
        Tier::MultiParty => {
            let all = u32::try_from(approvers).unwrap_or(u32::MAX);
            Some((tiers.quorum.min(all).max(1), tiers.quorum_window_minutes))
        }
    }
}
