//! What the wallet does by itself and in its own order: policies set together, content that grows
//! old, a clock that is none, and asks for agents that it has not.

#![allow(missing_docs, reason = "tests")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use purser_domain::{
    AgentId, AgentPolicy, Allocation, Attribution, Claim, Digest, HolderProof, IdempotencyKey,
    Interval, Money, Payee, PaymentId, PolicyFile, Presented, Refusal, Scope, Timestamp, Window,
};
use purser_keys::{KdfParams, LogKey, Passphrase, Phrase, PhraseLength, RootKey};
use purser_ledger::{CheckpointSigner, DELIVERY_AGE_MS_MAX, Delivery, Ledger};
use purser_wallet::{
    AgentError, AgentIdentity, DelegationAsk, Home, Host, HostOptions, PaymentAsk, PaymentStatus,
    SessionAsk, Wallet, system_clock,
};
use rust_decimal::Decimal;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

const PASSPHRASE: &str = "correct horse";

/// A host with a wallet that is open, and the wallet's phrase.
async fn created(dir: &Path, options: HostOptions) -> (Host, Phrase) {
    let host = Host::start(dir, HostOptions { kdf: KdfParams::CHEAPEST, ..options }).unwrap();
    let phrase = Phrase::generate(PhraseLength::Words12).unwrap();
    let again = Phrase::parse(phrase.expose_words()).unwrap();
    host.create(phrase, Passphrase::from(PASSPHRASE)).await.unwrap();
    (host, again)
}

async fn agent(wallet: &Wallet, name: &str, policy: AgentPolicy) -> AgentIdentity {
    let added = wallet.add_agent(name, policy).await.unwrap();
    let agent: AgentId = added.agent.id.parse().unwrap();
    let issued = wallet.issue_credential(agent, false).await.unwrap();
    let presented = Presented {
        credential: issued.credential,
        scope: Scope::default(),
        expires_at: issued.expires_at_ms,
        proof: HolderProof::Signature,
        handed_over: false,
    };
    AgentIdentity { agent, presented }
}

fn daily(amount: u32) -> AgentPolicy {
    let amount = Decimal::from(amount);
    AgentPolicy {
        per_transaction: amount,
        per_session: amount,
        daily: amount,
        rate_limit_per_minute: 600,
        ..AgentPolicy::default()
    }
}

async fn sub_agent(wallet: &Wallet, parent: &AgentIdentity, name: &str, amount: u32) -> AgentId {
    let ask = DelegationAsk {
        name: Claim::new(name, 64).unwrap(),
        holder_key: Digest::of_bytes(name.as_bytes()),
        allocation: Allocation {
            amount: Decimal::from(amount),
            interval: Interval::Daily,
            window: Window::Calendar,
        },
        per_transaction: None,
        categories: Vec::new(),
        payees: Vec::new(),
        may_delegate: true,
        require_session: false,
    };
    wallet.delegate(parent, ask).await.unwrap().agent
}

/// Names are in the order that would set the one below first.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_sets_the_policy_of_whom_a_budget_comes_from_before_that_of_who_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let (host, _) = created(dir.path(), HostOptions::default()).await;
    let wallet = host.wallet().unwrap();
    let upper = agent(&wallet, "upper", daily(100)).await;
    let lower = sub_agent(&wallet, &upper, "lower", 50).await;
    for amount in [200, 300, 80, 60, 500] {
        let both = [("upper", daily(amount)), ("lower", daily(amount))];
        let agents = both.map(|(name, policy)| (name.to_owned(), policy)).into();
        let file = PolicyFile { agents, ..PolicyFile::default() };
        let set = wallet.set_policies(file, true).await.unwrap();
        let order: Vec<_> = set.iter().map(|diff| diff.of.as_str()).collect();
        assert_eq!(order, ["upper", "lower"], "{amount}");
        for agent in [upper.agent, lower] {
            let policy = wallet.look(move |state| state.agent(agent).unwrap().policy.clone());
            assert_eq!(policy.await.unwrap(), daily(amount));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_asked_for_an_agent_that_is_not_there_is_refused_by_an_entry() {
    let dir = tempfile::tempdir().unwrap();
    let (host, _) = created(dir.path(), HostOptions::default()).await;
    let wallet = host.wallet().unwrap();
    let who = agent(&wallet, "a", daily(100)).await;
    let ask = SessionAsk {
        agent: Some(AgentId::from_random(77)),
        purpose: Claim::new("nothing good", 64).unwrap(),
        ceiling: None,
        minutes: 5,
        task: None,
        attribution: Attribution::default(),
    };
    let before = host.view().await.log.entries;
    let refused = wallet.open_session(&who, ask.clone()).await.unwrap_err();
    let refusal = Refusal::NotASubAgent;
    assert!(matches!(&refused, AgentError::Refused(found) if *found == refusal), "{refused:?}");
    assert_eq!(host.view().await.log.entries, before + 1);
    // It counts like every other ask: the rate comes first.
    wallet.set_agent_policy(who.agent, slow(), true).await.unwrap();
    let refused = wallet.open_session(&who, ask).await.unwrap_err();
    assert!(
        matches!(&refused, AgentError::Refused(Refusal::RateLimited { limit: 1, .. })),
        "{refused:?}"
    );
}

fn slow() -> AgentPolicy {
    AgentPolicy { rate_limit_per_minute: 1, ..daily(100) }
}

struct Signer(LogKey);

impl CheckpointSigner for Signer {
    fn public_key(&self) -> [u8; 32] {
        self.0.public()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }
}

/// The log of a wallet that is locked.
fn ledger(dir: &Path, root: &RootKey) -> Ledger {
    let signer = Box::new(Signer(root.log_key().unwrap()));
    let path = Home::open(dir).unwrap().ledger();
    Ledger::open(&path, root.database_key().unwrap().expose(), signer).unwrap()
}

fn delivery(at_ms: Timestamp) -> Delivery {
    Delivery { at_ms, status: 200, content_type: None, body: vec![7; 9], truncated: false }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_content_goes_when_the_wallet_is_opened_though_nothing_more_is_bought() {
    let dir = tempfile::tempdir().unwrap();
    let (host, phrase) = created(dir.path(), HostOptions::default()).await;
    host.lock().await;
    drop(host);
    let root = RootKey::from_phrase(&phrase);
    let (old, young) = (PaymentId::from_random(1), PaymentId::from_random(2));
    let now = system_clock()().as_millis();
    {
        let mut ledger = ledger(dir.path(), &root);
        let week_ago = Timestamp::from_millis(now - DELIVERY_AGE_MS_MAX - 1000);
        ledger.put_delivery(old, &delivery(week_ago)).unwrap();
        let lately = Timestamp::from_millis(week_ago.as_millis() + 3_600_000);
        ledger.put_delivery(young, &delivery(lately)).unwrap();
    }
    // It is let go beside the rest, so that once may be too short a time.
    let mut left = true;
    for _ in 0..100 {
        let options = HostOptions { kdf: KdfParams::CHEAPEST, ..HostOptions::default() };
        let host = Host::start(dir.path(), options).unwrap();
        host.unlock(Passphrase::from(PASSPHRASE)).await.unwrap();
        host.view().await;
        host.lock().await;
        drop(host);
        let ledger = ledger(dir.path(), &root);
        assert!(ledger.get_delivery(young).unwrap().is_some(), "an hour is left for it");
        left = ledger.get_delivery(old).unwrap().is_some();
        if !left {
            break;
        }
    }
    assert!(!left, "what was bought more than a week ago is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_no_entry_can_have_is_asked_again_after_a_while_and_not_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let (now, asked) = (Arc::new(AtomicI64::new(0)), Arc::new(Notify::new()));
    let right = || system_clock()().as_millis();
    now.store(right(), Ordering::SeqCst);
    let clock: purser_wallet::Clock = {
        let (now, asked) = (Arc::clone(&now), Arc::clone(&asked));
        Arc::new(move || {
            asked.notify_one();
            Timestamp::from_millis(now.load(Ordering::SeqCst))
        })
    };
    let options = HostOptions { clock, ..HostOptions::default() };
    let (host, _) = created(dir.path(), options).await;
    let wallet = host.wallet().unwrap();
    let policy = AgentPolicy { review_above: Some(Decimal::ONE), ..daily(100) };
    let who = agent(&wallet, "a", policy).await;
    // Something with a deadline, and a time far behind it: the year 9100.
    wallet.request_payment(&who, ask("20", "waits")).await.unwrap();
    drop(wallet);
    host.lock().await;
    now.store(225_000_000_000_000, Ordering::SeqCst);
    host.unlock(Passphrase::from(PASSPHRASE)).await.unwrap();
    let many = async {
        for _ in 0..200 {
            asked.notified().await;
        }
    };
    let spun = tokio::time::timeout(Duration::from_secs(1), many).await;
    assert!(spun.is_err(), "it was asked 200 times within a second");
    // A clock that is right again finds everything as it was.
    now.store(right(), Ordering::SeqCst);
    let wallet = host.wallet().unwrap();
    let open = wallet.look(|state| state.open_payments().map(|p| p.status.clone()).last());
    assert_eq!(open.await.unwrap(), Some(PaymentStatus::PendingApproval));
}

fn ask(amount: &str, key: &str) -> PaymentAsk {
    PaymentAsk {
        payee: Payee {
            name: Claim::new("Hetzner", 256).unwrap(),
            account: Some(purser_domain::Account::new("acct:hetzner").unwrap()),
            host: None,
            country: None,
        },
        amount: Money::parse(amount, "USD").unwrap(),
        category: None,
        session: None,
        task: None,
        line_items: Vec::new(),
        attribution: Attribution::default(),
        context: None,
        idempotency_key: Some(IdempotencyKey::new(key).unwrap()),
    }
}
