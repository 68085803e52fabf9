//! What merchants and chains send.

use super::domain::request_holds;
use crate::text::{is_unseen, text};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use purser_domain::{
    Action, AgentId, Attribution, Claim, IdempotencyKey, PaymentId, RailId, Resolution,
    SpendRequest,
};
use purser_rails::x402::{FetchRequest, MAX_OFFER_BYTES, Quote, fuzzing};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The JSON of an offer.
pub fn offer(data: &[u8]) {
    offered(STANDARD.encode(data).as_bytes());
    // Version 1 has its offer in the body.
    let quote = fuzzing::quoted(get("https://shop.example/item"), None, data);
    assert!(quote.is_some_and(|quote| quote.is_err()), "nothing is paid by a body");
}

/// The header of an offer, as it stands on the wire.
pub fn offer_header(data: &[u8]) {
    offered(data);
}

fn get(url: &str) -> FetchRequest {
    let headers = vec![("accept".to_owned(), "*/*".to_owned())];
    FetchRequest { method: "GET".to_owned(), url: url.to_owned(), headers, body: Vec::new() }
}

/// What is priced can be paid later on the same terms, and says no more than its bounds allow.
fn offered(header: &[u8]) {
    let Some(quote) = fuzzing::quoted(get("https://shop.example/item"), Some(header), b"") else {
        return;
    };
    let quote = match quote {
        Ok(quote) => quote,
        Err(error) => {
            let words = error.to_string();
            assert!(words.len() < 16 * 1024, "{} bytes", words.len());
            assert!(!words.chars().any(is_unseen), "{words:?}");
            return;
        }
    };
    let Quote::Priced { payee, amount, terms, resource } = quote else {
        panic!("a 402 is never free");
    };
    assert_eq!(payee.host.as_ref().map(|host| host.as_str()), Some("shop.example"));
    assert_eq!(payee.name.raw(), "shop.example");
    let account = payee.account.as_ref().unwrap().as_str();
    assert!(account.starts_with("eip155:") && !account.ends_with(&"0".repeat(40)), "{account}");
    assert!(terms.instruction.len() <= 4 * MAX_OFFER_BYTES, "{} bytes", terms.instruction.len());
    assert!(!terms.method.chars().any(is_unseen), "{:?}", terms.method);
    let claims = terms.description.iter().chain(&resource);
    assert!(claims.map(Claim::raw).all(|claim| claim.len() <= 1024));
    let request = SpendRequest {
        payment: PaymentId::from_random(1),
        agent: AgentId::from_random(2),
        action: Action::ToolCall,
        rail: RailId::X402,
        payee,
        amount,
        category: None,
        session: None,
        task: None,
        subject: None,
        context: None,
        line_items: Vec::new(),
        attribution: Attribution::default(),
        idempotency_key: IdempotencyKey::new("k").unwrap(),
        key_derived: false,
        terms: Some(terms),
    };
    request_holds(&request);
    assert!(fuzzing::agrees(&request), "{request:?}");
    let mut other = request;
    other.amount = purser_domain::Money::parse("999999.999999", "USDC").unwrap();
    assert!(!fuzzing::agrees(&other) || other.amount == amount, "another amount is not agreed to");
}

/// The receipt in the answer to a paid request: the first byte is the status in hundreds, the rest
/// the JSON. Only a receipt of success with status 2xx ends a payment.
pub fn receipt(data: &[u8]) {
    let Some((status, json)) = data.split_first() else { return };
    let status = u16::from(*status).clamp(1, 9) * 100;
    let header = STANDARD.encode(json);
    for header in [header.as_bytes(), json] {
        let Some(said) = fuzzing::receipt(status, Some(header), "eip155:84532") else { continue };
        match said {
            Ok(transaction) => {
                assert_eq!(status, 200);
                // Not all of it need be text: what is not read is not looked at.
                let read = serde_json::from_slice::<Value>(json).ok();
                let success = read.is_none_or(|read| read["success"] == Value::Bool(true));
                assert!(success || header == json);
                let plain = |hash: String| hash.len() == 66 && hash.starts_with("0x");
                assert!(transaction.is_none_or(plain));
            }
            Err(Resolution::Unknown { problem, detail }) => {
                assert!(!problem.is_empty() && detail.raw().len() <= 1024, "{detail:?}");
            }
            Err(other) => panic!("nothing is certain without a receipt: {other:?}"),
        }
    }
}

/// A URL that an agent wants opened: what is opened leads to no local network, and is the same when
/// it is read again after a restart.
pub fn url(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok((url, host)) = fuzzing::opened(text) else { return };
    opens(&url);
    assert_eq!(fuzzing::opened(&url), Ok((url.clone(), host)), "{text:?}");
}

pub(super) fn opens(url: &str) {
    let (scheme, rest) = url.split_once("://").unwrap();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    assert!(!authority.contains('@') && !url.contains('#'), "{url}");
    assert!(url.bytes().all(|b| b.is_ascii_graphic()), "{url}");
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let address = host.parse::<IpAddr>().ok().map(|address| address.to_canonical());
    let local = host == "localhost" || address.is_some_and(|address| address.is_loopback());
    assert!(scheme == "https" || scheme == "http" && local, "{url}");
    assert!(host.chars().last().is_some_and(|last| last != '.'), "{url}");
    let Some(IpAddr::V4(v4)) = address.filter(|address| !address.is_loopback()) else { return };
    let kept = v4.is_private() || v4.is_link_local() || v4.is_multicast() || v4.is_unspecified();
    assert!(!kept && !v4.is_broadcast() && !v4.is_documentation(), "{url}");
}

/// A number in a chain's answer: one value, one text but for leading zeros and capitals.
pub fn chain_answer(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Some(number) = fuzzing::quantity(&Value::from(text)) else { return };
    let digits = text.strip_prefix("0x").unwrap_or_default();
    assert!(!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit()), "{text:?}");
    let shortest = digits.trim_start_matches('0').to_ascii_lowercase();
    let written = format!("{number:x}");
    assert_eq!(if shortest.is_empty() { "0" } else { &shortest }, written, "{text:?}");
}

/// The body of an endpoint's answer: what is read of it is what stands there.
pub fn chain_body(data: &[u8]) {
    let Some(read) = fuzzing::chain_body(data) else { return };
    let body: Value = serde_json::from_slice(data).unwrap();
    let result = &body["result"];
    if let Some((number, time_s)) = read.block {
        for (name, read) in [("number", number), ("timestamp", time_s)] {
            let digits = result[name].as_str().unwrap().strip_prefix("0x").unwrap();
            assert_eq!(u64::from_str_radix(digits, 16), Ok(read), "{result}");
        }
    }
    if let Some(used) = read.used {
        let digits = result.as_str().unwrap();
        assert_eq!(digits.len(), 66, "{digits}");
        let word = digits.strip_prefix("0x").unwrap();
        assert_eq!(used, word.bytes().any(|digit| digit != b'0'), "{digits}");
    }
    if let Some(transaction) = read.transaction {
        assert!(transaction.len() == 66 && transaction.starts_with("0x"), "{transaction}");
        let found = result[0]["transactionHash"].as_str().unwrap();
        assert!(found.eq_ignore_ascii_case(&transaction), "{transaction}");
    }
}

/// The extensions of an offer, which go back with the payment: each as it came, but for our id
/// where the merchant asked for one.
pub fn extensions(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Some(echoed) = fuzzing::extensions(text, "pay_1") else { return };
    if echoed == text.trim_matches([' ', '\t', '\n', '\r']) {
        return;
    }
    let parts = |text: &str| serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(text).unwrap();
    let (mut offered, mut echoed) = (parts(text), parts(&echoed));
    let identifier = |parts: &mut BTreeMap<String, Box<RawValue>>| {
        let raw = parts.remove("payment-identifier").unwrap();
        serde_json::from_str::<Value>(raw.get()).unwrap()
    };
    let (asked, mut given) = (identifier(&mut offered), identifier(&mut echoed));
    let id = given["info"].as_object_mut().unwrap().remove("id");
    assert_eq!(id, Some(Value::from("pay_1")));
    assert_eq!(asked, given, "nothing else is added");
    let raw = |parts: BTreeMap<String, Box<RawValue>>| {
        parts.into_iter().map(|(name, raw)| (name, raw.get().to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(raw(offered), raw(echoed), "the others are as they came");
}

/// Where a merchant redirects to: told in bounded words with nothing hidden, and never followed.
pub fn redirect(data: &[u8]) {
    let Some(error) = fuzzing::redirect(data) else { return };
    let words = error.to_string();
    assert!(words.chars().count() < 4096, "{} characters", words.chars().count());
    assert!(!words.chars().any(is_unseen), "{words:?}");
}
