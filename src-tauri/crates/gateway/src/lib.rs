//! The agents' door: HTTP and MCP. It can only ask.
//!
//! Guarantees (I1): no route and no tool decides, loosens, resumes, unfreezes or reads a secret;
//! the table in `routes` is all there is. Only this machine is served, only under its own name,
//! and never a web page. Every request shows a credential and, unless the owner allowed it to go
//! without, a proof of the agent's key that counts once. What an authenticated agent sends is
//! logged also when it can't be read (I9), at most 60 of those a minute. What agents and merchants
//! wrote stays in JSON strings. Nothing here panics; everything that waits has a deadline.
//!
//! Does not guarantee: anything about requests whose sender is not proved: they are refused and
//! leave no entry, so that nobody can fill the log. A program of the same user can take the port
//! before the wallet does; it learns credentials, which are of no use without the agent's key.
//!
//! | module                  | what                                                           |
//! |-------------------------|----------------------------------------------------------------|
//! | `door`                  | [`AgentDoor`]: all that an agent can ask                       |
//! | `dto`, `answer`         | what agents send and get; `…_sharing`: sessions, sub-agents    |
//! | `problem`, `refuse`     | refusals as RFC 9457 documents, and their HTTP statuses        |
//! | `convert`, `shown`      | to and from the words of the domain                            |
//! | `local`, `remote`       | the door to the wallet of this process, and of another one     |
//! | `auth`                  | credential and proof of possession                             |
//! | `guard`, `read`, `app`  | what every request passes: host, origin, size, time, turns     |
//! | `minute`                | counts by the minute                                           |
//! | `routes`, `handlers`    | the table of routes, one function each                         |
//! | `openapi`               | the OpenAPI document, made from that table                     |
//! | `mcp`, `tools`          | the same as MCP tools                                          |
//! | `serve`                 | the socket, and where the gateway says that it is              |

mod answer;
mod answer_sharing;
mod app;
mod auth;
mod convert;
mod convert_sharing;
mod door;
mod dto;
mod dto_sharing;
#[doc(hidden)]
pub mod fuzzing;
mod guard;
mod handlers;
mod local;
mod mcp;
mod minute;
mod openapi;
mod problem;
mod read;
mod refuse;
mod remote;
mod routes;
mod serve;
mod shown;
mod shown_sharing;
mod tools;

pub use answer::{
    BudgetAnswer, BudgetLineAnswer, Content, CredentialAnswer, FetchAnswer, Health, Metering,
    PayeeAnswer, PaymentAnswer, Reason, ReceiptAnswer, Status, TierName, Verdict,
};
pub use answer_sharing::{
    AllocationAnswer, DelegationAnswer, DelegationsAnswer, SessionAnswer, SessionsAnswer,
};
pub use door::{AgentDoor, Operation};
pub use dto::{
    CredentialRequest, FetchRequest, LineItemRequest, MAX_WAIT_S, Method, Nothing, PayeeRequest,
    PaymentRef, PaymentRequest, TaskRequest, WaitRequest,
};
pub use dto_sharing::{
    AllocationInterval, AllocationRequest, DelegationRequest, SessionRef, SessionRequest,
};
pub use local::LocalDoor;
pub use mcp::{McpServer, serve_pipes, serve_stdio};
pub use openapi::document as openapi_document;
pub use problem::{PROBLEM_JSON, Problem, ProblemDocument};
pub use remote::{RemoteDoor, RemoteError};
pub use serve::{DEFAULT_PORT, Running, StartError, bind, serve, start};
