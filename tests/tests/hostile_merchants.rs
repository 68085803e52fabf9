//! Merchants that do everything wrong, against a running wallet: what the agent is told, what the
//! chain says, and that the budgets end right. All cases run at once, each with its own agent.
#![cfg(test)]

use purser_tests::Market;
use purser_tests::wallet::{Answer, text};
use serde_json::{Value, json};
use std::thread;

const CENT: u64 = 10_000;
/// How long these merchants may keep a signature, so that the test sees it expire.
const SHORT: &str = "?max_timeout_s=8";
/// Longer than the longest signature holds and the rail needs to be sure.
const WAIT_S: &str = "150";

/// What has to become of a fetch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Nothing is signed, and the agent is told this code.
    Refused(&'static str),
    /// No money is asked.
    Free,
    /// Paid at once, and the chain agrees.
    Paid,
    /// The merchant does not say so, with this problem, but the chain knows: paid.
    Found(&'static str),
    /// The merchant does not cash: held with this problem until the signature has expired.
    Expired(&'static str),
}

struct Case {
    route: &'static str,
    query: &'static str,
    end: End,
}

const fn case(route: &'static str, query: &'static str, end: End) -> Case {
    Case { route, query, end }
}

/// While the facilitator is down, and while it settles nothing.
const UNSETTLED: [Case; 2] = [
    case("/weather", "", End::Expired("merchant_402_again")),
    case("/slow-402", "", End::Expired("settlement_failed")),
];

const CASES: [Case; 19] = [
    case("/free", "", End::Free),
    case("/unknown-flow", SHORT, End::Refused("offer_unacceptable")),
    case("/upfront", "", End::Refused("offer_unacceptable")),
    case("/wrong-token", SHORT, End::Refused("offer_unacceptable")),
    case("/wrong-network", SHORT, End::Refused("offer_unacceptable")),
    case("/huge", SHORT, End::Refused("offer_unacceptable")),
    case("/markup-domain", SHORT, End::Refused("offer_unacceptable")),
    case("/redirect", "", End::Refused("merchant_redirects")),
    case("/v1", SHORT, End::Refused("x402_v1")),
    case("/long-timeout", "", End::Paid),
    case("/big-body", "", End::Paid),
    case("/settle-then-500", SHORT, End::Found("merchant_error")),
    case("/greedy", SHORT, End::Expired("merchant_402_again")),
    case("/forever", SHORT, End::Expired("merchant_402_again")),
    case("/hang", SHORT, End::Expired("no_answer")),
    case("/close", SHORT, End::Expired("no_answer")),
    case("/lies", SHORT, End::Expired("unconfirmed_settlement")),
    case("/redirect-paid", SHORT, End::Expired("merchant_redirected")),
    case("/boom", "", End::Expired("merchant_error")),
];

impl Case {
    fn agent(&self) -> &'static str {
        self.route.trim_start_matches('/')
    }

    fn fetch(&self, market: &Market) -> Answer {
        let url = format!("{}{}", market.world.url(self.route).unwrap(), self.query);
        let key = ["--idempotency-key", "the-only-one"];
        let fetch = [&["fetch", &url, "--agent", self.agent()][..], &key].concat();
        market.wallet.agent(&fetch).unwrap()
    }

    fn assert_budget(&self, market: &Market, reserved: &str, settled: &str) {
        let budget = market.budget(self.agent(), "daily").unwrap();
        assert_eq!(budget, (reserved.to_owned(), settled.to_owned()), "{}", self.route);
    }

    /// Holds the payments that the merchant was sent against the chain: was each cashed?
    fn assert_cashed(&self, market: &Market, expected: &[bool]) {
        let sent = market.payments_at(self.route).unwrap();
        let cashed = sent.iter().map(|payment| market.is_cashed(payment).unwrap());
        assert_eq!(cashed.collect::<Vec<_>>(), expected, "{}", self.route);
    }

    /// Holds the first answer, and all that follows, against what has to become of it.
    fn follow(&self, market: &Market, first: &Answer) {
        let said = &first.json;
        let (route, payment) = (self.route, first.text("/payment/payment"));
        match self.end {
            End::Refused(code) => {
                assert_eq!(first.text("/error/code"), code, "{route}: {said}");
                assert!(!first.text("/error/what_to_do").is_empty(), "{route}: {said}");
                self.assert_budget(market, "0.00", "0.00");
                self.assert_cashed(market, &[]);
            }
            End::Free => {
                assert_eq!(said.pointer("/free"), Some(&json!(true)), "{route}: {said}");
                self.assert_budget(market, "0.00", "0.00");
                self.assert_cashed(market, &[]);
            }
            End::Paid => {
                assert_eq!(first.text("/payment/status"), "succeeded", "{route}: {said}");
                let cut = said.pointer("/content/truncated");
                assert_eq!(cut, Some(&json!(route == "/big-body")), "{route}");
                self.assert_paid(market, &json!({ "receipt": said.pointer("/payment/receipt") }));
            }
            End::Found(problem) => {
                // The chain may know before the agent is told.
                let found = ["unknown", "succeeded"].contains(&first.text("/payment/status"));
                assert!(found, "{route}, {problem}: {said}");
                self.assert_repeats(market, payment);
                let ended = self.wait(market, payment);
                assert_eq!(text(&ended, "/status"), "succeeded", "{route}: {ended}");
                assert_eq!(ended.pointer("/content/status"), Some(&json!(500)), "{ended}");
                self.assert_paid(market, &ended);
            }
            End::Expired(problem) => self.follow_until_expired(market, first, problem),
        }
    }

    fn follow_until_expired(&self, market: &Market, first: &Answer, problem: &str) {
        let (route, payment) = (self.route, first.text("/payment/payment"));
        let told = (first.text("/payment/status"), first.text("/payment/problem/code"));
        // The agent is answered before the wallet gives such a merchant up.
        let hangs = route == "/hang";
        let expected = if hangs { ("submitted", "") } else { ("unknown", problem) };
        assert_eq!(told, expected, "{route}: {}", first.json);
        if !hangs {
            self.assert_budget(market, "0.01", "0.00");
        }
        self.assert_repeats(market, payment);
        let ended = self.wait(market, payment);
        assert_eq!(text(&ended, "/status"), "failed", "{route}: {ended}");
        assert_eq!(text(&ended, "/problem/code"), "not_settled", "{route}: {ended}");
        self.assert_budget(market, "0.00", "0.00");
        self.assert_cashed(market, &[false]);
    }

    fn assert_paid(&self, market: &Market, payment: &Value) {
        let verified = payment.pointer("/receipt/verified");
        assert_eq!(verified, Some(&json!(true)), "{}: {payment}", self.route);
        self.assert_budget(market, "0.00", "0.01");
        self.assert_cashed(market, &[true]);
    }

    /// The same intent again is the same payment, and the merchant hears nothing of it.
    fn assert_repeats(&self, market: &Market, payment: &str) {
        let again = self.fetch(market);
        let repeated = again.json.pointer("/payment/repeated");
        assert_eq!(repeated, Some(&json!(true)), "{}: {}", self.route, again.json);
        assert_eq!(again.text("/payment/payment"), payment);
    }

    fn wait(&self, market: &Market, payment: &str) -> Value {
        let wait = ["payment", payment, "--agent", self.agent(), "--wait", WAIT_S];
        market.wallet.agent(&wait).unwrap().json
    }
}

#[test]
fn no_merchant_gets_more_than_was_agreed() {
    let market = Market::open(100).unwrap();
    for case in UNSETTLED.iter().chain(&CASES) {
        market.wallet.add_agent(case.agent(), &[]).unwrap();
    }
    market.wallet.add_agent("markup", &["--ask-above", "0.001"]).unwrap();
    let (purse, till) = (market.purse().unwrap(), market.till().unwrap());

    let [down, unsettled] = &UNSETTLED;
    market.world.tell("/facilitator", &json!({ "up": false })).unwrap();
    let first_down = down.fetch(&market);
    market.world.tell("/facilitator", &json!({ "up": true, "settle": false })).unwrap();
    let first_unsettled = unsettled.fetch(&market);
    market.world.tell("/facilitator", &json!({ "settle": true })).unwrap();

    let market = &market;
    let failed =
        thread::scope(|scope| {
            let mut running = vec![
                ("/weather", scope.spawn(|| down.follow(market, &first_down))),
                ("/slow-402", scope.spawn(|| unsettled.follow(market, &first_unsettled))),
                ("/markup", scope.spawn(|| markup_is_shown_as_what_it_is(market))),
            ];
            running.extend(CASES.iter().map(|case| {
                (case.route, scope.spawn(|| case.follow(market, &case.fetch(market))))
            }));
            let ended = running.into_iter().map(|(route, thread)| (route, thread.join()));
            ended.filter(|(_, end)| end.is_err()).map(|(route, _)| route).collect::<Vec<_>>()
        });
    assert_eq!(failed, [] as [&str; 0], "these went wrong");

    let paid = CASES.iter().filter(|case| matches!(case.end, End::Paid | End::Found(_)));
    // And the one with the markup.
    let paid = u64::try_from(paid.count()).unwrap() + 1;
    assert_eq!(market.purse().unwrap(), purse - paid * CENT);
    assert_eq!(market.till().unwrap(), till + paid * CENT);
    merchants_saw_one_signature_each(market);
    the_log_tells_it_all(market);
}

/// What a merchant hid in its texts is told to the owner, and reaches neither owner nor agent raw.
fn markup_is_shown_as_what_it_is(market: &Market) {
    let url = market.world.url("/markup").unwrap();
    let asked = market.wallet.agent(&["fetch", url, "--agent", "markup"]).unwrap();
    assert_eq!(asked.text("/payment/status"), "pending_approval", "{}", asked.json);
    let payment = asked.text("/payment/payment");
    let inbox = market.wallet.owner_json(&["inbox"]).unwrap();
    let reasons = inbox.pointer("/0/reasons").and_then(Value::as_array).unwrap();
    let told = reasons.iter().any(|reason| text(reason, "/code") == "hidden_characters");
    assert!(told, "{inbox}");
    market.wallet.owner_json(&["approve", payment]).unwrap();
    let wait = ["payment", payment, "--agent", "markup", "--wait", WAIT_S];
    let ended = market.wallet.agent(&wait).unwrap();
    assert_eq!(ended.text("/status"), "succeeded", "{}", ended.json);
    for seen in [&asked.json, &inbox, &ended.json] {
        let seen = seen.to_string();
        assert!(!seen.contains(['\u{202e}', '\u{200b}', '\u{feff}', '\u{2028}']), "{seen}");
    }
}

fn merchants_saw_one_signature_each(market: &Market) {
    let seen = market.world.ask("/hits").unwrap();
    let routes = seen.pointer("/routes").and_then(Value::as_object).unwrap();
    assert!(!routes.contains_key("elsewhere:/landing"), "a redirect was followed");
    for case in UNSETTLED.iter().chain(&CASES) {
        let signed = u64::from(!matches!(case.end, End::Refused(_) | End::Free));
        let at = |name| routes.get(case.route).and_then(|route| route.get(name)?.as_u64());
        assert_eq!(at("payments"), Some(signed), "{}", case.route);
        assert_eq!(at("hits"), Some(signed.saturating_add(1)), "{}", case.route);
    }
    let payments = seen.pointer("/payments").and_then(Value::as_array).unwrap();
    let payee = market.world.text("payee").unwrap().to_lowercase();
    for payment in payments {
        let signed = payment.pointer("/payload/payload/authorization").unwrap();
        assert_eq!(text(signed, "/value"), CENT.to_string(), "{payment}");
        assert_eq!(text(signed, "/to").to_lowercase(), payee, "{payment}");
    }
}

/// Every attempt is there; every payment was reserved once, signed at most once and for at most a
/// minute, and ended once.
fn the_log_tells_it_all(market: &Market) {
    let log = market.wallet.verified_log().unwrap();
    let of = |kind: &str| {
        log.iter().filter(|entry| text(entry, "/event/type") == kind).collect::<Vec<_>>()
    };
    let signed = UNSETTLED.iter().chain(&CASES);
    let signed = signed.filter(|case| !matches!(case.end, End::Refused(_) | End::Free));
    // And the one with the markup.
    let signed = signed.count().saturating_add(1);
    assert_eq!(of("spend_reserved").len(), signed);
    assert_eq!(of("payment_submitted").len(), signed);
    assert_eq!([of("payment_succeeded"), of("payment_failed")].concat().len(), signed);
    let codes = |kind: &str| sorted(of(kind).iter().map(|entry| text(entry, "/event/problem")));
    assert_eq!(codes("attempt_rejected"), sorted(CASES.iter().filter_map(refusal)));
    let unclear = UNSETTLED.iter().chain(&CASES).filter_map(doubt);
    assert_eq!(codes("payment_unknown"), sorted(unclear));
    assert!(codes("payment_failed").iter().all(|code| *code == "not_settled"));
    until_when_signatures_hold(market, &of("payment_submitted"));
}

/// Every signature holds as long as the log says, and at most a minute.
fn until_when_signatures_hold(market: &Market, submitted: &[&Value]) {
    let until = submitted.iter().map(|entry| {
        let ms = |path| entry.pointer(path).and_then(Value::as_u64).unwrap();
        let (at, end) = (ms("/at_ms"), ms("/event/valid_until_ms"));
        assert!(end > at && end <= at.saturating_add(60_000), "{entry}");
        end.div_euclid(1000)
    });
    let seen = market.world.ask("/hits").unwrap();
    let payments = seen.pointer("/payments").and_then(Value::as_array).unwrap();
    assert_eq!(sorted(payments.iter().map(valid_before)), sorted(until));
}

fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_unstable();
    items
}

fn doubt(case: &Case) -> Option<&'static str> {
    match case.end {
        End::Found(problem) | End::Expired(problem) => Some(problem),
        _ => None,
    }
}

fn refusal(case: &Case) -> Option<&'static str> {
    match case.end {
        End::Refused(code) => Some(code),
        _ => None,
    }
}

fn valid_before(payment: &Value) -> u64 {
    text(payment, "/payload/payload/authorization/validBefore").parse().unwrap()
}
