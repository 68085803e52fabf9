//! The owner looks at the past of a running wallet: why something was decided, what it adds up to,
//! what another policy would have made of it, and whether the log holds.
#![cfg(test)]
#![cfg(unix)]

use purser_tests::wallet::text;
use purser_tests::{TestWallet, purser};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Output};

const USAGE: u32 = 2;
const UNVERIFIED: i32 = 7;

/// A wallet whose agent paid 12, has a request for 30 that waits, and was refused 90.
struct Scene {
    wallet: TestWallet,
    paid: String,
    waits: String,
    /// The entry that refused.
    refused: u64,
}

impl Scene {
    fn new() -> Self {
        let mut wallet = TestWallet::create().unwrap();
        wallet.serve().unwrap();
        let policy = r#"{"per_transaction":"80","daily":"200","per_session":"200",
            "review_above":"20","team":"research","project":"trip"}"#;
        let policy = written(&wallet, "scout.json", policy);
        wallet.add_agent("scout", &["--policy", &policy]).unwrap();
        let paid = ask(&wallet, "12", 0);
        let waits = ask(&wallet, "30", 4);
        ask(&wallet, "90", 3);
        let log = wallet.verified_log().unwrap();
        let refused = log.iter().find(|entry| text(entry, "/event/type") == "spend_refused");
        let refused = refused.unwrap()["seq"].as_u64().unwrap();
        Self { wallet, paid, waits, refused }
    }

    /// What an owner's command prints for people.
    fn words(&self, command: &[&str]) -> (u32, String) {
        let mut terminal = self.wallet.terminal(command, &[]).unwrap();
        terminal.answer("Passphrase: ", purser_tests::wallet::PASSPHRASE).unwrap();
        let exit = terminal.wait_exit(purser_tests::wait::PATIENCE).unwrap();
        (exit, terminal.screen())
    }
}

fn written(wallet: &TestWallet, name: &str, words: &str) -> String {
    let path = wallet.scratch().join(name);
    write!(std::fs::File::create(&path).unwrap(), "{words}").unwrap();
    path.display().to_string()
}

/// Asks to pay; gives the payment.
fn ask(wallet: &TestWallet, amount: &str, exit: i32) -> String {
    let command = ["pay", "--agent", "scout", "--payee", "Acme", "--amount", amount];
    let asked = wallet.agent(&command).unwrap();
    assert_eq!(asked.exit, exit, "{}", asked.json);
    asked.text("/payment").to_owned()
}

fn run(arguments: &[&str]) -> Output {
    Command::new(purser().unwrap()).args(arguments).output().unwrap()
}

fn step<'a>(told: &'a Value, check: &str) -> &'a Value {
    let steps = told["steps"].as_array().unwrap();
    let found = steps.iter().find(|step| text(step, "/check") == check);
    found.unwrap_or_else(|| panic!("no {check}: {told}"))
}

fn compared(step: &Value) -> [&str; 4] {
    [text(step, "/limit"), text(step, "/used"), text(step, "/adds"), text(step, "/observed")]
}

#[test]
fn a_decision_is_explained_with_the_limits_and_values_of_then() {
    let scene = Scene::new();
    let paid = scene.wallet.owner_json(&["explain", &scene.paid]).unwrap();
    assert_eq!((text(&paid, "/verdict"), text(&paid, "/agrees")), ("allow", "same"), "{paid}");
    assert_eq!(text(&paid, "/asked"), "12.00 USD to Acme");
    assert_eq!(compared(step(&paid, "daily_cap")), ["200.00", "0.00", "12.00", "12.00"]);
    assert_eq!(text(step(&paid, "credential"), "/whose"), "credential", "the log kept it");
    assert!(paid.get("notes").is_none(), "nothing is missing: {paid}");

    let waits = scene.wallet.owner_json(&["explain", &scene.waits]).unwrap();
    assert_eq!(text(&waits, "/verdict"), "review");
    assert_eq!(text(step(&waits, "review_above"), "/result"), "asks");
    assert_eq!(compared(step(&waits, "daily_cap")), ["200.00", "12.00", "30.00", "42.00"]);

    // The policy of today says nothing about then.
    let tighter = written(&scene.wallet, "tight.json", r#"{"daily":"20","per_session":"20"}"#);
    scene.wallet.owner_json(&["agent", "set-policy", "scout", &tighter]).unwrap();
    let again = scene.wallet.owner_json(&["explain", &scene.waits]).unwrap();
    assert_eq!(again, waits);

    let refused = scene.wallet.owner_json(&["explain", &scene.refused.to_string()]).unwrap();
    assert_eq!((text(&refused, "/verdict"), text(&refused, "/agrees")), ("deny", "same"));
    let last = refused["steps"].as_array().unwrap().last().unwrap();
    assert_eq!((text(last, "/check"), text(last, "/result")), ("per_transaction", "refused"));
    assert_eq!(compared(last), ["80.00", "0.00", "90.00", "90.00"]);
    let (exit, words) = scene.words(&["explain", &scene.refused.to_string()]);
    assert_eq!(exit, 0, "{words}");
    assert!(words.contains("scout asked to pay 90.00 USD to Acme."), "{words}");
    assert!(words.contains("REFUSED   One payment (scout): 90.00, at most 80.00"), "{words}");
    assert!(words.contains("Decided again, it comes to the same."), "{words}");
}

#[test]
fn what_cannot_be_explained_is_said_with_what_to_do() {
    let scene = Scene::new();
    for (what, code) in [
        ("pay_0000000000000000000000000z", "payment_not_found"),
        ("999", "entry_not_found"),
        ("0", "no_decision"),
    ] {
        let output = scene.wallet.owner(&["explain", what]).unwrap();
        assert_eq!(output.exit, 1, "{what}: {}", output.text);
        let error = output.json();
        assert_eq!(text(&error, "/error/code"), code, "{what}");
        assert!(text(&error, "/error/what_to_do").contains("purser log find"), "{error}");
    }
    let output = run(&["explain", "yesterday"]);
    assert_eq!(output.status.code(), Some(USAGE as i32));
    assert!(String::from_utf8_lossy(&output.stderr).contains("neither a payment"));
    // What became of a payment is explained by what was decided about it.
    let find = ["log", "find", "--payment", &scene.paid, "--kind", "payment_succeeded"];
    let found = scene.wallet.owner_json(&find).unwrap();
    let end = found["entries"][0]["seq"].as_u64().unwrap();
    let told = scene.wallet.owner_json(&["explain", &end.to_string()]).unwrap();
    assert_eq!(text(&told, "/payment"), scene.paid);
    assert!(told["seq"].as_u64().unwrap() < end);
}

#[test]
fn a_report_adds_the_past_up() {
    let scene = Scene::new();
    let report = scene.wallet.owner_json(&["report"]).unwrap();
    let total = &report["total"];
    assert_eq!((text(total, "/settled"), text(total, "/reserved")), ("12", "30"), "{report}");
    assert_eq!((total["payments"].as_u64(), total["refused"].as_u64()), (Some(2), Some(1)));
    let rows = report["rows"].as_array().unwrap();
    for (by, label) in [
        ("team", "research"),
        ("project", "trip"),
        ("agent", "scout"),
        ("cost_center", "research"),
        ("payee", "name:acme"),
    ] {
        let named = |row: &&Value| (text(row, "/by"), text(row, "/label")) == (by, label);
        let row = rows.iter().find(named).unwrap_or_else(|| panic!("{by} {label}: {report}"));
        assert_eq!(text(row, "/settled"), "12", "{by}");
    }
    let (exit, csv) = scene.words(&["report", "--by", "agent", "--csv"]);
    assert_eq!(exit, 0, "{csv}");
    let lines = csv.lines().map(str::trim_end).filter(|line| line.contains(','));
    let lines: Vec<&str> = lines.collect();
    assert_eq!(
        lines[0],
        "by,key,label,payments,settled_payments,unpriced,refused,settled,reserved"
    );
    assert_eq!(lines.len(), 2, "{csv}");
    assert!(lines[1].starts_with("agent,agt_") && lines[1].ends_with(",scout,2,1,0,1,12,30"));
    let (exit, words) = scene.words(&["report", "--by", "project"]);
    assert!(exit == 0 && words.contains("trip: 12.00 USD paid, 30.00 held, 2 payments, 1 refused"));
    let later = scene.wallet.owner_json(&["report", "--from", "2999-01-01"]).unwrap();
    assert_eq!(later["total"]["payments"].as_u64(), Some(0), "{later}");
    let wrong = run(&["report", "--from", "soon"]);
    assert_eq!(wrong.status.code(), Some(USAGE as i32));
}

#[test]
fn a_policy_is_tried_on_the_past_before_it_is_made() {
    let scene = Scene::new();
    let tight = written(
        &scene.wallet,
        "tight.json",
        r#"{"per_transaction":"10","daily":"200","per_session":"200"}"#,
    );
    let tried = ["backtest", &tight, "--agent", "scout"];
    let told = scene.wallet.owner_json(&tried).unwrap();
    let count = |when: &str, what: &str| told["summary"][when][what].as_u64().unwrap();
    let of = |when| [count(when, "allowed"), count(when, "reviewed"), count(when, "denied")];
    assert_eq!((of("before"), of("after")), ([1, 1, 1], [0, 0, 3]), "{told}");
    assert_eq!(told["summary"]["changed"].as_u64(), Some(2));
    let line = &told["changed"][0];
    assert_eq!(text(line, "/before/verdict"), "allow");
    assert_eq!(text(line, "/after/code"), "per_transaction_cap");
    let (exit, words) = scene.words(&tried);
    assert_eq!(exit, 0, "{words}");
    assert!(words.contains("2 requests would have come to something else:"), "{words}");
    assert!(words.contains("allowed -> refused (per_transaction_cap)"), "{words}");

    let wallet = written(
        &scene.wallet,
        "wallet.json",
        r#"{"wallet":{"tiers":
        {"autonomous_below":"5","envelope_up_to":"10"}}}"#,
    );
    let told = scene.wallet.owner_json(&["backtest", &wallet]).unwrap();
    assert_eq!(told["summary"]["after"]["reviewed"].as_u64(), Some(2), "{told}");

    let request = |id: &str, amount: &str| {
        json!({ "id": id, "at": "2026-03-02T12:00:00Z", "agent": "scout", "amount": amount,
            "payee": { "name": "Acme" }, "currency": "USD" })
    };
    let lines = format!("{}\n{}\n", request("a", "8"), request("b", "15"));
    let recorded = written(&scene.wallet, "recorded.jsonl", &lines);
    let against = [&tried[..], &["--against", &recorded]].concat();
    let told = scene.wallet.owner_json(&against).unwrap();
    assert_eq!(told["summary"]["changed"].as_u64(), Some(1), "{told}");
    assert_eq!(told["changed"][0]["place"].as_u64(), Some(2));
    let before = scene.wallet.verified_log().unwrap().len();
    let wrong = scene.wallet.owner(&["backtest", &tight, "--agent", "nobody"]).unwrap();
    assert_eq!(text(&wrong.json(), "/error/code"), "agent_not_found", "{}", wrong.text);
    let wrong = ["backtest", &tight, "--agent", "nobody", "--against", &recorded];
    let wrong = scene.wallet.owner(&wrong).unwrap();
    assert_eq!(wrong.exit, USAGE, "{}", wrong.text);
    assert!(
        text(&wrong.json(), "/error/message").contains("`nobody` is in no line"),
        "{}",
        wrong.text
    );
    let shouted = ["backtest", &tight, "--agent", "SCOUT", "--against", &recorded];
    let told = scene.wallet.owner_json(&shouted).unwrap();
    assert_eq!(told["summary"]["changed"].as_u64(), Some(1), "names know no capitals: {told}");
    assert_eq!(scene.wallet.verified_log().unwrap().len(), before, "nothing was changed");
}

#[test]
fn the_tree_shows_what_each_agent_has_left() {
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    wallet.add_agent("scout", &[]).unwrap();
    let add = ["delegation", "add", "--agent", "scout", "reader", "--amount", "40"];
    let added = wallet.agent(&[&add[..], &["--interval", "daily"]].concat()).unwrap();
    assert_eq!(added.exit, 0, "{}", added.json);
    let pay = ["pay", "--agent", "reader", "--payee", "Acme", "--amount", "7"];
    assert_eq!(wallet.agent(&pay).unwrap().exit, 0);
    let tree = wallet.owner_json(&["agent", "tree"]).unwrap();
    let budget = |n: usize, what: &str| text(&tree[n]["budget"], what).to_owned();
    assert_eq!((text(&tree[0], "/name"), tree[0]["depth"].as_u64()), ("scout", Some(0)), "{tree}");
    assert_eq!((text(&tree[1], "/name"), tree[1]["depth"].as_u64()), ("reader", Some(1)));
    assert_eq!(text(&tree[1], "/parent"), text(&tree[0], "/agent"));
    assert_eq!(
        [budget(1, "/allocation"), budget(1, "/settled"), budget(1, "/left")],
        ["40.00", "7.00", "33.00"]
    );
    // 500 a day: 7 were spent below it, and 33 more may be.
    assert_eq!(
        [budget(0, "/settled"), budget(0, "/held"), budget(0, "/left")],
        ["7.00", "33.00", "460.00"]
    );
}

#[test]
fn the_wallet_verifies_its_own_log_running_or_not() {
    let mut scene = Scene::new();
    let check = scene.wallet.owner_json(&["log", "verify"]).unwrap();
    assert_eq!(check["verified"], Value::Bool(true), "{check}");
    assert_eq!(
        (check["judged"].as_u64(), check["entries"].as_u64()),
        (check["entries"].as_u64(), Some(scene.wallet.verified_log().unwrap().len() as u64))
    );
    let (exit, words) = scene.words(&["log", "verify"]);
    assert!(exit == 0 && words.contains("made again, come to the same"), "{words}");
    scene.wallet.stop().unwrap();
    let check = scene.wallet.owner_json(&["log", "verify"]).unwrap();
    assert_eq!(check["verified"], Value::Bool(true), "{check}");
}

#[test]
fn one_entry_is_proved_to_somebody_who_has_nothing_else() {
    let scene = Scene::new();
    let dir = scene.wallet.scratch().join("proof");
    let (seq, path) = (scene.refused.to_string(), dir.display().to_string());
    scene.wallet.owner_json(&["log", "prove", &seq, "--out", &path]).unwrap();
    let checked = run(&["--json", "log", "check-proof", &path]);
    let told: Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!((checked.status.code(), told["seq"].as_u64()), (Some(0), Some(scene.refused)));
    assert_eq!(text(&told, "/type"), "spend_refused");
    let taken = scene.wallet.owner(&["log", "prove", "1", "--out", &path]).unwrap();
    assert_eq!(text(&taken.json(), "/error/code"), "proof_not_written", "{}", taken.text);

    let entry = std::fs::read_to_string(dir.join("entry.json")).unwrap();
    let changed = entry.replace("\"90\"", "\"91\"");
    assert_ne!(changed, entry);
    write!(std::fs::File::create(dir.join("entry.json")).unwrap(), "{changed}").unwrap();
    let checked = run(&["--json", "log", "check-proof", &path]);
    assert_eq!(checked.status.code(), Some(UNVERIFIED));
    let told: Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!(text(&told, "/error/code"), "proof_wrong", "{told}");
    let nothing = run(&["log", "check-proof", "/nowhere"]);
    assert_eq!(nothing.status.code(), Some(USAGE as i32));
}
