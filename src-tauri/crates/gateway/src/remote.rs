//! The agent's side: a door to a wallet that runs in another process on this machine.
//!
//! Guarantees: every request is signed by the agent's own key; the credential is renewed without
//! anybody's help while the agent is in good standing; credentials and requests go to the loopback
//! address that the wallet wrote into its own folder and nowhere else, past any proxy; a wallet
//! that was restarted elsewhere is found again. Nothing is sent twice on its own, except after
//! a refusal that decided nothing.

use crate::answer::{BudgetAnswer, CredentialAnswer, FetchAnswer, PaymentAnswer};
use crate::answer_sharing::{DelegationAnswer, DelegationsAnswer, SessionAnswer, SessionsAnswer};
use crate::convert;
use crate::door::{AgentDoor, Operation};
use crate::dto::{CredentialRequest, FetchRequest, PaymentRef, PaymentRequest, WaitRequest};
use crate::dto_sharing::{AllocationRequest, DelegationRequest, SessionRef, SessionRequest};
use crate::problem::Problem;
use crate::serve::read_file;
use async_trait::async_trait;
use purser_domain::{AgentId, Scope, Timestamp};
use purser_keys::{
    AgentKeyFile, Credential, KeysError, RequestParts, body_digest, hand_over, new_nonce,
    sign_request,
};
use purser_wallet::{Clock, Home, system_clock};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::Mutex;
use url::Url;

/// Beyond what the wallet itself waits for, an answer is given up after this.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// A fetch asks a merchant twice before it answers.
const FETCH_TIMEOUT: Duration = Duration::from_secs(150);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A credential that ends this soon is renewed first.
const RENEW_BEFORE_S: u64 = 30;

/// Why the agent's side can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The agent's key file is missing or can't be read.
    #[error("the agent's key can't be read: {0}")]
    Key(#[from] KeysError),
    /// The key file is another agent's.
    #[error("the key file belongs to agent `{found}`; give that id, or add the agent again")]
    OtherAgent {
        /// Whose it is.
        found: AgentId,
    },
    /// No HTTP client.
    #[error("the HTTP client could not be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// The door to a wallet of another process, for one agent.
pub struct RemoteDoor {
    home: PathBuf,
    key: AgentKeyFile,
    client: reqwest::Client,
    clock: Clock,
    credential: Mutex<Option<CredentialAnswer>>,
    handed_over: Option<String>,
}

struct Call {
    method: reqwest::Method,
    path: String,
    query: Option<String>,
    body: Vec<u8>,
    timeout: Duration,
}

impl Call {
    fn get(path: String, query: Option<String>, timeout: Duration) -> Self {
        Self { method: reqwest::Method::GET, path, query, body: Vec::new(), timeout }
    }

    fn post(path: &str, body: &impl Serialize, timeout: Duration) -> Result<Self, Problem> {
        let body = serde_json::to_vec(body)
            .map_err(|_| Problem::internal("the request could not be written"))?;
        let path = path.to_owned();
        Ok(Self { method: reqwest::Method::POST, path, query: None, body, timeout })
    }
}

/// Why there is no answer.
enum Failed {
    /// Nobody listens there.
    Refused,
    Problem(Problem),
}

impl RemoteDoor {
    /// The door for an agent whose key is in the wallet's folder. Needs no running wallet yet.
    ///
    /// # Errors
    /// When the key can't be read.
    pub fn open(home: &Path, agent: AgentId) -> Result<Self, RemoteError> {
        Self::with_key_file(home, agent, &Home::agent_key(home, agent))
    }

    /// As [`RemoteDoor::open`], for a key that is kept elsewhere.
    ///
    /// # Errors
    /// As [`RemoteDoor::open`].
    pub fn with_key_file(home: &Path, agent: AgentId, path: &Path) -> Result<Self, RemoteError> {
        let key = AgentKeyFile::read(path)?;
        if key.agent != agent {
            return Err(RemoteError::OtherAgent { found: key.agent });
        }
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            // The gateway closes idle connections; one that is closing must not be used again.
            .pool_max_idle_per_host(0)
            .build()?;
        Ok(Self {
            home: home.to_owned(),
            key,
            client,
            clock: system_clock(),
            credential: Mutex::new(None),
            handed_over: None,
        })
    }

    /// With a credential that was handed over to this key. The wallet knows the key from there
    /// alone, so that when the credential ends another one must be handed over.
    #[must_use]
    pub fn with_handed_over(mut self, token: String) -> Self {
        self.handed_over = Some(token);
        self
    }

    /// With another clock than the computer's.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// A bearer credential, for programs that can't sign; where the owner allows it.
    ///
    /// # Errors
    /// When the agent is not in good standing, or the owner allows none.
    pub async fn bearer_credential(&self) -> Result<CredentialAnswer, Problem> {
        let issued = self.renewed(true).await?;
        if issued.bearer {
            return Ok(issued);
        }
        let detail = "the owner allows this agent no bearer credential";
        Err(Problem::new(403, "bearer_not_allowed", detail, "sign requests, as `purser mcp` does"))
    }

    /// Hands the agent's credential over to another key, narrowed; the wallet is asked only if
    /// there is no credential yet.
    ///
    /// # Errors
    /// When there is none to be had, or it can't be handed over like this.
    pub async fn hand_over(
        &self,
        to: &[u8; 32],
        scope: &Scope,
        expires_at: Option<Timestamp>,
    ) -> Result<Credential, Problem> {
        let token = self.token(None).await?;
        hand_over(&token, &self.key.key, to, scope, expires_at).map_err(|error| match error {
            KeysError::HolderKeyInvalid => Problem::field("to", error),
            KeysError::NotTheHolder | KeysError::TokenDepth { .. } | KeysError::TokenEmpty => {
                let what_to_do = "hand over a credential of one's own, and no more than it allows";
                Problem::new(403, "not_handed_over", error.to_string(), what_to_do)
            }
            other => other.into(),
        })
    }

    async fn ask<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Problem> {
        let token = self.token(None).await?;
        match self.send(call, Some(&token)).await {
            Err(problem) if is_stale(&problem) && self.handed_over.is_none() => {
                let token = self.token(Some(&token)).await?;
                self.send(call, Some(&token)).await
            }
            answered => answered,
        }
    }

    /// A credential that still holds, and is not `stale`.
    async fn token(&self, stale: Option<&str>) -> Result<String, Problem> {
        if let Some(handed_over) = &self.handed_over {
            return Ok(handed_over.clone());
        }
        let mut kept = self.credential.lock().await;
        let soon = (self.clock)().plus_seconds(RENEW_BEFORE_S).as_millis();
        let good = kept.as_ref().filter(|c| c.expires_at_ms > soon && Some(&*c.token) != stale);
        if let Some(good) = good {
            return Ok(good.token.clone());
        }
        let fresh = self.renewed(false).await?;
        let token = fresh.token.clone();
        *kept = Some(fresh);
        Ok(token)
    }

    async fn renewed(&self, bearer: bool) -> Result<CredentialAnswer, Problem> {
        let ask = CredentialRequest { agent: self.key.agent.to_string(), bearer };
        let call = Call::post("/v1/credentials", &ask, ANSWER_TIMEOUT)?;
        self.send(&call, None).await
    }

    /// Sends a request to where the wallet is now.
    async fn send<T: DeserializeOwned>(
        &self,
        call: &Call,
        token: Option<&str>,
    ) -> Result<T, Problem> {
        let gateway = self.gateway().await?;
        let answered = match self.exchange(&gateway, call, token).await {
            Err(Failed::Refused) => {
                // It may have been restarted on another port since the file was read.
                let moved = self.gateway().await?;
                if moved == gateway {
                    return Err(not_running());
                }
                self.exchange(&moved, call, token).await
            }
            answered => answered,
        };
        answered.map_err(|failed| match failed {
            Failed::Refused => not_running(),
            Failed::Problem(problem) => problem,
        })
    }

    async fn gateway(&self) -> Result<Url, Problem> {
        let path = Home::gateway_file(&self.home);
        let read = tokio::task::spawn_blocking(move || read_file(&path)).await;
        let file = read.ok().flatten().ok_or_else(not_running)?;
        let url = Url::parse(&file.url).map_err(|_| not_running())?;
        let loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        if url.scheme() == "http" && loopback { Ok(url) } else { Err(not_running()) }
    }

    async fn exchange<T: DeserializeOwned>(
        &self,
        gateway: &Url,
        call: &Call,
        token: Option<&str>,
    ) -> Result<T, Failed> {
        let request = self.signed(gateway, call, token).map_err(Failed::Problem)?;
        let response = request.send().await.map_err(|error| failed(&error))?;
        let good = response.status().is_success();
        let body = response.bytes().await.map_err(|error| failed(&error))?;
        let unreadable = |_| {
            let detail = "the wallet's answer can't be read";
            Failed::Problem(Problem::internal(detail))
        };
        if good {
            return serde_json::from_slice(&body).map_err(unreadable);
        }
        let problem: Problem = serde_json::from_slice(&body).map_err(unreadable)?;
        Err(Failed::Problem(problem))
    }

    fn signed(
        &self,
        gateway: &Url,
        call: &Call,
        token: Option<&str>,
    ) -> Result<reqwest::RequestBuilder, Problem> {
        let mut url = gateway.clone();
        url.set_path(&call.path);
        url.set_query(call.query.as_deref());
        let authorization = token.map(|token| format!("Purser {token}"));
        let authority = url.authority().to_owned();
        let parts = RequestParts {
            method: call.method.as_str(),
            authority: &authority,
            path: url.path(),
            query: url.query(),
            authorization: authorization.as_deref(),
            body_digest: body_digest(&call.body),
        };
        let unsigned = |error: KeysError| Problem::internal(&error.to_string());
        let nonce = new_nonce().map_err(unsigned)?;
        let created_s = (self.clock)().as_seconds();
        let proof = sign_request(&self.key.key, &parts, created_s, &nonce).map_err(unsigned)?;
        let mut request = self
            .client
            .request(call.method.clone(), url.clone())
            .timeout(call.timeout)
            .header("signature-input", proof.signature_input)
            .header("signature", proof.signature)
            .header("content-digest", proof.content_digest);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        if !call.body.is_empty() {
            request = request.header("content-type", "application/json").body(call.body.clone());
        }
        Ok(request)
    }
}

/// The credential is no good any more, but the agent may well be.
fn is_stale(problem: &Problem) -> bool {
    let codes = ["credential_expired", "credential_unknown", "credential_invalid"];
    problem.status == 401 && codes.contains(&problem.code.as_str())
}

fn not_running() -> Problem {
    let detail = "Purser is not running";
    Problem::new(503, "wallet_not_running", detail, "ask the owner to start Purser")
}

fn failed(error: &reqwest::Error) -> Failed {
    if error.is_connect() {
        return Failed::Refused;
    }
    let (code, detail) = if error.is_timeout() {
        ("wallet_timeout", "the wallet did not answer in time")
    } else {
        ("wallet_unreachable", "the connection to the wallet broke off")
    };
    let what_to_do = "call again with the same arguments, which never pays twice";
    Failed::Problem(Problem::new(504, code, detail, what_to_do))
}

#[async_trait]
impl AgentDoor for RemoteDoor {
    async fn request_payment(&self, ask: PaymentRequest) -> Result<PaymentAnswer, Problem> {
        self.ask(&Call::post("/v1/spend-requests", &ask, ANSWER_TIMEOUT)?).await
    }

    async fn fetch_paid(&self, ask: FetchRequest) -> Result<FetchAnswer, Problem> {
        self.ask(&Call::post("/v1/fetch", &ask, FETCH_TIMEOUT)?).await
    }

    async fn get_payment(&self, ask: PaymentRef) -> Result<PaymentAnswer, Problem> {
        let payment = convert::payment_id(&ask.payment)?;
        let path = format!("/v1/spend-requests/{payment}");
        self.ask(&Call::get(path, None, ANSWER_TIMEOUT)).await
    }

    async fn wait_for_decision(&self, ask: WaitRequest) -> Result<PaymentAnswer, Problem> {
        let payment = convert::payment_id(&ask.payment)?;
        let path = format!("/v1/spend-requests/{payment}");
        let query = Some(format!("wait={}", ask.timeout_s));
        let wait = Duration::from_secs(u64::from(ask.timeout_s));
        self.ask(&Call::get(path, query, ANSWER_TIMEOUT.saturating_add(wait))).await
    }

    async fn get_budget(&self) -> Result<BudgetAnswer, Problem> {
        self.ask(&Call::get("/v1/budget".to_owned(), None, ANSWER_TIMEOUT)).await
    }

    async fn open_session(&self, ask: SessionRequest) -> Result<SessionAnswer, Problem> {
        self.ask(&Call::post("/v1/sessions", &ask, ANSWER_TIMEOUT)?).await
    }

    async fn close_session(&self, ask: SessionRef) -> Result<SessionAnswer, Problem> {
        self.ask(&Call::post("/v1/sessions/close", &ask, ANSWER_TIMEOUT)?).await
    }

    async fn get_sessions(&self) -> Result<SessionsAnswer, Problem> {
        self.ask(&Call::get("/v1/sessions".to_owned(), None, ANSWER_TIMEOUT)).await
    }

    async fn delegate_budget(&self, ask: DelegationRequest) -> Result<DelegationAnswer, Problem> {
        self.ask(&Call::post("/v1/delegations", &ask, ANSWER_TIMEOUT)?).await
    }

    async fn change_delegation(&self, ask: AllocationRequest) -> Result<DelegationAnswer, Problem> {
        self.ask(&Call::post("/v1/delegations/change", &ask, ANSWER_TIMEOUT)?).await
    }

    async fn get_delegations(&self) -> Result<DelegationsAnswer, Problem> {
        self.ask(&Call::get("/v1/delegations".to_owned(), None, ANSWER_TIMEOUT)).await
    }

    async fn cancel_payment(&self, ask: PaymentRef) -> Result<PaymentAnswer, Problem> {
        let payment = convert::payment_id(&ask.payment)?;
        let path = format!("/v1/spend-requests/{payment}/cancel");
        self.ask(&Call::post(&path, &crate::dto::Nothing {}, ANSWER_TIMEOUT)?).await
    }

    /// The wallet sees what could not be read here, so that it is logged there.
    async fn unreadable(
        &self,
        operation: Operation,
        sent: Value,
        problem: Problem,
    ) -> Result<Value, Problem> {
        let path = match operation {
            Operation::RequestPayment => "/v1/spend-requests",
            Operation::FetchPaid => "/v1/fetch",
            Operation::Other => return Err(problem),
        };
        self.ask(&Call::post(path, &sent, FETCH_TIMEOUT)?).await
    }
}
