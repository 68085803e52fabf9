//! Everything that engine and model can both be asked.

use super::{World, Wrong, requests, tables};
use crate::model::{Agent, Expected, Line, Pay, Which, near};
use purser_domain::{AgentId, Command, Event, SpendRequest, Timestamp};
use purser_engine::{BudgetKind, BudgetLine, Payment, State};

/// Whether both decided the same.
pub(super) fn same_decision(
    command: &Command,
    expected: &Expected,
    decided: &Expected,
) -> Result<(), Wrong> {
    if expected == decided {
        return Ok(());
    }
    let kinds = |side: &Expected| {
        let kinds = side.events.iter().map(|event| match event {
            Event::SpendRefused { refusal, .. } => format!("refused {}", refusal.code()),
            other => other.kind().to_owned(),
        });
        kinds.collect::<Vec<_>>().join("+")
    };
    let (model, engine) = (kinds(expected), kinds(decided));
    let kind = format!("decision: model [{model}], engine [{engine}]");
    let words = format!("{command:?}\n model: {expected:?}\nengine: {decided:?}");
    Err(Wrong::new(kind, words))
}

impl World {
    /// Compares what a command was about.
    pub(super) fn compare_about(&mut self, command: &Command) -> Result<(), Wrong> {
        match command {
            Command::Spend { request, .. } => {
                self.compare_lines(request)?;
                self.compare_agent(request.agent)
            }
            Command::Cancel { payment, .. }
            | Command::Approve { payment, .. }
            | Command::Decline { payment, .. }
            | Command::Submit { payment, .. }
            | Command::Resolve { payment, .. } => {
                let request = self.model.pay(*payment).map(|pay| pay.reservation.request.clone());
                request.map_or(Ok(()), |request| self.compare_lines(&request))?;
                self.compare_payment(*payment)
            }
            Command::JudgePayment { payment, .. } => {
                let agent = self.model.pay(*payment).map(Pay::agent);
                agent.map_or(Ok(()), |agent| self.compare_agent(agent))
            }
            Command::SetAllocation { agent, .. } => {
                self.compare_agent(*agent)?;
                self.probes(*agent).iter().try_for_each(|probe| self.compare_lines(probe))
            }
            Command::OpenSession { agent, .. }
            | Command::CloseSession { agent, .. }
            | Command::SetAgentPolicy { agent, .. }
            | Command::PauseAgent(agent)
            | Command::ResumeAgent(agent)
            | Command::RevokeAgent(agent) => self.compare_agent(*agent),
            Command::SetWalletPolicy { .. } | Command::Freeze => self.compare_all(),
            _ => Ok(()),
        }
    }

    /// Compares everything.
    pub(crate) fn compare_all(&mut self) -> Result<(), Wrong> {
        let (model, state) = (&self.model, &self.state);
        let wallet = (model.owner, model.frozen, model.clock);
        if wallet != (state.owner(), state.frozen(), state.clock()) {
            return Err(Wrong::new("wallet", format!("model: {wallet:?}")));
        }
        let ours: Vec<AgentId> = model.agents.keys().copied().collect();
        let theirs: Vec<AgentId> = state.agents().map(|agent| agent.id).collect();
        if ours != theirs {
            return Err(Wrong::new("agents", format!("model: {ours:?}\nengine: {theirs:?}")));
        }
        let open = model.payments.iter().filter(|pay| pay.waits() || pay.in_flight());
        let ours: Vec<_> = open.map(Pay::id).collect();
        let theirs: Vec<_> = state.open_payments().map(Payment::id).collect();
        if ours != theirs {
            return Err(Wrong::new("open", format!("model: {ours:?}\nengine: {theirs:?}")));
        }
        let all: Vec<_> = model.payments.iter().map(Pay::id).collect();
        let agents: Vec<_> = model.agents.keys().copied().collect();
        all.into_iter().try_for_each(|payment| self.compare_payment(payment))?;
        agents.into_iter().try_for_each(|agent| {
            self.compare_agent(agent)?;
            let probes: Vec<_> = self.probes(agent);
            probes.iter().try_for_each(|probe| self.compare_lines(probe))
        })
    }

    /// Requests that ask about the budgets of an agent: as its last, to other payees, in other
    /// categories and sessions.
    fn probes(&self, agent: AgentId) -> Vec<SpendRequest> {
        let last = self.asked.iter().rev().find(|(request, _)| request.agent == agent);
        let Some((last, _)) = last.or_else(|| self.asked.last()) else { return Vec::new() };
        let last = SpendRequest { agent, ..last.clone() };
        let probe = |number: u16| SpendRequest {
            payee: requests::payee_of(number),
            category: tables::category(number),
            session: tables::label("s", number),
            ..last.clone()
        };
        (0..4).map(probe).chain([last.clone()]).collect()
    }

    fn compare_agent(&self, id: AgentId) -> Result<(), Wrong> {
        let ours = self.model.agents.get(&id);
        let ours = ours.map(|agent| {
            let Agent { status, policy, last_activity_at, parent, allocation, tripped, .. } = agent;
            (*status, policy, *last_activity_at, *parent, allocation.as_ref(), tripped.as_ref())
        });
        let theirs = self.state.agent(id);
        let theirs = theirs.map(|agent| {
            let (status, policy, seen) = (agent.status, &agent.policy, agent.last_activity_at);
            let tripped = agent.tripped.as_ref();
            (status, policy, seen, agent.parent, agent.allocation.as_ref(), tripped)
        });
        if ours == theirs {
            self.compare_normal(id)?;
            return self.compare_sessions(id);
        }
        Err(Wrong::new("agent", format!("{id}\n model: {ours:?}\nengine: {theirs:?}")))
    }

    /// Whether what taught the card of an agent's normal is what the model says should have.
    fn compare_normal(&self, id: AgentId) -> Result<(), Wrong> {
        let Some(normal) = self.state.normal(id) else { return Ok(()) };
        let taught = self.model.taught(id, normal.rail);
        let same = taught.payments == normal.payments
            && taught.lately.len() == normal.recent.len()
            && taught.lately.iter().zip(&normal.recent).all(|(one, other)| near(*one, *other));
        if same {
            return Ok(());
        }
        Err(Wrong::new("normal", format!("{id}\n model: {taught:?}\nengine: {normal:?}")))
    }

    fn compare_payment(&self, id: purser_domain::PaymentId) -> Result<(), Wrong> {
        let (ours, theirs) = (self.model.pay(id), self.state.payment(id));
        let (Some(ours), Some(theirs)) = (ours, theirs) else {
            return if ours.is_none() && theirs.is_none() {
                Ok(())
            } else {
                Err(Wrong::new("payment", format!("{id}: model {ours:?}, engine {theirs:?}")))
            };
        };
        let worths = (ours.reservation.worth, theirs.reservation.worth);
        let one = (&ours.status, &ours.approvals, ours.at, worths.0, ours.judged);
        let other =
            (&theirs.status, &theirs.approvals, theirs.requested_at, worths.1, theirs.judged);
        if one == other {
            return Ok(());
        }
        Err(Wrong::new("payment", format!("{id}\n model: {one:?}\nengine: {other:?}")))
    }

    fn compare_lines(&self, request: &SpendRequest) -> Result<(), Wrong> {
        let now = Timestamp::from_millis(self.now);
        // Of a session that is forgotten, what it used is forgotten some time.
        if !self.model.knows_session_of(request, now) {
            return Ok(());
        }
        let ours = self.model.lines(request, now);
        let theirs: Vec<Line> = self.state.budgets_for(request, now).iter().map(line_of).collect();
        if ours == theirs {
            return Ok(());
        }
        let words = format!("{request:?}\n model: {ours:?}\nengine: {theirs:?}");
        Err(Wrong::new("budgets", words))
    }

    /// Whether the log alone gives the state (I8), read back from its text.
    pub(crate) fn replay(&self) -> Result<(), Wrong> {
        let mut replayed = State::default();
        for entry in &self.log {
            let text = serde_json::to_string(entry).unwrap();
            let entry = serde_json::from_str(&text).unwrap();
            let applied = replayed.apply(&entry);
            applied.map_err(|error| Wrong::new("replay", format!("{error}: {text}")))?;
        }
        if replayed == self.state {
            return Ok(());
        }
        Err(Wrong::new("replay", "the log does not give the state"))
    }
}

fn line_of(line: &BudgetLine) -> Line {
    let which = match line.kind {
        BudgetKind::PerTransaction | BudgetKind::Session | BudgetKind::Daily => Which::Cap,
        BudgetKind::Allocation { .. } => Which::Allocation,
        BudgetKind::Envelope { index, .. } => Which::Envelope(index),
    };
    let (span, limit, held) = (line.kind.interval(), line.limit, line.held);
    Line { span, which, limit, settled: line.settled, reserved: line.reserved, held }
}
