//! Start, the parts that run beside the window, and the end.

use crate::commands::{self, session::Beginning};
use crate::options::{self, Asked, Options};
use crate::{events, notify, tray, windows};
use purser_gateway::Running;
use purser_keys::{DeviceStore, KeysError};
use purser_wallet::{Home, Host, HostError, HostOptions, sentence};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tauri::{AppHandle, Builder, Context, Manager as _, RunEvent, Runtime};

/// How long the parts may take to end.
const GRACE: Duration = Duration::from_secs(4);

/// Why the app could not start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("there is no folder for the wallet; name one with --home")]
    NoHome,
    #[error(transparent)]
    Host(#[from] HostError),
    #[error("the wallet can't be bound to this computer: {0}")]
    Keystore(KeysError),
    #[error("no window could be opened: {0}")]
    Window(#[from] tauri::Error),
}

/// The agents' door while it is open.
#[derive(Default)]
struct Door(Mutex<Option<Running>>);

/// Reads the command line and runs the app until it is closed.
pub fn run() -> ExitCode {
    let options = match options::parse(std::env::args_os().skip(1)) {
        Ok(Asked::Run(options)) => options,
        Ok(Asked::Help) => return say(options::HELP),
        Ok(Asked::Version) => {
            return say(concat!("purser-desktop ", env!("CARGO_PKG_VERSION"), "\n"));
        }
        Err(error) => {
            // Nobody may be reading.
            let _ = writeln!(std::io::stderr(), "purser-desktop: {error}");
            return ExitCode::from(2);
        }
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("PURSER_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match start(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "Purser could not start");
            // Who clicked an icon does not see the log.
            notify::tell_at_start("Purser could not start", &sentence(&error.to_string()));
            ExitCode::FAILURE
        }
    }
}

fn say(text: &str) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn start(options: &Options) -> Result<(), StartError> {
    let home = options.home.clone().or_else(Home::default_dir).ok_or(StartError::NoHome)?;
    let device = keystore(&home, options.bind_keystore)?;
    let host = Host::start(&home, HostOptions { device, ..HostOptions::default() })?;
    let port = options.port;
    let app = builder(Builder::default(), host.clone())
        .setup(move |app| {
            tray::open(app.handle());
            windows::open(app.handle())?;
            run_parts(&host, app.handle(), port);
            Ok(())
        })
        .build(context())?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            end(app);
        }
    });
    Ok(())
}

/// The commands and what they share; for the app and for its tests.
pub fn builder<R: Runtime>(builder: Builder<R>, host: Host) -> Builder<R> {
    builder
        .manage(host)
        .manage(Beginning::default())
        .manage(Door::default())
        .invoke_handler(commands::handler())
}

/// The configuration, pages and permissions, fixed when the program was built.
pub fn context<R: Runtime>() -> Context<R> {
    tauri::generate_context!()
}

fn run_parts<R: Runtime>(host: &Host, app: &AppHandle<R>, port: u16) {
    tauri::async_runtime::spawn(open_doors(host.clone(), app.clone(), port));
    tauri::async_runtime::spawn(events::run(host.clone(), app.clone()));
    tauri::async_runtime::spawn(notify::run(host.clone(), app.clone()));
    #[cfg(unix)]
    tauri::async_runtime::spawn(end_when_told(app.clone()));
}

/// Opens the doors of agents and of the owner's command line. Both answer from the start and say
/// that the wallet is locked while it is; without one of them the window works.
async fn open_doors<R: Runtime>(host: Host, app: AppHandle<R>, port: u16) {
    #[cfg(unix)]
    if let Err(error) = purser_wallet::control::serve(host.clone()) {
        tracing::error!(%error, "the owner's command line can't reach the wallet");
    }
    match purser_gateway::start(host, port).await {
        Ok(running) => {
            tracing::info!(url = running.url, "agents reach the wallet here");
            *door(&app.state::<Door>()) = Some(running);
        }
        // The window shows it too.
        Err(error) => tracing::error!(%error, "agents can't reach the wallet"),
    }
}

fn door(door: &Door) -> std::sync::MutexGuard<'_, Option<Running>> {
    door.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Closes the agents' door and locks the wallet, within bounds.
fn end<R: Runtime>(app: &AppHandle<R>) {
    let running = door(&app.state::<Door>()).take();
    let host = app.state::<Host>().inner().clone();
    let ending = async move {
        if let Some(running) = running {
            running.stop().await;
        }
        host.lock().await;
    };
    tauri::async_runtime::block_on(async {
        if tokio::time::timeout(GRACE, ending).await.is_err() {
            tracing::warn!("not everything ended in time; nothing durable is lost");
        }
    });
}

#[cfg(unix)]
async fn end_when_told<R: Runtime>(app: AppHandle<R>) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
    app.exit(0);
}

/// The system's keystore, where this wallet needs it: it was bound to it, or is to be. Asking may
/// make the keystore ask its user, so a wallet without it never does.
fn keystore(home: &Path, bind: bool) -> Result<Option<Device>, StartError> {
    let vault = home.join("vault.json");
    if bind && !vault.exists() {
        return connect_keystore().map(Some).map_err(StartError::Keystore);
    }
    if !purser_keys::Vault::info(&vault).is_ok_and(|vault| vault.device_bound) {
        return Ok(None);
    }
    // Without it the window opens all the same, and unlocking says what is missing.
    Ok(connect_keystore().map_err(|error| tracing::warn!(%error, "no keystore")).ok())
}

type Device = Arc<dyn DeviceStore + Send + Sync>;

#[cfg(feature = "os-keystore")]
fn connect_keystore() -> Result<Device, KeysError> {
    Ok(Arc::new(purser_keys::OsKeystore::connect()?))
}

#[cfg(not(feature = "os-keystore"))]
fn connect_keystore() -> Result<Device, KeysError> {
    Err(KeysError::NoKeystore)
}
