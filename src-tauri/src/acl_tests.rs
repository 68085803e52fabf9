//! What a window may call: the real commands, configuration and permissions on a mock runtime.

use crate::{app, commands, windows};
use purser_wallet::{Host, HostOptions};
use serde_json::Value;
use std::collections::BTreeSet;
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{App, WebviewWindow, WebviewWindowBuilder};

const CAPABILITY: &str = include_str!("../capabilities/main.json");
const OWN: &str = if cfg!(windows) { "http://tauri.localhost" } else { "tauri://localhost" };

fn app_and_home() -> (App<MockRuntime>, tempfile::TempDir) {
    let home = tempfile::tempdir().unwrap();
    let host = Host::start(home.path(), HostOptions::default()).unwrap();
    let app = app::builder(mock_builder(), host).build(app::context()).unwrap();
    (app, home)
}

fn window(app: &App<MockRuntime>, label: &str) -> WebviewWindow<MockRuntime> {
    WebviewWindowBuilder::new(app, label, Default::default()).build().unwrap()
}

/// Whether the permissions let a call pass; what the command itself says does not matter here.
fn passes(window: &WebviewWindow<MockRuntime>, command: &str, from: &str) -> bool {
    let request = InvokeRequest {
        cmd: command.to_owned(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: from.parse().unwrap(),
        body: InvokeBody::Json(serde_json::json!({})),
        headers: Default::default(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    match get_ipc_response(window, request) {
        Ok(_) => true,
        Err(Value::String(words)) => {
            let denied = words.contains("not allowed") || words.contains("not found");
            assert!(denied || words.contains("invalid args"), "{command}: {words}");
            !denied
        }
        Err(_) => true,
    }
}

fn permissions() -> BTreeSet<String> {
    let capability: Value = serde_json::from_str(CAPABILITY).unwrap();
    let list = capability["permissions"].as_array().unwrap().iter();
    list.map(|permission| permission.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_window_may_call_every_command_of_the_app() {
    let (app, _home) = app_and_home();
    let main = window(&app, windows::MAIN);
    for command in commands::ALL {
        assert!(passes(&main, command, OWN), "{command}");
    }
}

#[test]
fn no_other_window_and_no_other_page_may_call_any() {
    let (app, _home) = app_and_home();
    let main = window(&app, windows::MAIN);
    let other = window(&app, "other");
    for command in commands::ALL {
        assert!(!passes(&other, command, OWN), "{command} from another window");
        for page in ["https://example.com", "http://127.0.0.1:7433", "tauri://elsewhere"] {
            assert!(!passes(&main, command, page), "{command} from {page}");
        }
    }
}

#[test]
fn of_tauri_itself_the_window_may_only_listen() {
    let (app, _home) = app_and_home();
    let main = window(&app, windows::MAIN);
    for command in ["plugin:event|listen", "plugin:event|unlisten"] {
        assert!(passes(&main, command, OWN), "{command}");
    }
    for command in [
        "plugin:event|emit",
        "plugin:event|emit_to",
        "plugin:window|close",
        "plugin:window|create",
        "plugin:window|get_all_windows",
        "plugin:webview|create_webview_window",
        "plugin:webview|internal_toggle_devtools",
        "plugin:app|version",
        "plugin:path|resolve_directory",
        "plugin:menu|new",
        "plugin:tray|new",
        "plugin:image|from_path",
        "plugin:resources|close",
    ] {
        assert!(!passes(&main, command, OWN), "{command}");
    }
}

#[test]
fn the_capability_names_the_commands_and_nothing_else() {
    let mut wanted: BTreeSet<String> =
        commands::ALL.iter().map(|name| format!("allow-{}", name.replace('_', "-"))).collect();
    wanted.extend(["core:event:allow-listen".into(), "core:event:allow-unlisten".into()]);
    assert_eq!(permissions(), wanted);
    let capability: Value = serde_json::from_str(CAPABILITY).unwrap();
    assert_eq!(capability["windows"], serde_json::json!([windows::MAIN]));
    assert_eq!(capability.get("remote"), None);
}

#[test]
fn the_policy_of_the_pages_is_strict() {
    let config: Value = serde_json::from_str(include_str!("../../tauri.conf.json")).unwrap();
    let security = &config["app"]["security"];
    let wanted = serde_json::json!({
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "ipc: http://ipc.localhost",
    });
    assert_eq!(security["csp"], wanted);
    assert_eq!(security["freezePrototype"], true);
    assert_eq!(config["app"]["withGlobalTauri"], false);
}
