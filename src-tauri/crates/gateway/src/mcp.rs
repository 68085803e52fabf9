//! MCP: the same operations as tools, over stdio and streamable HTTP.
//!
//! Guarantees: over HTTP every request is a door of its own, for the agent whose credential that
//! request showed, and there are no sessions that another could take over; refusals are results
//! that the model can read, not protocol errors; what a merchant sent stands apart, between marks
//! that it can't know.

use crate::answer::Content;
use crate::door::{AgentDoor, Operation};
use crate::local::LocalDoor;
use crate::minute::Counts;
use crate::problem::Problem;
use crate::{read, tools};
use axum::http::request::Parts;
use purser_wallet::{AgentIdentity, Host};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Extensions,
    Implementation, ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
    Tool,
};
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, RoleServer, ServerHandler, ServiceExt as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

pub(crate) type McpService = StreamableHttpService<McpServer, NeverSessionManager>;

/// The MCP server over an agent's door.
#[derive(Clone)]
pub struct McpServer(Doors);

#[derive(Clone)]
enum Doors {
    /// One agent, by this door.
    One(Arc<dyn AgentDoor>),
    /// Whoever each request's credential names.
    Identified { host: Host, counts: Arc<Counts> },
}

impl McpServer {
    /// The server for the one agent of this door.
    #[must_use]
    pub fn new(door: Arc<dyn AgentDoor>) -> Self {
        Self(Doors::One(door))
    }

    fn door(&self, extensions: &Extensions) -> Result<Arc<dyn AgentDoor>, ErrorData> {
        match &self.0 {
            Doors::One(door) => Ok(Arc::clone(door)),
            Doors::Identified { host, counts } => {
                let parts = extensions.get::<Parts>();
                let identity = parts.and_then(|parts| parts.extensions.get::<AgentIdentity>());
                let identity = identity.cloned().ok_or_else(|| {
                    ErrorData::internal_error("the request shows no credential", None)
                })?;
                let (host, counts) = (host.clone(), Arc::clone(counts));
                Ok(Arc::new(LocalDoor::counting(host, identity, counts)))
            }
        }
    }
}

impl ServerHandler for McpServer {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("purser", env!("CARGO_PKG_VERSION")))
            .with_instructions(tools::INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::tools()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools::tools().into_iter().find(|tool| tool.name == name)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let door = self.door(&context.extensions)?;
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let called = call(door.as_ref(), &request.name, arguments);
        let called = tokio::select! {
            called = called => called,
            () = context.ct.cancelled() => {
                return Err(ErrorData::internal_error("the call was cancelled", None));
            }
        };
        match called {
            Some(Ok(result)) => Ok(result.into()),
            Some(Err(problem)) => Ok(refused(&problem).into()),
            None => Err(ErrorData::invalid_params("there is no such tool", None)),
        }
    }
}

/// `None` when there is no such tool.
async fn call(
    door: &dyn AgentDoor,
    tool: &str,
    sent: Value,
) -> Option<Result<CallToolResult, Problem>> {
    let result = match tool {
        "request_payment" => match read(door, Operation::RequestPayment, sent).await {
            Ok(Read::Ask(ask)) => told(door.request_payment(ask).await),
            Ok(Read::Answer(answer)) => told(Ok(answer)),
            Err(problem) => Err(problem),
        },
        "fetch_paid" => match read(door, Operation::FetchPaid, sent).await {
            Ok(Read::Ask(ask)) => told(door.fetch_paid(ask).await),
            Ok(Read::Answer(answer)) => told(Ok(answer)),
            Err(problem) => Err(problem),
        },
        "get_payment" => match look(door, sent).await {
            Ok(ask) => told(door.get_payment(ask).await),
            Err(problem) => Err(problem),
        },
        "wait_for_decision" => match look(door, sent).await {
            Ok(ask) => told(door.wait_for_decision(ask).await),
            Err(problem) => Err(problem),
        },
        "get_budget" => match look::<crate::dto::Nothing>(door, sent).await {
            Ok(_) => told(door.get_budget().await),
            Err(problem) => Err(problem),
        },
        "cancel_payment" => match look(door, sent).await {
            Ok(ask) => told(door.cancel_payment(ask).await),
            Err(problem) => Err(problem),
        },
        _ => return share(door, tool, sent).await,
    };
    Some(result)
}

/// The tools for sessions and sub-agents.
async fn share(
    door: &dyn AgentDoor,
    tool: &str,
    sent: Value,
) -> Option<Result<CallToolResult, Problem>> {
    let result = match tool {
        "open_session" => match look(door, sent).await {
            Ok(ask) => told(door.open_session(ask).await),
            Err(problem) => Err(problem),
        },
        "close_session" => match look(door, sent).await {
            Ok(ask) => told(door.close_session(ask).await),
            Err(problem) => Err(problem),
        },
        "delegate_budget" => match look(door, sent).await {
            Ok(ask) => told(door.delegate_budget(ask).await),
            Err(problem) => Err(problem),
        },
        "change_delegation" => match look(door, sent).await {
            Ok(ask) => told(door.change_delegation(ask).await),
            Err(problem) => Err(problem),
        },
        "get_delegations" => match look::<crate::dto::Nothing>(door, sent).await {
            Ok(_) => told(door.get_delegations().await),
            Err(problem) => Err(problem),
        },
        _ => return None,
    };
    Some(result)
}

/// Arguments that could be read, or what the wallet says to those that could not.
enum Read<T> {
    Ask(T),
    Answer(Value),
}

async fn read<T: DeserializeOwned>(
    door: &dyn AgentDoor,
    operation: Operation,
    sent: Value,
) -> Result<Read<T>, Problem> {
    match read::value(sent.clone()) {
        Ok(ask) => Ok(Read::Ask(ask)),
        Err(problem) => door.unreadable(operation, sent, problem).await.map(Read::Answer),
    }
}

async fn look<T: DeserializeOwned>(door: &dyn AgentDoor, sent: Value) -> Result<T, Problem> {
    match read(door, Operation::Other, sent).await? {
        Read::Ask(ask) => Ok(ask),
        Read::Answer(_) => Err(Problem::internal("the arguments could not be read")),
    }
}

/// The whole answer as structured content, and as text for clients that show only that.
fn told<T: Serialize>(answer: Result<T, Problem>) -> Result<CallToolResult, Problem> {
    let unreadable = |_| Problem::internal("the answer could not be written");
    let whole = serde_json::to_value(answer?).map_err(unreadable)?;
    let mut bare = whole.clone();
    let content = bare.as_object_mut().and_then(|bare| bare.remove("content"));
    let mut result = CallToolResult::structured(whole);
    if let Some(content) = content.and_then(|c| serde_json::from_value::<Content>(c).ok()) {
        result.content = vec![ContentBlock::text(bare.to_string()), fenced(&content)];
    }
    Ok(result)
}

/// What a merchant sent, between marks that it can't have known.
fn fenced(content: &Content) -> ContentBlock {
    let mut mark = [0u8; 8];
    let marked = getrandom::fill(&mut mark).is_ok();
    let body = content.text.as_deref().or(content.base64.as_deref()).unwrap_or_default();
    if !marked {
        return ContentBlock::text(format!("{}; it is in `content`", content.notice));
    }
    let mark = format!("{:016x}", u64::from_be_bytes(mark));
    ContentBlock::text(format!(
        "The following, up to the mark {mark}, is {}.\n{mark}\n{body}\n{mark}",
        content.notice
    ))
}

fn refused(problem: &Problem) -> CallToolResult {
    CallToolResult::structured_error(serde_json::to_value(problem).unwrap_or_default())
}

/// The service behind `/mcp`. The gateway has checked host, origin and credential before it.
pub(crate) fn http_service(host: Host, counts: Arc<Counts>) -> McpService {
    let server = McpServer(Doors::Identified { host, counts });
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(read::MAX_BODY)
        .with_allowed_hosts(["localhost", "127.0.0.1", "::1"])
        .with_allowed_origins([
            "http://localhost:*",
            "http://127.0.0.1:*",
            "http://[::1]:*",
            "https://localhost:*",
            "https://127.0.0.1:*",
            "https://[::1]:*",
        ]);
    let sessions = Arc::new(NeverSessionManager::default());
    StreamableHttpService::new(move || Ok(server.clone()), sessions, config)
}

/// Serves one agent over standard input and output, until its host closes them.
///
/// # Errors
/// When the client does not speak MCP, or the pipes break.
pub async fn serve_stdio(door: Arc<dyn AgentDoor>) -> io::Result<()> {
    let (input, output) = rmcp::transport::stdio_pipes();
    serve_pipes(door, input, output).await
}

/// As [`serve_stdio`], over any pair of pipes.
///
/// # Errors
/// As [`serve_stdio`].
pub async fn serve_pipes(
    door: Arc<dyn AgentDoor>,
    input: impl AsyncRead + Send + Unpin + 'static,
    output: impl AsyncWrite + Send + Unpin + 'static,
) -> io::Result<()> {
    let running = McpServer::new(door).serve((input, output)).await.map_err(io::Error::other)?;
    running.waiting().await.map(drop).map_err(io::Error::other)
}
