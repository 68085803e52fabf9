//! A payer, a merchant, a chain, and payments that the engine authorized.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use purser_domain::*;
use purser_engine::{Authorized, Reply, State, decide};
use purser_rails::Clock;
use purser_rails::x402::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub const NETWORK: &str = "eip155:84532";
pub const TOKEN: &str = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";
pub const SHOP: &str = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
pub const PAYER: [u8; 20] = [0x11; 20];
pub const TRANSACTION: &str = "0xabababababababababababababababababababababababababababababababab";
/// The time of the tests, in seconds since the epoch.
pub const NOW_S: i64 = 1_772_452_800;
pub const AGENT: AgentId = AgentId::from_random(2);

/// A clock that stands still.
pub fn clock_at(seconds: i64) -> Clock {
    Arc::new(move || Timestamp::from_millis(seconds * 1000))
}

#[allow(clippy::disallowed_methods, reason = "real signatures are good at the real time only")]
pub fn real_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

/// Remembers what it signed.
#[derive(Default)]
pub struct Signer {
    pub signed: Mutex<Vec<TransferAuthorization>>,
    pub locked: bool,
}

impl TransferSigner for Signer {
    fn address(&self) -> [u8; 20] {
        PAYER
    }

    fn sign_transfer(&self, transfer: &TransferAuthorization) -> Result<[u8; 65], SignError> {
        if self.locked {
            return Err(SignError::Locked);
        }
        self.signed.lock().unwrap().push(transfer.clone());
        Ok([0x5a; 65])
    }
}

/// Networks whose Base Sepolia is asked at `rpc_url`.
pub fn networks(rpc_url: &str) -> Networks {
    let network = Network { rpc_url: rpc_url.to_owned() };
    let networks = BTreeMap::from([(NETWORK.to_owned(), network)]);
    Networks::from_policy(&WalletPolicy { networks, ..WalletPolicy::default() }).unwrap()
}

/// A rail whose merchants have half a second, asked at `rpc_url`.
pub fn rail(signer: &Arc<Signer>, rpc_url: &str) -> X402 {
    let signer = Arc::clone(signer) as Arc<dyn TransferSigner>;
    let rail = X402::new(signer, networks(rpc_url), clock_at(NOW_S)).unwrap();
    rail.with_merchant_deadline(Duration::from_millis(500)).unwrap()
}

pub fn get(url: &str) -> FetchRequest {
    let headers = vec![("Accept".to_owned(), "application/json".to_owned())];
    FetchRequest { method: "GET".to_owned(), url: url.to_owned(), headers, body: Vec::new() }
}

/// What a merchant's offer becomes when an agent asks for it.
pub async fn request(rail: &X402, url: &str) -> SpendRequest {
    match rail.quote(get(url)).await.unwrap() {
        Quote::Priced { payee, amount, terms, .. } => {
            spend(7, RailId::X402, payee, amount, Some(terms))
        }
        Quote::Free(answer) => panic!("nothing to pay: {answer:?}"),
    }
}

pub fn spend(
    payment: u128,
    rail: RailId,
    payee: Payee,
    amount: Money,
    terms: Option<Terms>,
) -> SpendRequest {
    SpendRequest {
        payment: PaymentId::from_random(payment),
        agent: AGENT,
        action: Action::ToolCall,
        rail,
        payee,
        amount,
        category: None,
        session: None,
        task: None,
        subject: None,
        context: None,
        line_items: Vec::new(),
        attribution: purser_domain::Attribution::default(),
        idempotency_key: IdempotencyKey::new("key-1").unwrap(),
        key_derived: false,
        terms,
    }
}

/// Takes a request through the engine, as a wallet does: add an agent, spend, submit.
pub fn authorize(request: &SpendRequest, now: Timestamp, valid_until: Timestamp) -> Authorized {
    let credential = CredentialId::from_random(4);
    let scope = Scope::default();
    let expires_at = now.plus_seconds(600);
    let (proof, handed_over) = (HolderProof::Signature, false);
    let presented = Presented { credential, scope: scope.clone(), expires_at, proof, handed_over };
    let draft = AgentDraft {
        agent: AGENT,
        name: Claim::new("Agent", 64).unwrap(),
        holder_key: Digest::of_bytes(b"key"),
        policy: AgentPolicy::default(),
    };
    let owner = ApproverId::from_random(1);
    let mut state = State::default();
    let mut seq = 0;
    for command in [
        Command::CreateWallet { owner, policy: WalletPolicy::default() },
        Command::AddAgent(draft),
        Command::IssueCredential {
            credential,
            agent: AGENT,
            scope,
            expires_at,
            bearer: false,
            revocation_ids: Vec::new(),
        },
        Command::Spend { request: Box::new(request.clone()), presented: Some(presented) },
        Command::Submit { payment: request.payment, valid_until },
    ] {
        let decision = decide(&state, &command, now);
        for event in decision.events {
            state
                .apply(&Entry { seq, at_ms: decision.at, clock_ms: decision.clock, event })
                .unwrap();
            seq += 1;
        }
        match decision.reply {
            Reply::Authorized(authorized) => return *authorized,
            Reply::Error(error) => panic!("{error}"),
            _ => {}
        }
    }
    panic!("the engine authorized nothing")
}

pub fn valid_until() -> Timestamp {
    Timestamp::from_millis(NOW_S * 1000).plus_seconds(60)
}

/// [`authorize`] at the time of the tests.
pub fn authorized(request: &SpendRequest) -> Authorized {
    authorize(request, Timestamp::from_millis(NOW_S * 1000), valid_until())
}

pub fn failure(resolution: &Resolution) -> &str {
    match resolution {
        Resolution::Failed { problem, .. } => problem,
        other => panic!("not failed: {other:?}"),
    }
}

pub fn doubt(resolution: &Resolution) -> &str {
    match resolution {
        Resolution::Unknown { problem, .. } => problem,
        other => panic!("not unknown: {other:?}"),
    }
}

pub fn receipt(resolution: &Resolution) -> &Receipt {
    match resolution {
        Resolution::Succeeded { receipt, settled } => {
            assert_eq!(*settled, Decimal::new(1, 2));
            receipt
        }
        other => panic!("not succeeded: {other:?}"),
    }
}

pub fn base64_json(value: &Value) -> String {
    STANDARD.encode(value.to_string())
}

/// An offer of one entry that can be paid.
pub fn offer() -> Value {
    json!({
        "x402Version": 2,
        "error": "payment required",
        "resource": { "url": "https://shop.example/item", "description": "an item" },
        "accepts": [{
            "scheme": "exact", "network": NETWORK, "amount": "10000", "asset": TOKEN,
            "payTo": SHOP, "maxTimeoutSeconds": 30, "extra": { "name": "USDC", "version": "2" },
        }],
        "extensions": { "payment-identifier": { "info": { "required": false } } },
    })
}

pub fn paid_receipt() -> Value {
    json!({ "success": true, "transaction": TRANSACTION, "network": NETWORK })
}

/// What a server of the tests does with a request.
#[derive(Clone)]
pub enum Answer {
    /// Answers and closes.
    Http { status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8> },
    /// Sends these bytes and closes.
    Raw(Vec<u8>),
    /// Sends these bytes and keeps the connection open.
    Stuck(Vec<u8>),
}

impl Answer {
    pub fn status(status: u16) -> Self {
        Self::Http { status, headers: Vec::new(), body: b"{}".to_vec() }
    }

    pub fn with(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Http { status, mut headers, body } => {
                headers.push((name, value.to_owned()));
                Self::Http { status, headers, body }
            }
            other => other,
        }
    }

    pub fn body(self, body: Vec<u8>) -> Self {
        match self {
            Self::Http { status, headers, .. } => Self::Http { status, headers, body },
            other => other,
        }
    }

    /// 402 with an offer.
    pub fn asks(offer: &Value) -> Self {
        Self::status(402).with("PAYMENT-REQUIRED", &base64_json(offer))
    }

    /// 200 with a receipt.
    pub fn serves(receipt: &Value) -> Self {
        Self::status(200).with("PAYMENT-RESPONSE", &base64_json(receipt))
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub line: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Seen {
    /// The payment that came along, decoded.
    pub fn payment(&self) -> Option<Value> {
        let header = self.headers.get("payment-signature")?;
        Some(serde_json::from_slice(&STANDARD.decode(header).unwrap()).unwrap())
    }
}

type Plan = Arc<dyn Fn(&Seen) -> Answer + Send + Sync>;

/// A server on a free port of this machine, for as long as the test runs.
pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    pub async fn start(plan: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (plan, log): (Plan, _) = (Arc::new(plan), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&plan), Arc::clone(&log)));
            }
        });
        Self { address, seen }
    }

    /// A shop that asks for a cent, and does this with whoever pays.
    pub async fn shop(paid: Answer) -> Self {
        Self::start(move |seen| match seen.payment() {
            Some(_) => paid.clone(),
            None => Answer::asks(&offer()),
        })
        .await
    }

    pub fn url(&self) -> String {
        format!("http://{}/item?q=1", self.address)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, plan: Plan, log: Arc<Mutex<Vec<Seen>>>) {
    let Some(seen) = read(&mut stream).await else { return };
    log.lock().unwrap().push(seen.clone());
    let (bytes, stuck) = match plan(&seen) {
        Answer::Raw(bytes) => (bytes, false),
        Answer::Stuck(bytes) => (bytes, true),
        Answer::Http { status, headers, body } => {
            let mut head = format!("HTTP/1.1 {status} Status\r\nconnection: close\r\n");
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
            ([head.as_bytes(), &body].concat(), false)
        }
    };
    let _ = stream.write_all(&bytes).await;
    if stuck {
        // Until the other side gives up.
        let _ = stream.read_u8().await;
    }
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.lines();
    let line = lines.next()?.to_owned();
    let pairs = lines.filter_map(|line| line.split_once(": "));
    let headers: BTreeMap<_, _> =
        pairs.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let length = headers.get("content-length").map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Seen { line, headers, body })
}

/// What a chain of the tests says.
#[derive(Debug, Clone)]
pub struct Ledger {
    pub chain_id: u64,
    pub used: bool,
    pub number: u64,
    pub time_s: i64,
    /// The transaction that the logs name.
    pub logged: Option<&'static str>,
    /// Answers errors to everything.
    pub broken: bool,
}

/// A chain's JSON-RPC endpoint.
pub struct Chain {
    server: Server,
    pub says: Arc<Mutex<Ledger>>,
}

impl Chain {
    pub async fn start(used: bool) -> Self {
        let says = Arc::new(Mutex::new(Ledger {
            chain_id: 84_532,
            used,
            number: 5000,
            time_s: NOW_S,
            logged: Some(TRANSACTION),
            broken: false,
        }));
        let shared = Arc::clone(&says);
        let plan = move |seen: &Seen| {
            let question: Value = serde_json::from_slice(&seen.body).unwrap();
            let answer = rpc(&shared.lock().unwrap(), &question);
            Answer::status(200).body(answer.to_string().into_bytes())
        };
        Self { server: Server::start(plan).await, says }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.server.address)
    }

    pub fn set(&self, change: impl FnOnce(&mut Ledger)) {
        change(&mut self.says.lock().unwrap());
    }

    /// The questions of one method.
    pub fn asked(&self, method: &str) -> Vec<Value> {
        let all = self.server.seen().into_iter();
        all.map(|seen| serde_json::from_slice::<Value>(&seen.body).unwrap())
            .filter(|question| question["method"] == method)
            .collect()
    }
}

fn rpc(says: &Ledger, question: &Value) -> Value {
    if says.broken {
        return json!({ "jsonrpc": "2.0", "id": 1, "error": { "code": -32_000, "message": "no" } });
    }
    let result = match question["method"].as_str().unwrap() {
        "eth_chainId" => json!(format!("{:#x}", says.chain_id)),
        "eth_getBlockByNumber" => json!({
            "number": format!("{:#x}", says.number), "timestamp": format!("{:#x}", says.time_s),
        }),
        "eth_call" => json!(format!("0x{:064x}", u8::from(says.used))),
        "eth_getLogs" => {
            let logs = says.logged.filter(|_| says.used);
            json!(
                logs.map(|hash| json!({ "transactionHash": hash })).into_iter().collect::<Vec<_>>()
            )
        }
        other => panic!("{other}"),
    };
    json!({ "jsonrpc": "2.0", "id": 1, "result": result })
}
