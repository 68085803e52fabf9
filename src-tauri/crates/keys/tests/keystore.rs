//! The vault bound to a real Secret Service: a gnome-keyring of its own, on a bus of its own, in
//! a home of its own, so that nothing of the person who runs the test is touched.
#![cfg(all(feature = "os-keystore", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

use purser_domain::Timestamp;
use purser_keys::{
    DeviceStore, KdfParams, KeysError, OsKeystore, Passphrase, Phrase, PhraseLength, SealOptions,
    Vault,
};
use std::path::Path;
use std::process::Command;

const CHILD: &str = "PURSER_KEYSTORE_TEST_CHILD";

fn installed(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).exists()))
}

/// Runs one test of this file again as `command` says, and expects it to pass there.
fn run_again(test: &str, home: &Path, command: &mut Command) {
    let output = command
        .env(CHILD, test)
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_RUNTIME_DIR", home)
        .env_remove("DISPLAY")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
    assert!(said.contains("1 passed"), "the test really ran: {said}{errors}");
}

fn is_child(test: &str) -> bool {
    std::env::var(CHILD).is_ok_and(|name| name == test)
}

#[test]
fn a_vault_bound_to_a_real_keystore_opens_only_while_it_keeps_the_secret() {
    let name = "a_vault_bound_to_a_real_keystore_opens_only_while_it_keeps_the_secret";
    if is_child(name) {
        return inside_the_session();
    }
    for program in ["dbus-run-session", "gnome-keyring-daemon"] {
        if !installed(program) {
            eprintln!("skipped: `{program}` is not installed");
            return;
        }
    }
    let home = tempfile::tempdir().unwrap();
    let script = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null && \
                  exec \"$0\" --exact \"$1\" --nocapture";
    let mut command = Command::new("dbus-run-session");
    command.args(["--", "sh", "-c", script]).arg(std::env::current_exe().unwrap()).arg(name);
    run_again(name, home.path(), &mut command);
}

fn inside_the_session() {
    let store = OsKeystore::connect().unwrap();
    assert_eq!(store.get("absent").unwrap().as_deref(), None);
    store.set("present", &[0, 159, 146, 150]).unwrap();
    assert_eq!(store.get("present").unwrap().as_deref(), Some(&vec![0, 159, 146, 150]));
    store.set("present", b"replaced").unwrap();
    assert_eq!(store.get("present").unwrap().as_deref(), Some(&b"replaced".to_vec()));
    store.delete("present").unwrap();
    store.delete("present").unwrap();
    assert_eq!(store.get("present").unwrap().as_deref(), None);

    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("vault.json");
    let phrase = Phrase::generate(PhraseLength::Words12).unwrap();
    let passphrase = Passphrase::from("correct horse");
    let created_at = Timestamp::from_millis(1);
    let options = SealOptions { kdf: KdfParams::CHEAPEST, created_at };
    Vault::create(&path, &phrase, &passphrase, Some(&store), &options).unwrap();
    let opened = Vault::open_phrase(&path, &passphrase, Some(&store)).unwrap();
    assert_eq!(opened.expose_words(), phrase.expose_words());
    let wrong = Vault::check_passphrase(&path, &"wrong horse".into(), Some(&store));
    assert_eq!(wrong, Err(KeysError::WrongPassphrase));

    let text = std::fs::read_to_string(&path).unwrap();
    let id = text.split("\"vault_id\": \"").nth(1).unwrap().split('"').next().unwrap();
    store.delete(&format!("vault-{id}")).unwrap();
    let gone = Vault::check_passphrase(&path, &passphrase, Some(&store));
    assert_eq!(gone, Err(KeysError::DeviceSecretMissing));
}

#[test]
fn a_session_without_a_keystore_says_so() {
    let name = "a_session_without_a_keystore_says_so";
    if is_child(name) {
        assert_eq!(OsKeystore::connect().err(), Some(KeysError::NoKeystore));
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", name, "--nocapture"])
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    run_again(name, home.path(), &mut command);
}
