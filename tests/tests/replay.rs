//! `purser replay` as a user runs it: JSON lines in, one decision a line out, an exit code.
#![cfg(test)]

use purser_tests::purser;
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Runs `purser replay` over a text.
fn replay(options: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(purser().unwrap());
    command.arg("replay").args(options);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // From another thread: both pipes may be full at once. It may also end before all is read.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn line(id: &str, second: i64, amount: &str) -> Value {
    let at = second.saturating_mul(1000).saturating_add(1_700_000_000_000);
    json!({
        "id": id, "at": at, "agent": "scout",
        "payee": { "name": "Acme", "url": "https://acme.example/shop" },
        "amount": amount, "currency": "USD",
    })
}

fn text(lines: &[Value]) -> Vec<u8> {
    lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect()
}

fn outcomes(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn complaints(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn policy_file(folder: &Path, policy: &Value) -> PathBuf {
    let path = folder.join("policy.json");
    let mut file = std::fs::File::create(&path).unwrap();
    write!(file, "{policy}").unwrap();
    path
}

/// A policy under which only the tiers say no.
fn wide() -> Value {
    json!({ "per_transaction": "100000", "per_session": "1000000", "daily": "1000000" })
}

#[test]
fn verdicts_come_in_order_and_turn_exactly_at_the_tiers() {
    let folder = tempfile::tempdir().unwrap();
    let path = policy_file(folder.path(), &json!({ "default_agent": wide() }));
    let cases = [
        ("9.999999", "allow", "autonomous"),
        ("10", "allow", "enveloped"),
        ("500", "allow", "enveloped"),
        ("500.000001", "review", "single_approver"),
        ("5000", "review", "single_approver"),
        ("5000.000001", "review", "multi_party"),
    ];
    let amounts = (0i64..).zip(&cases);
    let lines: Vec<Value> =
        amounts.map(|(at, (amount, ..))| line(&format!("n{at}"), at, amount)).collect();
    let output = replay(&["--policy", path.to_str().unwrap()], &text(&lines));
    assert_eq!(output.status.code(), Some(0), "{}", complaints(&output));
    let found = outcomes(&output);
    assert_eq!(found.len(), cases.len());
    for (at, (amount, verdict, tier)) in cases.iter().enumerate() {
        let outcome = &found[at];
        assert_eq!(outcome["id"], format!("n{at}"), "one decision a line, in order");
        assert_eq!((&outcome["verdict"], &outcome["tier"]), (&json!(verdict), &json!(tier)));
        assert_eq!(outcome["rules"], json!([format!("tier_{tier}")]), "{amount}");
        assert_eq!(outcome["reserved"], *amount);
    }
}

#[test]
fn without_a_policy_the_conservative_defaults_decide() {
    let lines = [line("a", 0, "50"), line("b", 1, "50.01"), line("c", 2, "7")];
    let found = outcomes(&replay(&[], &text(&lines)));
    assert_eq!(found[0]["remaining"], json!({ "daily": "450", "session": "150" }));
    assert_eq!(found[1]["verdict"], "deny");
    assert_eq!(found[1]["rules"], json!(["per_transaction_cap"]));
    assert_eq!(found[2]["remaining"], json!({ "daily": "443", "session": "143" }), "no trace");
}

#[test]
fn bad_lines_are_named_by_number_and_the_others_are_still_answered() {
    let good = |id: &str, at| line(id, at, "1").to_string();
    let mut unknown = line("x", 2, "1");
    unknown["mood"] = "good".into();
    let mut number = line("x", 2, "1");
    number["amount"] = json!(1.5);
    let mut inner = line("x", 2, "1");
    inner["payee"]["iban"] = "DE00".into();
    let lines = [
        good("first", 0),
        unknown.to_string(),
        "not json".to_owned(),
        String::new(),
        number.to_string(),
        inner.to_string(),
        line("x", 2, "-1").to_string(),
        line("x", 2, "1234567890123456789012345678901234567890").to_string(),
        line("x", 2, "1").to_string().replace("\"USD\"", "\"XYZ\""),
        good("last", 3),
    ];
    let mut input = lines.join("\n").into_bytes();
    input.extend_from_slice(b"\n{\"id\":\"\xff\xfe\"}\n");
    let output = replay(&[], &input);
    assert_eq!(output.status.code(), Some(2));
    let ids: Vec<Value> = outcomes(&output).iter().map(|outcome| outcome["id"].clone()).collect();
    assert_eq!(ids, ["first", "last"]);
    let said = complaints(&output);
    for number in [2, 3, 4, 5, 6, 7, 8, 9, 11] {
        assert_eq!(said.matches(&format!("line {number}:")).count(), 1, "line {number}: {said}");
    }
    assert_eq!(said.lines().count(), 9, "{said}");
    assert!(said.contains("`mood`"), "the field is named: {said}");
    assert!(said.contains("`amount`"), "the field is named: {said}");
}

#[test]
fn a_line_without_end_is_refused_by_its_number() {
    let mut input = text(&[line("first", 0, "1")]);
    input.extend(std::iter::repeat_n(b'x', 1024 * 1024 + 1));
    let output = replay(&[], &input);
    assert_eq!(output.status.code(), Some(2));
    assert!(complaints(&output).contains("line 2:"), "{}", complaints(&output));
}

#[test]
fn what_a_review_comes_to_is_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let path = policy_file(folder.path(), &json!({ "default_agent": wide() }));
    let path = path.to_str().unwrap();
    let labelled = |id: &str, at, label: &str| {
        let mut line = line(id, at, "1000");
        line["label"] = label.into();
        line
    };
    let lines = [labelled("a", 0, "legit"), labelled("b", 1, "fraud"), line("c", 2, "1000")];
    for (choice, left) in [
        ("approve", ["999000", "998000", "997000"]),
        ("deny", ["1000000", "1000000", "1000000"]),
        ("label", ["999000", "999000", "998000"]),
    ] {
        let output = replay(&["--policy", path, "--on-review", choice], &text(&lines));
        assert_eq!(output.status.code(), Some(0), "{}", complaints(&output));
        for (outcome, left) in outcomes(&output).iter().zip(left) {
            assert_eq!(outcome["verdict"], "review", "the verdict is the engine's");
            assert_eq!(outcome["remaining"]["daily"], left, "{choice}: {outcome}");
        }
    }
    let usage = replay(&["--on-review", "perhaps"], b"");
    assert_eq!(usage.status.code(), Some(2));
}

#[test]
fn policies_are_taken_by_name_and_bad_ones_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut tight = wide();
    tight["per_transaction"] = "5".into();
    let policy = json!({ "default_agent": wide(), "agents": { "scout": tight } });
    let path = policy_file(folder.path(), &policy);
    let mut other = line("b", 1, "6");
    other["agent"] = "another".into();
    let options = ["--policy", path.to_str().unwrap()];
    let found = outcomes(&replay(&options, &text(&[line("a", 0, "6"), other])));
    assert_eq!(found[0]["rules"], json!(["per_transaction_cap"]));
    assert_eq!(found[1]["verdict"], "allow");
    for bad in [json!({ "wallets": {} }), json!({ "default_agent": { "daily": "0" } }), json!(7)] {
        policy_file(folder.path(), &bad);
        let output = replay(&options, &text(&[line("a", 0, "1")]));
        assert_eq!(output.status.code(), Some(2), "{bad}");
        assert_eq!(outcomes(&output), Vec::<Value>::new(), "{bad}");
    }
    let missing = replay(&["--policy", "no-such-file.json"], b"");
    assert_eq!(missing.status.code(), Some(2));
    assert!(complaints(&missing).contains("no-such-file.json"));
}

#[test]
fn the_same_lines_give_the_same_bytes() {
    let amounts = ["0.01", "9.99", "10", "49", "50.01", "600", "3", "0.000001"];
    let lines: Vec<Value> = (0i64..2000)
        .map(|at| {
            let amount = amounts[usize::try_from(at * 7 % 8).unwrap()];
            let mut line = line(&format!("r{}", at % 1900), at * 37, amount);
            line["agent"] = format!("agent {}", at % 5).into();
            line
        })
        .collect();
    let input = text(&lines);
    let (first, second) = (replay(&[], &input), replay(&[], &input));
    assert_eq!(first.status.code(), Some(0), "{}", complaints(&first));
    assert_eq!(outcomes(&first).len(), lines.len());
    assert!(first.stdout == second.stdout, "two runs differ");
}
