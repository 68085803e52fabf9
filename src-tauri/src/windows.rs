//! The window.

use tauri::webview::NewWindowResponse;
use tauri::{
    AppHandle, Manager as _, Runtime, Url, UserAttentionType, WebviewUrl, WebviewWindowBuilder,
    WindowEvent,
};

/// The label of the wallet's window; `src-tauri/capabilities/main.json` names it.
pub const MAIN: &str = "main";

/// Makes the window. It shows the built pages and goes nowhere else.
pub fn open<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title("Purser")
        .inner_size(1280.0, 800.0)
        .min_inner_size(940.0, 640.0)
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    let closing = app.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            // Without an icon in a panel a hidden window could not be brought back: the app ends.
            if crate::tray::has_panel(&closing) {
                api.prevent_close();
                hide(&closing);
            }
        }
    });
    Ok(())
}

fn is_own_page(url: &Url) -> bool {
    let own = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // How pages are served on Windows.
        "http" | "https" if cfg!(windows) => url.host_str() == Some("tauri.localhost"),
        "http" => tauri::is_dev() && url.host_str() == Some("127.0.0.1"),
        _ => false,
    };
    if !own {
        tracing::warn!(scheme = url.scheme(), "the window was kept from going elsewhere");
    }
    own
}

/// Brings the window to the front.
pub fn show<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    let shown = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
}

/// Shows the window again when it is hidden.
pub fn show_if_hidden<R: Runtime>(app: &AppHandle<R>) {
    let window = app.get_webview_window(MAIN);
    if window.is_some_and(|window| window.is_visible().is_ok_and(|visible| !visible)) {
        show(app);
    }
}

/// Asks for attention without taking the keyboard away from what the owner does.
pub fn call_attention<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    if window.is_focused().unwrap_or(false) {
        return;
    }
    if let Err(error) = window.request_user_attention(Some(UserAttentionType::Informational)) {
        tracing::warn!(%error, "the window could not ask for attention");
    }
}

fn hide<R: Runtime>(app: &AppHandle<R>) {
    let Some(window) = app.get_webview_window(MAIN) else { return };
    if let Err(error) = window.hide() {
        tracing::warn!(%error, "the window could not be hidden");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_stays_at_home() {
        let own = |url: &str| is_own_page(&Url::parse(url).unwrap());
        assert!(cfg!(windows) || own("tauri://localhost/index.html"));
        for other in [
            "https://example.com/",
            "tauri://elsewhere/",
            "http://localhost.example.com/",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
        ] {
            assert!(!own(other), "{other}");
        }
    }
}
