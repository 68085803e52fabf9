//! Asking the chain what became of a payment.

use crate::support::*;
use purser_domain::*;
use purser_rails::Rail as _;
use serde_json::json;
use std::sync::Arc;

/// A payment that was submitted to a merchant that closed, and a chain to ask about it.
async fn submitted() -> (SpendRequest, Chain, Server) {
    let server = Server::shop(Answer::Raw(Vec::new())).await;
    let chain = Chain::start(false).await;
    let rail = rail(&Arc::default(), &chain.url());
    let request = request(&rail, &server.url()).await;
    let outcome = rail.submit(&authorized(&request)).await;
    assert_eq!(doubt(&outcome.resolution), "no_answer");
    (request, chain, server)
}

/// As a wallet that was restarted asks: all it has is the request and the end of its validity.
async fn ask(request: &SpendRequest, rpc_url: &str) -> Resolution {
    rail(&Arc::default(), rpc_url).resolve(request, valid_until()).await
}

#[tokio::test]
async fn the_chain_says_whether_a_payment_was_made_and_nothing_is_paid_again() {
    let (request, chain, server) = submitted().await;
    let resolution = ask(&request, &chain.url()).await;
    assert_eq!(doubt(&resolution), "awaiting_expiry");
    chain.set(|says| says.used = true);
    let resolution = ask(&request, &chain.url()).await;
    let given = receipt(&resolution);
    assert_eq!((given.reference.as_str(), given.verified), (TRANSACTION, true));
    assert_eq!(server.seen().len(), 2, "the question and the one payment");
}

#[tokio::test]
async fn a_payment_has_failed_only_when_the_chains_own_clock_is_past_it() {
    let (request, chain, _server) = submitted().await;
    let end = NOW_S + 60;
    for (time_s, over) in [(end - 1, false), (end, false), (end + 2, false), (end + 3, true)] {
        chain.set(|says| says.time_s = time_s);
        let resolution = ask(&request, &chain.url()).await;
        match over {
            false => assert_eq!(doubt(&resolution), "awaiting_expiry", "{time_s}"),
            true => assert_eq!(failure(&resolution), "not_settled"),
        }
    }
    let calls = chain.asked("eth_call");
    assert!(calls.iter().all(|call| call["params"][1] == "0x1388"), "state and time of one block");
}

#[tokio::test]
async fn the_event_is_looked_for_where_it_must_be_and_within_bounds() {
    let (request, chain, _server) = submitted().await;
    chain.set(|says| says.used = true);
    for (number, time_s, from, to) in [
        (5000, NOW_S + 60, "0x1194", "0x1388"),
        (5000, NOW_S + 60 + 2000, "0xdac", "0x1388"),
        (900_000, NOW_S + 60 + 1_000_000, "0x6188c", "0x6205c"),
        (10, NOW_S, "0x0", "0xa"),
    ] {
        chain.set(|says| (says.number, says.time_s) = (number, time_s));
        ask(&request, &chain.url()).await;
        let asked = chain.asked("eth_getLogs").pop().unwrap()["params"][0].clone();
        assert_eq!((&asked["fromBlock"], &asked["toBlock"]), (&json!(from), &json!(to)));
        assert_eq!(asked["address"], TOKEN.to_lowercase());
        assert_eq!(asked["topics"].as_array().unwrap().len(), 3);
    }
}

#[tokio::test]
async fn without_a_sound_endpoint_nothing_is_known() {
    let (request, chain, _server) = submitted().await;
    chain.set(|says| says.used = true);
    assert_eq!(doubt(&ask(&request, "").await), "rpc_unreachable");
    assert_eq!(doubt(&ask(&request, "http://127.0.0.1:1/").await), "rpc_unreachable");
    chain.set(|says| says.chain_id = 1);
    assert_eq!(doubt(&ask(&request, &chain.url()).await), "wrong_chain");
    chain.set(|says| (says.chain_id, says.broken) = (84_532, true));
    assert_eq!(doubt(&ask(&request, &chain.url()).await), "rpc_unreachable");
}

#[tokio::test]
async fn an_endpoint_that_answers_nonsense_is_no_endpoint() {
    let (request, _chain, _server) = submitted().await;
    let call = |result: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"result":{result}}}"#);
    let block = r#"{"number":"0x1","timestamp":"0x1"}"#;
    for state in ["\"0x\"", "\"0x01\"", "null", "true", "\"zz\"", "[]"] {
        let (ok, id, block) = (call(state), call("\"0x14a34\""), call(block));
        let odd = Server::start(move |seen| {
            let question = String::from_utf8_lossy(&seen.body).into_owned();
            let answer = if question.contains("eth_chainId") {
                &id
            } else if question.contains("eth_getBlock") {
                &block
            } else {
                &ok
            };
            Answer::status(200).body(answer.clone().into_bytes())
        });
        let url = format!("http://{}/", odd.await.address);
        assert_eq!(doubt(&ask(&request, &url).await), "rpc_unreachable", "{state}");
    }
    for answer in [
        Answer::status(200).body(b"<html>".to_vec()),
        Answer::status(200).body(vec![b'['; 3 * 1024 * 1024]),
        Answer::status(302).with("Location", "http://127.0.0.1:1/"),
        Answer::Raw(Vec::new()),
    ] {
        let odd = Server::start(move |_| answer.clone()).await;
        let url = format!("http://{}/", odd.address);
        assert_eq!(doubt(&ask(&request, &url).await), "rpc_unreachable");
    }
}

#[tokio::test]
async fn terms_that_cannot_be_read_leave_the_payment_open() {
    let (request, chain, _server) = submitted().await;
    let lost = SpendRequest { terms: None, ..request };
    assert_eq!(doubt(&ask(&lost, &chain.url()).await), "terms_unreadable");
}
