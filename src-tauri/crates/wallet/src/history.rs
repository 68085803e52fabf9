//! What happened, for the owner: found, listed and written out (L3). Reads by a connection of its
//! own and never holds a decision up.

use crate::csv;
use crate::owner::OwnerError;
use crate::shown::{self, Names};
use crate::wallet::Wallet;
use crate::writer::ReadBackError;
use purser_domain::{AgentId, Claim, Entry, Event, PaymentId, Timestamp};
use purser_engine::{State, charged};
use purser_ledger::{Cursor, EntryFilter, EntryPage, LedgerError, LedgerReader};
use serde::{Deserialize, Serialize};

/// Most entries of one answer.
const PAGE: usize = 500;
/// Most payments of one statement.
const STATEMENT: usize = 100_000;
/// Longest account or reference in a statement, in characters.
const LONGEST: usize = 1024;

/// What the owner looks for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Search {
    /// Only this agent.
    pub agent: Option<AgentId>,
    /// Only this payment.
    pub payment: Option<PaymentId>,
    /// Only these kinds of entries.
    pub kinds: Vec<String>,
    /// Only entries with this in one of their texts.
    pub text: Option<String>,
    /// Only from this time on.
    pub since: Option<Timestamp>,
    /// Only before this time.
    pub until: Option<Timestamp>,
    /// Only before this entry: the `next` of an earlier answer.
    pub before: Option<u64>,
    /// Most entries, at most 500.
    pub limit: Option<usize>,
}

impl Search {
    fn filter(&self) -> EntryFilter {
        EntryFilter {
            agent: self.agent,
            payment: self.payment,
            kinds: self.kinds.clone(),
            text: self.text.clone(),
            since: self.since,
            until: self.until,
            seqs: None,
        }
    }
}

/// One payment of a statement. Amounts are decimal strings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRow {
    /// When the money moved, milliseconds since the epoch.
    pub at_ms: Timestamp,
    /// The payment.
    pub payment: PaymentId,
    /// Whose, by name.
    pub agent: String,
    /// What the payee is called, hidden characters made visible.
    pub payee: String,
    /// Where the money went.
    pub account: String,
    /// How much moved, in the payment's currency.
    pub amount: String,
    /// That currency.
    pub currency: String,
    /// The rail.
    pub rail: String,
    /// Merchant category.
    pub category: String,
    /// Session.
    pub session: String,
    /// Task.
    pub task: String,
    /// Who was charged, each with its part in the budget currency.
    pub charged_to: String,
    /// The rail's reference.
    pub reference: String,
}

impl StatementRow {
    const COLUMNS: [&'static str; 13] = [
        "time",
        "payment",
        "agent",
        "payee",
        "account",
        "amount",
        "currency",
        "rail",
        "category",
        "session",
        "task",
        "charged_to",
        "reference",
    ];

    fn fields(&self) -> [String; 13] {
        [
            shown::rfc3339(self.at_ms),
            self.payment.to_string(),
            self.agent.clone(),
            self.payee.clone(),
            self.account.clone(),
            self.amount.clone(),
            self.currency.clone(),
            self.rail.clone(),
            self.category.clone(),
            self.session.clone(),
            self.task.clone(),
            self.charged_to.clone(),
            self.reference.clone(),
        ]
    }
}

/// A statement as CSV.
#[must_use]
pub fn statement_csv(rows: &[StatementRow]) -> String {
    csv::table(StatementRow::COLUMNS, rows.iter().map(StatementRow::fields))
}

impl Wallet {
    /// Entries of the log, newest first.
    ///
    /// # Errors
    /// When the log can't be read.
    pub async fn search(&self, search: Search) -> Result<EntryPage, OwnerError> {
        let reader = self.reader().await?;
        let limit = search.limit.unwrap_or(PAGE).min(PAGE);
        let found = tokio::task::spawn_blocking(move || {
            reader.entries(&search.filter(), search.before.map(Cursor::before), limit)
        });
        Ok(found.await.map_err(|_| OwnerError::Unexpected)??)
    }

    /// The payments of a time by which money moved, oldest first: all of them.
    ///
    /// # Errors
    /// When the log can't be read, or the time has too many.
    pub async fn statement(
        &self,
        agent: Option<AgentId>,
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Vec<StatementRow>, OwnerError> {
        let (names, reader) = (self.writer.look(Names::of).await?, self.reader().await?);
        let kinds = vec!["payment_succeeded".to_owned()];
        let filter = EntryFilter { agent, kinds, since, until, ..EntryFilter::default() };
        let rows = tokio::task::spawn_blocking(move || {
            let mut paid = reader.recent(STATEMENT.saturating_add(1), None, &filter)?;
            if paid.len() > STATEMENT {
                return Err(OwnerError::LongStatement { most: STATEMENT });
            }
            paid.reverse();
            paid.iter().filter_map(|entry| row(&reader, entry, &names).transpose()).collect()
        });
        rows.await.map_err(|_| OwnerError::Unexpected)?
    }
}

/// Why reading the log through ended early.
pub enum ReadEnd {
    /// All that was wanted was read.
    Enough,
    /// The log refused.
    Ledger(LedgerError),
    /// Whoever read it could not go on.
    Failed(OwnerError),
}

impl From<LedgerError> for ReadEnd {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

/// Reads the log from an entry on, as long as `visit` wants more.
pub fn replayed(
    reader: &LedgerReader,
    from: u64,
    visit: &mut dyn FnMut(Entry) -> Result<(), ReadEnd>,
) -> Result<(), OwnerError> {
    match reader.replay(from, visit) {
        Ok(()) | Err(ReadEnd::Enough) => Ok(()),
        Err(ReadEnd::Ledger(error)) => Err(error.into()),
        Err(ReadEnd::Failed(error)) => Err(error),
    }
}

/// The state before an entry: an earlier one, with the entries between applied.
pub fn state_before(
    reader: &LedgerReader,
    mut state: State,
    seq: u64,
) -> Result<State, OwnerError> {
    replayed(reader, state.next_seq(), &mut |entry| {
        if entry.seq >= seq {
            return Err(ReadEnd::Enough);
        }
        let wrong = |source| ReadBackError::Apply { seq: entry.seq, source };
        state.apply(&entry).map_err(|error| ReadEnd::Failed(wrong(error).into()))
    })?;
    Ok(state)
}

/// One entry by its number.
pub fn entry_at(reader: &LedgerReader, seq: u64) -> Result<Entry, OwnerError> {
    let seqs = Some(seq..seq.saturating_add(1));
    let found = reader.recent(1, None, &EntryFilter { seqs, ..EntryFilter::default() })?;
    found.into_iter().next().ok_or(OwnerError::NoSuchEntry { seq })
}

fn row(
    reader: &LedgerReader,
    entry: &Entry,
    names: &Names,
) -> Result<Option<StatementRow>, OwnerError> {
    let Event::PaymentSucceeded { payment, settled, receipt } = &entry.event else {
        return Ok(None);
    };
    let history = reader.payment_history(*payment)?;
    let reserved = history.iter().find_map(|entry| match &entry.event {
        Event::SpendReserved { reservation } => Some(reservation),
        _ => None,
    });
    let Some(reservation) = reserved else { return Ok(None) };
    let request = &reservation.request;
    let shares = charged(reservation, *settled).ok_or(OwnerError::Unexpected)?;
    let charged = shares.iter().map(|share| format!("{} {}", share.cost_center, share.amount));
    let text = |label: Option<String>| label.unwrap_or_default();
    Ok(Some(StatementRow {
        at_ms: entry.at_ms,
        payment: *payment,
        agent: names.of_agent(request.agent),
        payee: request.payee.name.visible(256),
        account: visible(request.payee.key().as_str()),
        amount: settled.normalize().to_string(),
        currency: request.amount.currency().to_string(),
        rail: request.rail.as_str().to_owned(),
        category: text(request.category.as_ref().map(ToString::to_string)),
        session: text(request.session.as_ref().map(ToString::to_string)),
        task: text(request.task.as_ref().map(|task| task.id.to_string())),
        charged_to: charged.collect::<Vec<_>>().join("; "),
        reference: visible(&receipt.reference),
    }))
}

/// What agents and merchants wrote, so that it can neither steer a terminal nor turn letters round.
fn visible(text: &str) -> String {
    shown::clamped_claim(text, Claim::MAX_BYTES).visible(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_shows_what_hides_in_it() {
        assert_eq!(visible("acct:\u{1b}[2Jx\u{202e}y"), "acct:<U+001B>[2Jx<U+202E>y");
    }
}
