//! The content that paid fetches returned, kept beside the log for agents that ask again.

use crate::error::LedgerError;
use crate::view::View;
use purser_domain::{PaymentId, Timestamp};
use rusqlite::{OptionalExtension as _, params};

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

pub(crate) fn put(
    view: View<'_>,
    payment: PaymentId,
    delivery: &Delivery,
) -> Result<(), LedgerError> {
    let sql = "INSERT INTO deliveries (payment, at_ms, status, content_type, truncated, body) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (payment) DO UPDATE SET \
        at_ms = excluded.at_ms, status = excluded.status, body = excluded.body, \
        content_type = excluded.content_type, truncated = excluded.truncated";
    let Delivery { at_ms, status, content_type, body, truncated } = delivery;
    let payment = payment.bits().to_be_bytes();
    view.conn
        .prepare_cached(sql)
        .and_then(|mut put| {
            let at_ms = at_ms.as_millis();
            put.execute(params![payment, at_ms, status, content_type, truncated, body])
        })
        .map(|_| ())
        .map_err(|error| view.failed(error))
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
