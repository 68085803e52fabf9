//! Step 10: what is unusual about a request, and what that does. A signal raises the tier, or by
//! the owner's policy refuses; none ever lowers anything.

use crate::baseline::{Baseline, Found, Habits, Look, Resemblance};
use crate::budget::Cell;
use crate::grounding::{self, Departure, Grounding, Naming};
use crate::state::{Agent, Payment, State};
use purser_domain::{
    Claim, PayeeKey, Refusal, Signal, SignalCode, SignalEffect, SpendRequest, TaskOrigin, Tier,
    Timestamp,
};
use rust_decimal::Decimal;

/// The rule of a payment whose tier a signal raised.
pub(crate) const RULE: &str = "signals";

/// What is unusual about a request.
pub(crate) struct Assessed {
    /// In the order of their codes.
    pub signals: Vec<Signal>,
    /// Thousandths of a power of ten: 2000 when one in a hundred honest requests is like this.
    pub rarity: i64,
}

/// A request with what steps before this one found out about it.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub request: &'a SpendRequest,
    pub key: &'a PayeeKey,
    pub cell: &'a Cell,
    /// In the budget currency; `None` when the currency has no rate.
    pub worth: Option<Decimal>,
    pub at: Timestamp,
}

/// All signals of a request.
pub(crate) fn of(state: &State, chain: &[&Agent], subject: Subject<'_>) -> Assessed {
    let request = subject.request;
    let Some(agent) = chain.first() else {
        return Assessed { signals: Vec::new(), rarity: 0 };
    };
    let new_payee = !agent.books.has_paid(subject.cell.payee(), request.rail);
    let grounding = grounding::ground(request, new_payee);
    let named = grounding.as_ref().is_some_and(names_payee);
    let mut found = Found::default();
    if let Some(worth) = subject.worth {
        let look = look(state, agent, subject, (worth, threshold(state, chain)));
        let fallback = Baseline::default();
        let baseline = agent.baselines.get(&request.rail).map_or(&fallback, AsRef::as_ref);
        found = baseline.look(&Look { named, ..look });
    }
    if new_payee {
        found.signals.push(SignalCode::NewPayee.into());
        let habits = state.habits.get(&request.rail);
        let resembles = habits.map(|habits| habits.resemblances(&request.payee));
        for resemblance in resembles.unwrap_or_default() {
            let signal = resembling(request, resemblance);
            found.add_as_measured(signal);
        }
    }
    for departure in grounding.map(|found| found.departures).unwrap_or_default() {
        if let Some(signal) = departing(request, &departure) {
            found.add_as_measured(signal);
        }
    }
    if grounding::instructions(claims(request)).is_some() {
        found.add_as_measured(SignalCode::InstructionsInText.into());
    }
    if hides(request) {
        found.add_as_measured(SignalCode::HiddenCharacters.into());
    }
    found.signals.sort_by_key(|signal| signal.code);
    found.signals.dedup_by_key(|signal| signal.code);
    Assessed { signals: found.signals, rarity: found.rarity }
}

/// Whom a payee is easily taken for.
fn resembling(request: &SpendRequest, resemblance: Resemblance) -> Signal {
    let payee = &request.payee;
    let account = payee.account.as_ref().map_or("", |account| account.as_str());
    let host = payee.host.as_ref().map_or("", |host| host.as_str());
    match resemblance {
        Resemblance::LookAlikeName { known } => {
            Signal::of(SignalCode::LookAlikePayee, payee.name.raw(), known.raw())
        }
        Resemblance::LookAlikeHost { known } => {
            Signal::of(SignalCode::LookAlikePayee, host, &known)
        }
        Resemblance::LookAlikeAccount { known } => {
            Signal::of(SignalCode::LookAlikePayee, account, &known)
        }
        Resemblance::ChangedAccount { known, .. } => {
            Signal::of(SignalCode::ChangedAccount, account, &known)
        }
        Resemblance::BadChecksum { account } => Signal::of(SignalCode::BadChecksum, &account, ""),
    }
}

/// Whether the human named whom the money goes to. Beside an account or a host that the task does
/// not have, the name is what the agent says, and spares nothing.
fn names_payee(found: &Grounding) -> bool {
    found.payee.is_some_and(|payee| payee != Naming::NotNamed)
        && !found.departures.contains(&Departure::PayeeNamedOnly)
}

/// How a request departs from what the human asked.
fn departing(request: &SpendRequest, departure: &Departure) -> Option<Signal> {
    let task = || request.task.as_ref().map(|task| task.text.visible(160)).unwrap_or_default();
    let category = request.category.as_ref().map_or("", |category| category.as_str());
    Some(match departure {
        Departure::PayeeNotInTask => {
            let payee = request.payee.name.raw();
            let payee =
                if payee.is_empty() { request.payee.key().to_string() } else { payee.to_owned() };
            Signal::of(SignalCode::PayeeNotInTask, &payee, &task())
        }
        Departure::PayeeNamedOnly => return None,
        Departure::AmountAboveTask { named } => {
            let named = format!("{} {}", named.normalize(), request.amount.currency());
            Signal::of(SignalCode::AmountAboveTask, &request.amount.to_string(), &named)
        }
        Departure::CurrencyNotInTask { named } => {
            let currency = request.amount.currency();
            let code = SignalCode::CurrencyNotInTask;
            Signal::of(code, currency.as_str(), named.as_str())
        }
        Departure::CategoryNotInTask => {
            Signal::of(SignalCode::CategoryNotInTask, category, &task())
        }
        Departure::TaskDoesNotPay => Signal::of(SignalCode::TaskDoesNotPay, "", &task()),
    })
}

/// What the agent or the merchant wrote.
fn claims(request: &SpendRequest) -> impl Iterator<Item = &Claim> {
    let task = request.task.as_ref().filter(|task| task.origin == TaskOrigin::Agent);
    let description = request.terms.as_ref().and_then(|terms| terms.description.as_ref());
    let texts = [
        Some(&request.payee.name),
        request.context.as_ref(),
        task.map(|task| &task.text),
        description,
    ];
    let lines = request.line_items.iter().map(|item| &item.description);
    texts.into_iter().flatten().chain(lines)
}

/// The strongest effect of the signals, with the signal that has it: for an agent what any agent
/// above it asks for, too.
pub(crate) fn effect(chain: &[&Agent], signals: &[Signal]) -> (SignalEffect, Option<SignalCode>) {
    let effects = signals.iter().map(|signal| {
        let of = chain.iter().map(|agent| agent.policy.effect_of(signal.code));
        (of.max().unwrap_or(SignalEffect::MultiParty), Some(signal.code))
    });
    let strongest = effects.max_by_key(|(effect, code)| (*effect, std::cmp::Reverse(*code)));
    strongest.unwrap_or((SignalEffect::Note, None))
}

/// Refuses what the owner wants refused.
pub(crate) const fn denied(
    (effect, signal): (SignalEffect, Option<SignalCode>),
) -> Result<(), Refusal> {
    match (effect, signal) {
        (SignalEffect::Deny, Some(signal)) => Err(Refusal::SignalDenied { signal }),
        _ => Ok(()),
    }
}

/// The tier and rules with what the signals ask for.
pub(crate) fn raise(
    (tier, mut rules): (Tier, Vec<String>),
    effect: SignalEffect,
) -> (Tier, Vec<String>) {
    let least = match effect {
        SignalEffect::Note => return (tier, rules),
        SignalEffect::Review => Tier::SingleApprover,
        SignalEffect::MultiParty | SignalEffect::Deny => Tier::MultiParty,
    };
    if tier < least {
        rules.retain(|rule| !rule.starts_with("tier_"));
        rules.push(RULE.to_owned());
    }
    (tier.max(least), rules)
}

/// The least amount from which a person is asked.
fn threshold(state: &State, chain: &[&Agent]) -> Decimal {
    let reviewed = chain.iter().filter_map(|agent| agent.policy.review_above);
    reviewed.fold(state.policy().tiers.envelope_up_to, Decimal::min)
}

fn look<'a>(
    state: &State,
    agent: &Agent,
    subject: Subject<'a>,
    (worth, threshold): (Decimal, Decimal),
) -> Look<'a> {
    let Subject { request, key, cell, at, .. } = subject;
    Look {
        at,
        hour: state.calendar.hour(at),
        worth,
        category: cell.category(),
        payee: mark(key),
        country: request.payee.country.as_ref(),
        new_payee: !agent.books.has_paid(cell.payee(), request.rail),
        threshold: Some(threshold),
        daily: agent.policy.daily,
        pool: state.habits.get(&request.rail).and_then(Habits::pool),
        reason: request.context.as_ref(),
        named: false,
    }
}

/// Stands for a payee in a baseline: FNV-1a over its key. Whoever finds two payees with one mark
/// makes a new one look repeated, and gains nothing.
fn mark(key: &PayeeKey) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    key.as_str().bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

fn hides(request: &SpendRequest) -> bool {
    let task = request.task.as_ref().map(|task| &task.text);
    claims(request).chain(task).any(Claim::has_hidden)
}

/// What the log teaches (I11): only payments that succeeded, a reviewed one because a person
/// approved it.
impl State {
    /// What is unusual about a request that would be asked now, whatever else holds it back.
    #[must_use]
    pub fn signals_for(&self, request: &SpendRequest, now: Timestamp) -> Vec<Signal> {
        self.assess(request, now).signals
    }

    /// The same with how rare it is.
    pub(crate) fn assess(&self, request: &SpendRequest, now: Timestamp) -> Assessed {
        let at = now.max(self.clock());
        let filled = self.agent(request.agent).map(|agent| agent.sessions.fill(request, at));
        let request = filled.as_deref().unwrap_or(request);
        let keys = request.payee.keys();
        let chain: Vec<_> = self.chain(request.agent).collect();
        let worth = crate::lookups::worth(&self.policy, request.amount, at);
        let cell = self.words.find(request, &keys);
        let key = &request.payee.key();
        of(self, &chain, Subject { request, key, cell: &cell, worth, at })
    }

    /// A request was reserved: the baseline has seen it.
    pub(crate) fn see_asked(&mut self, payment: &Payment) {
        self.with_look(payment, |baseline, look| baseline.ask(look));
    }

    /// A payment succeeded. Before its payee is noted as paid.
    pub(crate) fn learn_paid(&mut self, payment: &Payment) {
        let approved = !payment.approvals.is_empty();
        self.teach(payment, approved);
        let request = &payment.reservation.request;
        let habits = self.habits.entry(request.rail).or_default();
        habits.paid(&request.payee, payment.requested_at);
    }

    /// A person says that a payment that was not made was fine.
    pub(crate) fn learn_fine(&mut self, payment: &Payment) {
        self.teach(payment, true);
    }

    /// A person says that a payment was not theirs.
    pub(crate) fn unlearn(&mut self, payment: &Payment) {
        self.with_look(payment, Baseline::unlearn);
        let habits = self.habits.entry(payment.reservation.request.rail).or_default();
        payment.reservation.worth.into_iter().for_each(|worth| habits.unlearn(worth));
    }

    fn teach(&mut self, payment: &Payment, approved: bool) {
        self.with_look(payment, |baseline, look| baseline.learn(look, approved));
        let habits = self.habits.entry(payment.reservation.request.rail).or_default();
        payment.reservation.worth.into_iter().for_each(|worth| habits.learn(worth));
    }

    /// A person declined a payment.
    pub(crate) fn see_declined(&mut self, payment: &Payment, at: Timestamp) {
        self.with_look(payment, |baseline, look| baseline.refused(look.payee, look.worth, at));
    }

    /// A request was refused. One that was refused for its amount may come back in pieces.
    pub(crate) fn see_refused(&mut self, request: &SpendRequest, refusal: &Refusal, at: Timestamp) {
        if !is_for_its_amount(refusal) {
            return;
        }
        let worth = crate::lookups::worth(&self.policy, request.amount, at);
        if let (Some(agent), Some(worth)) = (self.agents.get_mut(&request.agent), worth) {
            let baseline = agent.baselines.entry(request.rail).or_default();
            baseline.refused(mark(&request.payee.key()), worth, at);
        }
    }

    fn with_look(&mut self, payment: &Payment, change: impl FnOnce(&mut Baseline, &Look<'_>)) {
        let request = &payment.reservation.request;
        let chain: Vec<&Agent> = self.chain(request.agent).collect();
        let (Some(agent), Some(worth)) = (chain.first(), payment.reservation.worth) else { return };
        let key = request.payee.key();
        let (cell, at) = (&payment.cell, payment.requested_at);
        let subject = Subject { request, key: &key, cell, worth: Some(worth), at };
        let look = look(self, agent, subject, (worth, threshold(self, &chain)));
        if let Some(agent) = self.agents.get_mut(&request.agent) {
            change(agent.baselines.entry(request.rail).or_default(), &look);
        }
    }
}

const fn is_for_its_amount(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::CredentialCap { .. }
            | Refusal::PerTransactionCap { .. }
            | Refusal::SessionCap { .. }
            | Refusal::DailyCap { .. }
            | Refusal::EnvelopeLimit { .. }
            | Refusal::ConditionDenied { .. }
            | Refusal::WalletLimit { .. }
            | Refusal::AllocationLimit { .. }
            | Refusal::AncestorLimit { .. }
    )
}
