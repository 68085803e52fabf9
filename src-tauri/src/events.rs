//! Pushes the whole view to the window after changes.
//!
//! Guarantees: the last change is always followed by a push; however many changes there are, there
//! are at most [`Pace::PER_SECOND`] pushes a second. Once a minute there is one without a change,
//! so that countdowns and the idle lock stay right.

use crate::{tray, windows};
use purser_wallet::Host;
use std::future;
use std::time::Duration;
use tauri::{AppHandle, Emitter as _, EventTarget, Runtime};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

/// The event that carries the view.
pub const WALLET_VIEW: &str = "wallet-view";

const REFRESH: Duration = Duration::from_secs(60);

/// When to push: at once after quiet, then no more often than the pace, and always once more.
#[derive(Debug, Default)]
struct Pace {
    last: Option<Instant>,
    due: Option<Instant>,
}

impl Pace {
    const PER_SECOND: u32 = 10;

    /// Something changed.
    fn changed(&mut self, now: Instant) {
        let gap = Duration::from_secs(1).checked_div(Self::PER_SECOND).unwrap_or_default();
        let soonest = self.last.and_then(|last| last.checked_add(gap)).unwrap_or(now);
        self.due.get_or_insert(soonest.max(now));
    }

    /// The view is read after this, so that later changes count as new.
    fn pushing(&mut self, now: Instant) {
        self.last = Some(now);
        self.due = None;
    }
}

/// Pushes until the host is gone.
pub async fn run<R: Runtime>(host: Host, app: AppHandle<R>) {
    let mut notices = host.subscribe();
    let mut pace = Pace::default();
    let mut minute = interval(REFRESH);
    minute.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            notice = notices.recv() => match notice {
                Ok(_) | Err(RecvError::Lagged(_)) => pace.changed(Instant::now()),
                Err(RecvError::Closed) => return,
            },
            _ = minute.tick() => {
                tray::look_for_panel(&app).await;
                pace.changed(Instant::now());
            }
            () = reached(pace.due) => {
                pace.pushing(Instant::now());
                push(&host, &app).await;
            }
        }
    }
}

async fn reached(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => future::pending().await,
    }
}

async fn push<R: Runtime>(host: &Host, app: &AppHandle<R>) {
    let view = host.view().await;
    tray::show(app, &view);
    let window = EventTarget::webview_window(windows::MAIN);
    if let Err(error) = app.emit_to(window, WALLET_VIEW, &view) {
        tracing::warn!(%error, "the window did not take the view");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Changes at these milliseconds; the pushes that follow, in milliseconds.
    fn pushes(changes: &[u64]) -> Vec<u128> {
        let start = Instant::now();
        let at = |ms: u64| start.checked_add(Duration::from_millis(ms)).unwrap();
        let mut pace = Pace::default();
        let mut pushed = Vec::new();
        let mut push_until = |pace: &mut Pace, now: Instant| {
            while let Some(due) = pace.due.filter(|due| *due <= now) {
                pace.pushing(due);
                pushed.push(due.duration_since(start).as_millis());
            }
        };
        for change in changes {
            push_until(&mut pace, at(*change));
            pace.changed(at(*change));
        }
        push_until(&mut pace, at(3_600_000));
        pushed
    }

    #[test]
    fn a_single_change_is_pushed_at_once() {
        assert_eq!(pushes(&[5]), [5]);
        assert_eq!(pushes(&[5, 500, 1000]), [5, 500, 1000]);
    }

    #[test]
    fn a_burst_is_pushed_once_more_at_its_end() {
        assert_eq!(pushes(&[0, 1, 2, 3]), [0, 100]);
        assert_eq!(pushes(&[0, 99, 100, 101]), [0, 100, 200]);
    }

    #[test]
    fn a_flood_is_pushed_ten_times_a_second() {
        let flood: Vec<u64> = (0..2000).collect();
        let pushed = pushes(&flood);
        assert_eq!(pushed.len(), 21);
        assert_eq!(pushed.last(), Some(&2000));
    }
}
