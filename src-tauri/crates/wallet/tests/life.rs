//! A real wallet on a real folder: engine, log, keys and the sandbox rail.

#![allow(missing_docs, reason = "tests")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use purser_domain::{
    AgentId, AgentPolicy, Breakers, Claim, HolderProof, IdempotencyKey, Money, Payee, Presented,
    Refusal, Scope,
};
use purser_engine::{CommandError, PaymentStatus};
use purser_keys::{KdfParams, Passphrase, Phrase, PhraseLength};
use purser_wallet::{
    AgentError, AgentIdentity, Host, HostError, HostOptions, PaymentAsk, Phase, Wallet,
};
use rust_decimal::Decimal;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const PASSPHRASE: &str = "correct horse";

fn start(dir: &Path) -> Host {
    let options = HostOptions { kdf: KdfParams::CHEAPEST, ..HostOptions::default() };
    Host::start(dir, options).unwrap()
}

async fn created(dir: &Path) -> (Host, Arc<Wallet>) {
    let host = start(dir);
    let phrase = Phrase::generate(PhraseLength::Words12).unwrap();
    host.create(phrase, Passphrase::from(PASSPHRASE)).await.unwrap();
    let wallet = host.wallet().unwrap();
    (host, wallet)
}

fn generous() -> AgentPolicy {
    AgentPolicy {
        per_transaction: Decimal::from(1000),
        per_session: Decimal::from(5000),
        daily: Decimal::from(5000),
        rate_limit_per_minute: 6000,
        ..AgentPolicy::default()
    }
}

async fn agent(wallet: &Wallet, name: &str, policy: AgentPolicy) -> AgentIdentity {
    let added = wallet.add_agent(name, policy).await.unwrap();
    let agent: AgentId = added.agent.id.parse().unwrap();
    let issued = wallet.issue_credential(agent, false).await.unwrap();
    AgentIdentity {
        agent,
        presented: Presented {
            credential: issued.credential,
            scope: Scope::default(),
            expires_at: issued.expires_at_ms,
            proof: HolderProof::Signature,
            handed_over: false,
        },
    }
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
        attribution: purser_domain::Attribution::default(),
        context: None,
        idempotency_key: Some(IdempotencyKey::new(key).unwrap()),
    }
}

fn status(answer: &purser_wallet::PaymentState) -> &PaymentStatus {
    &answer.payment.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_payment_just_happens_and_a_large_one_waits_for_the_owner() {
    let dir = tempfile::tempdir().unwrap();
    let (host, wallet) = created(dir.path()).await;
    let who = agent(&wallet, "Claude Code", generous()).await;
    let small = wallet.request_payment(&who, ask("20", "small")).await.unwrap();
    assert!(matches!(status(&small), PaymentStatus::Succeeded { .. }), "{small:?}");

    let large = wallet.request_payment(&who, ask("600", "large")).await.unwrap();
    assert_eq!(*status(&large), PaymentStatus::PendingApproval);
    let view = host.view().await;
    assert_eq!(view.inbox.len(), 1);
    let shown = &view.inbox[0];
    assert_eq!((shown.amount.as_str(), shown.agent.name.as_str()), ("600.00", "Claude Code"));
    assert_eq!(shown.reasons[0].code, "tier_single_approver");

    let payment = large.payment.id();
    let waiting = tokio::spawn({
        let (wallet, who) = (Arc::clone(&wallet), who.clone());
        async move { wallet.wait_for_decision(&who, payment, Duration::from_secs(30)).await }
    });
    let digest = shown.digest.parse_digest();
    wallet.approve(payment, digest).await.unwrap();
    let decided = waiting.await.unwrap().unwrap();
    assert!(matches!(status(&decided), PaymentStatus::Succeeded { .. }), "{decided:?}");
    let view = host.view().await;
    assert!(view.inbox.is_empty());
    assert_eq!(view.activity[0].state_text, "Paid");
    assert_eq!(view.agents[0].budgets[0].limit, "5000.00");
}

trait ParseDigest {
    fn parse_digest(&self) -> purser_domain::Digest;
}

impl ParseDigest for String {
    fn parse_digest(&self) -> purser_domain::Digest {
        purser_domain::Digest::from_hex(self).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_digest_than_the_one_shown_approves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (_host, wallet) = created(dir.path()).await;
    let who = agent(&wallet, "a", generous()).await;
    let large = wallet.request_payment(&who, ask("600", "k")).await.unwrap();
    let other = purser_domain::Digest::of_bytes(b"something else");
    let error = wallet.approve(large.payment.id(), other).await.unwrap_err();
    assert_eq!(error.code(), "digest_changed");
    let still = wallet.payment_state(&who, large.payment.id()).await.unwrap();
    assert_eq!(*status(&still), PaymentStatus::PendingApproval);
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_calls_off_what_waits_and_refuses_what_comes() {
    let dir = tempfile::tempdir().unwrap();
    let (_host, wallet) = created(dir.path()).await;
    let who = agent(&wallet, "a", generous()).await;
    let other = agent(&wallet, "b", generous()).await;
    let waiting = wallet.request_payment(&who, ask("600", "k")).await.unwrap();
    let summary = wallet.revoke_agent(who.agent).await.unwrap();
    assert_eq!(summary.report.canceled, [waiting.payment.id()]);
    assert_eq!(summary.statement.cancelled, 1);
    assert!(summary.statement.lines.iter().any(|line| line.contains("credential")));
    let refused = wallet.request_payment(&who, ask("1", "k2")).await.unwrap_err();
    assert!(
        matches!(refused, AgentError::Refused(Refusal::CredentialRevoked | Refusal::AgentRevoked)),
        "{refused:?}"
    );
    wallet.request_payment(&other, ask("1", "k3")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn frozen_nothing_is_spent_and_waiting_payments_are_called_off() {
    let dir = tempfile::tempdir().unwrap();
    let (host, wallet) = created(dir.path()).await;
    let who = agent(&wallet, "a", generous()).await;
    wallet.request_payment(&who, ask("600", "k")).await.unwrap();
    assert_eq!(wallet.freeze().await.unwrap().statement.cancelled, 1);
    let refused = wallet.request_payment(&who, ask("1", "k2")).await.unwrap_err();
    assert!(matches!(refused, AgentError::Refused(Refusal::WalletFrozen)), "{refused:?}");
    assert!(host.view().await.frozen);
    wallet.unfreeze().await.unwrap();
    wallet.request_payment(&who, ask("1", "k3")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn locked_nothing_is_there_and_unlocked_everything_is_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let (host, wallet) = created(dir.path()).await;
    let who = agent(&wallet, "a", generous()).await;
    wallet.request_payment(&who, ask("20", "k")).await.unwrap();
    let waiting = wallet.request_payment(&who, ask("600", "k2")).await.unwrap();
    let before = host.view().await;
    host.lock().await;
    assert_eq!(host.phase(), Phase::Locked);
    assert!(matches!(host.wallet(), Err(HostError::Locked)));
    assert!(host.view().await.agents.is_empty());
    let closed = wallet.request_payment(&who, ask("20", "k4")).await.unwrap_err();
    assert!(matches!(closed, AgentError::Write(purser_wallet::WriteError::Closed)), "{closed:?}");

    let wrong = host.unlock(Passphrase::from("wrong horse")).await.unwrap_err();
    assert_eq!(wrong.code(), "wrong_passphrase");
    host.unlock(Passphrase::from(PASSPHRASE)).await.unwrap();
    let after = host.view().await;
    assert_eq!(after.inbox, before.inbox);
    assert_eq!(after.log, before.log);
    assert_eq!(after.activity, before.activity);
    let again = host.wallet().unwrap().request_payment(&who, ask("600", "k2")).await.unwrap();
    assert!(again.repeated);
    assert_eq!(again.payment.id(), waiting.payment.id());
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_callers_never_pass_the_daily_cap() {
    let dir = tempfile::tempdir().unwrap();
    let (_host, wallet) = created(dir.path()).await;
    // 50 of them are refused, which must not pause the agent here.
    let breakers = Breakers { refusals: 1000, ..Breakers::default() };
    let policy = AgentPolicy { daily: Decimal::from(100), breakers, ..generous() };
    let who = agent(&wallet, "a", policy).await;
    let callers: Vec<_> = (0..64)
        .map(|i| {
            let (wallet, who) = (Arc::clone(&wallet), who.clone());
            tokio::spawn(
                async move { wallet.request_payment(&who, ask("7", &format!("k{i}"))).await },
            )
        })
        .collect();
    let mut paid = 0;
    for caller in callers {
        match caller.await.unwrap() {
            Ok(answer) => {
                assert!(matches!(status(&answer), PaymentStatus::Succeeded { .. }));
                paid += 1;
            }
            Err(AgentError::Refused(Refusal::DailyCap { .. })) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(paid, 14, "14 times 7 is 98; a 15th would pass 100");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_at_once_pays_once() {
    let dir = tempfile::tempdir().unwrap();
    let (_host, wallet) = created(dir.path()).await;
    let who = agent(&wallet, "a", generous()).await;
    let callers: Vec<_> = (0..64)
        .map(|_| {
            let (wallet, who) = (Arc::clone(&wallet), who.clone());
            tokio::spawn(async move { wallet.request_payment(&who, ask("7", "same")).await })
        })
        .collect();
    let mut payments = std::collections::BTreeSet::new();
    let mut first = 0;
    for caller in callers {
        let answer = caller.await.unwrap().unwrap();
        payments.insert(answer.payment.id());
        first += usize::from(!answer.repeated);
    }
    assert_eq!((payments.len(), first), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_wallet_on_the_same_home_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (_host, _wallet) = created(dir.path()).await;
    let options = HostOptions { kdf: KdfParams::CHEAPEST, ..HostOptions::default() };
    let error = Host::start(dir.path(), options).err().unwrap();
    assert_eq!(error.code(), "home_in_use");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_only_the_agent_names_is_never_shown_as_a_fact_nor_opens_an_allow_list() {
    let dir = tempfile::tempdir().unwrap();
    let (host, wallet) = created(dir.path()).await;
    let who = agent(&wallet, "a", generous()).await;
    let mut claimed = ask("600", "k");
    claimed.payee.host = Some(purser_domain::Host::new("trusted.example").unwrap());
    wallet.request_payment(&who, claimed.clone()).await.unwrap();
    let shown = host.view().await.inbox.remove(0);
    assert_eq!(shown.payee_account, "acct:hetzner");
    let facts = shown.payee_known.iter().chain(&shown.facts);
    assert!(facts.clone().all(|fact| !fact.value.contains("trusted.example")), "{shown:?}");
    let claim = format!("{:?}", shown.payee_name);
    assert!(claim.contains("trusted.example"), "{claim}");

    let only = vec![purser_domain::PayeeKey::new("host:trusted.example").unwrap()];
    let policy = AgentPolicy { allowed_payees: only, ..generous() };
    wallet.set_agent_policy(who.agent, policy, true).await.unwrap();
    claimed.idempotency_key = Some(IdempotencyKey::new("k2").unwrap());
    let refused = wallet.request_payment(&who, claimed).await.unwrap_err();
    assert!(matches!(refused, AgentError::Refused(Refusal::PayeeNotAllowed)), "{refused:?}");
}

/// On one thread, since only such a runtime lets its clock be moved.
#[tokio::test]
async fn left_alone_it_locks_by_itself_after_the_time_of_the_policy() {
    let dir = tempfile::tempdir().unwrap();
    let (host, wallet) = created(dir.path()).await;
    let policy = purser_domain::WalletPolicy { idle_lock_minutes: 5, ..Default::default() };
    wallet.set_wallet_policy(policy, true).await.unwrap();
    drop(wallet);
    let mut notices = host.subscribe();
    tokio::time::pause();
    let before = tokio::time::Instant::now();
    while host.phase() == Phase::Unlocked {
        notices.recv().await.unwrap();
    }
    let alone = before.elapsed();
    assert_eq!(host.phase(), Phase::Locked);
    // A paused clock runs ahead while the writer's thread works, so the upper bound is a wide one;
    // the default would be twelve hours.
    let (least, most) = (Duration::from_secs(280), Duration::from_secs(3 * 3600));
    assert!((least..=most).contains(&alone), "{alone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_opened_for_one_command_pays_nothing_and_the_next_run_does() {
    let dir = tempfile::tempdir().unwrap();
    let options = || HostOptions { kdf: KdfParams::CHEAPEST, ..HostOptions::default() };
    let alone = Host::start(dir.path(), HostOptions { pays: false, ..options() }).unwrap();
    let phrase = Phrase::generate(PhraseLength::Words12).unwrap();
    alone.create(phrase, Passphrase::from(PASSPHRASE)).await.unwrap();
    let wallet = alone.wallet().unwrap();
    let who = agent(&wallet, "a", generous()).await;
    let asked = wallet.request_payment(&who, ask("20", "k"));
    let waited = tokio::time::timeout(Duration::from_millis(300), asked).await;
    assert!(waited.is_err(), "nobody carries it out: {waited:?}");
    drop(wallet);
    alone.lock().await;
    drop(alone);

    let host = Host::start(dir.path(), options()).unwrap();
    host.unlock(Passphrase::from(PASSPHRASE)).await.unwrap();
    let wallet = host.wallet().unwrap();
    let again = wallet.request_payment(&who, ask("20", "k")).await.unwrap();
    assert!(again.repeated);
    assert!(matches!(status(&again), PaymentStatus::Succeeded { .. }), "{again:?}");
}

/// Has payments wait for the owner until the engine's state has forgotten what ended before, once
/// they are called off.
async fn end_many(wallet: &Arc<Wallet>, who: &AgentIdentity) {
    const MANY: usize = 1030;
    let asking = (0..MANY).map(|n| {
        let (wallet, who) = (Arc::clone(wallet), who.clone());
        tokio::spawn(async move {
            let asked = wallet.request_payment(&who, ask("600", &format!("many-{n}"))).await;
            assert_eq!(*status(&asked.unwrap()), PaymentStatus::PendingApproval);
        })
    });
    for asked in asking.collect::<Vec<_>>() {
        asked.await.unwrap();
    }
    assert_eq!(wallet.freeze().await.unwrap().report.canceled.len(), MANY);
    wallet.unfreeze().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_of_long_ago_is_found_in_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let (_host, wallet) = created(dir.path()).await;
    let million = Decimal::from(1_000_000);
    let policy = AgentPolicy { per_session: million, daily: million, ..generous() };
    let who = agent(&wallet, "a", policy.clone()).await;
    let other = agent(&wallet, "b", policy).await;
    let paid = wallet.request_payment(&who, ask("20", "k")).await.unwrap();
    assert!(matches!(status(&paid), PaymentStatus::Succeeded { .. }), "{paid:?}");
    let called_off = wallet.request_payment(&who, ask("600", "called-off")).await.unwrap();
    wallet.freeze().await.unwrap();
    wallet.unfreeze().await.unwrap();
    end_many(&wallet, &who).await;
    let id = paid.payment.id();
    assert!(wallet.look(move |state| state.payment(id).is_none()).await.unwrap(), "forgotten");

    let again = wallet.payment_state(&who, id).await.unwrap();
    assert_eq!(again.payment.reservation, paid.payment.reservation);
    assert_eq!(again.payment.status, paid.payment.status);
    let waited = wallet.wait_for_decision(&who, id, Duration::from_secs(30)).await.unwrap();
    assert_eq!(waited, again);
    let repeated = wallet.request_payment(&who, ask("20", "k")).await.unwrap();
    assert_eq!((repeated.repeated, &repeated.payment), (true, &again.payment));
    let stopped = wallet.payment_state(&who, called_off.payment.id()).await.unwrap();
    let cause = purser_domain::StopCause::Frozen;
    let stop = purser_domain::PaymentStop::Canceled { cause };
    assert_eq!(*status(&stopped), PaymentStatus::Stopped(stop));

    let hidden = wallet.payment_state(&other, id).await.unwrap_err();
    assert!(matches!(hidden, AgentError::NoSuchPayment), "{hidden:?}");
    let late = wallet.cancel_payment(&who, id).await.unwrap_err();
    assert!(matches!(late, AgentError::Command(CommandError::AlreadyEnded)), "{late:?}");
    assert_eq!(wallet.cancel(id).await.unwrap_err().code(), "already_ended");
    let never = purser_domain::PaymentId::from_random(7);
    assert_eq!(wallet.cancel(never).await.unwrap_err().code(), "payment_not_found");
}
