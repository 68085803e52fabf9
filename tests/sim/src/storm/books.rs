//! Books that are kept beside the wallet, from what became durable and nothing else. They know
//! neither engine nor model, add everything up anew, and say which promise was broken.

use super::always::Always;
use super::limits::{self, Row, Stand};
use crate::model::Calendar;
use crate::world::Wrong;
use purser_domain::{
    AgentId, AgentPolicy, Allocation, ApproverId, CredentialId, Entry, Event, Label, PaymentId,
    PaymentStop, Refusal, Reservation, SessionEnd, SessionTerms, StopCause, Timestamp,
    WalletPolicy,
};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Whether an agent may spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Active,
    /// Not now.
    Paused,
    /// Never again.
    Revoked,
}

/// One agent.
#[derive(Debug, Clone)]
pub struct Member {
    /// The agent above it.
    pub parent: Option<AgentId>,
    /// Whether it may spend.
    pub standing: Standing,
    /// What it may do.
    pub policy: AgentPolicy,
    /// What it holds of its parent's budget.
    pub allocation: Option<Allocation>,
    /// Its latest session of each name, with the place of the entry that opened it.
    pub sessions: BTreeMap<Label, (u64, SessionTerms)>,
}

/// The books.
#[derive(Debug)]
pub struct Books {
    /// How many entries were taken.
    pub entries: u64,
    /// The time of the last one.
    pub at: Timestamp,
    /// What the clock said at each of them.
    pub clocks: Vec<Timestamp>,
    /// Whether everything is frozen.
    pub frozen: bool,
    /// The wallet's policy.
    pub wallet: WalletPolicy,
    /// The owner's days.
    pub calendar: Calendar,
    /// The agents.
    pub agents: BTreeMap<AgentId, Member>,
    /// The payments that were reserved.
    pub rows: BTreeMap<PaymentId, Row>,
    /// Refused requests.
    pub refused: BTreeMap<PaymentId, Vec<Refusal>>,
    /// How often each payment was asked for again.
    pub repeated: BTreeMap<PaymentId, u64>,
    /// What else agents were refused, as entries of their own, and what is counted together.
    pub refusals: BTreeMap<AgentId, (u64, u64)>,
    /// Credentials that were issued.
    pub issued: BTreeSet<CredentialId>,
    /// How often everything was frozen.
    pub freezes: u64,
    /// Whether limits hold at any entry.
    pub always: Always,
}

impl Default for Books {
    fn default() -> Self {
        Self {
            entries: 0,
            at: Timestamp::default(),
            clocks: Vec::new(),
            frozen: false,
            wallet: WalletPolicy::default(),
            calendar: Calendar::new("UTC").expect("a zone"),
            agents: BTreeMap::new(),
            rows: BTreeMap::new(),
            refused: BTreeMap::new(),
            repeated: BTreeMap::new(),
            refusals: BTreeMap::new(),
            issued: BTreeSet::new(),
            freezes: 0,
            always: Always::default(),
        }
    }
}

/// That something must be, or else a promise is broken.
pub fn must(holds: bool, promise: &str, words: impl FnOnce() -> String) -> Result<(), Wrong> {
    if holds { Ok(()) } else { Err(Wrong::new(promise, words())) }
}

impl Books {
    /// An agent and all above it.
    #[must_use]
    pub fn chain(&self, agent: AgentId) -> Vec<AgentId> {
        let up = |below: &AgentId| self.agents.get(below).and_then(|member| member.parent);
        std::iter::successors(Some(agent), up).collect()
    }

    /// Takes an entry that became durable.
    ///
    /// # Errors
    /// When it breaks a promise.
    pub fn take(&mut self, entry: &Entry) -> Result<(), Wrong> {
        must(entry.seq == self.entries && entry.at_ms >= self.at, "log", || {
            format!("entry {} at {:?} comes after {}", entry.seq, entry.at_ms, self.entries)
        })?;
        (self.entries, self.at) = (entry.seq + 1, entry.at_ms);
        self.clocks.push(entry.clock());
        match &entry.event {
            Event::WalletCreated { policy, .. } | Event::WalletPolicySet { policy } => {
                self.calendar = Calendar::new(&policy.time_zone).expect("a zone");
                self.wallet = policy.clone();
                self.rows.values_mut().for_each(|row| row.date(&self.calendar));
            }
            Event::WalletFrozen { canceled } => {
                (self.frozen, self.freezes) = (true, self.freezes + 1);
                self.call_off(None, canceled, StopCause::Frozen)?;
            }
            Event::WalletUnfrozen => self.frozen = false,
            Event::AgentAskRefused { agent, .. } | Event::AttemptRejected { agent, .. } => {
                self.refusals.entry(*agent).or_default().0 += 1;
            }
            Event::AttemptsRefused { agent, count, .. } => {
                self.refusals.entry(*agent).or_default().1 += u64::from(*count);
            }
            Event::SpendRefused { request, refusal, .. } => {
                self.refused.entry(request.payment).or_default().push(refusal.clone());
            }
            Event::SpendRepeated { payment, .. } => {
                *self.repeated.entry(*payment).or_default() += 1;
            }
            Event::CredentialIssued { credential, .. } => drop(self.issued.insert(*credential)),
            Event::CredentialRevoked { .. } | Event::BudgetReached { .. } => {}
            Event::SpendReserved { reservation } => self.reserve(reservation, entry)?,
            event => self.take_about(event, entry)?,
        }
        self.look(|always, books| always.after(books, &entry.event))
    }

    /// Whether limits hold now.
    ///
    /// # Errors
    /// When one does not.
    pub fn limits_hold(&mut self) -> Result<(), Wrong> {
        self.look(Always::look)
    }

    fn look(
        &mut self,
        look: impl FnOnce(&mut Always, &Self) -> Result<(), Wrong>,
    ) -> Result<(), Wrong> {
        let mut always = std::mem::take(&mut self.always);
        let looked = look(&mut always, self);
        self.always = always;
        looked
    }

    fn take_about(&mut self, event: &Event, entry: &Entry) -> Result<(), Wrong> {
        match event {
            Event::AgentAdded { agent, policy, parent, allocation, .. } => {
                let member = Member {
                    parent: *parent,
                    standing: Standing::Active,
                    policy: policy.clone(),
                    allocation: allocation.clone(),
                    sessions: BTreeMap::new(),
                };
                self.agents.insert(*agent, member);
                parent.map_or(Ok(()), |parent| limits::room(self, parent))
            }
            Event::AllocationSet { agent, allocation, .. } => self.allocate(*agent, allocation),
            Event::SessionOpened { agent, terms, .. } => {
                let member = self.member(*agent)?;
                member.sessions.insert(terms.session.clone(), (entry.seq, terms.clone()));
                Ok(())
            }
            Event::SessionClosed { agent, session, end } => {
                let ends_at = self.member(*agent)?.sessions.get(session);
                let ends_at = ends_at.map(|(_, terms)| terms.ends_at_ms);
                let over = ends_at.is_some_and(|end| end <= entry.clock());
                must(*end != SessionEnd::Expired || over, "session", || format!("{session} ends"))
            }
            Event::AgentPolicySet { agent, policy } => {
                self.member(*agent)?.policy = policy.clone();
                Ok(())
            }
            Event::AgentPaused { agent, canceled } => {
                self.stand(&[*agent], Standing::Paused)?;
                self.call_off(Some(*agent), canceled, StopCause::Paused)
            }
            Event::BreakerTripped { agent, canceled, .. } => {
                self.stand(&[*agent], Standing::Paused)?;
                self.call_off(Some(*agent), canceled, StopCause::Breaker)
            }
            Event::AgentResumed { agent } => self.stand(&[*agent], Standing::Active),
            Event::AgentRevoked { agent, canceled, descendants, .. } => {
                let gone: Vec<AgentId> = [*agent].into_iter().chain(descendants.clone()).collect();
                self.stand(&gone, Standing::Revoked)?;
                let below = self.agents.iter().filter(|(_, one)| one.standing != Standing::Revoked);
                let left = below.map(|(id, _)| *id).find(|id| self.chain(*id).contains(agent));
                must(left.is_none(), "I6 revoke", || format!("{agent} gone, {left:?} is not"))?;
                self.call_off(Some(*agent), canceled, StopCause::Revoked)
            }
            event => self.take_payment(event, entry),
        }
    }

    fn take_payment(&mut self, event: &Event, entry: &Entry) -> Result<(), Wrong> {
        let (id, stand) = match event {
            Event::ApprovalGiven { payment, approver, digest } => {
                let row = self.row(*payment)?;
                must(row.stand == Stand::Waiting, "I7 approval", || format!("of {payment}"))?;
                row.approvals.push((*approver, *digest));
                if let Some(approval) = &row.reservation.approval
                    && row.approvals.len() >= approval.needed as usize
                {
                    row.stand = Stand::Cleared;
                }
                return Ok(());
            }
            Event::PaymentSubmitted { payment, valid_until_ms } => {
                let longest = entry.clock().plus_seconds(600);
                must(*valid_until_ms <= longest, "I6 validity", || format!("of {payment}"))?;
                self.may_submit(*payment, entry.clock())?;
                (*payment, Stand::Submitted)
            }
            Event::PaymentStopped { payment, stop } => {
                let stand = self.row(*payment)?.stand;
                let waits = matches!(stand, Stand::Waiting | Stand::Cleared);
                must(waits, "I5 order", || format!("{payment} stopped when {stand:?}"))?;
                must(self.stop_is_true(*payment, stop, entry), "stop", || format!("{entry:?}"))?;
                (*payment, Stand::Stopped)
            }
            Event::PaymentSucceeded { payment, .. } => (*payment, Stand::Succeeded),
            Event::PaymentFailed { payment, .. } => (*payment, Stand::Failed),
            Event::PaymentUnknown { payment, .. } => (*payment, Stand::Unknown),
            other => return Err(Wrong::new("log", format!("what is {other:?}"))),
        };
        let row = self.row(id)?;
        let in_flight = matches!(row.stand, Stand::Submitted | Stand::Unknown);
        let answers = matches!(stand, Stand::Succeeded | Stand::Failed | Stand::Unknown);
        must(!answers || in_flight, "I5 order", || format!("{id}: {:?} to {stand:?}", row.stand))?;
        row.stand = stand;
        if let Event::PaymentSucceeded { settled, .. } = event {
            let asked = row.reservation.request.amount.amount();
            let whole = *settled > Decimal::ZERO && *settled <= asked;
            must(whole, "I3 settled", || format!("{settled} of {asked} for {id}"))?;
            // A little less than it may be in the last place, never more.
            let part = |worth: Decimal| worth.checked_mul(*settled).map(|whole| whole / asked);
            let worth = part(row.worth).unwrap_or_default();
            row.settled = if *settled == asked { row.worth } else { worth.trunc_with_scale(11) };
        }
        if !matches!(stand, Stand::Submitted | Stand::Unknown) {
            row.reserved = Decimal::ZERO;
        }
        Ok(())
    }

    fn reserve(&mut self, reservation: &Reservation, entry: &Entry) -> Result<(), Wrong> {
        let request = &reservation.request;
        let chain = self.chain(request.agent);
        let row = Row::new(reservation, chain, entry, &self.calendar);
        self.one_intent(&row)?;
        must(self.acts(request.agent), "I6 reserved", || format!("{}", request.payment))?;
        let shares: Decimal = reservation.charged_to.iter().map(|share| share.amount).sum();
        must(shares == row.worth, "A6 shares", || format!("{shares} of {}", row.worth))?;
        let before = self.rows.insert(request.payment, row);
        must(before.is_none(), "I5 id", || format!("{} twice", request.payment))?;
        limits::hold(self, request.payment)
    }

    /// Whether nothing keeps an agent from spending.
    fn acts(&self, agent: AgentId) -> bool {
        let active = |id: &AgentId| self.agents[id].standing == Standing::Active;
        !self.frozen && self.chain(agent).iter().all(active)
    }

    /// A key stands for one intent (I5). Only one that the wallet derived may be used again, when
    /// its payment has ended without money, or ended and was a day old by a clock that was free to
    /// jump.
    fn one_intent(&self, row: &Row) -> Result<(), Wrong> {
        let request = &row.reservation.request;
        let theirs = self.rows.values().filter(|old| {
            let asked = &old.reservation.request;
            (asked.agent, &asked.idempotency_key) == (request.agent, &request.idempotency_key)
        });
        let Some(last) = theirs.max_by_key(|old| old.seq) else { return Ok(()) };
        let no_money = matches!(last.stand, Stand::Failed | Stand::Stopped);
        let since = self.clocks.iter().skip(usize::try_from(last.seq).expect("a place"));
        let mut ages = since.map(|clock| clock.millis_since(last.clock));
        let old = last.stand == Stand::Succeeded && ages.any(|age| age > crate::model::DAY);
        let derived = last.reservation.request.key_derived;
        must(derived && (no_money || old), "I5 intent", || {
            format!("{} again as {}", last.reservation.request.payment, request.payment)
        })
    }

    /// I6 and I7, at the moment of a submission.
    fn may_submit(&mut self, payment: PaymentId, clock: Timestamp) -> Result<(), Wrong> {
        let row = self.row(payment)?.clone();
        let request = &row.reservation.request;
        must(row.stand == Stand::Cleared, "I5 submitted", || {
            format!("{payment} when it was {:?}", row.stand)
        })?;
        must(self.acts(request.agent), "I6 submitted", || format!("{payment}"))?;
        let Some(approval) = &row.reservation.approval else { return Ok(()) };
        let digest = request.digest().map_err(|error| Wrong::new("digest", format!("{error}")))?;
        let valid = row.approvals.iter().filter(|(who, what)| {
            approval.approvers.contains(who) && *what == digest && *what == approval.digest
        });
        let valid: BTreeSet<ApproverId> = valid.map(|(who, _)| *who).collect();
        let enough = valid.len() >= approval.needed.max(1) as usize;
        must(enough && clock < approval.expires_at_ms, "I7 quorum", || {
            format!("{payment} with {valid:?} at {clock:?} for {approval:?}")
        })
    }

    fn stop_is_true(&self, payment: PaymentId, stop: &PaymentStop, entry: &Entry) -> bool {
        let approval = self.rows[&payment].reservation.approval.as_ref();
        match stop {
            PaymentStop::Expired => {
                approval.is_some_and(|approval| approval.expires_at_ms <= entry.clock())
            }
            PaymentStop::Declined { approver, .. } => {
                approval.is_some_and(|approval| approval.approvers.contains(approver))
            }
            PaymentStop::Canceled { .. } => true,
        }
    }

    /// Everything that waits is called off in the same entry (I6), and nothing else.
    fn call_off(
        &mut self,
        agent: Option<AgentId>,
        canceled: &[PaymentId],
        cause: StopCause,
    ) -> Result<(), Wrong> {
        let theirs = self.rows.iter().filter(|(_, row)| {
            let waits = matches!(row.stand, Stand::Waiting | Stand::Cleared);
            waits && agent.is_none_or(|agent| row.chain.contains(&agent))
        });
        let waiting: BTreeSet<PaymentId> = theirs.map(|(id, _)| *id).collect();
        let named: BTreeSet<PaymentId> = canceled.iter().copied().collect();
        must(waiting == named, "I6 called off", || {
            format!("{cause:?} of {agent:?}: {named:?}, waiting were {waiting:?}")
        })?;
        for id in named {
            let row = self.row(id)?;
            (row.stand, row.reserved) = (Stand::Stopped, Decimal::ZERO);
        }
        Ok(())
    }

    fn stand(&mut self, agents: &[AgentId], standing: Standing) -> Result<(), Wrong> {
        for agent in agents {
            let member = self.member(*agent)?;
            let gone = member.standing == Standing::Revoked && standing != Standing::Revoked;
            must(!gone, "I6 revoked", || format!("{agent} is {standing:?} again"))?;
            member.standing = standing;
        }
        Ok(())
    }

    fn allocate(&mut self, agent: AgentId, new: &Option<Allocation>) -> Result<(), Wrong> {
        let before = limits::remainder(self, agent);
        let member = self.member(agent)?;
        member.allocation.clone_from(new);
        let parent = member.parent;
        if limits::remainder(self, agent) <= before {
            return Ok(());
        }
        parent.map_or(Ok(()), |parent| limits::room(self, parent))
    }

    fn member(&mut self, agent: AgentId) -> Result<&mut Member, Wrong> {
        let unknown = || Wrong::new("log", format!("no agent {agent}"));
        self.agents.get_mut(&agent).ok_or_else(unknown)
    }

    fn row(&mut self, payment: PaymentId) -> Result<&mut Row, Wrong> {
        let unknown = || Wrong::new("log", format!("no payment {payment}"));
        self.rows.get_mut(&payment).ok_or_else(unknown)
    }
}
