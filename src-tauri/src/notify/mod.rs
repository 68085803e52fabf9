//! Notifications: a request that waits, with Approve and Deny; a limit that was reached.
//!
//! Guarantees: a button counts only when the service that shows the notification reports it (the
//! bus stamps the sender), for the request and the digest that were shown, and not within
//! [`board::ARMED_AFTER`] of its appearance. A notification goes away when its request no longer
//! waits. There are at most [`board::SHOWN_MAX`] with buttons at a time. Without a notification
//! service the window asks for attention instead; nothing blocks and nothing fails.
//! Does not guarantee: that the service is the desktop's own; see docs/known-issues.md.

mod board;
mod limits;
mod press;
mod words;

#[cfg(all(unix, not(target_os = "macos")))]
mod bus;
#[cfg(not(all(unix, not(target_os = "macos"))))]
#[path = "bus_less.rs"]
mod bus;

use crate::commands::inbox;
use crate::dto::CommandError;
use crate::windows;
use board::{Board, Press};
use bus::Desk;
use limits::Limits;
use notify_rust::Notification;
use press::{Pressed, Shown};
use purser_wallet::view::InboxItem;
use purser_wallet::{Host, Notice, Phase};
use tauri::{AppHandle, Runtime};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use words::Words;

/// Shows notifications until the host is gone.
pub async fn run<R: Runtime>(host: Host, app: AppHandle<R>) {
    let mut notices = host.subscribe();
    let mut notifier = Notifier::new(host, app).await;
    loop {
        tokio::select! {
            notice = notices.recv() => {
                let mut heard = match notice {
                    Ok(notice) => vec![notice],
                    Err(RecvError::Lagged(_)) => Vec::new(),
                    Err(RecvError::Closed) => return,
                };
                // Many at once are one look at the inbox.
                while let Ok(notice) = notices.try_recv() {
                    heard.push(notice);
                }
                notifier.hear(heard).await;
            }
            pressed = bus::next_press(&mut notifier.desk) => notifier.press(pressed).await,
        }
    }
}

struct Notifier<R: Runtime> {
    host: Host,
    app: AppHandle<R>,
    /// The connection to the notification service; `None` where there is none.
    desk: Option<Desk>,
    /// The service's absence is logged once.
    absence_told: bool,
    board: Board,
    limits: Limits,
    phase: Phase,
    start: Instant,
}

impl<R: Runtime> Notifier<R> {
    async fn new(host: Host, app: AppHandle<R>) -> Self {
        let phase = host.phase();
        let mut notifier = Self {
            host,
            app,
            desk: None,
            absence_told: false,
            board: Board::default(),
            limits: Limits::default(),
            phase,
            start: Instant::now(),
        };
        // Beforehand, so that the first request does not wait for it.
        notifier.connect().await;
        notifier
    }

    /// Takes in what happened; nothing means that it was too much to be told.
    async fn hear(&mut self, heard: Vec<Notice>) {
        self.follow_phase().await;
        let matters = |notice: &Notice| match notice {
            Notice::Waiting { .. } => true,
            Notice::NoLongerWaiting { payment } => self.board.knows(*payment),
            _ => false,
        };
        if heard.is_empty() || heard.iter().any(matters) {
            self.catch_up().await;
        }
        for notice in heard {
            self.tell_of(notice).await;
        }
    }

    /// What waited before unlocking is in the inbox, before the owner's eyes.
    async fn follow_phase(&mut self) {
        let phase = self.host.phase();
        if std::mem::replace(&mut self.phase, phase) == phase {
            return;
        }
        for shown in self.board.clear() {
            self.close(shown).await;
        }
        self.limits = Limits::default();
        if phase == Phase::Unlocked {
            self.board.take_as_known(&self.host.view().await.inbox);
        }
    }

    /// Shows what waits and is new, takes down what no longer waits.
    async fn catch_up(&mut self) {
        let inbox = self.host.view().await.inbox;
        let plan = self.board.plan(&inbox);
        for shown in plan.close {
            self.close(shown).await;
        }
        for item in plan.show {
            windows::call_attention(&self.app);
            self.ask(&item).await;
        }
        if plan.more_than_fit {
            tell("More requests wait for you", "Open Purser to see them all.");
        }
    }

    async fn ask(&mut self, item: &InboxItem) {
        if self.desk.is_none() {
            self.connect().await;
        }
        let Some(desk) = &self.desk else { return };
        match desk.show(&words::ask(item, desk.takes_markup())).await {
            Ok(shown) => self.board.put_up(item, shown, self.start.elapsed()),
            Err(error) => {
                self.desk = None;
                self.miss(&error);
            }
        }
    }

    async fn connect(&mut self) {
        match Desk::connect().await {
            Ok(desk) => self.desk = Some(desk),
            Err(error) => self.miss(&error),
        }
    }

    fn miss(&mut self, error: &bus::BusError) {
        if !std::mem::replace(&mut self.absence_told, true) {
            tracing::warn!(%error, "no notifications; the window's inbox shows what waits");
        }
    }

    async fn close(&self, shown: Shown) {
        if let Some(desk) = &self.desk {
            desk.close(&shown).await;
        }
    }

    async fn press(&mut self, pressed: Option<Pressed>) {
        let Some(pressed) = pressed else {
            // The session bus went away; the next request tries again.
            self.desk = None;
            return;
        };
        let done = match self.board.press(&pressed, self.start.elapsed()) {
            Press::Nothing => return,
            Press::TooEarly(item) => return self.ask(&item).await,
            Press::Open => return windows::show(&self.app),
            Press::Approve { payment, digest } => {
                inbox::approve_as_shown(&self.host, payment, digest).await
            }
            Press::Deny { payment } => inbox::deny_with(&self.host, payment, None).await,
        };
        if let Err(error) = done {
            self.tell_refused(&error).await;
        }
        // A place has become free.
        self.catch_up().await;
    }

    async fn tell_refused(&self, error: &CommandError) {
        tracing::info!(code = error.code, "a notification's button was refused");
        let words = format!("{} {}", error.message, error.what_to_do);
        tell("Nothing was decided", &words);
        windows::show(&self.app);
    }

    /// Tells what needs no answer. A hostile agent can fill many budgets and trip again and again;
    /// [`Limits`] keeps that off the screen.
    async fn tell_of(&mut self, notice: Notice) {
        let (agent, code) = match &notice {
            Notice::LimitReached { agent, refusal } => (Some(*agent), refusal.code.clone()),
            Notice::BudgetReached { agent, budget, percent, .. } => {
                (*agent, format!("{percent} {budget}"))
            }
            Notice::Tripped { agent, .. } => (Some(*agent), "tripped".to_owned()),
            _ => return,
        };
        if !self.limits.should_tell(agent, &code, self.start.elapsed()) {
            return;
        }
        let Ok(wallet) = self.host.wallet() else { return };
        let named = wallet.look(move |state| {
            let name = agent.and_then(|agent| state.agent(agent)).map(|a| a.name.visible(64));
            (name, state.policy().currency)
        });
        let Ok((name, currency)) = named.await else { return };
        let agent = || name.as_deref().unwrap_or("An agent");
        let Words { summary, body } = match &notice {
            Notice::LimitReached { refusal, .. } => words::limit(agent(), refusal),
            Notice::BudgetReached { budget, percent, limit, used, .. } => {
                let currency = currency.to_string();
                words::budget(name.as_deref(), (budget, *percent), (used, limit), &currency)
            }
            Notice::Tripped { why, .. } => words::tripped(agent(), why),
            _ => return,
        };
        tell(&summary, &body);
    }
}

/// A notification without buttons.
fn tell(summary: &str, body: &str) {
    let notification = plain(summary, body);
    // It may have to wait for the service to start, and must not hold up the buttons.
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = notification.show() {
            tracing::debug!(%error, "not notified");
        }
    });
}

/// A notification of a program that ends right after.
pub fn tell_at_start(summary: &str, body: &str) {
    if let Err(error) = plain(summary, body).show() {
        tracing::debug!(%error, "not notified");
    }
}

fn plain(summary: &str, body: &str) -> Notification {
    let mut notification = Notification::new();
    notification.appname("Purser").summary(summary).body(&words::escaped(body));
    notification
}
