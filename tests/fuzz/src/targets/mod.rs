//! The targets, by the crate whose readers they try.

mod domain;
mod engine;
mod gateway;
mod keys;
mod ledger;
mod mcp;
mod policy;
mod rails;
mod wallet;

use crate::Target;

const JSON: &[&str] =
    &["{", "}", "[", "]", ",", ":", "\"", "null", "true", "false", "\\u0000", "\\ud800", "{\"a\":"];

/// All of them.
pub const TARGETS: &[Target] = &[
    target("claim", domain::claim, &["U+202E", "<", ">"]),
    target("names", domain::names, NAMES),
    target("money", domain::money, MONEY),
    target("spend_request", domain::spend_request, REQUEST),
    target("scope", domain::scope, REQUEST),
    target("agent_policy", policy::agent, POLICY),
    target("wallet_policy", policy::wallet, POLICY),
    target("policy_file", policy::file, POLICY),
    slow("credential", keys::credential, 1500, &["-", "_", "=", "En0K"]),
    slow("credential_bytes", keys::credential_bytes, 1500, &["narrow", "hand_over", "holder"]),
    slow("held_block", keys::held_block, 1500, HELD_BLOCK),
    slow("signature_headers", keys::signature_headers, 2000, SIGNATURE),
    target("phrase", keys::phrase, &[" ", "test", "junk", "abandon", "zoo"]),
    target("payment_request", gateway::payment, REQUEST),
    target("fetch_request", gateway::fetch, REQUEST),
    target("sharing", gateway::sharing, REQUEST),
    target("origin", gateway::origin, URL),
    slow("mcp", mcp::messages, 300, MCP),
    target("offer", rails::offer, OFFER),
    target("offer_header", rails::offer_header, &["=", "e30=", "eyJ4NDAyVmVyc2lvbiI6Mn0="]),
    target(
        "receipt",
        rails::receipt,
        &["\"success\":true", "\"transaction\":\"0x", "\"network\":"],
    ),
    target("url", rails::url, URL),
    target("chain_answer", rails::chain_answer, &["0x", "+", "-", "_"]),
    target("chain_body", rails::chain_body, CHAIN),
    target("extensions", rails::extensions, EXTENSIONS),
    target("redirect", rails::redirect, URL),
    target("entry_line", ledger::entry_line, JSON),
    target("signed_note", ledger::signed_note, NOTE),
    target("tlog_proof", ledger::tlog_proof, NOTE),
    slow("replay", engine::replay, 600, REQUEST),
    slow("replay_policy", engine::replay_policy, 2000, POLICY),
    target("snapshot", engine::snapshot, SNAPSHOT),
    target("control_frame", wallet::control_frame, &["\"do\":", "\"passphrase\":", "\n", "{", "}"]),
];

const fn target(name: &'static str, run: fn(&[u8]), words: &'static [&'static str]) -> Target {
    slow(name, run, 4000, words)
}

const fn slow(
    name: &'static str,
    run: fn(&[u8]),
    mutations: u32,
    words: &'static [&'static str],
) -> Target {
    Target { name, run, words, mutations }
}

const NAMES: &[&str] = &[
    "account:",
    "host:",
    "name:",
    "eip155:8453:0x",
    "EIP155:",
    ".",
    ":",
    "-",
    "xn--",
    "agt_",
    "pay_",
    "crd_",
    "USD",
    "USDC",
    "\u{130}",
    "\u{a0}",
];
const MONEY: &[&str] = &["0", "00", ".", "-", "+", "e", "_", "USD", "USDC", "JPY", "9999999999999"];
const REQUEST: &[&str] = &[
    "\"payee\":{\"name\":\"a\"}",
    "\"amount\":\"1\"",
    "\"currency\":\"USD\"",
    "\"account\":",
    "\"url\":",
    "\"task\":{\"id\":\"t\",\"text\":\"x\"}",
    "\"context\":",
    "\"idempotency_key\":\"k\"",
    "\"at\":",
    "\"session\":",
    "null",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\u202e",
    "\\u0000",
    "\\ud800",
    "https://",
    "@",
    "name:",
    "\"per_transaction\":\"",
    "\"not_after\":",
];
const POLICY: &[&str] = &[
    "\"per_transaction\":\"5\"",
    "\"daily\":\"1\"",
    "\"spending_limits\":[",
    "\"amount\":\"1\"",
    "\"interval\":\"daily\"",
    "\"window\":\"rolling\"",
    "\"allowed_payees\":[\"name: \"]",
    "\"blocked_payees\":",
    "\"rates\":{\"EUR\":\"1\"}",
    "\"time_zone\":",
    "\"networks\":",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
];
const SNAPSHOT: &[&str] = &[
    "\0",
    "\x01",
    "\x7f",
    "\u{80}",
    "\u{3ff}",
    "\u{7ff}",
    "\u{ffff}",
    "\u{a8}agents",
    "\u{a5}words",
    "\u{a8}next_seq",
    "0.000",
    "-1",
    "79228162514264337593543950335",
];
const HELD_BLOCK: &[&str] = &[
    "narrow",
    "hand_over",
    "holder",
    "bearer",
    "scope",
    "{\"tasks\":[\"a\"]}",
    "\x18\x03",
    "\x22",
    "\x0a",
];
const SIGNATURE: &[&str] = &[
    "\n",
    "purser=",
    "(\"@method\"",
    ";created=",
    ";nonce=\"",
    ";alg=\"ed25519\"",
    ";keyid=\"",
    "sha-256=:",
    ":",
    "\"",
];
const URL: &[&str] = &[
    "http://",
    "https://",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "@",
    ":7433",
    "#",
    "?",
    "/",
    ".",
    "%00",
    "0x7f.1",
    "[::ffff:10.0.0.1]",
    "xn--",
];
const MCP: &[&str] = &[
    "\n",
    "\"method\":\"tools/call\"",
    "\"method\":\"initialize\"",
    "\"id\":",
    "\"jsonrpc\":\"2.0\"",
    "\"params\":",
    "\"arguments\":",
    "\"name\":\"request_payment\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    "null",
];
const OFFER: &[&str] = &[
    "\"x402Version\":2",
    "\"accepts\":[",
    "\"scheme\":\"exact\"",
    "\"network\":\"eip155:8453\"",
    "\"amount\":\"",
    "\"payTo\":\"0x",
    "\"extra\":{",
    "\"maxTimeoutSeconds\":",
    "\"resource\":{",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\u0000",
    "\\u202e",
];
const CHAIN: &[&str] = &[
    "\"result\":",
    "\"0x",
    "\"number\":",
    "\"timestamp\":",
    "[{\"transactionHash\":",
    "null",
    "{",
    "}",
    "+",
    "0000000000000000",
];
const EXTENSIONS: &[&str] = &[
    "\"payment-identifier\":",
    "{\"info\":",
    "\"id\":",
    "{}",
    "{",
    "}",
    ",",
    "1.0e2",
    "null",
    "\\u0000",
    "\\ud800",
];
const NOTE: &[&str] = &[
    "\n",
    "\n\n",
    "\u{2014} ",
    "+",
    "c2sp.org/tlog-proof@v1\n",
    "index 0\n",
    "extra ",
    "=",
    "AA==",
];
