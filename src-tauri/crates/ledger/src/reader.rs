//! Queries for the window, on a connection of their own.

use crate::delivery::{self, Delivery};
use crate::error::LedgerError;
use crate::note::VerifierKey;
use crate::schema::{self, DatabaseKey};
use crate::tree::Hash;
use crate::view::{LogSource, Sealed, Stored, View, to_i64};
use purser_domain::{AgentId, Entry, PaymentId};
use rusqlite::Connection;
use rusqlite::types::Value;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Which entries are wanted. The default wants all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryFilter {
    /// Only what this agent did or what happened to it, with the whole course of its payments.
    pub agent: Option<AgentId>,
    /// Only this payment.
    pub payment: Option<PaymentId>,
    /// Only these kinds, as [`purser_domain::Event::kind`] names them. Empty: every kind.
    pub kinds: Vec<String>,
    /// Only entries with this in one of their texts, upper or lower case.
    pub text: Option<String>,
}

/// A log, open for reading, beside the writer.
pub struct LedgerReader {
    conn: Connection,
    path: PathBuf,
    trusted: Option<VerifierKey>,
}

impl LedgerReader {
    /// Opens a log for reading, also while another process writes it. Its checkpoint is not
    /// checked: [`crate::verify_ledger`] does that.
    ///
    /// # Errors
    /// When there is none, the key is another one, or it is of another format.
    pub fn open(path: &Path, key: &[u8; 32]) -> Result<Self, LedgerError> {
        Self::connect(path, &Zeroizing::new(*key), None)
    }

    pub(crate) fn connect(
        path: &Path,
        key: &DatabaseKey,
        trusted: Option<VerifierKey>,
    ) -> Result<Self, LedgerError> {
        let conn = schema::connect(path, key)?;
        schema::check_readable(&conn, path)?;
        conn.pragma_update(None, "query_only", true)
            .map_err(|error| LedgerError::of_sqlite(path, error))?;
        Ok(Self { conn, path: path.to_owned(), trusted })
    }

    /// The latest entries that the filter wants, latest first, at most `limit`; of those before
    /// `before_seq`, if given.
    ///
    /// # Errors
    /// When an entry is damaged or can't be read.
    pub fn recent(
        &self,
        limit: usize,
        before_seq: Option<u64>,
        filter: &EntryFilter,
    ) -> Result<Vec<Entry>, LedgerError> {
        let (sql, values) = query(before_seq.unwrap_or(u64::MAX), filter);
        let needle = filter.text.as_deref().filter(|text| !text.is_empty()).map(Needle::new);
        let mut entries = Vec::new();
        if limit == 0 {
            return Ok(entries);
        }
        self.view().each::<LedgerError>(&sql, &values, &mut |stored| {
            if needle.as_ref().is_none_or(|needle| needle.is_in(&stored.body)) {
                entries.push(stored.entry()?);
            }
            Ok(entries.len() < limit)
        })?;
        Ok(entries)
    }

    /// All entries about a payment, in order.
    ///
    /// # Errors
    /// When an entry is damaged or can't be read.
    pub fn payment_history(&self, payment: PaymentId) -> Result<Vec<Entry>, LedgerError> {
        let sql =
            format!("SELECT {} FROM entries WHERE payment = ?1 ORDER BY seq", Stored::COLUMNS);
        let mut entries = Vec::new();
        self.view().each::<LedgerError>(&sql, &[id(payment.bits())], &mut |stored| {
            entries.push(stored.entry()?);
            Ok(true)
        })?;
        Ok(entries)
    }

    /// As [`crate::Ledger::replay`], up to the head as it is stored.
    ///
    /// # Errors
    /// As [`crate::Ledger::replay`].
    pub fn replay<E: From<LedgerError>>(
        &self,
        from: u64,
        visit: &mut dyn FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        self.view().replay(from, None, visit)
    }

    /// As [`crate::Ledger::root_at`], with the head as it is stored.
    ///
    /// # Errors
    /// As [`crate::Ledger::root_at`].
    pub fn root_at(&self, size: u64) -> Result<Hash, LedgerError> {
        self.view().root_at(size)
    }

    /// How many entries there are at this moment.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn size(&self) -> Result<u64, LedgerError> {
        Ok(self.view().head()?.frontier.size())
    }

    /// The latest checkpoint at this moment: a signed note.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn checkpoint(&self) -> Result<String, LedgerError> {
        Ok(self.view().head()?.checkpoint)
    }

    /// What a paid fetch returned.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn get_delivery(&self, payment: PaymentId) -> Result<Option<Delivery>, LedgerError> {
        delivery::get(self.view(), payment)
    }
}

impl Sealed for LedgerReader {
    fn view(&self) -> View<'_> {
        View { conn: &self.conn, path: &self.path }
    }

    fn trusted(&self) -> Option<&VerifierKey> {
        self.trusted.as_ref()
    }
}

impl LogSource for LedgerReader {}

fn id(bits: u128) -> Value {
    Value::Blob(bits.to_be_bytes().to_vec())
}

fn query(before_seq: u64, filter: &EntryFilter) -> (String, Vec<Value>) {
    let mut sql = format!("SELECT {} FROM entries WHERE seq < ?", Stored::COLUMNS);
    let mut values = vec![Value::from(to_i64(before_seq))];
    if let Some(agent) = filter.agent {
        sql.push_str(" AND agent = ?");
        values.push(id(agent.bits()));
    }
    if let Some(payment) = filter.payment {
        sql.push_str(" AND payment = ?");
        values.push(id(payment.bits()));
    }
    if !filter.kinds.is_empty() {
        sql.push_str(" AND kind IN (?");
        sql.extend(filter.kinds.iter().skip(1).map(|_| ", ?"));
        sql.push(')');
        values.extend(filter.kinds.iter().cloned().map(Value::from));
    }
    sql.push_str(" ORDER BY seq DESC");
    (sql, values)
}

/// A text to look for in the texts of an entry, whatever the case.
struct Needle {
    plain: String,
    // As it would stand in the JSON; to pass most entries over without parsing them.
    escaped: String,
}

impl Needle {
    fn new(text: &str) -> Self {
        let plain = text.to_lowercase();
        let escaped = serde_json::Value::from(plain.as_str()).to_string();
        Self { plain, escaped: escaped.trim_matches('"').to_owned() }
    }

    fn is_in(&self, body: &[u8]) -> bool {
        let text = String::from_utf8_lossy(body).to_lowercase();
        text.contains(&self.escaped)
            && serde_json::from_slice(body).is_ok_and(|value| self.is_in_value(&value))
    }

    fn is_in_value(&self, value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::String(text) => text.to_lowercase().contains(&self.plain),
            serde_json::Value::Array(items) => items.iter().any(|item| self.is_in_value(item)),
            serde_json::Value::Object(fields) => fields.values().any(|item| self.is_in_value(item)),
            _ => false,
        }
    }
}
