//! The desktop's notification service, over the session bus.
//! <https://specifications.freedesktop.org/notification/latest-single/>
//!
//! Guarantees: a press is reported only when its sender, which the bus stamps, is the program that
//! answered the request to show it. Nothing here blocks a thread or waits without a bound.

use super::press::{Button, Pressed, Shown};
use super::words::Words;
use futures_lite::StreamExt as _;
use std::collections::HashMap;
use std::future;
use std::time::Duration;
use tauri::image::Image;
use tauri::include_image;
use tokio::time::timeout;
use zbus::message::Type;
use zbus::{Connection, MatchRule, Message, MessageStream, Variant};

const SERVICE: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// A service that has to be started first may take a while.
const PATIENCE: Duration = Duration::from_secs(5);
/// Never gone by itself: the request's own deadline takes it down.
const NO_TIMEOUT: i32 = 0;
/// Purser's mark beside the text.
const MARK: Image<'_> = include_image!("icons/tray.png");

/// Why nothing can be shown.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The bus or the service said no, or there is none.
    #[error(transparent)]
    Bus(#[from] zbus::Error),
    /// The service does not answer.
    #[error("the notification service does not answer")]
    Late(#[from] tokio::time::error::Elapsed),
    /// The service gave no name of its own.
    #[error("the notification service has no name on the bus")]
    NoSender,
}

/// A connection to the service.
pub struct Desk {
    bus: Connection,
    signals: MessageStream,
    markup: bool,
    buttons: bool,
}

impl Desk {
    /// Connects, and asks what the service can do.
    pub async fn connect() -> Result<Self, BusError> {
        let bus = timeout(PATIENCE, Connection::session()).await??;
        // Broadcasts of any sender, since a service may be replaced; each press is checked.
        let rule =
            MatchRule::builder().msg_type(Type::Signal).interface(SERVICE).path(PATH).build()?;
        let signals = MessageStream::for_match_rule(rule, &bus, None);
        let signals = timeout(PATIENCE, signals).await??;
        let reply = call(&bus, "GetCapabilities", &()).await?;
        let can: Vec<String> = reply.body().deserialize()?;
        let can = |what: &str| can.iter().any(|found| found == what);
        let (markup, buttons) = (can("body-markup"), can("actions"));
        if !buttons {
            tracing::info!("notifications have no buttons here; they open the window");
        }
        Ok(Self { bus, signals, markup, buttons })
    }

    /// Whether a body is taken for markup.
    pub const fn takes_markup(&self) -> bool {
        self.markup
    }

    /// Puts a request on the screen, with its buttons.
    pub async fn show(&self, words: &Words) -> Result<Shown, BusError> {
        let mut actions = vec!["default", "Open Purser"];
        if self.buttons {
            actions.extend(["approve", "Approve", "deny", "Deny"]);
        }
        let mark = (
            i32::try_from(MARK.width()).unwrap_or(0),
            i32::try_from(MARK.height()).unwrap_or(0),
            i32::try_from(MARK.width().saturating_mul(4)).unwrap_or(0),
            true,
            8i32,
            4i32,
            MARK.rgba().to_vec(),
        );
        let hints = HashMap::from([
            ("desktop-entry", Variant::from("purser-desktop")),
            ("image-data", Variant::from(mark)),
        ]);
        let replaces = 0u32;
        let body =
            ("Purser", replaces, "", &words.summary, &words.body, actions, hints, NO_TIMEOUT);
        let reply = call(&self.bus, "Notify", &body).await?;
        let service = reply.header().sender().map(ToString::to_string).ok_or(BusError::NoSender)?;
        Ok(Shown { service, id: reply.body().deserialize()? })
    }

    /// Takes a notification down, if it is still up.
    pub async fn close(&self, shown: &Shown) {
        if let Err(error) = call(&self.bus, "CloseNotification", &shown.id).await {
            tracing::debug!(%error, "a notification was not closed");
        }
    }

    async fn next(&mut self) -> Option<Pressed> {
        while let Some(message) = self.signals.next().await {
            if let Some(pressed) = message.ok().as_ref().and_then(pressed) {
                return Some(pressed);
            }
        }
        None
    }
}

/// The next press; `None` once the bus is gone. Without a connection there is never one.
pub async fn next_press(desk: &mut Option<Desk>) -> Option<Pressed> {
    match desk {
        Some(desk) => desk.next().await,
        None => future::pending().await,
    }
}

async fn call<B>(bus: &Connection, method: &str, body: &B) -> Result<Message, BusError>
where
    B: serde::Serialize + zbus::zvariant::DynamicType + Sync,
{
    Ok(timeout(PATIENCE, bus.call_method(Some(SERVICE), PATH, Some(SERVICE), method, body))
        .await??)
}

fn pressed(message: &Message) -> Option<Pressed> {
    let header = message.header();
    let service = header.sender()?.to_string();
    let (id, button) = match header.member()?.as_str() {
        "ActionInvoked" => {
            let (id, key): (u32, String) = message.body().deserialize().ok()?;
            let button = match key.as_str() {
                "approve" => Button::Approve,
                "deny" => Button::Deny,
                "default" => Button::Open,
                _ => return None,
            };
            (id, button)
        }
        "NotificationClosed" => {
            let (id, _why): (u32, u32) = message.body().deserialize().ok()?;
            (id, Button::Closed)
        }
        _ => return None,
    };
    Some(Pressed { shown: Shown { service, id }, button })
}
