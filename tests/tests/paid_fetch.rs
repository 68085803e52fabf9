//! The main job on real input: an agent's host speaks MCP to a running wallet, merchants ask for
//! money by x402, and a chain says who was paid.
#![cfg(test)]

use purser_tests::wallet::text;
use purser_tests::{Market, McpClient, mcp, raw};
use serde_json::{Value, json};
use std::process::Command;
use std::thread;

const CENT: u64 = 10_000;
const GENEROUS: [&str; 6] =
    ["--per-transaction", "1000", "--per-session", "1500", "--daily", "2000"];

fn server(market: &Market, agent: &str) -> Command {
    market.wallet.command(&["mcp", "--agent", agent]).unwrap()
}

/// A tool's own answer: structured, and the same as text for hosts that know only text. There what
/// a merchant wrote stands apart, under a notice.
fn answer(result: &Value) -> Value {
    let structured = result.pointer("/structuredContent").cloned().unwrap();
    let mut bare = structured.clone();
    let content = bare.as_object_mut().unwrap().remove("content");
    let said: Value = serde_json::from_str(text(result, "/content/0/text")).unwrap();
    assert_eq!(said, bare);
    if let Some(content) = content {
        let fenced = text(result, "/content/1/text");
        assert!(fenced.contains("untrusted"), "{fenced}");
        assert!(fenced.contains(text(&content, "/text")), "{fenced}");
    }
    structured
}

fn fetch(client: &mut McpClient, arguments: &Value) -> Value {
    answer(&client.call("fetch_paid", arguments).unwrap())
}

/// The kinds of the log's entries about one payment, in order.
fn story(log: &[Value], payment: &str) -> Vec<String> {
    let about = |entry: &&Value| {
        [text(entry, "/event/payment"), text(entry, "/event/reservation/request/payment")]
            .contains(&payment)
    };
    log.iter().filter(about).map(|entry| text(entry, "/event/type").to_owned()).collect()
}

#[test]
fn an_agent_pays_for_what_it_fetches() {
    let market = Market::open(2000).unwrap();
    market.wallet.add_agent("scout", &GENEROUS).unwrap();
    let mut client = McpClient::stdio(&server(&market, "scout")).unwrap();
    let (purse, till) = (market.purse().unwrap(), market.till().unwrap());

    let weather = weather_is_paid_for(&market, &mut client);
    assert_eq!(market.purse().unwrap(), purse - CENT);
    assert_eq!(market.till().unwrap(), till + CENT);

    let posted = a_post_is_paid_for(&market, &mut client);
    assert_eq!(market.till().unwrap(), till + 2 * CENT);
    let report = a_large_payment_waits_for_the_owner(&market, &mut client);
    assert_eq!(market.purse().unwrap(), purse - 2 * CENT - 600_000_000);
    too_dear_is_refused(&market, &mut client);
    let inspected = the_inspector_gets_the_same(&market);
    assert_eq!(market.purse().unwrap(), purse - 3 * CENT - 600_000_000);

    let log = market.wallet.verified_log().unwrap();
    let paid = ["spend_reserved", "payment_submitted", "payment_succeeded"];
    for payment in [&posted, &inspected] {
        assert_eq!(story(&log, payment), paid);
    }
    assert_eq!(story(&log, &weather), [&paid[..], &["spend_repeated"]].concat());
    let approved = ["spend_reserved", "approval_given", "payment_submitted", "payment_succeeded"];
    assert_eq!(story(&log, &report), approved);
    let above = log.iter().filter(|entry| text(entry, "/event/problem") == "above_stated");
    assert_eq!(above.count(), 1);
}

fn weather_is_paid_for(market: &Market, client: &mut McpClient) -> String {
    let ask = json!({
        "url": market.world.url("/weather").unwrap(),
        "max_amount": "0.02", "currency": "USDC",
        "context": "the user asked about the weather", "idempotency_key": "weather-1",
    });
    let first = fetch(client, &ask);
    assert_eq!(text(&first, "/payment/status"), "succeeded", "{first}");
    assert_eq!(first.pointer("/payment/receipt/verified"), Some(&json!(true)), "{first}");
    assert_eq!(text(&first, "/payment/settled"), "0.01");
    let content: Value = serde_json::from_str(text(&first, "/content/text")).unwrap();
    assert_eq!(content, json!({ "weather": "sunny", "temperature": 21 }));
    let sent = market.payments_at("/weather").unwrap();
    assert_eq!(sent.len(), 1);
    assert!(market.is_cashed(&sent[0]).unwrap());
    let receipt = market.world.ask("/hits").unwrap();
    let transaction = text(&receipt, "/settlements/0/transaction");
    assert_eq!(text(&first, "/payment/receipt/reference"), transaction, "{receipt}");

    let again = fetch(client, &ask);
    assert_eq!(again.pointer("/payment/repeated"), Some(&json!(true)), "{again}");
    assert_eq!(text(&again, "/payment/payment"), text(&first, "/payment/payment"));
    assert_eq!(again.pointer("/content"), first.pointer("/content"));
    assert_eq!(market.payments_at("/weather").unwrap().len(), 1);
    text(&first, "/payment/payment").to_owned()
}

fn a_post_is_paid_for(market: &Market, client: &mut McpClient) -> String {
    let ask = json!({
        "url": market.world.url("/echo").unwrap(), "method": "POST",
        "headers": { "content-type": "application/json" }, "body": "{\"say\":\"höllo\"}",
    });
    let echo = fetch(client, &ask);
    assert_eq!(text(&echo, "/payment/status"), "succeeded", "{echo}");
    let content: Value = serde_json::from_str(text(&echo, "/content/text")).unwrap();
    assert_eq!(content, json!({ "echo": { "say": "höllo" } }));
    text(&echo, "/payment/payment").to_owned()
}

fn a_large_payment_waits_for_the_owner(market: &Market, client: &mut McpClient) -> String {
    let asked = fetch(client, &json!({ "url": market.world.url("/report").unwrap() }));
    assert_eq!(text(&asked, "/payment/status"), "pending_approval", "{asked}");
    assert_eq!(market.payments_at("/report").unwrap(), [] as [Value; 0]);
    let held = ("600.00".to_owned(), "0.02".to_owned());
    assert_eq!(market.budget("scout", "daily").unwrap(), held);
    let payment = text(&asked, "/payment/payment").to_owned();
    let inbox = market.wallet.owner_json(&["inbox"]).unwrap();
    assert_eq!(text(&inbox, "/0/payment"), payment, "{inbox}");
    assert_eq!(text(&inbox, "/0/amount"), "600.00", "{inbox}");

    // The agent waits while the owner decides.
    let wait = json!({ "payment": payment, "timeout_s": 50 });
    let decided = thread::scope(|scope| {
        let waiting = scope.spawn(|| client.call("wait_for_decision", &wait));
        market.wallet.owner_json(&["approve", &payment]).unwrap();
        answer(&waiting.join().unwrap().unwrap())
    });
    assert_eq!(text(&decided, "/status"), "succeeded", "{decided}");
    assert_eq!(decided.pointer("/receipt/verified"), Some(&json!(true)));
    assert!(text(&decided, "/content/text").contains("all quiet"), "{decided}");
    payment
}

fn too_dear_is_refused(market: &Market, client: &mut McpClient) {
    let ask = json!({
        "url": market.world.url("/weather").unwrap(),
        "max_amount": "0.009", "currency": "USDC",
    });
    let result = client.call("fetch_paid", &ask).unwrap();
    assert_eq!(result.pointer("/isError"), Some(&json!(true)), "{result}");
    assert_eq!(text(&answer(&result), "/code"), "above_stated", "{result}");
    assert_eq!(market.payments_at("/weather").unwrap().len(), 1);
}

fn the_inspector_gets_the_same(market: &Market) -> String {
    let server = mcp::words_of(&server(market, "scout"));
    let listed = mcp::inspect(&server, &["--method", "tools/list"]).unwrap();
    let tools = listed.pointer("/tools").and_then(Value::as_array).unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| text(tool, "/name")).collect();
    let all = ["request_payment", "fetch_paid", "get_payment", "wait_for_decision", "get_budget"];
    assert!(all.iter().all(|tool| names.contains(tool)), "{names:?}");
    let url = format!("url={}", market.world.url("/weather").unwrap());
    let call = ["--method", "tools/call", "--tool-name", "fetch_paid", "--tool-arg", &url];
    let answer = answer(&mcp::inspect(&server, &call).unwrap());
    assert_eq!(text(&answer, "/payment/status"), "succeeded", "{answer}");
    assert!(text(&answer, "/content/text").contains("sunny"), "{answer}");
    text(&answer, "/payment/payment").to_owned()
}

#[test]
fn a_host_that_can_not_sign_comes_in_with_a_bearer_credential() {
    let market = Market::open(10).unwrap();
    market.wallet.add_agent("remote", &["--allow-bearer"]).unwrap();
    market.wallet.add_agent("signer", &[]).unwrap();
    let refused = market.wallet.agent(&["credential", "--agent", "signer"]).unwrap();
    assert_eq!((refused.exit, refused.text("/error/code")), (3, "bearer_not_allowed"));
    let issued = market.wallet.agent(&["credential", "--agent", "remote"]).unwrap();
    assert_eq!(issued.exit, 0, "{}", issued.json);
    let header = format!("Authorization: Bearer {}", issued.text("/token"));
    let url = format!("{}/mcp", market.wallet.url());

    let mut client = McpClient::http(&url, &header).unwrap();
    let tools = client.list().unwrap();
    assert!(tools.to_string().contains("fetch_paid"), "{tools}");
    let budget = answer(&client.call("get_budget", &json!({})).unwrap());
    assert_eq!(text(&budget, "/per_transaction"), "50.00", "{budget}");
    let paid = fetch(&mut client, &json!({ "url": market.world.url("/weather").unwrap() }));
    assert_eq!(text(&paid, "/payment/status"), "succeeded", "{paid}");
    let server = [url.clone(), "--transport".to_owned(), "http".to_owned()];
    let header = ["--header", &header, "--method", "tools/list"];
    assert!(mcp::inspect(&server, &header).unwrap().to_string().contains("get_budget"));

    // A bearer is none for an agent that must sign, and nothing without one.
    let none = raw::plain("POST", &url, Some(&json!({}))).unwrap();
    assert_eq!(raw::problem(&none), (401, "credential_missing".to_owned()));
    market.wallet.owner_json(&["agent", "revoke", "remote"]).unwrap();
    let refused = client.call("get_budget", &json!({})).unwrap();
    assert_eq!(refused.pointer("/isError"), Some(&json!(true)), "{refused}");
    assert_eq!(text(&answer(&refused), "/code"), "credential_revoked", "{refused}");
    market.wallet.verified_log().unwrap();
}
