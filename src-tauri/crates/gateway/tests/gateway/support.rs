//! A wallet on a folder of its own, its gateway on a free port, and agents that sign.

use purser_domain::{AgentId, AgentPolicy, Digest, PaymentId, Timestamp};
use purser_gateway::{RemoteDoor, Running, start};
use purser_keys::{
    AgentKeyFile, KdfParams, Passphrase, Phrase, PhraseLength, RequestParts, body_digest,
    new_nonce, sign_request,
};
use purser_wallet::{Clock, Home, Host, HostOptions, Wallet, system_clock};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tempfile::TempDir;
use zeroize::Zeroizing;

pub const PASSPHRASE: &str = "correct horse battery staple";

pub struct World {
    pub dir: TempDir,
    pub host: Host,
    pub running: Running,
    pub client: reqwest::Client,
    offset_ms: Arc<AtomicI64>,
}

pub struct Agent {
    pub id: AgentId,
    pub key: AgentKeyFile,
}

pub fn passphrase() -> Passphrase {
    Passphrase::new(Zeroizing::new(PASSPHRASE.to_owned()))
}

pub fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

pub async fn host(dir: &TempDir, offset_ms: &Arc<AtomicI64>) -> Host {
    let options =
        HostOptions { clock: clock(offset_ms), kdf: KdfParams::CHEAPEST, ..HostOptions::default() };
    Host::start(dir.path(), options).unwrap()
}

fn clock(offset_ms: &Arc<AtomicI64>) -> Clock {
    let (offset, real) = (Arc::clone(offset_ms), system_clock());
    Arc::new(move || Timestamp::from_millis(real().as_millis() + offset.load(Ordering::SeqCst)))
}

impl World {
    pub async fn new() -> Self {
        let (dir, offset_ms) = (tempfile::tempdir().unwrap(), Arc::new(AtomicI64::new(0)));
        let host = host(&dir, &offset_ms).await;
        let phrase = Phrase::generate(PhraseLength::Words12).unwrap();
        host.create(phrase, passphrase()).await.unwrap();
        let running = start(host.clone(), 0).await.unwrap();
        Self { dir, host, running, client: client(), offset_ms }
    }

    pub fn wallet(&self) -> Arc<Wallet> {
        self.host.wallet().unwrap()
    }

    pub fn clock(&self) -> Clock {
        clock(&self.offset_ms)
    }

    pub fn now_s(&self) -> i64 {
        self.clock()().as_seconds()
    }

    pub fn pass_seconds(&self, seconds: i64) {
        self.offset_ms.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    pub async fn agent(&self, name: &str, policy: AgentPolicy) -> Agent {
        let added = self.wallet().add_agent(name, policy).await.unwrap();
        let id: AgentId = added.agent.id.parse().unwrap();
        let key = AgentKeyFile::read(&Home::agent_key(self.dir.path(), id)).unwrap();
        Agent { id, key }
    }

    pub fn door(&self, agent: &Agent) -> RemoteDoor {
        RemoteDoor::open(self.dir.path(), agent.id).unwrap().with_clock(self.clock())
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.url)
    }

    /// A credential for an agent, by the gateway.
    pub async fn token(&self, agent: &Agent) -> String {
        let body = json!({ "agent": agent.id.to_string() }).to_string();
        let request = Signed::post("/v1/credentials", &body).send(self, agent);
        let (status, answer) = answer(request).await;
        assert_eq!(status, 200, "{answer}");
        answer["token"].as_str().unwrap().to_owned()
    }

    pub async fn post(&self, agent: &Agent, path: &str, body: &Value) -> (StatusCode, Value) {
        let token = self.token(agent).await;
        answer(Signed::post(path, &body.to_string()).with(&token).send(self, agent)).await
    }

    pub async fn get(&self, agent: &Agent, path: &str) -> (StatusCode, Value) {
        let token = self.token(agent).await;
        answer(Signed::get(path).with(&token).send(self, agent)).await
    }

    /// Entries in the log.
    pub async fn entries(&self) -> u64 {
        self.wallet().look(|state| state.next_seq()).await.unwrap()
    }

    pub async fn approve(&self, payment: &str) {
        let id: PaymentId = payment.parse().unwrap();
        let digest: Digest = self
            .wallet()
            .look(move |state| {
                state.payment(id).unwrap().reservation.approval.as_ref().unwrap().digest
            })
            .await
            .unwrap();
        self.wallet().approve(id, digest).await.unwrap();
    }
}

/// A request to sign, with everything that can be wrong about it.
#[derive(Clone)]
pub struct Signed<'a> {
    pub method: Method,
    pub path: &'a str,
    pub body: &'a str,
    pub token: Option<&'a str>,
    pub skew_s: i64,
    pub nonce: Option<&'a str>,
}

impl<'a> Signed<'a> {
    pub fn post(path: &'a str, body: &'a str) -> Self {
        Self { method: Method::POST, path, body, token: None, skew_s: 0, nonce: None }
    }

    pub fn get(path: &'a str) -> Self {
        Self { method: Method::GET, ..Self::post(path, "") }
    }

    pub fn with(mut self, token: &'a str) -> Self {
        self.token = Some(token);
        self
    }

    pub fn send(&self, world: &World, agent: &Agent) -> RequestBuilder {
        let authorization = self.token.map(|token| format!("Purser {token}"));
        let (path, query) = match self.path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (self.path, None),
        };
        let authority = world.running.addr.to_string();
        let parts = RequestParts {
            method: self.method.as_str(),
            authority: &authority,
            path,
            query,
            authorization: authorization.as_deref(),
            body_digest: body_digest(self.body.as_bytes()),
        };
        let fresh = new_nonce().unwrap();
        let nonce = self.nonce.unwrap_or(&fresh);
        let created = world.now_s() + self.skew_s;
        let proof = sign_request(&agent.key.key, &parts, created, nonce).unwrap();
        let mut request = world
            .client
            .request(self.method.clone(), world.url(self.path))
            .header("signature-input", proof.signature_input)
            .header("signature", proof.signature)
            .header("content-digest", proof.content_digest);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        if self.body.is_empty() {
            return request;
        }
        request.header("content-type", "application/json").body(self.body.to_owned())
    }
}

/// The status and the JSON of an answer; problems must say that they are.
pub async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let response = request.send().await.unwrap();
    let status = response.status();
    let header = |name| response.headers().get(name).map(|v| v.to_str().unwrap().to_owned());
    let content_type = header("content-type").unwrap_or_default();
    assert_eq!(header("access-control-allow-origin"), None, "never a CORS header");
    assert_eq!(header("cache-control").as_deref(), Some("no-store"));
    let text = response.text().await.unwrap();
    let value: Value = serde_json::from_str(&text).unwrap_or(Value::String(text));
    if !status.is_success() {
        assert_eq!(content_type, "application/problem+json", "{value}");
        assert_eq!(value["status"], status.as_u16(), "{value}");
        for field in ["type", "title", "detail", "code", "what_to_do"] {
            assert!(value[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {value}");
        }
    }
    (status, value)
}

pub fn ask(amount: &str) -> Value {
    json!({
        "payee": { "name": "Acme Cloud", "url": "https://acme.example/" },
        "amount": amount,
        "currency": "USD",
        "task": { "id": "task-1", "text": "rent a server" },
        "context": "the task needs a server",
    })
}

pub fn keyed(amount: &str, key: &str) -> Value {
    let mut ask = ask(amount);
    ask["idempotency_key"] = key.into();
    ask
}
