//! Journeys of people through the command line, as they are told in the product's own words.
#![cfg(test)]

use purser_tests::wait::PATIENCE;
use purser_tests::wallet::{Answer, PASSPHRASE, phrase_on, text};
use purser_tests::{Market, Terminal, TestWallet, purser};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

const CENT: u64 = 10_000;

/// `purser pay` of the agent `scout`, in the day's own session.
fn buy(wallet: &TestWallet, amount: &str, more: &[&str]) -> Answer {
    let command = ["pay", "--agent", "scout", "--payee", "Acme", "--amount", amount];
    // A name for each purchase, as the amounts repeat.
    wallet.agent(&[&command[..], more].concat()).unwrap()
}

fn status(answer: &Answer) -> (i32, &str) {
    (answer.exit, answer.text("/status"))
}

/// Refused by a rule, with what it allows and what it would have come to.
fn refused<'a>(answer: &'a Answer, limit: &str, observed: &str) -> &'a str {
    assert_eq!(answer.exit, 3, "{}", answer.json);
    let said = [answer.text("/error/limit"), answer.text("/error/observed")];
    assert_eq!(said, [limit, observed], "{}", answer.json);
    assert!(!answer.text("/error/what_to_do").is_empty(), "{}", answer.json);
    answer.text("/error/code")
}

/// "You may spend up to 5 per tool call and 50 per session. For any purchase above 10, stop and
/// ask. Log every attempt, refusals included": set up in under a minute, and kept (T7).
#[test]
fn five_a_tool_call_fifty_a_session_and_ask_above_ten() {
    let market = Market::open(1000).unwrap();
    let wallet = &market.wallet;
    let started = Instant::now();
    let rules = ["--per-tool-call", "5", "--per-session", "50", "--ask-above", "10"];
    wallet.add_agent("scout", &rules).unwrap();
    assert!(started.elapsed() < Duration::from_secs(60), "set up in under a minute");
    let fetch = |route: &str| {
        let url = market.world.url(route).unwrap();
        let command = ["fetch", "--agent", "scout", url];
        wallet.agent(&command).unwrap()
    };

    let weather = fetch("/weather");
    assert_eq!(status(&weather), (0, ""), "{}", weather.json);
    assert_eq!(weather.text("/payment/status"), "succeeded", "{}", weather.json);
    assert_eq!(refused(&fetch("/atlas"), "5", "6"), "envelope_limit");
    assert_eq!(refused(&fetch("/report"), "50", "600"), "per_transaction_cap");
    assert_eq!(market.till().unwrap(), CENT, "nothing was signed for the dear ones");

    assert_eq!(status(&buy(wallet, "8", &[])), (0, "succeeded"));
    let asked = buy(wallet, "12", &[]);
    assert_eq!(status(&asked), (4, "pending_approval"), "{}", asked.json);
    let waiting = asked.text("/payment").to_owned();
    assert_eq!(waits_and_is_decided(wallet, &waiting, &["approve"]), (0, "succeeded".to_owned()));
    let declined = buy(wallet, "11", &[]).text("/payment").to_owned();
    let deny = ["deny", "--reason", "too dear"];
    assert_eq!(waits_and_is_decided(wallet, &declined, &deny), (3, "declined".to_owned()));

    // 0.01 + 8 + 12 are spent: 29.99 are left of the session.
    for key in ["a", "b", "c"] {
        let answer = buy(wallet, "9.5", &["--idempotency-key", key]);
        assert_eq!(status(&answer), (0, "succeeded"), "{}", answer.json);
    }
    let over = buy(wallet, "1.5", &[]);
    assert_eq!(refused(&over, "50", "50.01"), "session_cap");
    assert_eq!(status(&buy(wallet, "1.49", &[])), (0, "succeeded"), "to the cent");
    assert_eq!(refused(&buy(wallet, "0.000001", &[]), "50", "50.000001"), "session_cap");
    everything_is_in_the_log(&wallet.verified_log().unwrap(), &waiting, &declined);
}

/// The agent waits in a call of its own while the owner decides on a terminal.
fn waits_and_is_decided(wallet: &TestWallet, payment: &str, decide: &[&str]) -> (i32, String) {
    thread::scope(|scope| {
        let waits = scope.spawn(|| {
            let command = ["payment", "--agent", "scout", "--wait", "120", payment];
            wallet.agent(&command).unwrap()
        });
        let inbox = wallet.owner_json(&["inbox"]).unwrap();
        assert_eq!(text(&inbox, "/0/payment"), payment);
        let decision = [&decide[..1], &[payment], &decide[1..]].concat();
        wallet.owner_json(&decision).unwrap();
        let answer = waits.join().unwrap();
        (answer.exit, answer.text("/status").to_owned())
    })
}

fn everything_is_in_the_log(log: &[Value], approved: &str, declined: &str) {
    let events: Vec<&Value> = log.iter().filter_map(|entry| entry.get("event")).collect();
    let kind = |kind: &'static str| {
        events.iter().filter(move |event| text(event, "/type") == kind).copied()
    };
    let refusals: Vec<[&str; 4]> = kind("spend_refused")
        .map(|event| {
            let money = |field| text(event, field);
            [
                money("/request/amount/amount"),
                money("/refusal/code"),
                money("/refusal/limit"),
                money("/refusal/observed"),
            ]
        })
        .collect();
    let expected = [
        ["6", "envelope_limit", "5", "6"],
        ["600", "per_transaction_cap", "50", "600"],
        ["1.5", "session_cap", "50", "50.01"],
        ["0.000001", "session_cap", "50", "50.000001"],
    ];
    assert_eq!(refusals, expected, "{events:?}");
    assert_eq!(kind("spend_reserved").count(), 8, "all the others");
    assert_eq!(kind("payment_succeeded").count(), 7);
    let asked: Vec<&str> = kind("spend_reserved")
        .filter(|event| event.pointer("/reservation/approval").is_some())
        .map(|event| text(event, "/reservation/rules/0"))
        .collect();
    assert_eq!(asked, ["review_above", "review_above"], "by that rule");
    let yes: Vec<&str> = kind("approval_given").map(|event| text(event, "/payment")).collect();
    assert_eq!(yes, [approved]);
    let no: Vec<[&str; 3]> = kind("payment_stopped")
        .map(|event| ["/payment", "/stop/how", "/stop/reason"].map(|field| text(event, field)))
        .collect();
    assert_eq!(no, [[declined, "declined", "too dear"]]);
}

#[test]
fn the_same_command_typed_again_is_the_same_purchase() {
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    wallet.add_agent("scout", &[]).unwrap();
    let pay = ["pay", "--agent", "scout", "--payee", "Acme", "--amount", "20"];
    let keyed = [&pay[..], &["--idempotency-key", "another"]].concat();
    for command in [&pay[..], &keyed] {
        let first = wallet.agent(command).unwrap();
        assert_eq!(status(&first), (0, "succeeded"), "{}", first.json);
        assert_eq!(first.json["repeated"], false, "{}", first.json);
        // Also from another process of the wallet: a retry after whatever went wrong.
        wallet.kill().unwrap();
        wallet.serve().unwrap();
        let again = wallet.agent(command).unwrap();
        assert_eq!(again.json["payment"], first.json["payment"], "{}", again.json);
        assert_eq!(again.json["repeated"], true, "{}", again.json);
    }
    let mut dearer = keyed.clone();
    dearer[6] = "21";
    let conflict = wallet.agent(&dearer).unwrap();
    assert_eq!((conflict.exit, conflict.text("/error/code")), (3, "idempotency_conflict"));
    let log = wallet.verified_log().unwrap();
    let paid = log.iter().filter(|entry| text(entry, "/event/type") == "payment_succeeded");
    assert_eq!(paid.count(), 2);
}

/// What a sub-agent holds, as options of its commands.
fn helper(wallet: &TestWallet, agent: &str, name: &str) -> (Vec<String>, String, PathBuf) {
    let key = wallet.scratch().join(format!("{name}.key"));
    let credential = wallet.scratch().join(format!("{name}.credential"));
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let made = ["credential", "key", "--agent", agent, &path(&key)];
    let public = wallet.agent(&made).unwrap().text("/public").to_owned();
    assert_eq!(public.len(), 64);
    let (key, file) = (path(&key), path(&credential));
    let who = ["--agent", agent, "--key", &key, "--handed-over", &file];
    (who.map(str::to_owned).to_vec(), public, credential)
}

fn as_helper(wallet: &TestWallet, who: &[String], command: &[&str]) -> Answer {
    let who: Vec<&str> = who.iter().map(String::as_str).collect();
    wallet.agent(&[command, &who].concat()).unwrap()
}

#[test]
#[allow(clippy::disallowed_methods, reason = "scratch files of a test")]
fn an_agent_hands_a_narrower_credential_to_its_helper_and_that_one_to_its_own() {
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    let agent = wallet.add_agent("shopper", &[]).unwrap();
    let (helper_who, public, file) = helper(&wallet, &agent, "helper");
    let given = ["--to", &public, "--per-transaction", "3", "--minutes", "5"];
    let given = [&["credential", "hand-over", "--agent", "shopper"], &given[..]].concat();
    std::fs::write(&file, wallet.agent(&given).unwrap().text("/token")).unwrap();
    let buy = ["pay", "--payee", "Acme", "--amount"];
    let pays = |wallet: &TestWallet, who: &[String], amount: &str| {
        let answer = as_helper(wallet, who, &[&buy[..], &[amount]].concat());
        (answer.exit, answer.text("/error/code").to_owned())
    };
    assert_eq!(pays(&wallet, &helper_who, "3"), (0, String::new()));
    assert_eq!(pays(&wallet, &helper_who, "3.01"), (3, "credential_cap".to_owned()));

    // The wallet is not asked for the next one, and need not run.
    wallet.stop().unwrap();
    let (second_who, public, file) = helper(&wallet, &agent, "second");
    let given = ["credential", "hand-over", "--to", &public, "--payee", "name:acme"];
    let handed = as_helper(&wallet, &helper_who, &given);
    assert_eq!(handed.exit, 0, "{}", handed.json);
    std::fs::write(&file, handed.text("/token")).unwrap();
    let wide = ["credential", "hand-over", "--to", "zz"];
    assert_eq!(as_helper(&wallet, &helper_who, &wide).exit, 2);
    wallet.serve().unwrap();
    assert_eq!(pays(&wallet, &second_who, "2"), (0, String::new()));
    assert_eq!(pays(&wallet, &second_who, "3.02"), (3, "credential_cap".to_owned()));
    let elsewhere = ["pay", "--payee", "Other", "--amount", "1"];
    let refused = as_helper(&wallet, &second_who, &elsewhere);
    assert_eq!(refused.text("/error/code"), "payee_not_allowed", "{}", refused.json);
    // With the first helper's credential, but not its key.
    let mixed = [&second_who[..4], &helper_who[4..]].concat();
    assert_eq!(pays(&wallet, &mixed, "1").1, "proof_invalid");

    wallet.owner_json(&["agent", "revoke", "shopper"]).unwrap();
    assert_eq!(pays(&wallet, &second_who, "1").1, "credential_revoked");
    wallet.verified_log().unwrap();
}

fn init(home: &Path, options: &[&str]) -> Terminal {
    let home = home.display().to_string();
    let arguments = [&["--home", &home, "init", "--no-keystore"], options].concat();
    Terminal::start(&purser().unwrap(), &arguments, &[]).unwrap()
}

/// Types the words that are asked for, the last of them wrong if so wished.
fn make(home: &Path, all_right: bool) -> (u32, String) {
    let mut terminal = init(home, &[]);
    terminal.expect("Word 2: ", PATIENCE).unwrap();
    let screen = terminal.screen();
    let phrase = phrase_on(&screen);
    let words: Vec<&str> = phrase.split(' ').collect();
    assert_eq!(words.len(), 12, "{screen}");
    terminal.type_line(words[1]).unwrap();
    terminal.answer("Word 7: ", words[6]).unwrap();
    let last = if all_right { words[10] } else { "zebra" };
    terminal.answer("Word 11: ", last).unwrap();
    if all_right {
        terminal.answer("New passphrase", PASSPHRASE).unwrap();
        terminal.answer("The same again", PASSPHRASE).unwrap();
    }
    (terminal.wait_exit(PATIENCE).unwrap(), terminal.screen())
}

#[test]
fn a_wallet_is_made_only_by_who_wrote_the_words_down() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let (exit, screen) = make(&home, false);
    assert_eq!(exit, 6, "{screen}");
    assert!(screen.contains("word 11 is another one"), "{screen}");
    assert!(!home.join("vault.json").exists() && !home.join("ledger.db").exists());
    let (exit, screen) = make(&home, true);
    assert_eq!(exit, 0, "{screen}");
    assert!(home.join("vault.json").exists() && home.join("ledger.db").exists());
    let mut again = init(&home, &["--no-check"]);
    assert_eq!(again.wait_exit(PATIENCE).unwrap(), 1, "{}", again.screen());
    assert!(again.screen().contains("there is a wallet already"), "{}", again.screen());
    for (first, second) in [("short", "short"), (PASSPHRASE, "correct horse 43")] {
        let other = folder.path().join("other");
        let mut terminal = init(&other, &["--no-check"]);
        terminal.answer("New passphrase", first).unwrap();
        terminal.answer("The same again", second).unwrap();
        assert_ne!(terminal.wait_exit(PATIENCE).unwrap(), 0, "{}", terminal.screen());
        assert!(!other.join("vault.json").exists(), "{}", terminal.screen());
    }
}

/// The first ten minutes, without a window.
#[test]
fn a_newcomer_pays_is_asked_revokes_and_freezes() {
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    let limits = ["--per-transaction", "1000", "--per-session", "3000", "--daily", "3000"];
    let added = wallet.owner_json(&[&["agent", "add", "scout"], &limits[..]].concat()).unwrap();
    let snippet: Value = serde_json::from_str(text(&added, "/mcp_snippet")).unwrap();
    assert_eq!(snippet["mcpServers"]["purser"]["args"][0], "mcp", "{snippet}");
    wallet.add_agent("second", &[]).unwrap();

    let small = buy(&wallet, "20", &[]);
    assert_eq!(status(&small), (0, "succeeded"), "{}", small.json);
    assert_eq!(small.json["sandbox"], true, "play money says that it is");
    let large = buy(&wallet, "600", &["--context", "a better server"]);
    assert_eq!(status(&large), (4, "pending_approval"), "{}", large.json);
    let payment = large.text("/payment").to_owned();
    let inbox = wallet.owner(&["inbox"]).unwrap();
    assert!(inbox.text.contains("a better server"), "{}", inbox.text);
    let decided = waits_and_is_decided(&wallet, &payment, &["approve"]);
    assert_eq!(decided, (0, "succeeded".to_owned()));

    let waiting = buy(&wallet, "700", &[]).text("/payment").to_owned();
    let stopped = wallet.owner_json(&["agent", "revoke", "scout"]).unwrap();
    assert_eq!(stopped["cancelled"], 1, "{stopped}");
    let next = buy(&wallet, "1", &[]);
    assert_eq!(next.exit, 3, "{}", next.json);
    assert_eq!(wallet.owner(&["approve", &waiting]).unwrap().exit, 1, "it was called off");
    assert_eq!(wallet.owner(&["agent", "resume", "scout"]).unwrap().exit, 1, "for good");

    let pay = ["pay", "--agent", "second", "--payee", "Acme", "--amount", "1"];
    assert_eq!(wallet.agent(&pay).unwrap().exit, 0);
    wallet.owner_json(&["freeze"]).unwrap();
    let frozen = wallet.agent(&[&pay[..], &["--idempotency-key", "x"]].concat()).unwrap();
    assert_eq!((frozen.exit, frozen.text("/error/code")), (3, "wallet_frozen"));
    wallet.owner_json(&["unfreeze"]).unwrap();
    assert_eq!(wallet.agent(&[&pay[..], &["--idempotency-key", "y"]].concat()).unwrap().exit, 0);

    wallet.owner_json(&["lock"]).unwrap();
    let locked = wallet.agent(&pay).unwrap();
    assert_eq!((locked.exit, locked.text("/error/code")), (5, "wallet_locked"));
    wallet.owner_json(&["unlock"]).unwrap();
    assert_eq!(wallet.agent(&pay).unwrap().json["repeated"], true);
    let log = wallet.verified_log().unwrap();
    let kinds: Vec<&str> = log.iter().map(|entry| text(entry, "/event/type")).collect();
    for kind in ["agent_revoked", "wallet_frozen", "wallet_unfrozen", "approval_given"] {
        assert_eq!(kinds.iter().filter(|found| **found == kind).count(), 1, "{kinds:?}");
    }
    wallet.stop().unwrap();
}
