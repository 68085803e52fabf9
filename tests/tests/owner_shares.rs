//! What only the owner can do for an agent, by the command line: opening and closing a session,
//! changing what a sub-agent holds, revoking one credential.
#![cfg(test)]
#![cfg(unix)]

use purser_tests::TestWallet;
use purser_tests::wallet::text;
use serde_json::Value;
use std::fs::File;
use std::io::Write as _;

fn pay<'a>(agent: &'a str, amount: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["pay", "--agent", agent, "--payee", "Tools", "--amount", amount], more].concat()
}

#[test]
fn an_agent_that_pays_only_in_sessions_pays_in_the_owners() {
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    let path = wallet.scratch().join("kept.json");
    write!(File::create(&path).unwrap(), r#"{{"require_session":true}}"#).unwrap();
    wallet.add_agent("kept", &["--policy", &path.display().to_string()]).unwrap();
    let without = wallet.agent(&pay("kept", "1", &[])).unwrap();
    assert_eq!(without.text("/error/code"), "session_required");

    let open = ["agent", "open-session", "kept", "--purpose", "buy Tools", "--ceiling", "10"];
    let opened = wallet.owner_json(&open).unwrap();
    let session = text(&opened, "/session");
    let paid = wallet.agent(&pay("kept", "4", &["--session", session])).unwrap();
    assert_eq!(paid.text("/status"), "succeeded", "{}", paid.json);
    wallet.owner_json(&["agent", "close-session", "kept", session]).unwrap();
    let over = wallet.agent(&pay("kept", "3", &["--session", session])).unwrap();
    assert_eq!(over.text("/error/code"), "session_over", "{}", over.json);
    let again = wallet.owner(&["agent", "close-session", "kept", session]).unwrap();
    assert_ne!(again.exit, 0, "{}", again.text);
}

#[test]
fn the_owner_changes_what_a_sub_agent_holds_and_revokes_a_credential() {
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    wallet.add_agent("dispatcher", &[]).unwrap();
    let add = ["delegation", "add", "worker", "--agent", "dispatcher", "--amount", "10"];
    assert_eq!(wallet.agent(&add).unwrap().exit, 0);
    wallet.owner_json(&["agent", "allow", "worker", "30"]).unwrap();
    let paid = wallet.agent(&pay("worker", "20", &[])).unwrap();
    assert_eq!(paid.text("/status"), "succeeded", "{}", paid.json);
    wallet.owner_json(&["agent", "take-back", "worker"]).unwrap();
    let refused = wallet.agent(&pay("worker", "1", &[])).unwrap();
    assert_eq!(refused.text("/error/code"), "allocation_taken_back", "{}", refused.json);
    let own = wallet.owner(&["agent", "allow", "dispatcher", "30"]).unwrap();
    assert_ne!(own.exit, 0, "the owner's own agent has a daily cap instead: {}", own.text);

    let log = wallet.verified_log().unwrap();
    let issued = |entry: &&Value| text(entry, "/event/type") == "credential_issued";
    let credential = text(log.iter().find(issued).unwrap(), "/event/credential");
    wallet.owner_json(&["agent", "revoke-credential", credential]).unwrap();
    let log = wallet.verified_log().unwrap();
    let revoked = log.iter().find(|entry| text(entry, "/event/type") == "credential_revoked");
    assert_eq!(text(revoked.unwrap(), "/event/credential"), credential);
}

#[test]
fn an_id_is_an_id_and_no_agents_name() {
    let mut wallet = TestWallet::create().unwrap();
    wallet.serve().unwrap();
    let victim = wallet.add_agent("victim", &[]).unwrap();
    let named = wallet.owner(&["agent", "add", &victim]).unwrap();
    assert_ne!(named.exit, 0, "{}", named.text);
    let add = ["delegation", "add", victim.as_str(), "--agent", "victim", "--amount", "1"];
    let refused = wallet.agent(&add).unwrap();
    assert_eq!(refused.text("/error/code"), "delegation_invalid", "{}", refused.json);
    wallet.owner_json(&["agent", "pause", &victim]).unwrap();
    let paused = wallet.agent(&pay("victim", "1", &[])).unwrap();
    assert_eq!(paused.text("/error/code"), "agent_paused", "{}", paused.json);
}
