//! Death at every step of a payment and at random moments (I2, I5): after a restart nothing is
//! paid twice, no reservation is lost, and the log verifies.
#![cfg(test)]
#![cfg(unix)]

use purser_tests::wallet::text;
use purser_tests::{Market, Signer, TestWallet};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, RandomState};
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

/// The steps that `PURSER_DIE_AT` knows, in their order.
const STEPS: [&str; 6] = ["asked", "reserved", "cleared", "submitted", "answered", "settled"];
const CENT: u64 = 10_000;
/// A merchant whose texts are odd, whose till is honest, and who lets signatures expire soon.
const PATIENT: &str = "/markup?max_timeout_s=8";

/// An agent whose limits are in nobody's way, by its id.
fn rich_agent(wallet: &TestWallet) -> String {
    let path = wallet.scratch().join("rich.json");
    let policy = json!({
        "per_transaction": "1000", "per_session": "100000", "daily": "100000",
        "rate_limit_per_minute": 6000,
    });
    write!(std::fs::File::create(&path).unwrap(), "{policy}").unwrap();
    wallet.add_agent("scout", &["--policy", &path.display().to_string()]).unwrap()
}

fn die_at(wallet: &mut TestWallet, step: &str) {
    wallet.stop().unwrap();
    wallet.serve_with_env(&[("PURSER_DIE_AT", step)]).unwrap();
}

/// What is settled and reserved of the day's budget.
fn day(signer: &Signer) -> (String, String) {
    let budget = signer.get("/v1/budget").unwrap().json();
    let lines = budget["budgets"].as_array().unwrap();
    let day = lines.iter().find(|line| text(line, "/label") == "daily").unwrap();
    (text(day, "/settled").to_owned(), text(day, "/reserved").to_owned())
}

fn count(log: &[Value], kind: &str) -> usize {
    log.iter().filter(|entry| text(entry, "/event/type") == kind).count()
}

/// Waits until nothing can change about a payment any more; gives its answer.
fn ended(signer: &Signer, payment: &str) -> Value {
    let started = Instant::now();
    loop {
        let answer = signer.get(&format!("/v1/spend-requests/{payment}?wait=30")).unwrap().json();
        if ["succeeded", "failed"].contains(&text(&answer, "/status")) {
            return answer;
        }
        assert!(started.elapsed() < Duration::from_secs(90), "never ends: {answer}");
    }
}

#[test]
fn a_death_at_any_step_pays_a_sandbox_payment_once() {
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    let mut signer = Signer::new(&wallet, &rich_agent(&wallet)).unwrap();
    for (number, step) in (1usize..).zip(STEPS) {
        die_at(&mut wallet, step);
        signer.move_to(&wallet).unwrap();
        assert!(signer.pay("7", step).is_err(), "{step}: the wallet died before it answered");
        let screen = wallet.wait_death().unwrap();
        assert!(!screen.contains("panicked"), "{step}: {screen}");
        wallet.serve().unwrap();
        signer.move_to(&wallet).unwrap();
        let retried = signer.pay("7", step).unwrap().json();
        assert_eq!(text(&retried, "/status"), "succeeded", "{step}: {retried}");
        assert_eq!(retried["repeated"], step != "asked", "{step}: {retried}");
        let again = signer.pay("7", step).unwrap().json();
        assert_eq!(again["payment"], retried["payment"], "{step}");
        assert_eq!(day(&signer), (format!("{}.00", 7 * number), "0.00".to_owned()), "{step}");
        let log = wallet.verified_log().unwrap();
        for kind in ["spend_reserved", "payment_submitted", "payment_succeeded"] {
            assert_eq!(count(&log, kind), number, "{step}: {kind}");
        }
    }
}

fn fetch(url: &str, key: &str) -> Value {
    json!({ "url": url, "idempotency_key": key })
}

#[test]
fn a_death_at_any_step_pays_a_merchant_once() {
    let mut market = Market::open(10).unwrap();
    let agent = rich_agent(&market.wallet);
    let mut signer = Signer::new(&market.wallet, &agent).unwrap();
    let url = format!("{}{PATIENT}", market.world.text("server").unwrap());
    let mut paid = 0u64;
    for step in STEPS {
        let (purse, sent) = (market.purse().unwrap(), market.payments_at("/markup").unwrap().len());
        die_at(&mut market.wallet, step);
        signer.move_to(&market.wallet).unwrap();
        let ask = fetch(&url, step);
        assert!(signer.post("/v1/fetch", &ask).is_err(), "{step}: died before it answered");
        market.wallet.wait_death().unwrap();
        market.wallet.serve().unwrap();
        signer.move_to(&market.wallet).unwrap();
        let retried = signer.post("/v1/fetch", &ask).unwrap().json();
        let payment = text(&retried, "/payment/payment").to_owned();
        let end = ended(&signer, &payment);
        let again = signer.post("/v1/fetch", &ask).unwrap().json();
        assert_eq!(text(&again, "/payment/payment"), payment, "{step}");
        let succeeded = text(&end, "/status") == "succeeded";
        // Its signature was never sent, and the chain said so when it had expired.
        let lost = step == "submitted";
        // At `reserved` the driver may have been anywhere before the merchant's answer.
        assert!(succeeded != lost || step == "reserved", "{step}: {end}");
        paid += u64::from(succeeded);
        let moved = purse - market.purse().unwrap();
        assert_eq!(moved, if succeeded { CENT } else { 0 }, "{step}: {end}");
        let sent = market.payments_at("/markup").unwrap().len() - sent;
        assert!(sent <= 1 && sent >= usize::from(succeeded), "{step}: {sent} signatures sent");
        let delivered = !again["content"].is_null();
        // The answer that came just before a death is lost, its price is not.
        assert!(delivered || !["asked", "cleared", "settled"].contains(&step), "{step}: {again}");
    }
    assert_eq!(day(&signer), (format!("0.0{paid}"), "0.00".to_owned()));
    assert_eq!(market.till().unwrap(), paid * CENT);
    let log = market.wallet.verified_log().unwrap();
    assert_eq!(count(&log, "spend_reserved"), STEPS.len());
    assert_eq!(count(&log, "payment_submitted"), STEPS.len());
}

/// Seeds can be given by `PURSER_TEST_SEED`, to see a failure again.
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        let given = std::env::var("PURSER_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one(1)) | 1;
        println!("PURSER_TEST_SEED={seed}");
        Self(seed)
    }

    /// Milliseconds below `most`.
    fn millis(&mut self, most: u64) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_millis(self.0.checked_rem(most).unwrap_or_default())
    }
}

/// What was asked under which key, and the payment that the wallet named before it died.
type Asked = BTreeMap<String, Option<String>>;

/// Callers ask for one thing after the other, each under a key of its own, until the wallet is
/// killed `delay` after the first answer.
fn load_until_killed(
    wallet: &mut TestWallet,
    delay: Duration,
    ask: &(dyn Fn(&str) -> Option<String> + Sync),
    trial: u32,
) -> Asked {
    let asked = Mutex::new(Asked::new());
    let (answered, answers) = channel();
    let asked_here = &asked;
    thread::scope(|scope| {
        for caller in 0..4 {
            let answered = answered.clone();
            scope.spawn(move || {
                for number in 0..200 {
                    let key = format!("{trial}-{caller}-{number}");
                    asked_here.lock().unwrap().insert(key.clone(), None);
                    let Some(payment) = ask(&key) else { return };
                    asked_here.lock().unwrap().insert(key, Some(payment));
                    // Nobody listens once the wallet is dead.
                    let _killed = answered.send(());
                }
            });
        }
        answers.recv_timeout(Duration::from_secs(30)).unwrap();
        let started = Instant::now();
        while answers.recv_timeout(delay.saturating_sub(started.elapsed())).is_ok() {}
        wallet.kill().unwrap();
    });
    asked.into_inner().unwrap()
}

/// Each key has one payment in the log, and it is the one that was named before the death.
fn assert_one_payment_a_key(log: &[Value], asked: &Asked) {
    let mut reserved = BTreeMap::new();
    for entry in log.iter().filter(|entry| text(entry, "/event/type") == "spend_reserved") {
        let request = entry.pointer("/event/reservation/request").unwrap();
        let key = text(request, "/idempotency_key").to_owned();
        let payment = text(request, "/payment").to_owned();
        assert_eq!(reserved.insert(key.clone(), payment), None, "{key} was reserved twice");
    }
    for (key, named) in asked {
        let payment = reserved.get(key);
        assert!(payment.is_some(), "{key} is nowhere");
        assert!(named.is_none() || named.as_ref() == payment, "{key}: another payment");
    }
    let ends = ["payment_submitted", "payment_succeeded", "payment_failed"];
    for kind in ends {
        let mut seen = BTreeSet::new();
        for entry in log.iter().filter(|entry| text(entry, "/event/type") == kind) {
            let payment = text(entry, "/event/payment").to_owned();
            assert!(seen.insert(payment.clone()), "{kind} twice for {payment}");
        }
    }
}

#[test]
fn kills_at_random_moments_lose_and_double_nothing() {
    let mut dice = Dice::new();
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    let mut signer = Signer::new(&wallet, &rich_agent(&wallet)).unwrap();
    let mut all = Asked::new();
    for trial in 0..10 {
        let ask = |key: &str| {
            let answer = signer.pay("1", key).ok()?.json();
            assert_eq!(text(&answer, "/status"), "succeeded", "{answer}");
            Some(text(&answer, "/payment").to_owned())
        };
        let asked = load_until_killed(&mut wallet, dice.millis(250), &ask, trial);
        wallet.serve().unwrap();
        signer.move_to(&wallet).unwrap();
        for (key, named) in &asked {
            let answer = signer.pay("1", key).unwrap().json();
            assert_eq!(text(&answer, "/status"), "succeeded", "{key}: {answer}");
            let known = named.as_ref().is_none_or(|named| *named == answer["payment"]);
            assert!(known, "{key}: {named:?} became {answer}");
        }
        all.extend(asked);
        assert_eq!(day(&signer), (format!("{}.00", all.len()), "0.00".to_owned()));
    }
    let log = wallet.verified_log().unwrap();
    assert_one_payment_a_key(&log, &all);
    assert_eq!(count(&log, "payment_succeeded"), all.len());
    assert!(all.len() >= 20, "too little load: {}", all.len());
}

#[test]
fn kills_at_random_moments_pay_merchants_once() {
    let mut dice = Dice::new();
    let mut market = Market::open(100).unwrap();
    let agent = rich_agent(&market.wallet);
    let mut signer = Signer::new(&market.wallet, &agent).unwrap();
    let url = format!("{}{PATIENT}", market.world.text("server").unwrap());
    let purse = market.purse().unwrap();
    let mut all = Asked::new();
    for trial in 0..4 {
        let ask = |key: &str| {
            let answer = signer.post("/v1/fetch", &fetch(&url, key)).ok()?.json();
            Some(text(&answer, "/payment/payment").to_owned())
        };
        let asked = load_until_killed(&mut market.wallet, dice.millis(900), &ask, trial);
        market.wallet.serve().unwrap();
        signer.move_to(&market.wallet).unwrap();
        for (key, named) in &asked {
            let answer = signer.post("/v1/fetch", &fetch(&url, key)).unwrap().json();
            let payment = text(&answer, "/payment/payment");
            assert!(payment.starts_with("pay_"), "{key}: {answer}");
            assert!(named.as_ref().is_none_or(|named| named == payment), "{key}: {answer}");
        }
        all.extend(asked);
    }
    let mut paid = 0;
    for key in all.keys() {
        let answer = signer.post("/v1/fetch", &fetch(&url, key)).unwrap().json();
        let end = ended(&signer, text(&answer, "/payment/payment"));
        paid += u64::from(text(&end, "/status") == "succeeded");
    }
    assert_eq!(purse - market.purse().unwrap(), paid * CENT, "{} keys, {paid} paid", all.len());
    assert_eq!(market.till().unwrap(), paid * CENT);
    let settled = format!("{}.{:02}", paid / 100, paid % 100);
    assert_eq!(day(&signer), (settled, "0.00".to_owned()));
    let log = market.wallet.verified_log().unwrap();
    assert_one_payment_a_key(&log, &all);
    let sent: BTreeSet<String> = market
        .payments_at("/markup")
        .unwrap()
        .iter()
        .map(|payment| text(payment, "/payload/payload/authorization/nonce").to_owned())
        .collect();
    assert!(sent.len() <= all.len(), "one signature for one intent");
    assert_eq!(sent.len(), market.payments_at("/markup").unwrap().len(), "none was sent twice");
}

#[test]
fn what_waits_for_a_person_survives_a_kill() {
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    let agent = wallet.add_agent("scout", &["--ask-above", "20"]).unwrap();
    let mut signer = Signer::new(&wallet, &agent).unwrap();
    let asked = ["30", "31"].map(|amount| {
        let answer = signer.pay(amount, amount).unwrap().json();
        assert_eq!(text(&answer, "/status"), "pending_approval", "{answer}");
        text(&answer, "/payment").to_owned()
    });
    wallet.kill().unwrap();
    wallet.serve_with_env(&[("PURSER_DIE_AT", "cleared")]).unwrap();
    let inbox = wallet.owner_json(&["inbox"]).unwrap();
    let waiting: BTreeSet<&str> =
        inbox.as_array().unwrap().iter().map(|item| text(item, "/payment")).collect();
    assert_eq!(waiting, asked.iter().map(String::as_str).collect());
    // Approved, and dead before it is paid: the approval counts, once.
    let _cut_off = wallet.owner(&["approve", &asked[0]]).unwrap();
    wallet.wait_death().unwrap();
    wallet.serve().unwrap();
    signer.move_to(&wallet).unwrap();
    assert_eq!(text(&ended(&signer, &asked[0]), "/status"), "succeeded");
    wallet.owner_json(&["approve", &asked[1]]).unwrap();
    assert_eq!(text(&ended(&signer, &asked[1]), "/status"), "succeeded");
    let second = wallet.owner(&["approve", &asked[0]]).unwrap();
    assert_ne!(second.exit, 0, "{}", second.text);
    let log = wallet.verified_log().unwrap();
    assert_eq!(count(&log, "approval_given"), 2);
    assert_eq!(count(&log, "payment_submitted"), 2);
    assert_eq!(count(&log, "payment_succeeded"), 2);
}

#[test]
fn what_the_owner_stopped_stays_stopped() {
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    let gone = wallet.add_agent("gone", &[]).unwrap();
    let mut revoked = Signer::new(&wallet, &gone).unwrap();
    let mut signer = Signer::new(&wallet, &wallet.add_agent("scout", &[]).unwrap()).unwrap();
    wallet.owner_json(&["agent", "revoke", "gone"]).unwrap();
    wallet.kill().unwrap();
    wallet.serve().unwrap();
    revoked.move_to(&wallet).unwrap();
    signer.move_to(&wallet).unwrap();
    let refused = revoked.pay("1", "a").unwrap().json();
    assert_eq!(text(&refused, "/code"), "credential_revoked", "{refused}");
    wallet.owner_json(&["freeze"]).unwrap();
    wallet.kill().unwrap();
    wallet.serve().unwrap();
    signer.move_to(&wallet).unwrap();
    let refused = signer.pay("1", "a").unwrap().json();
    assert_eq!(text(&refused, "/code"), "wallet_frozen", "{refused}");
    wallet.owner_json(&["unfreeze"]).unwrap();
    assert_eq!(text(&signer.pay("1", "b").unwrap().json(), "/status"), "succeeded");
    wallet.verified_log().unwrap();
}
