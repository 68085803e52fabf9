//! Where there is no session bus: notifications without buttons, which open nothing. The window's
//! inbox is where requests are decided.

use super::words::Words;
use std::future;

/// Why nothing can be shown.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The system said no.
    #[error(transparent)]
    System(#[from] notify_rust::error::Error),
    /// The task that asks it ended.
    #[error(transparent)]
    Task(#[from] tauri::Error),
}

/// A notification on the screen. They can't be told apart here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Always empty.
    pub service: String,
    /// Always 0.
    pub id: u32,
}

/// What was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    /// Approve.
    Approve,
    /// Deny.
    Deny,
    /// The notification itself.
    Open,
    /// It went away without an answer.
    Closed,
}

/// A press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pressed {
    /// Of which notification.
    pub shown: Shown,
    /// Which button.
    pub button: Button,
}

/// The system's notifications.
pub struct Desk(());

impl Desk {
    /// There is nothing to connect to.
    pub async fn connect() -> Result<Self, BusError> {
        Ok(Self(()))
    }

    /// Whether a body is taken for markup.
    pub const fn takes_markup(&self) -> bool {
        false
    }

    /// Puts a request on the screen.
    pub async fn show(&self, words: &Words) -> Result<Shown, BusError> {
        let mut notification = notify_rust::Notification::new();
        notification.appname("Purser").summary(&words.summary).body(&words.body);
        tauri::async_runtime::spawn_blocking(move || notification.show().map(drop)).await??;
        Ok(Shown { service: String::new(), id: 0 })
    }

    /// The system takes it down when it likes.
    pub async fn close(&self, _shown: &Shown) {}
}

/// Never comes.
pub async fn next_press(_desk: &mut Option<Desk>) -> Option<Pressed> {
    future::pending().await
}
