//! Journeys of agents that run away, through the gateway of the running wallet: a retry loop (T1),
//! a pool of sub-agents (T3), and a bug in ten thousand copies (T5).
#![cfg(test)]
#![cfg(unix)]

use purser_tests::signed::payment;
use purser_tests::wallet::text;
use purser_tests::{Market, Signer, TestWallet};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::thread;

const CALLERS: usize = 32;

fn kinds(log: &[Value]) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for entry in log {
        let kind = kinds.entry(text(entry, "/event/type").to_owned()).or_insert(0usize);
        *kind = kind.saturating_add(1);
    }
    kinds
}

fn of_kind<'a>(log: &'a [Value], kind: &str) -> Vec<&'a Value> {
    log.iter()
        .filter(|entry| text(entry, "/event/type") == kind)
        .filter_map(|entry| entry.get("event"))
        .collect()
}

/// Sends `bodies` from [`CALLERS`] threads at once; gives the answers' statuses and codes.
fn storm(signer: &Signer, target: &str, bodies: &[Value]) -> BTreeMap<String, usize> {
    let share = bodies.len().div_ceil(CALLERS);
    let answers: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = bodies
            .chunks(share)
            .map(|bodies| {
                scope.spawn(move || {
                    let mut seen = Vec::new();
                    for body in bodies {
                        let answer = signer.post(target, body).unwrap();
                        let json = answer.json();
                        let code = text(&json, "/code");
                        let said = if code.is_empty() { text(&json, "/status") } else { code };
                        let repeated = json.pointer("/repeated") == Some(&Value::Bool(true));
                        seen.push(if repeated { "repeated".to_owned() } else { said.to_owned() });
                    }
                    seen
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut counts = BTreeMap::new();
    for answer in answers {
        let count = counts.entry(answer).or_insert(0usize);
        *count = count.saturating_add(1);
    }
    counts
}

/// A provider answers 500 two thousand times overnight, and the agent tries again each time. With a
/// cap of 2 a call and 20 a session the result is logged refusals and a waiting retry, and every
/// logical call is charged at most once (T1).
#[test]
fn a_retry_loop_is_refused_and_waits_and_pays_nothing_twice() {
    let market = Market::open(100).unwrap();
    let rules = ["--per-tool-call", "2", "--per-session", "20"];
    let looper = market.wallet.add_agent("looper", &rules).unwrap();
    let signer = Signer::new(&market.wallet, &looper).unwrap();
    let purse = market.purse().unwrap();
    let url = market.world.url("/boom").unwrap();
    // The same logical call under one key, and now and then a careless retry under another.
    let bodies: Vec<Value> = (0..2000)
        .map(|n| json!({ "url": url, "idempotency_key": format!("call-{}", n / 400) }))
        .collect();
    let answers = storm(&signer, "/v1/fetch", &bodies);
    let refused: usize = ["rate_limited", "agent_paused", "breaker_tripped"]
        .iter()
        .filter_map(|code| answers.get(*code))
        .sum();
    assert!(refused > 1500, "{answers:?}");

    let sent = market.payments_at("/boom").unwrap();
    assert!(sent.len() <= 5, "one for each logical call at most: {}", sent.len());
    assert_eq!(market.purse().unwrap(), purse, "and the merchant cashed none");
    let log = market.wallet.verified_log().unwrap();
    let reserved = of_kind(&log, "spend_reserved");
    let mut keys: Vec<&str> =
        reserved.iter().map(|event| text(event, "/reservation/request/idempotency_key")).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), reserved.len(), "each logical call was reserved once");
    assert!(log.len() < 600, "the storm did not fill the log: {:?}", kinds(&log));
    assert!(kinds(&log).contains_key("attempts_refused"), "{:?}", kinds(&log));
    let again = signer.post("/v1/fetch", &bodies[0]).unwrap().json();
    assert!(text(&again, "/what_to_do").len() > 10, "it is told what to do: {again}");
}

/// A pool of coding agents, each with a session of at most 10 and 30 minutes. One goes over: its
/// session closes, it reports the shortfall to its dispatcher, which opens another; revoking the
/// dispatcher stops all of them in one call (T3).
#[test]
fn a_pool_of_sub_agents_each_in_a_session_of_its_own() {
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    wallet.add_agent("dispatcher", &[]).unwrap();
    let mut sessions = Vec::new();
    for name in ["coder-1", "coder-2", "coder-3"] {
        let add = [
            "delegation",
            "add",
            name,
            "--agent",
            "dispatcher",
            "--amount",
            "30",
            "--require-session",
        ];
        let added = wallet.agent(&add).unwrap();
        assert_eq!(added.exit, 0, "{}", added.json);
        sessions.push(open(&wallet, name));
    }
    let without = wallet.agent(&pay("coder-1", "1", None, "w")).unwrap();
    assert_eq!((without.exit, without.text("/error/code")), (3, "session_required"));
    let itself = ["session", "open", "--agent", "coder-1", "--purpose", "more", "--ceiling", "10"];
    let itself = wallet.agent(&itself).unwrap();
    assert_eq!((itself.exit, itself.text("/error/code")), (3, "session_not_allowed"));

    for (name, session) in ["coder-1", "coder-2", "coder-3"].iter().zip(&sessions) {
        let paid = wallet.agent(&pay(name, "6", Some(session), "a")).unwrap();
        assert_eq!(paid.text("/status"), "succeeded", "{}", paid.json);
    }
    let over = wallet.agent(&pay("coder-1", "5", Some(&sessions[0]), "b")).unwrap();
    assert_eq!((over.exit, over.text("/error/code")), (3, "session_cap"), "{}", over.json);
    assert!(over.text("/error/what_to_do").contains("shortfall"), "{}", over.json);
    let after = wallet.agent(&pay("coder-1", "1", Some(&sessions[0]), "c")).unwrap();
    assert_eq!((after.exit, after.text("/error/code")), (3, "session_over"), "{}", after.json);
    let other = wallet.agent(&pay("coder-2", "3", Some(&sessions[1]), "b")).unwrap();
    assert_eq!(other.text("/status"), "succeeded", "the others go on: {}", other.json);

    let another = open(&wallet, "coder-1");
    let paid = wallet.agent(&pay("coder-1", "5", Some(&another), "d")).unwrap();
    assert_eq!(paid.text("/status"), "succeeded", "{}", paid.json);
    let tree = wallet.agent(&["delegation", "list", "--agent", "dispatcher"]).unwrap();
    let used: Vec<&str> = (0..3).map(|n| text(&tree.json, POINTERS[n])).collect();
    assert_eq!(used, ["11.00", "9.00", "6.00"], "{}", tree.json);

    wallet.owner_json(&["agent", "revoke", "dispatcher"]).unwrap();
    for (name, session) in ["coder-1", "coder-2", "coder-3"].iter().zip(&sessions) {
        let stopped = wallet.agent(&pay(name, "1", Some(session), "z")).unwrap();
        assert_eq!(stopped.exit, 3, "{name}: {}", stopped.json);
    }
    let log = wallet.verified_log().unwrap();
    let revoked = of_kind(&log, "agent_revoked");
    assert_eq!(revoked.len(), 1, "one entry for all of them");
    let descendants = revoked[0].pointer("/descendants").and_then(Value::as_array);
    assert_eq!(descendants.map(Vec::len), Some(3), "{revoked:?}");
    let ends: Vec<&str> =
        of_kind(&log, "session_closed").iter().map(|event| text(event, "/end")).collect();
    assert!(ends.contains(&"exceeded"), "{ends:?}");
}

const POINTERS: [&str; 3] = ["/sub_agents/0/used", "/sub_agents/1/used", "/sub_agents/2/used"];

fn open(wallet: &TestWallet, name: &str) -> String {
    let open = [
        "session",
        "open",
        "--agent",
        "dispatcher",
        "--for",
        name,
        "--purpose",
        "one task",
        "--ceiling",
        "10",
        "--minutes",
        "30",
    ];
    let opened = wallet.agent(&open).unwrap();
    assert_eq!(opened.exit, 0, "{}", opened.json);
    opened.text("/session").to_owned()
}

fn pay<'a>(
    agent: &'a str,
    amount: &'a str,
    session: Option<&'a str>,
    key: &'a str,
) -> Vec<&'a str> {
    let mut pay = vec!["pay", "--agent", agent, "--payee", "Tools", "--amount", amount];
    pay.extend(["--idempotency-key", key]);
    if let Some(session) = session {
        pay.extend(["--session", session]);
    }
    pay
}

/// A bug runs the same purchase thousands of times in parallel. With one intent it is one payment;
/// with different ones the rate limit, the envelope and the breaker stop it, and the owner hears
/// once (T5).
#[test]
fn one_intent_in_a_storm_is_one_payment_and_many_are_stopped() {
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    let steady = wallet.add_agent("steady", &[]).unwrap();
    let broken = wallet.add_agent("broken", &[]).unwrap();
    let steady = Signer::new(&wallet, &steady).unwrap();
    let one: Vec<Value> = (0..2_000).map(|_| payment("5", "the-one")).collect();
    let answers = storm(&steady, "/v1/spend-requests", &one);
    assert_eq!(answers.values().sum::<usize>(), 2_000);
    let log = wallet.verified_log().unwrap();
    assert_eq!(kinds(&log).get("payment_succeeded"), Some(&1), "{:?}", kinds(&log));

    let broken = Signer::new(&wallet, &broken).unwrap();
    let many: Vec<Value> = (0..2_000).map(|n| payment("5", &format!("intent-{n}"))).collect();
    let answers = storm(&broken, "/v1/spend-requests", &many);
    let paid = answers.get("succeeded").copied().unwrap_or_default();
    assert!(paid <= 40, "the session's cap of 200 holds: {answers:?}");
    let log = wallet.verified_log().unwrap();
    let tripped = of_kind(&log, "breaker_tripped");
    assert_eq!(tripped.len(), 2, "each agent's breaker once: {:?}", kinds(&log));
    let told: Vec<&Value> = of_kind(&log, "budget_reached")
        .into_iter()
        .filter(|event| event.pointer("/percent") == Some(&json!(100)))
        .collect();
    assert!(told.len() <= 2, "the owner hears of a full budget once each: {told:?}");
    assert!(log.len() < 1_000, "{:?}", kinds(&log));
    let attempts: u64 = of_kind(&log, "attempts_refused")
        .iter()
        .filter_map(|event| event.pointer("/count").and_then(Value::as_u64))
        .sum();
    let whole = kinds(&log);
    let alone = ["spend_refused", "spend_reserved", "spend_repeated"];
    let alone: usize = alone.iter().filter_map(|kind| whole.get(*kind)).sum();
    assert_eq!(usize::try_from(attempts).unwrap() + alone, 4_000, "every attempt: {whole:?}");
}
