//! What goes wrong at the doors and on the disk of a running wallet: hostile requests, a full
//! disk, damaged and missing files. Whatever it is, it is refused in words, and nothing is lost.
//!
//! The gateway's own tests try each bad field; here it is the process with its files and its log.
#![cfg(test)]
#![cfg(unix)]

use purser_tests::signed::payment;
use purser_tests::wait::PATIENCE;
use purser_tests::wallet::{PASSPHRASE, text};
use purser_tests::{Signer, Terminal, TestWallet, port, purser, raw};
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

const SPEND: &str = "/v1/spend-requests";

fn serving() -> (TestWallet, Signer) {
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    let agent = wallet.add_agent("scout", &[]).unwrap();
    let signer = Signer::new(&wallet, &agent).unwrap();
    (wallet, signer)
}

fn count(log: &[Value], kind: &str) -> usize {
    log.iter().filter(|entry| text(entry, "/event/type") == kind).count()
}

/// A signed payment with another header: `changed` replaces the line of that name.
fn with_header(signer: &Signer, changed: &str) -> (u16, String) {
    let body = payment("1", "header").to_string();
    let mut header = signer.header("POST", SPEND, body.as_bytes()).unwrap();
    let name = changed.split(':').next().unwrap();
    let host = format!("Host: {}", signer.authority());
    for line in [host.as_str(), "Content-Type: application/json"] {
        if !line.starts_with(name) {
            header.push(line.to_owned());
        }
    }
    header.push(changed.to_owned());
    let request = raw::request("POST", SPEND, &header, body.as_bytes());
    raw::problem(&raw::send(signer.authority(), &request).unwrap())
}

#[test]
fn hostile_requests_are_refused_and_the_wallet_goes_on() {
    let (wallet, signer) = serving();
    let before = wallet.verified_log().unwrap().len();
    let port = signer.authority().split_once(':').unwrap().1.to_owned();
    for (header, status, code) in [
        (format!("Host: evil.example:{port}"), 403, "host_not_allowed"),
        (format!("Host: 127.0.0.1.evil.example:{port}"), 403, "host_not_allowed"),
        ("Origin: https://evil.example".to_owned(), 403, "origin_not_allowed"),
        ("Origin: null".to_owned(), 403, "origin_not_allowed"),
        ("Content-Type: text/plain".to_owned(), 415, "not_json"),
    ] {
        assert_eq!(with_header(&signer, &header), (status, code.to_owned()), "{header}");
    }
    let body = |field: &str, value: Value| {
        let mut body = payment("1", "field");
        body[field] = value;
        body.to_string()
    };
    let bodies = [
        ("{\"payee\":", 400, "malformed_json"),
        ("[]", 422, "bad_field"),
        (&body("amount", "1".repeat(40).into()), 422, "bad_field"),
        (&body("amount", json!(1.5)), 422, "bad_field"),
        (&body("amount", "1e3".into()), 422, "bad_field"),
        (&body("currency", "GOLD".into()), 422, "bad_field"),
        (&body("approved", true.into()), 422, "bad_field"),
        (&body("session", "\u{202e}gnp".into()), 422, "bad_field"),
        (&body("context", "x".repeat(8193).into()), 422, "bad_field"),
        (&body("context", "x".repeat(1024 * 1024).into()), 413, "body_too_large"),
    ];
    for (body, status, code) in bodies {
        let answer = signer.post_bytes(SPEND, body.as_bytes()).unwrap();
        let shown: String = body.chars().take(60).collect();
        let found = raw::problem(&answer);
        assert_eq!(found, (status, code.to_owned()), "{shown}: {}", answer.body);
    }
    let log = wallet.verified_log().unwrap();
    assert_eq!(count(&log, "attempt_rejected"), 10, "all that was signed and could be read");
    assert_eq!(log.len(), before + 10, "and nothing else");
    assert_eq!(text(&signer.pay("1", "good").unwrap().json(), "/status"), "succeeded");
}

#[test]
fn deceptive_words_are_marked_where_people_read_them() {
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    let agent = wallet.add_agent("scout", &["--ask-above", "20"]).unwrap();
    let signer = Signer::new(&wallet, &agent).unwrap();
    let mut ask = payment("30", "bidi");
    let words = "\u{202e}moc.elpmaxe\u{202c} p\u{430}ypal\u{200b}\u{1b}[31m";
    ask["payee"]["name"] = words.into();
    ask["context"] = words.into();
    let answer = signer.post(SPEND, &ask).unwrap();
    assert_eq!(text(&answer.json(), "/status"), "pending_approval", "{}", answer.body);
    let mut inbox = wallet.terminal(&["inbox"], &[]).unwrap();
    inbox.answer("Passphrase: ", PASSPHRASE).unwrap();
    assert_eq!(inbox.wait_exit(PATIENCE).unwrap(), 0, "{}", inbox.screen());
    for said in [&answer.body, &inbox.screen(), &wallet.owner(&["inbox"]).unwrap().text] {
        let hidden = ['\u{202e}', '\u{202c}', '\u{200b}', '\u{1b}'];
        assert!(!said.contains(hidden), "{}", said.escape_debug());
        assert!(said.contains("U+202E"), "{said}");
    }
    let log = wallet.verified_log().unwrap();
    let kept = log.iter().find(|entry| text(entry, "/event/type") == "spend_reserved").unwrap();
    let said = text(kept, "/event/reservation/request/context");
    assert_eq!(said, words, "the log keeps what was really said");
}

#[test]
fn a_request_that_is_sent_again_is_not_paid_again() {
    let mut wallet = TestWallet::create().unwrap();
    let port = port::free().unwrap().to_string();
    let serve = |wallet: &TestWallet| {
        let mut terminal = wallet.terminal(&["serve", "--port", &port], &[]).unwrap();
        terminal.answer("Passphrase: ", PASSPHRASE).unwrap();
        terminal.expect("Agents' door", PATIENCE).unwrap();
        terminal
    };
    wallet.serve().unwrap();
    let agent = wallet.add_agent("scout", &[]).unwrap();
    wallet.stop().unwrap();
    let mut running: Terminal = serve(&wallet);
    let url = format!("http://127.0.0.1:{port}");
    let signer = Signer::at(&wallet, &agent, &url).unwrap();
    let body = payment("7", "once").to_string();
    let request = signer.request("POST", SPEND, body.as_bytes()).unwrap();
    let send = || raw::send(signer.authority(), &request).unwrap();
    assert_eq!(text(&send().json(), "/status"), "succeeded");
    assert_eq!(raw::problem(&send()), (401, "proof_replayed".to_owned()));
    // The memory of used signatures ends with the process: then it is too old, or its key is.
    running.kill().unwrap();
    let _running = serve(&wallet);
    let replayed = send();
    let refused = raw::problem(&replayed) == (401, "proof_clock".to_owned());
    assert!(refused || replayed.json()["repeated"] == true, "{}", replayed.body);
    let log = wallet.verified_log().unwrap();
    assert_eq!(count(&log, "payment_succeeded"), 1);
}

/// A small disk of its own. It goes when this is dropped.
struct Disk(PathBuf);

impl Disk {
    /// `None` where this user may not mount one.
    fn mount(at: &Path, megabytes: u32) -> Option<Self> {
        let size = format!("size={megabytes}m");
        let mut command = Command::new("mount");
        let done = command.args(["-t", "tmpfs", "-o", &size, "purser-test"]).arg(at).output();
        done.is_ok_and(|output| output.status.success()).then(|| Self(at.to_owned()))
    }

    /// Fills it to the last byte; the file that does so is to be removed to have room again.
    fn fill(&self) -> PathBuf {
        let path = self.0.join("filler");
        let mut file = File::create(&path).unwrap();
        for size in [64 * 1024, 512, 1] {
            while file.write_all(&vec![7; size]).is_ok() {}
        }
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _gone = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

#[test]
fn on_a_full_disk_everything_is_refused_until_there_is_room() {
    let place = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(place.path(), 16) else {
        println!("skipped: this user may not mount a small disk (mount -t tmpfs)");
        return;
    };
    let mut wallet = TestWallet::create_in(place.path()).unwrap();
    wallet.serve().unwrap();
    let agent = wallet.add_agent("scout", &["--ask-above", "20"]).unwrap();
    let signer = Signer::new(&wallet, &agent).unwrap();
    let waiting = signer.pay("30", "waits").unwrap().json();
    let filler = disk.fill();
    // What the log has set aside for itself takes a few entries more.
    let mut paid = 0u32;
    let mut open = Vec::new();
    let refused = loop {
        let answer = signer.pay("1", &format!("full-{paid}")).unwrap();
        match text(&answer.json(), "/status") {
            "succeeded" => {}
            // Paid, and the disk was full when that was to be written down.
            "approved" | "submitted" => open.push(text(&answer.json(), "/payment").to_owned()),
            _ => break answer,
        }
        paid += 1;
        assert!(paid < 40, "the disk is not full");
    };
    assert_eq!(raw::problem(&refused), (503, "log_unwritable".to_owned()), "{}", refused.body);
    let again = signer.pay("1", "again").unwrap();
    assert_eq!(raw::problem(&again), (503, "log_unwritable".to_owned()), "{}", again.body);
    for command in [
        &["freeze"][..],
        &["agent", "pause", "scout"],
        &["agent", "add", "more"],
        &["approve", text(&waiting, "/payment")],
    ] {
        let output = wallet.owner(command).unwrap();
        assert_ne!(output.exit, 0, "{command:?}: {}", output.text);
    }
    let inbox = wallet.owner_json(&["inbox"]).unwrap();
    assert_eq!(inbox.as_array().unwrap().len(), 1, "what was there can be read: {inbox}");

    std::fs::remove_file(filler).unwrap();
    let good = signer.pay("1", "again").unwrap().json();
    assert_eq!(text(&good, "/status"), "succeeded", "{good}");
    assert_eq!(good["repeated"], false, "what was refused left nothing behind");
    wallet.owner_json(&["approve", text(&waiting, "/payment")]).unwrap();
    for payment in open {
        let end = signer.get(&format!("{SPEND}/{payment}?wait=90")).unwrap().json();
        assert_eq!(text(&end, "/status"), "succeeded", "it is written down later: {end}");
    }
    let log = wallet.verified_log().unwrap();
    assert_eq!(count(&log, "spend_reserved"), usize::try_from(paid + 2).unwrap());
    assert_eq!(count(&log, "agent_added"), 1);
    assert_eq!(count(&log, "agent_paused") + count(&log, "wallet_frozen"), 0);
    wallet.kill().unwrap();
    wallet.serve().unwrap();
    assert_eq!(wallet.verified_log().unwrap()[..log.len()], log);
}

/// Starts a wallet that can't be opened; gives its exit code and what it says.
fn serve_fails(wallet: &TestWallet) -> (u32, String) {
    let mut terminal = wallet.terminal(&["serve", "--port", "0"], &[]).unwrap();
    // One that is not even there asks for nothing.
    if terminal.expect("Passphrase: ", PATIENCE).is_ok() {
        terminal.type_line(PASSPHRASE).unwrap();
    }
    let exit = terminal.wait_exit(PATIENCE).unwrap();
    let screen = terminal.screen();
    assert_ne!(exit, 0, "{screen}");
    assert!(!screen.contains("panicked"), "{screen}");
    assert!(!wallet.home().join("run/gateway.json").exists(), "no door is open: {screen}");
    (exit, screen)
}

/// Bytes over a file, from a place in it.
fn overwrite(path: &Path, from: u64, bytes: &[u8]) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(from)).unwrap();
    file.write_all(bytes).unwrap();
}

fn stopped_wallet() -> (TestWallet, Vec<Value>) {
    let (mut wallet, signer) = serving();
    for number in 0..20 {
        signer.pay("1", &format!("before-{number}")).unwrap();
    }
    let log = wallet.verified_log().unwrap();
    wallet.stop().unwrap();
    (wallet, log)
}

#[test]
fn a_damaged_log_is_not_opened_and_not_changed() {
    let (mut wallet, log) = stopped_wallet();
    let path = wallet.home().join("ledger.db");
    let good = std::fs::read(&path).unwrap();
    let length = u64::try_from(good.len()).unwrap();
    let other = TestWallet::create().unwrap();
    let others = std::fs::read(other.home().join("ledger.db")).unwrap();
    type Change<'a> = Box<dyn Fn(&Path) + 'a>;
    let changes: [(&str, Change<'_>); 6] = [
        ("its head", Box::new(|path| overwrite(path, 0, &[7; 64]))),
        (
            "every page",
            Box::new(|path| {
                (0..length).step_by(4096).for_each(|page| overwrite(path, page + 2000, &[7; 16]));
            }),
        ),
        (
            "cut in half",
            Box::new(|path| {
                OpenOptions::new().write(true).open(path).unwrap().set_len(length / 2).unwrap();
            }),
        ),
        ("empty", Box::new(|path| drop(File::create(path).unwrap()))),
        (
            "another wallet's",
            Box::new(|path| {
                File::create(path).unwrap().write_all(&others).unwrap();
            }),
        ),
        ("missing", Box::new(|path| std::fs::remove_file(path).unwrap())),
    ];
    for (what, change) in changes {
        change(&path);
        let damaged = std::fs::read(&path).ok();
        let (exit, screen) = serve_fails(&wallet);
        assert_eq!(exit, 1, "{what}: {screen}");
        assert!(screen.contains("(log)") && screen.contains("RECOVER"), "{what}: {screen}");
        assert_eq!(std::fs::read(&path).ok(), damaged, "{what}: it was touched");
        let added = wallet.owner(&["agent", "add", "intruder"]).unwrap();
        assert_eq!(added.exit, 1, "{what}: {}", added.text);
        File::create(&path).unwrap().write_all(&good).unwrap();
    }
    wallet.serve().unwrap();
    assert_eq!(wallet.verified_log().unwrap(), log, "the good one works as ever");
}

#[test]
fn a_damaged_vault_is_told_and_the_phrase_brings_the_wallet_back() {
    let (mut wallet, log) = stopped_wallet();
    let path = wallet.home().join("vault.json");
    let good = std::fs::read_to_string(&path).unwrap();
    let mut more: Value = serde_json::from_str(&good).unwrap();
    more["extra"] = 1.into();
    let mut newer: Value = serde_json::from_str(&good).unwrap();
    newer["version"] = 999.into();
    let half = good.chars().take(good.len() / 2).collect();
    let damages = [half, String::new(), "{}".to_owned(), more.to_string(), newer.to_string()];
    for damage in damages {
        File::create(&path).unwrap().write_all(damage.as_bytes()).unwrap();
        let (exit, screen) = serve_fails(&wallet);
        assert_eq!(exit, 1, "{damage}: {screen}");
        assert!(screen.contains("recovery phrase"), "it says what to do: {screen}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), damage, "it was touched");
    }
    std::fs::remove_file(&path).unwrap();
    let (exit, screen) = serve_fails(&wallet);
    assert_eq!(exit, 5, "{screen}");
    assert!(screen.contains("wallet_absent"), "{screen}");
    assert_eq!(wallet.agent(&["status"]).unwrap().text("/phase"), "absent");

    let home = wallet.home().display().to_string();
    let restore = ["--home", &home, "init", "--restore", "--no-keystore"];
    let mut terminal = Terminal::start(&purser().unwrap(), &restore, &[]).unwrap();
    terminal.answer("Recovery phrase: ", wallet.phrase()).unwrap();
    terminal.answer("New passphrase", PASSPHRASE).unwrap();
    terminal.answer("The same again", PASSPHRASE).unwrap();
    assert_eq!(terminal.wait_exit(PATIENCE).unwrap(), 0, "{}", terminal.screen());
    wallet.serve().unwrap();
    assert_eq!(wallet.verified_log().unwrap(), log, "its log is the same");
}
