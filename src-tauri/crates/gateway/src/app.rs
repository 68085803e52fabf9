//! What all requests share, and how one becomes an agent's question.

use crate::auth::Auth;
use crate::local::LocalDoor;
use crate::mcp::McpService;
use crate::minute::{Counts, PerMinute};
use crate::problem::Problem;
use crate::read;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::request::Parts;
use purser_domain::{AgentId, Timestamp};
use purser_wallet::{AgentIdentity, Host};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Requests of one agent that are served at a time; the others have as many left.
const SEATS: usize = 128;
/// Credentials issued to one agent in a minute.
const CREDENTIALS_A_MINUTE: u32 = 30;

/// What all requests share. Cheap to clone.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

struct Shared {
    host: Host,
    port: u16,
    auth: Auth,
    counts: Arc<Counts>,
    issued: PerMinute,
    seats: Mutex<BTreeMap<AgentId, Arc<Semaphore>>>,
    mcp: McpService,
}

/// A request of an agent that has proved who it is.
pub(crate) struct Asked {
    pub parts: Parts,
    pub body: Bytes,
    pub identity: AgentIdentity,
    pub door: LocalDoor,
    _seat: OwnedSemaphorePermit,
}

impl App {
    pub fn new(host: Host, port: u16, started: Timestamp) -> Self {
        let counts = Arc::new(Counts::new());
        let mcp = crate::mcp::http_service(host.clone(), Arc::clone(&counts));
        Self(Arc::new(Shared {
            host,
            port,
            auth: Auth::new(started),
            counts,
            issued: PerMinute::new(CREDENTIALS_A_MINUTE),
            seats: Mutex::default(),
            mcp,
        }))
    }

    pub fn host(&self) -> &Host {
        &self.0.host
    }

    pub fn port(&self) -> u16 {
        self.0.port
    }

    pub fn auth(&self) -> &Auth {
        &self.0.auth
    }

    pub fn issued(&self) -> &PerMinute {
        &self.0.issued
    }

    pub fn mcp(&self) -> &McpService {
        &self.0.mcp
    }

    /// Reads a request and finds out who sent it.
    pub async fn receive(&self, request: Request) -> Result<Asked, Problem> {
        let wallet = self.host().wallet()?;
        let (parts, body) = request.into_parts();
        let body = read::body(body).await?;
        let identity = self.auth().identify(&wallet, &parts, &body)?;
        let seat = self.seat(identity.agent)?;
        let (host, counts) = (self.0.host.clone(), Arc::clone(&self.0.counts));
        let door = LocalDoor::counting(host, identity.clone(), counts);
        Ok(Asked { parts, body, identity, door, _seat: seat })
    }

    fn seat(&self, agent: AgentId) -> Result<OwnedSemaphorePermit, Problem> {
        let mut seats = self.0.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let seats = seats.entry(agent).or_insert_with(|| Arc::new(Semaphore::new(SEATS)));
        Arc::clone(seats).try_acquire_owned().map_err(|_| {
            let detail = "too many requests of this agent are open";
            let what_to_do = "wait for the answers that are due, then ask again";
            Problem::new(429, "too_many_open", detail, what_to_do)
                .with_limit(Some(SEATS.to_string()), None)
                .with_retry_after(1)
        })
    }
}

impl Asked {
    /// The request's body; what can't be read is logged as an attempt.
    pub async fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        match read::is_json(&self.parts.headers).and_then(|()| read::json(&self.body)) {
            Ok(read) => Ok(read),
            Err(problem) => Err(self.door.reject(problem).await),
        }
    }

    /// As [`Asked::json`], for routes that need no body.
    pub async fn nothing(&self) -> Result<(), Problem> {
        if self.body.is_empty() {
            return Ok(());
        }
        self.json::<crate::dto::Nothing>().await.map(drop)
    }
}
