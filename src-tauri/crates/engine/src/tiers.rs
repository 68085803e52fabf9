//! Step 11: who may let a payment pass (A1).

use crate::state::Agent;
use purser_domain::{Tier, Tiers, WalletPolicy};
use rust_decimal::Decimal;

/// Where a payment falls, and the codes of what put it there: the highest that the agent or any
/// agent above it asks for.
pub(crate) fn place(
    wallet: &WalletPolicy,
    chain: &[&Agent],
    worth: Option<Decimal>,
) -> (Tier, Vec<String>) {
    let Some(worth) = worth else {
        return (Tier::MultiParty, vec!["unpriced_currency".to_owned()]);
    };
    let by_worth = by_worth(&wallet.tiers, worth);
    let mut above = chain.iter().filter_map(|agent| agent.policy.review_above);
    let review = above.any(|above| worth > above);
    let tier = if review { by_worth.max(Tier::SingleApprover) } else { by_worth };
    let mut rules = Vec::with_capacity(2);
    if tier == by_worth {
        rules.push(code(tier).to_owned());
    }
    if review {
        rules.push("review_above".to_owned());
    }
    (tier, rules)
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

const fn code(tier: Tier) -> &'static str {
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
