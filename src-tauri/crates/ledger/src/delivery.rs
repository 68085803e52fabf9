//! The content that paid fetches returned, kept beside the log for agents that ask again.
//!
//! Guarantees: never more than [`DELIVERY_BYTES_MAX`] in all, and nothing that is more than
//! [`DELIVERY_AGE_MS_MAX`] older than the latest one or than the time last given. The oldest go
//! first, in the order in which they came; the same calls leave the same content.

use crate::error::LedgerError;
use crate::view::View;
use purser_domain::{PaymentId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use std::path::Path;

/// Most bytes that all deliveries take together, counting 256 for each beside its content.
pub const DELIVERY_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// How long a delivery is kept, in milliseconds: 7 days.
pub const DELIVERY_AGE_MS_MAX: i64 = 7 * 24 * 60 * 60 * 1000;

/// What a paid fetch returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// When.
    pub at_ms: Timestamp,
    /// The HTTP status.
    pub status: u16,
    /// The media type the server named.
    pub content_type: Option<String>,
    /// The content, as far as it was kept.
    pub body: Vec<u8>,
    /// Whether the content was longer.
    pub truncated: bool,
}

/// Keeps a delivery, in the place of an earlier one for the same payment, and lets the oldest go.
pub(crate) fn put(
    conn: &mut Connection,
    path: &Path,
    payment: PaymentId,
    delivery: &Delivery,
) -> Result<(), LedgerError> {
    let Delivery { at_ms, status, content_type, body, truncated } = delivery;
    let (payment, at_ms) = (payment.bits().to_be_bytes(), at_ms.as_millis());
    let insert = "INSERT INTO deliveries (payment, at_ms, status, content_type, truncated, body) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut write = || -> rusqlite::Result<()> {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute("DELETE FROM deliveries WHERE payment = ?1", [payment])?;
        tx.execute(insert, params![payment, at_ms, status, content_type, truncated, body])?;
        let_go(&tx, at_ms)?;
        tx.commit()
    };
    write().map_err(|error| LedgerError::of_sqlite(path, error))
}

/// Lets those go that are too old at `now`.
pub(crate) fn expire(
    conn: &mut Connection,
    path: &Path,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let mut write = || -> rusqlite::Result<()> {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let_go(&tx, now.as_millis())?;
        tx.commit()
    };
    write().map_err(|error| LedgerError::of_sqlite(path, error))
}

fn let_go(conn: &Connection, now_ms: i64) -> rusqlite::Result<()> {
    let oldest_ms = now_ms.saturating_sub(DELIVERY_AGE_MS_MAX);
    conn.execute("DELETE FROM deliveries WHERE at_ms < ?1", [oldest_ms])?;
    // By the order in which they came and not by their times: a clock that was ahead for a while
    // must not keep what came then for ever.
    let sql = "DELETE FROM deliveries WHERE rowid = (SELECT min(rowid) FROM deliveries) \
        AND (SELECT bytes FROM delivery_total) > ?1";
    let mut oldest = conn.prepare_cached(sql)?;
    let bytes_max = i64::try_from(DELIVERY_BYTES_MAX).unwrap_or(i64::MAX);
    while oldest.execute([bytes_max])? > 0 {}
    Ok(())
}

/// Which payments have one.
pub(crate) fn payments(view: View<'_>) -> Result<Vec<PaymentId>, LedgerError> {
    let failed = |error| view.failed(error);
    let mut all = view.conn.prepare("SELECT payment FROM deliveries").map_err(failed)?;
    let read = |row: &rusqlite::Row<'_>| row.get::<_, [u8; 16]>(0);
    let found = all.query_map([], read).map_err(failed)?;
    let id = |bytes| PaymentId::from_random(u128::from_be_bytes(bytes));
    found.map(|bytes| bytes.map(id).map_err(failed)).collect()
}

pub(crate) fn get(view: View<'_>, payment: PaymentId) -> Result<Option<Delivery>, LedgerError> {
    let sql = "SELECT at_ms, status, content_type, truncated, body FROM deliveries \
        WHERE payment = ?1";
    view.conn
        .prepare_cached(sql)
        .and_then(|mut get| {
            get.query_row([payment.bits().to_be_bytes()], |row| {
                Ok(Delivery {
                    at_ms: Timestamp::from_millis(row.get(0)?),
                    status: row.get(1)?,
                    content_type: row.get(2)?,
                    truncated: row.get(3)?,
                    body: row.get(4)?,
                })
            })
            .optional()
        })
        .map_err(|error| view.failed(error))
}
