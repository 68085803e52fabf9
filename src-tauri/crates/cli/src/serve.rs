//! `purser init` and `purser serve`: a wallet without a window.

use crate::arguments::{Init, Serve};
use crate::failure::{Failure, PASSPHRASE};
use crate::{output, passphrase};
use purser_keys::{DeviceStore, Passphrase, Phrase, PhraseLength};
use purser_wallet::{Host, HostOptions, Phase};
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

type Device = Option<Arc<dyn DeviceStore + Send + Sync>>;

/// The computer's keystore, where this build can use it and there is one.
#[cfg(feature = "os-keystore")]
pub fn keystore() -> Device {
    purser_keys::OsKeystore::connect().ok().map(|store| Arc::new(store) as _)
}

/// This build uses no keystore.
#[cfg(not(feature = "os-keystore"))]
pub const fn keystore() -> Device {
    None
}

/// How a host is set up here.
pub fn options(device: Device) -> HostOptions {
    HostOptions { device, ..HostOptions::default() }
}

pub async fn init(home: &Path, json: bool, init: Init) -> Result<u8, Failure> {
    let device = if init.no_keystore { None } else { keystore() };
    let bound = device.is_some();
    let host = Host::start(home, options(device))?;
    if host.phase() != Phase::Absent {
        return Err(purser_wallet::HostError::Exists.into());
    }
    let phrase = if init.restore { typed_phrase()? } else { new_phrase(&init)? };
    let typed = passphrase::ask_new()?;
    host.create(phrase, Passphrase::new(typed)).await?;
    host.lock().await;
    let value = serde_json::json!({ "created": true, "home": host.dir(), "keystore": bound });
    output::print(json, &value, |_| {
        format!(
            "The wallet is in {}.\nStart it with `purser serve`, then add an agent with `purser \
             agent add NAME`.",
            host.dir().display()
        )
    });
    Ok(0)
}

fn typed_phrase() -> Result<Phrase, Failure> {
    let typed = passphrase::ask("Recovery phrase: ")?;
    Phrase::parse(&typed).map_err(|error| {
        Failure::new(PASSPHRASE, "bad_phrase", error, "check the words on your paper")
    })
}

/// Shows a new phrase once, and has three of its words typed again.
fn new_phrase(init: &Init) -> Result<Phrase, Failure> {
    let phrase = Phrase::generate(PhraseLength::Words12)
        .map_err(|error| Failure::other("keys", error, "try again"))?;
    eprintln!("Recovery phrase. Write it on paper; it is shown only now:\n");
    for (place, word) in (1..).zip(phrase.expose_words().split(' ')) {
        eprintln!("  {place:>2}. {word}");
    }
    eprintln!();
    if !init.no_check {
        let words: Vec<&str> = phrase.expose_words().split(' ').collect();
        for place in [2usize, 7, 11] {
            let typed: Zeroizing<String> = passphrase::ask(&format!("Word {place}: "))?;
            let word = place.checked_sub(1).and_then(|index| words.get(index));
            if word.is_none_or(|word| !typed.trim().eq_ignore_ascii_case(word)) {
                let what_to_do = "start again; nothing was created";
                let message = format!("word {place} is another one");
                return Err(Failure::new(PASSPHRASE, "wrong_word", message, what_to_do));
            }
        }
    }
    Ok(phrase)
}

pub async fn serve(home: &Path, json: bool, serve: Serve) -> Result<u8, Failure> {
    let host = Host::start(home, options(keystore()))?;
    if host.phase() == Phase::Absent {
        return Err(purser_wallet::HostError::Absent.into());
    }
    if !serve.locked {
        let typed = passphrase::ask("Passphrase: ")?;
        host.unlock(Passphrase::new(typed)).await?;
    }
    let running = purser_gateway::start(host.clone(), serve.port).await.map_err(|error| {
        Failure::other(
            "gateway",
            error,
            "choose another port with --port, or end the other program",
        )
    })?;
    #[cfg(unix)]
    purser_wallet::control::serve(host.clone()).map_err(|error| {
        Failure::other("control_socket", error, "check the owner of the wallet's folder")
    })?;
    let value = serde_json::json!({
        "url": running.url, "pid": std::process::id(), "phase": host.phase(),
    });
    output::print(json, &value, |_| format!("Agents' door: {}\nStop with Ctrl-C.", running.url));
    stop_signal().await;
    host.lock().await;
    running.stop().await;
    Ok(0)
}

/// Ctrl-C or a service manager's request to end.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without signals the process ends the hard way, which loses nothing either.
    let _ = tokio::signal::ctrl_c().await;
}
