//! What the window may ask, one file an area. Each command forwards one call.
//!
//! A command is reachable from the window `main` only when `src-tauri/permissions` and
//! `src-tauri/capabilities/main.json` name it; a test goes through them all.

#![allow(clippy::unreachable, reason = "`#[tauri::command]` writes one into every async command")]

pub mod agents;
pub mod inbox;
pub mod limits;
pub mod past;
pub mod session;
pub mod stop;

use crate::dto::CommandError;
use purser_wallet::{Host, Wallet};
use std::sync::Arc;
use tauri::ipc::Invoke;
use tauri::{Runtime, generate_handler};

/// Every command of the app.
#[cfg(test)]
pub const ALL: [&str; 20] = [
    "wallet_view",
    "create_begin",
    "create_confirm",
    "restore",
    "unlock",
    "lock",
    "approve",
    "deny",
    "not_mine",
    "was_fine",
    "add_agent",
    "revoke_agent",
    "pause_agent",
    "resume_agent",
    "freeze",
    "unfreeze",
    "explain_payment",
    "end_session",
    "compare_limits",
    "set_limits",
];

/// Takes calls to their command.
pub fn handler<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    generate_handler![
        session::wallet_view,
        session::create_begin,
        session::create_confirm,
        session::restore,
        session::unlock,
        session::lock,
        inbox::approve,
        inbox::deny,
        inbox::not_mine,
        inbox::was_fine,
        agents::add_agent,
        agents::revoke_agent,
        agents::pause_agent,
        agents::resume_agent,
        stop::freeze,
        stop::unfreeze,
        past::explain_payment,
        agents::end_session,
        limits::compare_limits,
        limits::set_limits,
    ]
}

/// The wallet for something that the owner does now.
fn owners(host: &Host) -> Result<Arc<Wallet>, CommandError> {
    host.touch();
    Ok(host.wallet()?)
}

/// An id that the window was given earlier.
fn parse<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, CommandError> {
    text.parse().map_err(|_| CommandError::bad_argument(name))
}
