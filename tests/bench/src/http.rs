//! Purser through its agents' door: callers speak HTTP to the real gateway of a running wallet,
//! each request with its credential and a signature of its own (RFC 9421), both checked.
//!
//! Signing is the agents' work and not the wallet's, so requests are signed before a turn begins,
//! as many as it may take; a caller that uses them up signs as it goes.

use crate::load::Caller;
use crate::requests::policy;
use purser_domain::AgentId;
use purser_gateway::Running;
use purser_keys::{
    AgentKeyFile, KdfParams, Passphrase, Phrase, PhraseLength, RequestParts, body_digest,
    new_nonce, sign_request,
};
use purser_wallet::{Home, Host, HostOptions, system_clock};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const TARGET: &str = "/v1/spend-requests";
/// As many as one of 64 callers gets answered in a second at twice what is asked.
const SIGNED_A_SECOND: u64 = 500;

/// An agent with its key and a credential.
struct Agent {
    key: AgentKeyFile,
    authorization: String,
}

/// A running wallet with its gateway, and agents.
pub struct Door {
    _host: Host,
    gateway: Running,
    agents: Arc<Vec<Agent>>,
    next: Arc<AtomicU64>,
}

impl Door {
    /// A wallet in a folder of its own, with agents.
    pub async fn start(dir: &Path, agents: usize) -> Self {
        let dir = dir.join("wallet");
        let options = HostOptions { kdf: KdfParams::CHEAPEST, ..HostOptions::default() };
        let host = Host::start(&dir, options).unwrap();
        let phrase = Phrase::generate(PhraseLength::Words12).unwrap();
        host.create(phrase, Passphrase::from("correct horse battery staple")).await.unwrap();
        let gateway = purser_gateway::start(host.clone(), 0).await.unwrap();
        let wallet = host.wallet().unwrap();
        let mut known = Vec::new();
        for number in 0..agents {
            let added = wallet.add_agent(&format!("agent {number}"), policy()).await.unwrap();
            let id: AgentId = added.agent.id.parse().unwrap();
            let key = AgentKeyFile::read(&Home::agent_key(&dir, id)).unwrap();
            let token = wallet.issue_credential(id, false).await.unwrap().token;
            known.push(Agent { key, authorization: format!("Purser {token}") });
        }
        Self { _host: host, gateway, agents: Arc::new(known), next: Arc::default() }
    }

    /// Callers, each with a connection and its share of the agents.
    pub async fn callers(&self, number: usize, turn: Duration) -> Vec<Visitor> {
        let mut waiting: Vec<Signed> =
            (0..number).map(|place| self.signed(place, number)).collect();
        for signed in &mut waiting {
            for _ in 0..SIGNED_A_SECOND * turn.as_secs() {
                let request = signed.sign();
                signed.ready.push(request);
            }
        }
        // Only now: the gateway closes connections on which nothing comes for a while.
        let mut callers = Vec::new();
        for signed in waiting {
            let stream = TcpStream::connect(self.gateway.addr).await.unwrap();
            stream.set_nodelay(true).unwrap();
            callers.push(Visitor { stream, signed, buffer: Vec::with_capacity(4096) });
        }
        callers
    }

    fn signed(&self, place: usize, stride: usize) -> Signed {
        Signed {
            authority: self.gateway.addr.to_string(),
            agents: Arc::clone(&self.agents),
            place,
            stride,
            next: Arc::clone(&self.next),
            ready: Vec::new(),
        }
    }
}

/// One caller.
pub struct Visitor {
    stream: TcpStream,
    signed: Signed,
    buffer: Vec<u8>,
}

/// Signed requests of a share of the agents.
struct Signed {
    authority: String,
    agents: Arc<Vec<Agent>>,
    place: usize,
    stride: usize,
    next: Arc<AtomicU64>,
    ready: Vec<Vec<u8>>,
}

impl Signed {
    fn sign(&mut self) -> Vec<u8> {
        let agent = &self.agents[self.place];
        self.place = (self.place + self.stride) % self.agents.len();
        let key = self.next.fetch_add(1, Ordering::Relaxed);
        let body = format!(
            r#"{{"payee":{{"name":"Hetzner","url":"https://hetzner.example/"}},"amount":"600",
            "currency":"USD","context":"a reason of ordinary length",
            "idempotency_key":"key-{key}"}}"#
        );
        let parts = RequestParts {
            method: "POST",
            authority: &self.authority,
            path: TARGET,
            query: None,
            authorization: Some(&agent.authorization),
            body_digest: body_digest(body.as_bytes()),
        };
        let now_s = system_clock()().as_seconds();
        let proof = sign_request(&agent.key.key, &parts, now_s, &new_nonce().unwrap()).unwrap();
        format!(
            "POST {TARGET} HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\nSignature-Input: {}\r\n\
             Signature: {}\r\nContent-Digest: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.authority,
            agent.authorization,
            proof.signature_input,
            proof.signature,
            proof.content_digest,
            body.len(),
        )
        .into_bytes()
    }
}

impl Visitor {
    /// Reads one answer, and gives its head.
    async fn answer(&mut self) -> String {
        self.buffer.clear();
        loop {
            let read = self.stream.read_buf(&mut self.buffer).await.unwrap();
            assert!(read > 0, "the gateway closed the connection");
            let end = self.buffer.windows(4).position(|four| four == b"\r\n\r\n");
            let Some(end) = end.map(|end| end + 4) else { continue };
            let head = std::str::from_utf8(&self.buffer[..end]).unwrap().to_ascii_lowercase();
            let length = head.split("content-length: ").nth(1).unwrap();
            let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
            if self.buffer.len() >= end + length {
                return head;
            }
        }
    }
}

impl Caller for Visitor {
    type Question = Vec<u8>;

    fn prepare(&mut self) -> Vec<u8> {
        match self.signed.ready.pop() {
            Some(request) => request,
            None => self.signed.sign(),
        }
    }

    async fn ask(&mut self, request: Vec<u8>) {
        self.stream.write_all(&request).await.unwrap();
        let head = self.answer().await;
        let held = head.starts_with("http/1.1 202 ");
        assert!(held, "{head}{}", String::from_utf8_lossy(&self.buffer));
    }
}
