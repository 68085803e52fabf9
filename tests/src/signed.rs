//! An agent that signs its own requests, byte by byte, with the key in the wallet's folder.

use crate::http::Response;
use crate::{Failure, TestWallet, raw, wallet::text};
use jiff::Timestamp;
use purser_keys::{AgentKeyFile, RequestParts, body_digest, new_nonce, sign_request};
use serde_json::{Value, json};

/// An agent with its key, and a credential once it has one.
pub struct Signer {
    key: AgentKeyFile,
    authority: String,
    token: Option<String>,
}

impl Signer {
    /// An agent of a running wallet, by its id, with a fresh credential.
    ///
    /// # Errors
    /// When its key can't be read or it gets no credential.
    pub fn new(wallet: &TestWallet, agent: &str) -> Result<Self, Failure> {
        Self::at(wallet, agent, wallet.url())
    }

    /// As [`Self::new`], for a wallet that the test itself has started.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn at(wallet: &TestWallet, agent: &str, url: &str) -> Result<Self, Failure> {
        let path = wallet.home().join("agents").join(format!("{agent}.json"));
        let key = AgentKeyFile::read(&path).map_err(Failure::new)?;
        let authority = raw::authority(url)?.to_owned();
        let mut signer = Self { key, authority, token: None };
        let answer = signer.post("/v1/credentials", &json!({ "agent": agent }))?;
        let token = text(&answer.json(), "/token").to_owned();
        if token.is_empty() {
            return Err(Failure::new(format!("no credential: {}", answer.body)));
        }
        signer.token = Some(token);
        Ok(signer)
    }

    /// The same agent and credential, at a wallet that runs elsewhere meanwhile.
    ///
    /// # Errors
    /// When the wallet does not run.
    pub fn move_to(&mut self, wallet: &TestWallet) -> Result<(), Failure> {
        raw::authority(wallet.url())?.clone_into(&mut self.authority);
        Ok(())
    }

    /// The `host:port` it speaks to.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Its credential.
    #[must_use]
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// The header lines of a signed request, to which a test adds what it likes.
    ///
    /// # Errors
    /// When it can't be signed.
    pub fn header(&self, method: &str, target: &str, body: &[u8]) -> Result<Vec<String>, Failure> {
        let authorization = self.token.as_ref().map(|token| format!("Purser {token}"));
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let parts = RequestParts {
            method,
            authority: &self.authority,
            path,
            query,
            authorization: authorization.as_deref(),
            body_digest: body_digest(body),
        };
        let nonce = new_nonce().map_err(Failure::new)?;
        let now = Timestamp::now().as_second();
        let proof = sign_request(&self.key.key, &parts, now, &nonce).map_err(Failure::new)?;
        let mut lines = vec![
            format!("Signature-Input: {}", proof.signature_input),
            format!("Signature: {}", proof.signature),
            format!("Content-Digest: {}", proof.content_digest),
        ];
        lines.extend(authorization.map(|value| format!("Authorization: {value}")));
        Ok(lines)
    }

    /// A signed request's bytes.
    ///
    /// # Errors
    /// When it can't be signed.
    pub fn request(&self, method: &str, target: &str, body: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut header = self.header(method, target, body)?;
        header.push(format!("Host: {}", self.authority));
        if !body.is_empty() {
            header.push("Content-Type: application/json".to_owned());
        }
        Ok(raw::request(method, target, &header, body))
    }

    /// Sends a signed POST of JSON.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn post(&self, target: &str, body: &Value) -> Result<Response, Failure> {
        self.post_bytes(target, body.to_string().as_bytes())
    }

    /// Sends a signed POST of whatever bytes, said to be JSON.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn post_bytes(&self, target: &str, body: &[u8]) -> Result<Response, Failure> {
        raw::send(&self.authority, &self.request("POST", target, body)?)
    }

    /// Sends a signed GET.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn get(&self, target: &str) -> Result<Response, Failure> {
        raw::send(&self.authority, &self.request("GET", target, &[])?)
    }

    /// Asks to pay a sandbox payee in USD under a key of its own.
    ///
    /// # Errors
    /// When there is no answer.
    pub fn pay(&self, amount: &str, key: &str) -> Result<Response, Failure> {
        self.post("/v1/spend-requests", &payment(amount, key))
    }
}

/// The body of a payment in USD to a sandbox payee.
#[must_use]
pub fn payment(amount: &str, key: &str) -> Value {
    json!({
        "payee": { "name": "Acme Cloud", "url": "https://acme.example/" },
        "amount": amount,
        "currency": "USD",
        "context": "the task needs a server",
        "idempotency_key": key,
    })
}
