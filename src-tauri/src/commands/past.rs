//! Looking back.

use super::{owners, parse};
use crate::dto::CommandError;
use crate::why::Why;
use purser_wallet::{ExplainAsk, Host};
use tauri::State;

/// Tells why a payment, or an attempt that was refused, was decided as it was.
#[tauri::command]
pub async fn explain_payment(host: State<'_, Host>, payment: String) -> Result<Why, CommandError> {
    let ask = ExplainAsk::Payment(parse("payment", &payment)?);
    Ok(owners(&host)?.explain(ask).await?.into())
}
