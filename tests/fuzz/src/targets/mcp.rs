//! Messages of the Model Context Protocol, as a client writes them to standard input.

use async_trait::async_trait;
use purser_gateway::{
    AgentDoor, AllocationRequest, BudgetAnswer, DelegationAnswer, DelegationRequest,
    DelegationsAnswer, FetchAnswer, FetchRequest, Operation, PaymentAnswer, PaymentRef,
    PaymentRequest, Problem, SessionAnswer, SessionRef, SessionRequest, SessionsAnswer,
    WaitRequest, serve_pipes,
};
use serde_json::Value;
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;

/// What begins each conversation, so that mutations get past it.
const HELLO: &str = concat!(
    r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","#,
    r#""capabilities":{},"clientInfo":{"name":"fuzz","version":"1"}}}"#,
    "\n",
    r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
    "\n"
);

/// A conversation. Whatever comes, what goes out is lines of JSON, and it ends when the client
/// does.
pub fn messages(data: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let input = Cursor::new([HELLO.as_bytes(), data].concat());
    let output = runtime.block_on(async {
        let (written, mut read) = tokio::io::duplex(1 << 20);
        let serving = serve_pipes(Arc::new(Shut), input, written);
        let all = async {
            let mut all = Vec::new();
            read.read_to_end(&mut all).await.map(|_| all)
        };
        let both = tokio::time::timeout(Duration::from_secs(20), async {
            tokio::join!(serving, all).1.unwrap()
        });
        both.await.expect("a conversation ends when its client does")
    });
    for line in output.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let message: Value = serde_json::from_slice(line).unwrap();
        assert_eq!(message["jsonrpc"], "2.0", "{message}");
    }
}

/// A door behind which there is no wallet.
struct Shut;

fn shut<T>() -> Result<T, Problem> {
    Err(Problem::wallet_locked())
}

#[async_trait]
impl AgentDoor for Shut {
    async fn request_payment(&self, _: PaymentRequest) -> Result<PaymentAnswer, Problem> {
        shut()
    }

    async fn fetch_paid(&self, _: FetchRequest) -> Result<FetchAnswer, Problem> {
        shut()
    }

    async fn get_payment(&self, _: PaymentRef) -> Result<PaymentAnswer, Problem> {
        shut()
    }

    async fn wait_for_decision(&self, _: WaitRequest) -> Result<PaymentAnswer, Problem> {
        shut()
    }

    async fn get_budget(&self) -> Result<BudgetAnswer, Problem> {
        shut()
    }

    async fn cancel_payment(&self, _: PaymentRef) -> Result<PaymentAnswer, Problem> {
        shut()
    }

    async fn open_session(&self, _: SessionRequest) -> Result<SessionAnswer, Problem> {
        shut()
    }

    async fn close_session(&self, _: SessionRef) -> Result<SessionAnswer, Problem> {
        shut()
    }

    async fn get_sessions(&self) -> Result<SessionsAnswer, Problem> {
        shut()
    }

    async fn delegate_budget(&self, _: DelegationRequest) -> Result<DelegationAnswer, Problem> {
        shut()
    }

    async fn change_delegation(&self, _: AllocationRequest) -> Result<DelegationAnswer, Problem> {
        shut()
    }

    async fn get_delegations(&self) -> Result<DelegationsAnswer, Problem> {
        shut()
    }

    async fn unreadable(&self, _: Operation, _: Value, problem: Problem) -> Result<Value, Problem> {
        Err(problem)
    }
}
