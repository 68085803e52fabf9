//! What a cap or an envelope counts, in words.

use super::BudgetKind;
use super::intern::Id;
use super::meter::{Meter, Share};
use super::words::Words;
use purser_domain::{Action, Claim, PayeeKey, SpendRequest, Window};

const LABEL_CHARS: usize = 64;

/// The texts of one share of a meter, where it has some.
#[derive(Default)]
struct Names {
    session: Option<String>,
    category: Option<String>,
    payee: Option<String>,
    workflow: Option<String>,
    task: Option<String>,
}

impl Words {
    /// What a share of a meter counts, in words.
    pub fn label(&self, meter: &Meter, share: &Share) -> String {
        let names = Names {
            session: self.sessions.text(share.session).map(|(_, session)| session.to_string()),
            category: self.categories.text(share.category).map(ToString::to_string),
            payee: self.payees.text(share.payee).map(shown),
            workflow: self.workflows.text(share.workflow).map(ToString::to_string),
            task: self.tasks.text(share.task).map(ToString::to_string),
        };
        self.words(meter, names)
    }

    /// What the share of a meter that a request counts in counts, in words. Its texts may be new.
    pub fn label_for(&self, meter: &Meter, request: &SpendRequest) -> String {
        let session = request.session.as_ref().filter(|_| !meter.counts_below());
        let names = Names {
            session: session.map(ToString::to_string),
            category: request.category.as_ref().map(ToString::to_string),
            payee: request.payee.keys().first().map(shown),
            workflow: request.attribution.workflow.as_ref().map(ToString::to_string),
            task: request.task.as_ref().map(|task| task.id.to_string()),
        };
        self.words(meter, names)
    }

    fn words(&self, meter: &Meter, names: Names) -> String {
        let (interval, window) = meter.kind.interval();
        let filter = &meter.filter;
        let mut words = Vec::new();
        if matches!(meter.kind, BudgetKind::Allocation { .. }) {
            words.push("allocation".to_owned());
        }
        words.push(interval.words().to_owned());
        if window == Window::Rolling {
            words.push("rolling".to_owned());
        }
        words.extend(names.session);
        let category = |id: &Id| self.categories.text(*id).map(ToString::to_string);
        let listed = filter.categories.iter().filter_map(category);
        words.extend(counted("category", filter.each_category.then_some(names.category), listed));
        let listed = filter.payees.iter().filter_map(|id| self.payees.text(*id).map(shown));
        words.extend(counted("payee", filter.each_payee.then_some(names.payee), listed));
        let named = |text: String| format!("workflow {text}");
        let workflow = |id: &Id| self.workflows.text(*id).map(|text| named(text.to_string()));
        let each = filter.each_workflow.then(|| names.workflow.map(named));
        words.extend(counted("workflow", each, filter.workflows.iter().filter_map(workflow)));
        let named = |text: String| format!("task {text}");
        let task = |id: &Id| self.tasks.text(*id).map(|text| named(text.to_string()));
        let each = filter.each_task.then(|| names.task.map(named));
        words.extend(counted("task", each, filter.tasks.iter().filter_map(task)));
        let action = |action: &Action| match action {
            Action::Purchase => "purchases".to_owned(),
            Action::ToolCall => "tool calls".to_owned(),
        };
        words.extend(filter.actions.iter().map(action));
        words.join(", ")
    }
}

/// What is counted by one thing: whose amount it is where each has its own, else the listed ones.
fn counted(
    what: &str,
    each: Option<Option<String>>,
    listed: impl Iterator<Item = String>,
) -> Vec<String> {
    match each {
        Some(name) => vec![name.unwrap_or_else(|| format!("each {what}"))],
        None => listed.collect(),
    }
}

fn shown(payee: &PayeeKey) -> String {
    Claim::new(payee.as_str(), Claim::MAX_BYTES)
        .map_or_else(|_| "a payee".to_owned(), |claim| claim.visible(LABEL_CHARS))
}
