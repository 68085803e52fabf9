//! The owner's socket: the command line decides through it, with the passphrase each time.
//!
//! Guarantees (I1): the socket is for its owner's user only (mode 0600, peer's uid checked), and
//! no command but `status` is carried out before the passphrase in the same message was checked
//! against the vault, which costs a guess what the vault's key stretching costs, one at a time; a
//! new policy may come without one, and the engine then takes it only if it tightens and nothing
//! else, and only so many a day. An agent's shell of the same user can reach the socket, and
//! without the passphrase it can only tighten policies.
//! Does not guarantee: that such a shell can't keep the socket busy; the window does not use it.
//! Protocol: one line of JSON up, one line of JSON down, then the connection ends.

mod share;

use crate::explain::ExplainAsk;
use crate::history::Search;
use crate::host::{Host, HostError};
use crate::owner::{AddedAgent, OwnerError};
use crate::view::{StopStatement, WalletView};
use purser_domain::{
    AgentId, AgentPolicy, Allocation, Claim, CredentialId, Digest, Label, PaymentId, PolicyFile,
    RefusalDetail, Timestamp,
};
use purser_engine::report::ReportBy;
use purser_keys::{KeysError, Passphrase};
use purser_ledger::EntryPage;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader,
};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use zeroize::{Zeroize as _, Zeroizing};

/// Longest message either way, in bytes.
const MAX_MESSAGE: u64 = 4 * 1024 * 1024;
/// Most connections that have not said what they want.
const READERS: usize = 16;
/// Most commands that are carried out at once.
const COMMANDS: usize = 16;
/// Longest reply, in bytes: the window's whole view.
const MAX_REPLY: u64 = 64 * 1024 * 1024;
/// Longest words on a message that can't be read, in characters.
const MAX_QUOTED: usize = 300;
/// How long to wait after a connection that could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How long a message may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the owner wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum OwnerCommand {
    /// Whether the wallet is there and unlocked, and the public account it pays from. Needs no
    /// passphrase.
    Status,
    /// Unlock.
    Unlock,
    /// Lock.
    Lock,
    /// Everything that the window shows.
    View,
    /// The id of an agent.
    AgentId {
        /// Its name, or its id.
        wanted: String,
    },
    /// Add an agent.
    AgentAdd {
        /// Its name.
        name: String,
        /// What it may do.
        policy: AgentPolicy,
    },
    /// Revoke an agent.
    AgentRevoke {
        /// Which.
        agent: AgentId,
    },
    /// Pause an agent.
    AgentPause {
        /// Which.
        agent: AgentId,
    },
    /// Let an agent go on.
    AgentResume {
        /// Which.
        agent: AgentId,
    },
    /// Change an agent's policy.
    AgentPolicy {
        /// Which.
        agent: AgentId,
        /// The whole new policy.
        policy: AgentPolicy,
    },
    /// Open a session for an agent.
    SessionOpen {
        /// For whom.
        agent: AgentId,
        /// What for.
        purpose: Claim,
        /// Most, in the budget currency; the agent's cap for a session when absent.
        ceiling: Option<Decimal>,
        /// Minutes until it ends.
        minutes: u32,
    },
    /// Close a session of an agent.
    SessionClose {
        /// Whose.
        agent: AgentId,
        /// Which.
        session: Label,
    },
    /// Set what a sub-agent holds.
    AllocationSet {
        /// Which.
        agent: AgentId,
        /// What; `None` to take it back.
        allocation: Option<Allocation>,
    },
    /// Revoke one credential.
    CredentialRevoke {
        /// Which.
        credential: CredentialId,
    },
    /// Read all policies, as one file.
    GetPolicies,
    /// Set every policy of a file that differs.
    SetPolicies {
        /// The file.
        file: PolicyFile,
    },
    /// What a file would change.
    DiffPolicies {
        /// The file.
        file: PolicyFile,
    },
    /// The versions that the policies had.
    PolicyVersions {
        /// Only this agent's.
        agent: Option<AgentId>,
    },
    /// Put a policy back as a version had it.
    RevertPolicy {
        /// The entry that set it.
        version: u64,
    },
    /// Find entries of the log.
    Search(Search),
    /// The payments of a time by which money moved.
    Statement {
        /// Only this agent's.
        agent: Option<AgentId>,
        /// Only from this time on.
        since: Option<Timestamp>,
        /// Only before this time.
        until: Option<Timestamp>,
    },
    /// Why something was decided.
    Explain {
        /// Of what.
        ask: ExplainAsk,
    },
    /// Add up what was asked in a time.
    Report {
        /// Only from this time on.
        from: Option<Timestamp>,
        /// Only before this time.
        to: Option<Timestamp>,
        /// Only rows by these; all when empty.
        by: Vec<ReportBy>,
    },
    /// Try policies on the wallet's own past.
    Backtest {
        /// The policies.
        file: PolicyFile,
    },
    /// Who has its budget from whom.
    AgentTree,
    /// Check the whole log and what is kept beside it.
    LogVerify,
    /// Approve a payment.
    Approve {
        /// Which.
        payment: PaymentId,
        /// What was seen; `None` takes the request as it stands. A request never changes under its
        /// payment id, so an owner who read it in `purser inbox` approves what was read.
        digest: Option<Digest>,
    },
    /// Decline a payment.
    Deny {
        /// Which.
        payment: PaymentId,
        /// For the agent to read.
        reason: Option<Claim>,
    },
    /// Say whether a payment was fine or not the owner's.
    Judge {
        /// Which.
        payment: PaymentId,
        /// Whether it was fine.
        fine: bool,
    },
    /// Call off a payment.
    Cancel {
        /// Which.
        payment: PaymentId,
    },
    /// Say what became of a payment whose outcome is unknown.
    Settle {
        /// Which.
        payment: PaymentId,
        /// Whether the money moved.
        moved: bool,
    },
    /// Freeze everything.
    Freeze,
    /// Unfreeze.
    Unfreeze,
    /// Prove that one entry is in the log.
    LogProve {
        /// Which.
        seq: u64,
    },
    /// Write the log out.
    LogExport {
        /// Where, absolute.
        dir: PathBuf,
    },
}

impl OwnerCommand {
    /// Whether it may come without the passphrase, because the engine then lets it pass only if it
    /// tightens (A10).
    #[must_use]
    pub const fn may_tighten(&self) -> bool {
        matches!(
            self,
            Self::AgentPolicy { .. } | Self::SetPolicies { .. } | Self::RevertPolicy { .. }
        )
    }
}

/// One message up.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Message {
    passphrase: String,
    command: OwnerCommand,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum OwnerReply {
    /// Done, with what there is to say.
    Ok {
        /// The answer, in the form that the command line prints.
        value: serde_json::Value,
    },
    /// Not done.
    Error {
        /// Why.
        error: RefusalDetail,
    },
}

/// Sends one command to the wallet that runs on this folder.
///
/// # Errors
/// [`io::ErrorKind::NotFound`] or [`io::ErrorKind::ConnectionRefused`] when none runs.
pub async fn ask(
    home: &Path,
    passphrase: Zeroizing<String>,
    command: OwnerCommand,
) -> io::Result<OwnerReply> {
    let mut stream = UnixStream::connect(crate::Home::control_socket(home)).await?;
    let mut message = Message { passphrase: passphrase.to_string(), command };
    let line = serde_json::to_vec(&message).map(Zeroizing::new);
    message.passphrase.zeroize();
    let mut line = line.map_err(io::Error::other)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    let mut reply = Vec::new();
    stream.take(MAX_REPLY).read_to_end(&mut reply).await?;
    serde_json::from_slice(&reply).map_err(io::Error::other)
}

/// Opens the socket and serves it until the host is gone. A socket that a crashed wallet left is
/// replaced: the home's lock says that no other wallet runs.
///
/// # Errors
/// When the socket can't be made.
pub fn serve(host: Host) -> io::Result<tokio::task::JoinHandle<()>> {
    let path = crate::Home::control_socket(host.dir());
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    let uid = std::fs::metadata(host.dir())?.uid();
    let places = Arc::new(Semaphore::new(COMMANDS));
    Ok(tokio::spawn(async move {
        let mut readers: VecDeque<AbortHandle> = VecDeque::new();
        loop {
            match listener.accept().await {
                Ok((stream, _)) if stream.peer_cred().is_ok_and(|peer| peer.uid() == uid) => {
                    readers.retain(|reader| !reader.is_finished());
                    // Whoever talks slowly makes room for who comes later.
                    if readers.len() >= READERS
                        && let Some(oldest) = readers.pop_front()
                    {
                        oldest.abort();
                    }
                    let reader = tokio::spawn(listen(host.clone(), stream, Arc::clone(&places)));
                    readers.push_back(reader.abort_handle());
                }
                Ok(_) => tracing::warn!("another user tried the control socket"),
                Err(error) => {
                    // Such as no file descriptors left: others will close theirs.
                    tracing::warn!(%error, "a connection to the control socket was not accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }))
}

/// Reads a message and has it answered by a task of its own, which nobody cuts off.
async fn listen(host: Host, mut stream: UnixStream, places: Arc<Semaphore>) {
    if let Ok(asked) = tokio::time::timeout(PATIENCE, read(&mut stream)).await {
        tokio::spawn(async move {
            let Ok(_place) = places.acquire().await else { return };
            answer(&host, stream, asked).await;
        });
    }
}

type Asked = io::Result<(Zeroizing<String>, OwnerCommand)>;

async fn answer(host: &Host, mut stream: UnixStream, asked: Asked) {
    let reply = match asked {
        Ok((passphrase, command)) => carry_out(host, passphrase, command).await,
        Err(error) => Err(problem("bad_message", error.to_string(), "use the purser command")),
    };
    let reply = match reply {
        Ok(value) => OwnerReply::Ok { value },
        Err(error) => OwnerReply::Error { error },
    };
    // The other side may have gone; what was done is done.
    if let Ok(mut line) = serde_json::to_vec(&reply) {
        line.push(b'\n');
        let _ = stream.write_all(&line).await;
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Asked {
    let mut line = Zeroizing::new(Vec::new());
    BufReader::new(stream.take(MAX_MESSAGE)).read_until(b'\n', &mut line).await?;
    // Serde would take a list for the fields in their order.
    if !line.trim_ascii_start().starts_with(b"{") {
        return Err(io::Error::other("a message is a JSON object"));
    }
    let message: Message = serde_json::from_slice(&line).map_err(|error| {
        // It may quote what was sent, however long.
        io::Error::other(error.to_string().chars().take(MAX_QUOTED).collect::<String>())
    })?;
    Ok((Zeroizing::new(message.passphrase), message.command))
}

/// Reads a message as the socket does, for `tests/fuzz`; carries nothing out.
///
/// # Errors
/// When it is none.
#[doc(hidden)]
pub async fn read_for_fuzzing(mut bytes: &[u8]) -> io::Result<OwnerCommand> {
    read(&mut bytes).await.map(|(_passphrase, command)| command)
}

/// Carries a command out on a host of this process, unlocking it first: for a command line that
/// finds no running wallet. The passphrase is checked by the vault as ever.
pub async fn carry_out_alone(
    host: &Host,
    passphrase: Zeroizing<String>,
    command: OwnerCommand,
) -> OwnerReply {
    let unlocked = host.unlock(Passphrase::new(passphrase)).await;
    let done = match unlocked.map_err(|error| host_problem(&error)) {
        Ok(()) => decide(host, command, true).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(value) => OwnerReply::Ok { value },
        Err(error) => OwnerReply::Error { error },
    }
}

async fn carry_out(
    host: &Host,
    passphrase: Zeroizing<String>,
    command: OwnerCommand,
) -> Result<serde_json::Value, RefusalDetail> {
    if command == OwnerCommand::Status {
        return to_value(&status(host));
    }
    if passphrase.is_empty() && command.may_tighten() {
        return decide(host, command, false).await;
    }
    let passphrase = Passphrase::new(passphrase);
    if command == OwnerCommand::Unlock {
        host.unlock(passphrase).await.map_err(|error| host_problem(&error))?;
        return to_value(&serde_json::json!({ "phase": host.phase() }));
    }
    host.check_passphrase(passphrase).await.map_err(|error| host_problem(&error))?;
    host.touch();
    if command == OwnerCommand::Lock {
        host.lock().await;
        return to_value(&serde_json::json!({ "phase": host.phase() }));
    }
    decide(host, command, true).await
}

/// The address is no secret: everybody who is paid sees it.
fn status(host: &Host) -> serde_json::Value {
    let mut status = serde_json::json!({ "phase": host.phase() });
    if let (Ok(wallet), Some(fields)) = (host.wallet(), status.as_object_mut()) {
        fields.insert("evm_address".to_owned(), wallet.evm_address().into());
    }
    status
}

async fn decide(
    host: &Host,
    command: OwnerCommand,
    presence: bool,
) -> Result<serde_json::Value, RefusalDetail> {
    let wallet = host.wallet().map_err(|error| host_problem(&error))?;
    let done = |result: Result<(), OwnerError>| {
        result.map_err(|error| owner_problem(&error)).and_then(|()| to_value(&Done { done: true }))
    };
    let stopped = |result: Result<crate::StopSummary, OwnerError>| {
        let summary = result.map_err(|error| owner_problem(&error))?;
        to_value::<StopStatement>(&summary.statement)
    };
    match command {
        OwnerCommand::Status | OwnerCommand::Unlock | OwnerCommand::Lock | OwnerCommand::View => {
            to_value::<WalletView>(&host.view().await)
        }
        OwnerCommand::AgentId { wanted } => told(wallet.agent_called(&wanted).await),
        OwnerCommand::AgentAdd { name, policy } => {
            let added = wallet.add_agent(&name, policy).await;
            to_value::<AddedAgent>(&added.map_err(|error| owner_problem(&error))?)
        }
        OwnerCommand::AgentRevoke { agent } => stopped(wallet.revoke_agent(agent).await),
        OwnerCommand::AgentPause { agent } => stopped(wallet.pause_agent(agent).await),
        OwnerCommand::AgentResume { agent } => done(wallet.resume_agent(agent).await),
        OwnerCommand::AgentPolicy { agent, policy } => {
            done(wallet.set_agent_policy(agent, policy, presence).await)
        }
        command @ (OwnerCommand::SessionOpen { .. }
        | OwnerCommand::SessionClose { .. }
        | OwnerCommand::AllocationSet { .. }
        | OwnerCommand::CredentialRevoke { .. }) => share::share(&wallet, command).await,
        OwnerCommand::GetPolicies => told(wallet.policy_file().await),
        OwnerCommand::SetPolicies { file } => told(wallet.set_policies(file, presence).await),
        OwnerCommand::DiffPolicies { file } => told(wallet.diff_policies(file).await),
        OwnerCommand::PolicyVersions { agent } => told(wallet.policy_versions(agent).await),
        OwnerCommand::RevertPolicy { version } => {
            told(wallet.revert_policy(version, presence).await)
        }
        OwnerCommand::Search(search) => found(wallet.search(search).await),
        OwnerCommand::Statement { agent, since, until } => {
            told(wallet.statement(agent, since, until).await)
        }
        OwnerCommand::Explain { ask } => told(wallet.explain(ask).await),
        OwnerCommand::Report { from, to, by } => told(wallet.report(from, to, by).await),
        OwnerCommand::Backtest { file } => told(wallet.backtest(file).await),
        OwnerCommand::AgentTree => told(wallet.agent_tree().await),
        OwnerCommand::LogVerify => told(wallet.verify_log().await),
        OwnerCommand::Approve { payment, digest } => {
            let digest = shown_digest(&wallet, payment, digest).await?;
            done(wallet.approve(payment, digest).await)
        }
        OwnerCommand::Deny { payment, reason } => done(wallet.decline(payment, reason).await),
        OwnerCommand::Judge { payment, fine } => done(wallet.judge(payment, fine).await),
        OwnerCommand::Cancel { payment } => done(wallet.cancel(payment).await),
        OwnerCommand::Settle { payment, moved } => {
            done(wallet.settle_by_hand(payment, moved).await)
        }
        OwnerCommand::Freeze => stopped(wallet.freeze().await),
        OwnerCommand::Unfreeze => done(wallet.unfreeze().await),
        OwnerCommand::LogProve { seq } => {
            let proof = wallet.prove_entry(seq).await.map_err(|error| owner_problem(&error))?;
            to_value(&proof)
        }
        OwnerCommand::LogExport { dir } => {
            let entries = wallet.export_log(&dir).await.map_err(|error| owner_problem(&error))?;
            to_value(&serde_json::json!({ "entries": entries, "dir": dir }))
        }
    }
}

fn found(page: Result<EntryPage, OwnerError>) -> Result<serde_json::Value, RefusalDetail> {
    let page = page.map_err(|error| owner_problem(&error))?;
    let next = page.next.map(|next| next.to_string());
    to_value(&serde_json::json!({ "entries": page.entries, "next": next }))
}

/// The digest that the owner saw, or of the payment as it waits.
async fn shown_digest(
    wallet: &crate::Wallet,
    payment: PaymentId,
    shown: Option<Digest>,
) -> Result<Digest, RefusalDetail> {
    if let Some(shown) = shown {
        return Ok(shown);
    }
    let found = wallet.look(move |state| {
        let approval = state.payment(payment)?.reservation.approval.as_ref()?;
        Some(approval.digest)
    });
    let found = found.await.map_err(|error| owner_problem(&error.into()))?;
    found.ok_or_else(|| {
        let message = "no such payment waits for approval".to_owned();
        problem("payment_not_found", message, "list what waits with `purser inbox`")
    })
}

fn told<T: Serialize>(result: Result<T, OwnerError>) -> Result<serde_json::Value, RefusalDetail> {
    to_value(&result.map_err(|error| owner_problem(&error))?)
}

#[derive(Serialize)]
struct Done {
    done: bool,
}

fn to_value<T: Serialize>(value: &T) -> Result<serde_json::Value, RefusalDetail> {
    serde_json::to_value(value)
        .map_err(|error| problem("internal", error.to_string(), "look at the log"))
}

fn problem(code: &str, message: String, what_to_do: &str) -> RefusalDetail {
    RefusalDetail {
        code: code.to_owned(),
        message,
        limit: None,
        observed: None,
        what_to_do: what_to_do.to_owned(),
    }
}

fn owner_problem(error: &OwnerError) -> RefusalDetail {
    problem(error.code(), error.to_string(), error.what_to_do())
}

fn host_problem(error: &HostError) -> RefusalDetail {
    if matches!(error, HostError::Keys(KeysError::WrongPassphrase)) {
        return problem("wrong_passphrase", error.to_string(), error.what_to_do());
    }
    problem(error.code(), error.to_string(), error.what_to_do())
}
