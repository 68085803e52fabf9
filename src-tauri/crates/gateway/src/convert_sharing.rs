//! Sessions and sub-agents, from what agents send to the words of the domain.

use crate::convert::{attribution, field, money, optional, task};
use crate::dto_sharing::{
    AllocationInterval, AllocationRequest, DelegationRequest, SessionRef, SessionRequest,
};
use crate::problem::Problem;
use purser_domain::{
    AgentId, Allocation, Category, Claim, Currency, Digest, Host, Interval, Label, PayeeKey, Window,
};
use purser_wallet::{DelegationAsk, SessionAsk};
use rust_decimal::Decimal;

const PURPOSE_BYTES: usize = 512;

pub(crate) fn session_ask(ask: SessionRequest) -> Result<SessionAsk, Problem> {
    if !(1..=1440).contains(&ask.minutes) {
        return Err(Problem::field("minutes", "must be 1 to 1440"));
    }
    Ok(SessionAsk {
        agent: agent(ask.agent.as_deref())?,
        purpose: field("purpose", Claim::new(&ask.purpose, PURPOSE_BYTES))?,
        ceiling: amount("ceiling", ask.ceiling.as_deref())?,
        minutes: ask.minutes,
        task: task(ask.task)?,
        attribution: attribution([ask.workflow, ask.project, ask.initiator])?,
    })
}

pub(crate) fn session_ref(ask: &SessionRef) -> Result<(Option<AgentId>, Label), Problem> {
    Ok((agent(ask.agent.as_deref())?, field("session", Label::new(&ask.session))?))
}

pub(crate) fn delegation_ask(ask: DelegationRequest) -> Result<DelegationAsk, Problem> {
    let categories = ask.categories.iter();
    let categories = categories.map(|text| field("categories", Category::new(text)));
    let hosts = ask.hosts.iter().map(|text| {
        let host = field("hosts", Host::new(&text.to_ascii_lowercase()))?;
        field("hosts", PayeeKey::new(&format!("host:{host}")))
    });
    let key = Digest::from_hex(&ask.public_key);
    let not_a_key = || Problem::field("public_key", "must be 64 hexadecimal digits");
    Ok(DelegationAsk {
        name: field("name", Claim::new(ask.name.trim(), Claim::MAX_NAME_BYTES))?,
        holder_key: key.ok_or_else(not_a_key)?,
        allocation: allocation(&ask.amount, ask.interval, ask.rolling)?,
        per_transaction: amount("per_transaction", ask.per_transaction.as_deref())?,
        categories: categories.collect::<Result<_, _>>()?,
        payees: hosts.collect::<Result<_, Problem>>()?,
        may_delegate: ask.may_delegate,
        require_session: ask.require_session,
    })
}

pub(crate) fn allocation_ask(
    ask: &AllocationRequest,
) -> Result<(AgentId, Option<Allocation>), Problem> {
    let child = field("agent", ask.agent.parse())?;
    let given = ask.amount.as_deref();
    let given = given.map(|amount| allocation(amount, ask.interval, ask.rolling));
    Ok((child, given.transpose()?))
}

fn allocation(
    text: &str,
    interval: AllocationInterval,
    rolling: bool,
) -> Result<Allocation, Problem> {
    let window = if rolling { Window::Rolling } else { Window::Calendar };
    let interval = match interval {
        AllocationInterval::Daily => Interval::Daily,
        AllocationInterval::Weekly => Interval::Weekly,
        AllocationInterval::Monthly => Interval::Monthly,
        AllocationInterval::AllTime => Interval::AllTime,
    };
    let amount = amount("amount", Some(text))?.unwrap_or_default();
    let allocation = Allocation { amount, interval, window };
    field("interval", allocation.validate())?;
    Ok(allocation)
}

/// An amount in the budget currency. Which one that is does not matter for reading it.
fn amount(name: &str, text: Option<&str>) -> Result<Option<Decimal>, Problem> {
    let read = text.map(|text| money((name, text), Currency::USD.as_str()));
    Ok(read.transpose()?.map(|money| money.amount()))
}

fn agent(text: Option<&str>) -> Result<Option<AgentId>, Problem> {
    optional("agent", text.map(str::to_owned), |text| text.parse())
}
