//! A real chain, a real token, x402's own facilitator and server, and merchants that break the
//! rules (`tests/world`). One test, since the world takes a while to come up.

use crate::support::{authorize, doubt, failure, get, networks, real_now, receipt, spend};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{Eip712Domain, SolStruct as _};
use k256::ecdsa::SigningKey;
use purser_domain::*;
use purser_rails::x402::*;
use purser_rails::{Outcome, Rail as _};
use serde_json::{Value, json};
use std::cell::Cell;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{interval, timeout};

#[allow(missing_docs, reason = "the fields are those of EIP-3009, in its order")]
mod typed {
    alloy_sol_types::sol! {
        struct TransferWithAuthorization {
            address from;
            address to;
            uint256 value;
            uint256 validAfter;
            uint256 validBefore;
            bytes32 nonce;
        }
    }
}

/// A key of the tests' own, worthless everywhere.
struct Key(SigningKey);

impl TransferSigner for Key {
    fn address(&self) -> [u8; 20] {
        Address::from_public_key(self.0.verifying_key()).into_array()
    }

    fn sign_transfer(&self, transfer: &TransferAuthorization) -> Result<[u8; 65], SignError> {
        let domain = Eip712Domain {
            name: Some(transfer.token_name.clone().into()),
            version: Some(transfer.token_version.clone().into()),
            chain_id: Some(U256::from(transfer.chain_id)),
            verifying_contract: Some(Address::from(transfer.verifying_contract)),
            salt: None,
        };
        let message = typed::TransferWithAuthorization {
            from: Address::from(transfer.from),
            to: Address::from(transfer.to),
            value: U256::from(transfer.value),
            validAfter: U256::from(transfer.valid_after),
            validBefore: U256::from(transfer.valid_before),
            nonce: B256::from(transfer.nonce),
        };
        let digest = message.eip712_signing_hash(&domain);
        let signed = self.0.sign_prehash_recoverable(digest.as_slice());
        let (signature, recovery) = signed.map_err(|_| SignError::Failed)?;
        let mut bytes = [0; 65];
        bytes[..64].copy_from_slice(&signature.to_bytes());
        bytes[64] = recovery.to_byte() + 27;
        Ok(bytes)
    }
}

/// The running world. It ends when its stdin does.
struct World {
    _child: Child,
    about: Value,
    web: reqwest::Client,
}

impl World {
    async fn start() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/world");
        if !folder.join("node_modules").is_dir() {
            return None;
        }
        let mut command = Command::new("node");
        command.arg("world.mjs").current_dir(folder).kill_on_drop(true);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = timeout(Duration::from_secs(120), lines.next_line()).await;
        let about = serde_json::from_str(&line.unwrap().unwrap().unwrap()).unwrap();
        Some(Self { _child: child, about, web: reqwest::Client::new() })
    }

    fn text(&self, name: &str) -> &str {
        self.about[name].as_str().unwrap()
    }

    fn url(&self, route: &str) -> &str {
        self.about["routes"][route]["url"].as_str().unwrap()
    }

    async fn mint(&self, to: &str) {
        let url = format!("{}/mint", self.text("control"));
        let coins = json!({ "to": to, "amount_atomic": "1000000000" });
        let answer = self.web.post(url).json(&coins).send().await.unwrap();
        answer.error_for_status().unwrap();
    }

    async fn balance(&self, of: &str) -> u64 {
        let url = format!("{}/balance?of={of}", self.text("control"));
        let answer: Value = self.web.get(url).send().await.unwrap().json().await.unwrap();
        answer["balance_atomic"].as_str().unwrap().parse().unwrap()
    }
}

struct Payer<'a> {
    world: &'a World,
    rail: X402,
    payments: Cell<u128>,
}

impl Payer<'_> {
    async fn quote(&self, url: &str) -> Result<SpendRequest, QuoteError> {
        self.payments.set(self.payments.get() + 1);
        match self.rail.quote(get(url)).await? {
            Quote::Priced { payee, amount, terms, .. } => {
                Ok(spend(self.payments.get(), RailId::X402, payee, amount, Some(terms)))
            }
            Quote::Free(answer) => panic!("free: {answer:?}"),
        }
    }

    async fn pay(&self, url: &str) -> (SpendRequest, Timestamp, Outcome) {
        let request = self.quote(url).await.unwrap();
        let now = real_now();
        let valid_until = now.plus_seconds(self.rail.validity_s(&request));
        let outcome = self.rail.submit(&authorize(&request, now, valid_until)).await;
        (request, valid_until, outcome)
    }

    /// Asks until the rail knows.
    async fn find_out(&self, request: &SpendRequest, valid_until: Timestamp) -> Resolution {
        let asking = async {
            let mut again = interval(Duration::from_millis(200));
            loop {
                again.tick().await;
                match self.rail.resolve(request, valid_until).await {
                    Resolution::Unknown { .. } => {}
                    known => return known,
                }
            }
        };
        timeout(Duration::from_secs(40), asking).await.unwrap()
    }
}

impl<'a> Payer<'a> {
    /// One whose merchants have this long. Payments count on from `first`.
    fn new(world: &'a World, key: &Arc<Key>, first: u128, deadline: Duration) -> Self {
        let signer = Arc::clone(key) as Arc<dyn TransferSigner>;
        let rail = X402::new(signer, networks(world.text("rpc")), Arc::new(real_now)).unwrap();
        let rail = rail.with_merchant_deadline(deadline).unwrap();
        Self { world, rail, payments: Cell::new(first) }
    }
}

/// Merchants that deliver, or take the money and don't: each is paid once.
async fn paid_once(payer: &Payer<'_>) {
    let (request, valid_until, outcome) = payer.pay(payer.world.url("/weather")).await;
    let given = receipt(&outcome.resolution).clone();
    assert!(given.verified && given.reference.len() == 66, "{given:?}");
    let goods: Value = serde_json::from_slice(&outcome.delivery.unwrap().body).unwrap();
    assert_eq!(goods["weather"], "sunny");
    let again = payer.rail.resolve(&request, valid_until).await;
    assert_eq!(receipt(&again).reference, given.reference, "the chain tells the same");
    // Not even when it is submitted again.
    payer.rail.submit(&authorize(&request, real_now(), valid_until)).await;

    let (request, valid_until, outcome) = payer.pay(payer.world.url("/settle-then-500")).await;
    assert_eq!(doubt(&outcome.resolution), "merchant_error");
    assert!(receipt(&payer.find_out(&request, valid_until).await).verified);
}

/// Merchants that lie, hang, close or want more: what they got expires unused.
async fn paid_nothing(payer: &Payer<'_>, hasty: &Payer<'_>) {
    let mut open = Vec::new();
    for (payer, route, problem) in [
        (payer, "/greedy", "merchant_402_again"),
        (payer, "/lies", "unconfirmed_settlement"),
        (payer, "/forever", "merchant_402_again"),
        (payer, "/close", "no_answer"),
        (hasty, "/hang", "no_answer"),
        (payer, "/redirect-paid", "merchant_redirected"),
    ] {
        let url = format!("{}?max_timeout_s=8", payer.world.url(route));
        let (request, valid_until, outcome) = payer.pay(&url).await;
        assert_eq!(doubt(&outcome.resolution), problem, "{route}");
        open.push((request, valid_until));
    }
    for (request, valid_until) in open {
        assert_eq!(failure(&payer.find_out(&request, valid_until).await), "not_settled");
    }
}

/// Offers that are refused before anything is signed.
async fn never_signed(payer: &Payer<'_>) {
    for (route, code) in [
        ("/upfront", "offer_unacceptable"),
        ("/unknown-flow", "offer_unacceptable"),
        ("/wrong-token", "offer_unacceptable"),
        ("/wrong-network", "offer_unacceptable"),
        ("/huge", "offer_unacceptable"),
        ("/markup-domain", "offer_unacceptable"),
        ("/redirect", "merchant_redirects"),
        ("/v1", "x402_v1"),
    ] {
        let error = payer.quote(payer.world.url(route)).await.unwrap_err();
        assert_eq!(error.code(), code, "{route}");
    }
    let marked = payer.quote(payer.world.url("/markup")).await.unwrap();
    let description = marked.terms.unwrap().description.unwrap();
    assert!(description.has_hidden() && description.visible(4000).contains("<U+202E>"));
}

#[tokio::test]
async fn real_merchants_are_paid_once_and_bad_ones_never_more_than_agreed() {
    let Some(world) = World::start().await else {
        eprintln!("left out: tests/world has no packages; run `make setup`");
        return;
    };
    let key = Arc::new(Key(SigningKey::from_slice(&[0x42; 32]).unwrap()));
    let address = Address::from(key.address()).to_string();
    world.mint(&address).await;
    let start = world.balance(&address).await;
    let spent = async || start - world.balance(&address).await;
    let payer = Payer::new(&world, &key, 0, Duration::from_secs(20));
    let hasty = Payer::new(&world, &key, 1000, Duration::from_secs(2));
    paid_once(&payer).await;
    assert_eq!(spent().await, 20_000);
    paid_nothing(&payer, &hasty).await;
    never_signed(&payer).await;
    assert_eq!(spent().await, 20_000, "nobody took more than was agreed");
}
