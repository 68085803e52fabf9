//! Sessions and sub-agents, from the wallet's words to what agents get.

use crate::answer_sharing::{AllocationAnswer, DelegationAnswer, DelegationsAnswer, SessionAnswer};
use crate::shown::{decimal, time};
use purser_domain::{Allocation, Interval, SessionEnd, Window};
use purser_wallet::{AgentStatus, DelegationState, DelegationsState, SessionState};

const PURPOSE_CHARS: usize = 512;

pub(crate) fn session(state: &SessionState) -> SessionAnswer {
    let open = state.end.is_none();
    let what_to_do = if open {
        "send `session` with every payment that belongs to it; close it when you are done"
    } else {
        "pay nothing more in it; report what is missing to whoever gave you the task"
    };
    let used = state.settled.saturating_add(state.reserved);
    let remaining = state.ceiling.saturating_sub(used).max(rust_decimal::Decimal::ZERO);
    SessionAnswer {
        session: state.session.to_string(),
        agent: state.agent.to_string(),
        open,
        ended: state.end.map(ended).map(str::to_owned),
        purpose: state.purpose.visible(PURPOSE_CHARS),
        ceiling: decimal(state.ceiling),
        settled: decimal(state.settled),
        reserved: decimal(state.reserved),
        remaining: decimal(remaining),
        ends_at: time(state.ends_at),
        what_to_do: what_to_do.to_owned(),
    }
}

const fn ended(end: SessionEnd) -> &'static str {
    match end {
        SessionEnd::Agent => "agent",
        SessionEnd::Parent => "parent",
        SessionEnd::Owner => "owner",
        SessionEnd::Expired => "expired",
        SessionEnd::Exceeded => "exceeded",
        SessionEnd::Revoked => "revoked",
    }
}

pub(crate) fn delegations(state: &DelegationsState) -> DelegationsAnswer {
    DelegationsAnswer {
        currency: state.currency.to_string(),
        free: decimal(state.free),
        sub_agents: state.sub_agents.iter().map(delegation).collect(),
    }
}

pub(crate) fn delegation(state: &DelegationState) -> DelegationAnswer {
    let status = match (state.status, &state.allocation) {
        (AgentStatus::Revoked, _) => "revoked",
        (_, None) => "taken_back",
        (AgentStatus::Paused, _) => "paused",
        (AgentStatus::Active, _) => "active",
    };
    let what_to_do = match status {
        "active" => "the sub-agent gets its credential by a signature of its own key",
        "taken_back" => "give it an amount again if it is to go on",
        _ => "use another sub-agent; only the owner can change this",
    };
    DelegationAnswer {
        agent: state.agent.to_string(),
        name: state.name.visible(64),
        status: status.to_owned(),
        allocation: state.allocation.as_ref().map(allocation),
        used: decimal(state.used),
        remaining: decimal(state.remaining),
        what_to_do: what_to_do.to_owned(),
    }
}

fn allocation(allocation: &Allocation) -> AllocationAnswer {
    let interval = match allocation.interval {
        Interval::Daily => "daily",
        Interval::Weekly => "weekly",
        Interval::Monthly => "monthly",
        _ => "all_time",
    };
    AllocationAnswer {
        amount: decimal(allocation.amount),
        interval: interval.to_owned(),
        rolling: allocation.window == Window::Rolling,
    }
}
