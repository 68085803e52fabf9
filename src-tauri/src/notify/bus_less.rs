//! Where there is no session bus: notifications without buttons, which open nothing and can't be
//! told apart. The window's inbox is where requests are decided.

use super::press::{Pressed, Shown};
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
