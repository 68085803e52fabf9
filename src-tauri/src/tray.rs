//! The icon in the panel: how many requests wait, and the way to freeze everything.
//!
//! Guarantees: where there is no panel, or no library to speak to it, the app goes on without the
//! icon; then closing the window ends the app. With a panel, closing the window hides it.

use crate::{commands, windows};
use purser_wallet::Host;
use purser_wallet::view::{Phase, WalletView};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use tauri::image::Image;
use tauri::menu::{Menu, MenuEvent, MenuItem, PredefinedMenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager as _, Runtime, include_image};

const CALM: Image<'_> = include_image!("icons/tray.png");
const WAITING: Image<'_> = include_image!("icons/tray-waiting.png");

/// The icon and what changes in it.
pub struct Tray<R: Runtime> {
    icon: TrayIcon<R>,
    waiting: MenuItem<R>,
    freeze: MenuItem<R>,
    /// How many wait and whether freezing can be chosen, as shown: an icon costs a file.
    shown: Mutex<(usize, bool)>,
}

/// Whether a panel shows icons.
#[derive(Default)]
pub struct Panel(AtomicBool);

/// Puts the icon up. A failure is logged and the app goes on.
pub fn open<R: Runtime>(app: &AppHandle<R>) {
    app.manage(Panel::default());
    // The library that speaks to the panel is loaded now; where it is missing, that panics.
    match catch_unwind(AssertUnwindSafe(|| build(app))) {
        Ok(Ok(tray)) => {
            app.manage(tray);
        }
        Ok(Err(error)) => tracing::warn!(%error, "no icon in the panel"),
        Err(_) => tracing::warn!("no icon in the panel: its library is missing"),
    }
}

fn build<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<Tray<R>> {
    let open = MenuItem::with_id(app, "open", "Open Purser", true, None::<&str>)?;
    let waiting = MenuItem::with_id(app, "waiting", "Nothing waits", true, None::<&str>)?;
    let freeze = MenuItem::with_id(app, "freeze", "Freeze everything", false, None::<&str>)?;
    let quit = MenuItem::with_id(app, "quit", "Quit", true, None::<&str>)?;
    let (above, below) = (PredefinedMenuItem::separator(app)?, PredefinedMenuItem::separator(app)?);
    let menu = Menu::with_items(app, &[&open, &waiting, &above, &freeze, &below, &quit])?;
    let icon = TrayIconBuilder::with_id("purser")
        .icon(CALM)
        .tooltip("Purser")
        .menu(&menu)
        .on_menu_event(chosen)
        .build(app)?;
    Ok(Tray { icon, waiting, freeze, shown: Mutex::new((0, false)) })
}

fn chosen<R: Runtime>(app: &AppHandle<R>, event: MenuEvent) {
    match event.id().as_ref() {
        "open" | "waiting" => windows::show(app),
        "freeze" => freeze(app.clone()),
        "quit" => app.exit(0),
        _ => {}
    }
}

/// Freezes, and shows the window, which says so.
fn freeze<R: Runtime>(app: AppHandle<R>) {
    tauri::async_runtime::spawn(async move {
        if let Err(error) = commands::stop::freeze(app.state::<Host>()).await {
            tracing::warn!(code = error.code, "the icon's menu could not freeze the wallet");
        }
        windows::show(&app);
    });
}

/// Shows how many requests wait.
pub fn show<R: Runtime>(app: &AppHandle<R>, view: &WalletView) {
    let Some(tray) = app.try_state::<Tray<R>>() else { return };
    let waiting = view.inbox.len();
    let freezable = view.phase == Phase::Unlocked && !view.frozen;
    let mut shown = tray.shown.lock().unwrap_or_else(PoisonError::into_inner);
    if std::mem::replace(&mut *shown, (waiting, freezable)) == (waiting, freezable) {
        return;
    }
    drop(shown);
    let (line, icon) = match waiting {
        0 => ("Nothing waits".to_owned(), CALM),
        n => (format!("{n} waiting"), WAITING),
    };
    let title = (waiting > 0).then(|| waiting.to_string());
    let shown = tray
        .icon
        .set_icon(Some(icon))
        .and_then(|()| tray.icon.set_title(title))
        .and_then(|()| tray.icon.set_tooltip(Some(format!("Purser: {line}"))))
        .and_then(|()| tray.waiting.set_text(&line))
        .and_then(|()| tray.freeze.set_enabled(freezable));
    if let Err(error) = shown {
        tracing::debug!(%error, "the icon did not change");
    }
}

/// Whether closing the window may hide it.
pub fn has_panel<R: Runtime>(app: &AppHandle<R>) -> bool {
    app.try_state::<Tray<R>>().is_some()
        && app.try_state::<Panel>().is_some_and(|panel| panel.0.load(Ordering::Relaxed))
}

/// Looks whether a panel shows icons. When it went away, a hidden window comes back.
pub async fn look_for_panel<R: Runtime>(app: &AppHandle<R>) {
    let Some(panel) = app.try_state::<Panel>() else { return };
    let there = panel_is_there().await;
    if panel.0.swap(there, Ordering::Relaxed) && !there {
        windows::show_if_hidden(app);
    }
}

/// On Linux an icon is handed to a watcher on the session bus, which may not be there.
#[cfg(all(unix, not(target_os = "macos")))]
async fn panel_is_there() -> bool {
    let asked = async {
        let bus = zbus::Connection::session().await?;
        let reply = bus
            .call_method(
                Some("org.freedesktop.DBus"),
                "/org/freedesktop/DBus",
                Some("org.freedesktop.DBus"),
                "NameHasOwner",
                &"org.kde.StatusNotifierWatcher",
            )
            .await?;
        reply.body().deserialize::<bool>()
    };
    asked.await.unwrap_or(false)
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
async fn panel_is_there() -> bool {
    true
}
