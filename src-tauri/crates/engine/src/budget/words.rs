//! The texts that the whole wallet's budgets are counted by, as small numbers. One set for all
//! agents, so that a payment has the same cell in its agent's books and in those above it.

use super::Cell;
use super::intern::{Id, Interner};
use super::meter::{Filter, Lists};
use purser_domain::{AgentId, Category, Label, PayeeKey, SpendRequest, SpendingLimit};
use serde::{Deserialize, Serialize};

/// The texts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Words {
    pub payees: Interner<PayeeKey>,
    pub categories: Interner<Category>,
    pub sessions: Interner<(AgentId, Label)>,
    pub workflows: Interner<Label>,
    pub tasks: Interner<Label>,
}

impl Words {
    /// The cell of a request, for looking; `keys` are its payee's.
    pub fn find(&self, request: &SpendRequest, keys: &[PayeeKey]) -> Cell {
        Cell {
            session: self.session(request.agent, request.session.as_ref()),
            payee: self.payees.find(keys.first()),
            host: self.payees.find(keys.get(1)),
            category: self.categories.find(request.category.as_ref()),
            workflow: self.workflows.find(request.attribution.workflow.as_ref()),
            task: self.tasks.find(request.task.as_ref().map(|task| &task.id)),
            action: request.action,
        }
    }

    /// The cell of a request that is reserved.
    pub fn enter(&mut self, request: &SpendRequest) -> Cell {
        let keys = request.payee.keys();
        Cell {
            session: self.sessions.intern(named(request).as_ref()),
            payee: self.payees.intern(keys.first()),
            host: self.payees.intern(keys.get(1)),
            category: self.categories.intern(request.category.as_ref()),
            workflow: self.workflows.intern(request.attribution.workflow.as_ref()),
            task: self.tasks.intern(request.task.as_ref().map(|task| &task.id)),
            action: request.action,
        }
    }

    /// The number of an agent's session, for looking.
    pub fn session(&self, agent: AgentId, session: Option<&Label>) -> Id {
        self.sessions.find(session.map(|session| (agent, session.clone())).as_ref())
    }

    /// Which payments a limit counts.
    pub fn filter(&mut self, limit: &SpendingLimit) -> Filter {
        let categories = limit.categories.iter();
        let payees = limit.payees.iter();
        let workflows = limit.workflows.iter();
        let tasks = limit.tasks.iter();
        let lists = Lists {
            categories: categories.map(|text| self.categories.intern(Some(text))).collect(),
            payees: payees.map(|text| self.payees.intern(Some(text))).collect(),
            actions: limit.actions.clone(),
            workflows: workflows.map(|text| self.workflows.intern(Some(text))).collect(),
            tasks: tasks.map(|text| self.tasks.intern(Some(text))).collect(),
            each_payee: limit.each_payee,
            each_category: limit.each_category,
            each_workflow: limit.each_workflow,
            each_task: limit.each_task,
        };
        Filter::from(lists)
    }
}

/// A session's name is its agent's own.
fn named(request: &SpendRequest) -> Option<(AgentId, Label)> {
    request.session.as_ref().map(|session| (request.agent, session.clone()))
}
