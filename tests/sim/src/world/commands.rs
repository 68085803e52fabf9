//! Commands, from a step's numbers and what is there.

use super::tables::{self, OWNER, STRANGER, agent, claim, one, policy, scope, wallet};
use super::{World, time_of};
use crate::step::{Step, Verb};
use purser_domain::{
    AgentDraft, AgentId, Allocation, Command, CredentialId, Delegation, Digest, Interval,
    PaymentId, Receipt, Resolution, StopCause, Timestamp, Window,
};
use purser_engine::AgentStatus;
use rust_decimal::Decimal;

/// Numbers below this choose an open payment.
const OPEN: u16 = 40;

impl World {
    /// The command of a step; `None` when there is nothing to do it to.
    pub(crate) fn command(&mut self, step: &Step) -> Option<Command> {
        let [first, second, third, ..] = step.numbers;
        Some(match step.verb {
            Verb::Found => {
                self.now = self.now.max(time_of(one(&tables::STARTS, second)));
                Command::CreateWallet { owner: OWNER, policy: wallet(third, first, self.now) }
            }
            Verb::Add => {
                let place = if first == 9 { 0 } else { self.model.agents.len() as u16 };
                Command::AddAgent(draft(place, second, third))
            }
            Verb::Delegate => self.delegate(step),
            Verb::Allocate => self.allocate(step),
            Verb::Count => {
                let (agent, (refusal, count)) = self.uncounted.pop_first()?;
                Command::NoteRefusals { agent, refusal, count }
            }
            Verb::Ask | Verb::Again => {
                let (request, presented) = match step.verb {
                    Verb::Ask => self.request(step),
                    _ => self.once_more(first, second)?,
                };
                self.asked.push((request.clone(), presented.clone()));
                Command::Spend { request: Box::new(request), presented }
            }
            Verb::Open => self.open_session(step),
            Verb::Close => self.close_session(step),
            Verb::Approve => {
                let payment = self.payment(first)?;
                let approver = if second == 7 { STRANGER } else { OWNER };
                Command::Approve { payment, approver, digest: self.digest(payment, third) }
            }
            Verb::Decline => Command::Decline {
                payment: self.payment(first)?,
                approver: if second == 7 { STRANGER } else { OWNER },
                reason: (third == 1).then(|| claim("not now")),
            },
            Verb::Cancel => self.cancel(step)?,
            Verb::Submit | Verb::Succeed | Verb::Fail | Verb::Lose => {
                let payment = self.payment(first)?;
                self.rail_command(step, payment)?
            }
            Verb::Judge | Verb::Pause | Verb::Resume | Verb::Revoke => self.of_owner(step),
            Verb::Policy => {
                let (agent, policy) = (self.agent(first), policy(second));
                Command::SetAgentPolicy { agent, policy, presence: third != 1 }
            }
            Verb::Wallet => {
                let policy = wallet(first, second, self.now);
                Command::SetWalletPolicy { policy, presence: third != 1 }
            }
            Verb::Freeze => Command::Freeze,
            Verb::Unfreeze => Command::Unfreeze,
            Verb::Issue => self.issue(step),
            Verb::RevokeCredential => {
                let place = usize::from(first) % self.issued.len().max(1);
                let unknown = CredentialId::from_random(9);
                let credential = self.issued.get(place).copied().unwrap_or(unknown);
                Command::RevokeCredential(credential)
            }
            Verb::Reject => {
                let (problem, detail) = ("unreadable".to_owned(), claim("what was that?"));
                Command::RejectAttempt { agent: self.agent(first), problem, detail }
            }
            Verb::Tick => Command::Tick,
            _ => return None,
        })
    }

    /// What the owner says of an agent, or of what it paid.
    fn of_owner(&self, step: &Step) -> Command {
        let [first, second, ..] = step.numbers;
        match step.verb {
            Verb::Judge => {
                Command::JudgePayment { payment: self.of_late(first), fine: second == 0 }
            }
            Verb::Pause => Command::PauseAgent(self.agent(first)),
            Verb::Resume => Command::ResumeAgent(self.agent(first)),
            _ => Command::RevokeAgent(self.agent(first)),
        }
    }

    /// An agent: mostly one of those that are not revoked, else any, or one that never was.
    pub(super) fn agent(&self, number: u16) -> AgentId {
        let all = self.model.agents.iter();
        let living = all.filter(|(_, agent)| agent.status != AgentStatus::Revoked || number > 9);
        let ids: Vec<AgentId> = living.map(|(id, _)| *id).collect();
        match number {
            11 => agent(999),
            _ => ids.get(usize::from(number) % ids.len().max(1)).copied().unwrap_or(agent(0)),
        }
    }

    fn delegate(&mut self, step: &Step) -> Command {
        let [who, which, holds, name, shown, ..] = step.numbers;
        let parent = self.agent(who);
        let mut draft = draft(self.model.agents.len() as u16, which, name);
        // Mostly what its parent may do, or less; seldom something else.
        if let Some(above) = self.model.agents.get(&parent).filter(|_| which < 11) {
            draft.policy = above.policy.clone();
            let half = Decimal::new(50, 2);
            match which {
                1 => draft.policy.daily *= half,
                2 => draft.policy.per_transaction *= half,
                3 => draft.policy.may_delegate = false,
                4 => draft.policy.rate_limit_per_minute = 1,
                5 => draft.policy.review_above = Some(Decimal::ONE),
                6 => draft.policy.allowed_categories = tables::category(1).into_iter().collect(),
                7 => draft.policy.per_session += Decimal::ONE,
                8 => draft.policy.spending_limits.clear(),
                _ => {}
            }
        }
        let (presented, allocation) = (self.presented(parent, shown, name), allocation(holds));
        Command::Delegate(Box::new(Delegation { parent, presented, draft, allocation }))
    }

    fn allocate(&mut self, step: &Step) -> Command {
        let [which, by, holds, shown, ..] = step.numbers;
        let below = self.model.agents.iter().filter(|(_, agent)| agent.parent.is_some());
        let below: Vec<AgentId> = below.map(|(id, _)| *id).collect();
        let child = below.get(usize::from(which) % below.len().max(1));
        let child = child.copied().filter(|_| which != 11).unwrap_or(self.agent(which));
        let parent = self.model.agents.get(&child).and_then(|agent| agent.parent);
        let by = match by {
            0 => None,
            4 => Some(self.agent(which)),
            _ => parent,
        };
        let by = by.map(|by| (by, self.presented(by, shown, which)));
        let allocation = (holds < 20).then(|| allocation(holds));
        Command::SetAllocation { agent: child, by, allocation }
    }

    /// A payment: an open one, any, or one that never was.
    pub(crate) fn payment(&self, number: u16) -> Option<PaymentId> {
        let pays = &self.model.payments;
        let ids: Vec<PaymentId> = if number < OPEN {
            let open = pays.iter().filter(|pay| pay.waits() || pay.in_flight());
            open.map(crate::model::Pay::id).collect()
        } else {
            pays.iter().map(crate::model::Pay::id).collect()
        };
        if number == u16::MAX {
            return Some(PaymentId::from_random(1));
        }
        ids.get(usize::from(number) % ids.len().max(1)).copied()
    }

    /// A payment, counted from the last one; or one that never was.
    fn of_late(&self, number: u16) -> PaymentId {
        let found = self.model.payments.iter().rev().nth(number.into());
        found.map_or(PaymentId::from_random(1), crate::model::Pay::id)
    }

    /// What an approver says they saw.
    fn digest(&self, payment: PaymentId, number: u16) -> Digest {
        let seen = self.model.pay(payment).and_then(|pay| pay.reservation.approval.as_ref());
        match seen {
            Some(approval) if number != 7 => approval.digest,
            _ => Digest::of_bytes(b"another"),
        }
    }

    fn cancel(&self, step: &Step) -> Option<Command> {
        let [which, by, cause, ..] = step.numbers;
        let payment = self.payment(which)?;
        let own = self.model.pay(payment)?.agent();
        let agent = [None, Some(own), Some(own), Some(self.agent(cause))][usize::from(by) % 4];
        let causes = [
            StopCause::Owner,
            StopCause::Agent,
            StopCause::Breaker,
            StopCause::Revoked,
            StopCause::SessionOver,
        ];
        Some(Command::Cancel { payment, agent, cause: one(&causes, cause) })
    }

    pub(super) fn rail_command(&self, step: &Step, payment: PaymentId) -> Option<Command> {
        let how = step.numbers[1];
        let (problem, detail) = (format!("problem-{how}"), claim("in words"));
        let resolution = match step.verb {
            Verb::Submit => {
                let from = self.now.max(self.model.clock.as_millis());
                let until = from + [60_000, 1, 0, 600_000, 600_001, -1][usize::from(how) % 6];
                let valid_until = Timestamp::from_millis(until);
                return Some(Command::Submit { payment, valid_until });
            }
            Verb::Succeed => {
                let asked = self.model.pay(payment)?.reservation.request.amount.amount();
                let percent = [100, 50, 99, 1, 101, 33, 0, 100][usize::from(how) % 8];
                let settled = asked * Decimal::new(percent, 2);
                let reference = format!("tx-{}", how / 7);
                let receipt = Receipt { reference, evidence: None, verified: true };
                Resolution::Succeeded { settled, receipt }
            }
            Verb::Fail => Resolution::Failed { problem, detail },
            _ => Resolution::Unknown { problem, detail },
        };
        Some(Command::Resolve { payment, resolution })
    }

    fn issue(&mut self, step: &Step) -> Command {
        let [who, narrow, life, bearer, ..] = step.numbers;
        let credential = CredentialId::from_random(self.fresh());
        self.issued.push(credential);
        let minutes = [5, 60, 61, 62, 1440][usize::from(life) % 5];
        Command::IssueCredential {
            credential,
            agent: self.agent(who),
            scope: scope(narrow),
            expires_at: Timestamp::from_millis(self.now + minutes * 60_000),
            bearer: bearer == 3,
            revocation_ids: vec![format!("{credential}")],
        }
    }
}

/// What a sub-agent gets. Some can't be given.
fn allocation(number: u16) -> Allocation {
    let amounts = ["60", "10", "100", "30", "20", "150", "40", "400", "0"];
    let spans = [
        (Interval::Daily, Window::Calendar),
        (Interval::Daily, Window::Rolling),
        (Interval::Weekly, Window::Calendar),
        (Interval::Monthly, Window::Rolling),
        (Interval::AllTime, Window::Calendar),
        (Interval::Session, Window::Calendar),
        (Interval::Daily, Window::Calendar),
    ];
    let (interval, window) = one(&spans, number);
    Allocation { amount: tables::decimal(one(&amounts, number)), interval, window }
}

/// An agent to add. Some names are taken, some can't be names.
fn draft(place: u16, which: u16, name: u16) -> AgentDraft {
    let name = match name {
        1 => "Agent 0".to_owned(),
        2 => "AGENT 1".to_owned(),
        3 => " spaced".to_owned(),
        4 => String::new(),
        5 => "hid\u{200b}den".to_owned(),
        6 => "x".repeat(65),
        _ => format!("Agent {place}"),
    };
    AgentDraft {
        agent: agent(place),
        name: claim(&name),
        holder_key: tables::holder_key(place),
        policy: policy(which),
    }
}
