//! What was spent in a session, and how that is forgotten when the session is.

use super::intern::Id;
use super::rolling::quarter;
use super::{Books, Cell, OutOfRange, Totals, add_to};
use crate::sessions::Session;
use crate::state::{Agent, State};
use purser_domain::{Action, AgentId, Label};
use std::collections::BTreeMap;

impl Cell {
    /// The cell before all others of a session.
    const fn first_of(session: Id) -> Self {
        Self {
            session,
            payee: Id::FIRST,
            host: Id::FIRST,
            category: Id::FIRST,
            workflow: Id::FIRST,
            task: Id::FIRST,
            action: Action::Purchase,
        }
    }

    /// As the cell of a session that was forgotten: it still counts where sessions don't matter.
    pub(crate) const fn forget_session(&mut self) {
        self.session = Id::FORGOTTEN;
    }
}

impl Books {
    fn forget_session(&mut self, session: Id, over: &Session) -> Result<(), OutOfRange> {
        if self.last_session == Some(session) {
            self.last_session = None;
        }
        self.meters.forget_session(session);
        let all_time = &mut self.history.all_time;
        let cells = all_time.range(Cell::first_of(session)..).map(|(cell, _)| *cell);
        let cells = cells.take_while(|cell| cell.session == session).collect();
        rename(all_time, cells, Cell::forget_session)?;
        let recent = &mut self.history.recent;
        let ended = over.ended.map_or(over.terms.ends_at_ms, |(_, ended)| ended);
        for at in quarter(over.opened_at)..=quarter(ended.min(over.terms.ends_at_ms)) {
            let rows = recent.range((at, Cell::first_of(session))..).map(|(row, _)| *row);
            let rows = rows.take_while(|row| row.0 == at && row.1.session == session).collect();
            rename(recent, rows, |row: &mut (i64, Cell)| row.1.forget_session())?;
        }
        Ok(())
    }
}

/// Moves rows to another key, where they are added to what stands there.
fn rename<K: Ord + Copy>(
    rows: &mut BTreeMap<K, Totals>,
    keys: Vec<K>,
    change: impl Fn(&mut K),
) -> Result<(), OutOfRange> {
    for mut key in keys {
        let Some(totals) = rows.remove(&key) else { continue };
        change(&mut key);
        add_to(rows, key, &totals)?;
    }
    Ok(())
}

impl State {
    /// What was settled and reserved in a session.
    pub(crate) fn session_totals(&self, agent: &Agent, session: &Label) -> Totals {
        let id = self.words.session(agent.id, Some(session));
        agent.books.meters.caps().map(|(cap, _)| cap.used_in(id)).unwrap_or_default()
    }

    /// Forgets what a session that is over has used. Other limits still count it.
    pub(crate) fn forget_totals(
        &mut self,
        agent: AgentId,
        over: &Session,
    ) -> Result<(), OutOfRange> {
        let name = (agent, over.terms.session.clone());
        let Some(session) = self.words.sessions.forget(&name) else { return Ok(()) };
        let Some(found) = self.agents.get_mut(&agent) else { return Ok(()) };
        let caps = found.books.meters.caps();
        let held = caps.is_some_and(|(cap, _)| !cap.used_in(session).reserved.is_zero());
        found.books.forget_session(session, over)?;
        if !held {
            return Ok(());
        }
        for open in found.open.iter().filter_map(|place| self.open.get(place)) {
            let payment = self.payments.get_mut(&open.payment);
            if let Some(payment) = payment.filter(|payment| payment.cell.session == session) {
                payment.cell.forget_session();
            }
        }
        Ok(())
    }
}
