//! What the owner decides. Reached from the app's own window and from the control socket with the
//! passphrase; never from the agents' door (I1).

use crate::history::entry_at;
use crate::home::Home;
use crate::random::{self, NoRandomness};
use crate::shown;
use crate::view::{AgentRef, InFlight, StopStatement};
use crate::view_build::{self, Sources};
use crate::wallet::Wallet;
use crate::writer::{ReadBackError, WriteError};
use purser_domain::{
    AgentDraft, AgentId, AgentPolicy, Claim, ClaimError, Command, Digest, Label, PaymentId,
    Receipt, Resolution, SessionActor, StopCause, WalletPolicy,
};
use purser_engine::{CommandError, PaymentStatus, Reply, State, StopReport};
use purser_keys::{AgentKeyFile, HolderKey, KeysError};
use std::path::Path;
use std::sync::PoisonError;

/// Why the owner's wish was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// It does not fit the state.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The log can't be written, or the wallet was locked.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The agent's name can't be taken.
    #[error(transparent)]
    Name(#[from] ClaimError),
    /// The agent's key could not be made or kept.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The log could not be written out.
    #[error(transparent)]
    Ledger(#[from] purser_ledger::LedgerError),
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// A network of the policy can't be used.
    #[error(transparent)]
    Networks(#[from] purser_rails::x402::NetworksError),
    /// Only a payment whose outcome is unknown can be settled by the owner's word.
    #[error("the outcome of this payment is not unknown")]
    NotUnknown,
    /// It could still be cashed.
    #[error("what was signed for this payment can still move money")]
    StillValid,
    /// A policy file names an agent that the wallet has not.
    #[error("there is no agent `{name}`")]
    NoSuchAgent {
        /// The name.
        name: String,
    },
    /// Some policies were set, and then one could not be.
    #[error("set: {}; not set: {failed}, since {error}", set.join(", "))]
    PartlySet {
        /// Those that were set: `wallet`, or agents' names.
        set: Vec<String>,
        /// The first that was not.
        failed: String,
        /// Why not.
        error: Box<OwnerError>,
    },
    /// No policy was set by that entry.
    #[error("that entry set no policy")]
    NoSuchVersion,
    /// Another policy than the one that the new limits were compared with.
    #[error("the agent's policy changed meanwhile")]
    LimitsChanged,
    /// A statement has more payments than fit.
    #[error("there are more than {most} payments in this time")]
    LongStatement {
        /// Most that fit.
        most: usize,
    },
    /// The log has no such entry.
    #[error("the log has no entry {seq}")]
    NoSuchEntry {
        /// Its number.
        seq: u64,
    },
    /// The log has no such payment.
    #[error("the log has no payment `{payment}`")]
    NoSuchPayment {
        /// The payment.
        payment: PaymentId,
    },
    /// The entry does not tell what was decided about something that an agent asked.
    #[error("entry {seq} (`{kind}`) decides nothing that an agent asked")]
    NoDecision {
        /// Its number.
        seq: u64,
        /// Its kind.
        kind: &'static str,
    },
    /// The log can't be read through.
    #[error(transparent)]
    ReadBack(#[from] ReadBackError),
    /// The log can't be added up.
    #[error(transparent)]
    Report(#[from] purser_engine::report::ReportError),
    /// A change of policy can't be tried.
    #[error(transparent)]
    Backtest(Box<purser_engine::backtest::BacktestError>),
    /// The log does not verify.
    #[error(transparent)]
    Verify(#[from] purser_ledger::VerifyError),
    /// A defect: the engine answered something else than was asked.
    #[error("the wallet could not do that; look at its log")]
    Unexpected,
}

impl OwnerError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Command(error) => error.code(),
            Self::Write(WriteError::Closed) => "wallet_locked",
            Self::Write(WriteError::LogUnwritable { .. }) => "log_unwritable",
            Self::Name(_) => "bad_name",
            Self::Keys(_) => "keys",
            Self::Ledger(_) => "log",
            Self::Randomness(_) => "no_randomness",
            Self::Networks(_) => "bad_network",
            Self::NoSuchAgent { .. } => "agent_not_found",
            Self::PartlySet { error, .. } => error.code(),
            Self::NoSuchVersion => "version_not_found",
            Self::LimitsChanged => "limits_changed",
            Self::LongStatement { .. } => "statement_too_long",
            Self::NoSuchEntry { .. } => "entry_not_found",
            Self::NoSuchPayment { .. } => "payment_not_found",
            Self::NoDecision { .. } => "no_decision",
            Self::Backtest(_) => "backtest",
            Self::ReadBack(_) | Self::Report(_) | Self::Verify(_) => "log_unverified",
            Self::NotUnknown => "not_unknown",
            Self::StillValid => "still_valid",
            Self::Unexpected => "internal",
        }
    }

    /// What to do.
    #[must_use]
    pub fn what_to_do(&self) -> &'static str {
        match self {
            Self::Command(error) => error.what_to_do(),
            Self::Write(WriteError::Closed) => "unlock the wallet and try again",
            Self::Write(WriteError::LogUnwritable { .. }) => {
                "free space on the disk or mend it; nothing is spent until the log can be written"
            }
            Self::Networks(_) => "correct the network in the policy",
            Self::Name(_) => "choose a shorter name without control characters",
            Self::Ledger(_) => "see what the message says of the log or the folder",
            Self::NoSuchAgent { .. } => "list the agents with `purser agent list`",
            Self::PartlySet { error, .. } => error.what_to_do(),
            Self::LongStatement { .. } => "ask for less time with `--since` and `--until`",
            Self::NoSuchVersion => "list the versions with `purser policy versions`",
            Self::LimitsChanged => "look at the changes again, then save",
            Self::NoSuchEntry { .. } | Self::NoSuchPayment { .. } => {
                "find entries and payments with `purser log find`"
            }
            Self::NoDecision { .. } => {
                "name a payment, or an entry such as `spend_refused`; find them with \
                 `purser log find`"
            }
            Self::Backtest(_) => "correct the policy; `purser policy diff` shows what it changes",
            Self::ReadBack(_) | Self::Report(_) | Self::Verify(_) => {
                "freeze the wallet, keep a copy of its folder, and don't trust this log"
            }
            Self::NotUnknown => "look at how it stands with `purser inbox` or in the window",
            Self::StillValid => "wait a minute and try again",
            Self::Keys(_) => "look at the wallet's folder and its disk",
            _ => "try again; if it stays, look at the log",
        }
    }
}

/// That one entry is in the log, for somebody who has nothing else of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct EntryProof {
    /// A `c2sp.org/tlog-proof@v1`.
    pub proof: String,
    /// The entry, as its bytes stand in the log.
    pub entry: String,
    /// The verifier key of the log.
    pub vkey: String,
}

/// A new agent, and how to connect it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AddedAgent {
    /// Who.
    pub agent: AgentRef,
    /// JSON for an MCP client's configuration.
    pub mcp_snippet: String,
    /// The command in it.
    pub command: String,
}

/// What a stop did, with ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopSummary {
    /// In words.
    pub statement: StopStatement,
    /// As the engine reports it.
    pub report: StopReport,
}

impl Wallet {
    /// The window's view.
    ///
    /// # Errors
    /// When the wallet was locked.
    pub async fn view(&self) -> Result<crate::view::WalletView, WriteError> {
        let (now, home, recent) =
            (self.now(), self.home.dir().to_owned(), std::sync::Arc::clone(&self.recent));
        self.writer
            .look_with_log(move |state, ledger| {
                let recent = recent.lock().unwrap_or_else(PoisonError::into_inner);
                let checkpoint = Some(shown::short(&Digest::new(ledger.root()).to_string()));
                let (home, recent) = (home.as_path(), &*recent);
                view_build::unlocked(&Sources { state, recent, now, home, checkpoint })
            })
            .await
    }

    /// Adds an agent, makes its key and keeps it where `purser mcp` finds it.
    ///
    /// # Errors
    /// When the name is taken, the policy has a fault, or the disk refuses.
    pub async fn add_agent(
        &self,
        name: &str,
        policy: AgentPolicy,
    ) -> Result<AddedAgent, OwnerError> {
        let name = Claim::new(name.trim(), Claim::MAX_NAME_BYTES)?;
        let agent = AgentId::from_random(random::bits(self.now())?);
        let key = HolderKey::generate()?;
        let holder_key = Digest::new(key.public());
        let path = Home::agent_key(self.home.dir(), agent);
        let shown_name = name.visible(64);
        AgentKeyFile { agent, name: shown_name, key }.write(&path)?;
        let draft = AgentDraft { agent, name: name.clone(), holder_key, policy };
        if let Err(error) = self.done(Command::AddAgent(draft)).await {
            // Nobody will ever use it.
            let _ = std::fs::remove_file(&path);
            return Err(error);
        }
        Ok(AddedAgent {
            agent: shown::agent_ref(agent, &name),
            mcp_snippet: mcp_snippet(self.home.dir(), agent),
            command: mcp_command(self.home.dir(), agent),
        })
    }

    /// Changes an agent's policy. Without the owner's presence only what loosens nothing.
    ///
    /// # Errors
    /// When the policy has a fault, loosens something without presence, or the agent is revoked.
    pub async fn set_agent_policy(
        &self,
        agent: AgentId,
        policy: AgentPolicy,
        presence: bool,
    ) -> Result<(), OwnerError> {
        self.done(Command::SetAgentPolicy { agent, policy, presence }).await
    }

    /// Changes the wallet's policy. Without the owner's presence only what loosens nothing.
    ///
    /// # Errors
    /// When the policy has a fault, or loosens something without presence.
    pub async fn set_wallet_policy(
        &self,
        policy: WalletPolicy,
        presence: bool,
    ) -> Result<(), OwnerError> {
        // Checked first: a policy whose networks the rails can't take must not reach the log.
        purser_rails::x402::Networks::from_policy(&policy)?;
        self.done(Command::SetWalletPolicy { policy: policy.clone(), presence }).await?;
        Ok(self.take_networks(&policy)?)
    }

    /// Approves a payment, as seen: the digest says what was on the screen.
    ///
    /// # Errors
    /// When it no longer waits, has changed, or its time is over.
    pub async fn approve(&self, payment: PaymentId, digest: Digest) -> Result<(), OwnerError> {
        let command = Command::Approve { payment, approver: self.owner, digest };
        self.done_with(payment, command).await
    }

    /// Declines a payment.
    ///
    /// # Errors
    /// When it no longer waits.
    pub async fn decline(
        &self,
        payment: PaymentId,
        reason: Option<Claim>,
    ) -> Result<(), OwnerError> {
        let command = Command::Decline { payment, approver: self.owner, reason };
        self.done_with(payment, command).await
    }

    /// Says what a payment was, for what is normal for its agent. One that was not the owner's
    /// pauses the agent and calls off what waits of it.
    ///
    /// # Errors
    /// When the payment is not remembered, or it can't be called fine because it was made.
    pub async fn judge(&self, payment: PaymentId, fine: bool) -> Result<(), OwnerError> {
        self.done_with(payment, Command::JudgePayment { payment, fine }).await
    }

    /// Calls off a payment that is not submitted.
    ///
    /// # Errors
    /// When it is too late.
    pub async fn cancel(&self, payment: PaymentId) -> Result<(), OwnerError> {
        let command = Command::Cancel { payment, agent: None, cause: StopCause::Owner };
        self.done_with(payment, command).await
    }

    /// Says what became of a payment whose outcome nobody could find out, once what was signed for
    /// it can't move money any more. The owner's word is kept as such: unverified.
    ///
    /// # Errors
    /// When the payment is known, or could still be cashed.
    pub async fn settle_by_hand(&self, payment: PaymentId, moved: bool) -> Result<(), OwnerError> {
        let found = self.writer.look(move |state| {
            let found = state.payment(payment)?;
            match &found.status {
                PaymentStatus::Unknown { valid_until, .. } => {
                    Some((found.reservation.request.amount.amount(), *valid_until))
                }
                _ => None,
            }
        });
        let (settled, valid_until) = found.await?.ok_or(OwnerError::NotUnknown)?;
        if !moved && valid_until >= self.now() {
            return Err(OwnerError::StillValid);
        }
        let resolution = if moved {
            let receipt =
                Receipt { reference: "owner".to_owned(), evidence: None, verified: false };
            Resolution::Succeeded { settled, receipt }
        } else {
            let detail = Claim::new("the owner says that no money moved", Claim::MAX_NAME_BYTES)?;
            Resolution::Failed { problem: "owner_says_not_moved".to_owned(), detail }
        };
        self.done(Command::Resolve { payment, resolution }).await
    }

    /// Pauses an agent and calls off what waits.
    ///
    /// # Errors
    /// When there is no such agent, or it is revoked.
    pub async fn pause_agent(&self, agent: AgentId) -> Result<StopSummary, OwnerError> {
        let name = self.agent_name(agent).await?;
        self.stop(Command::PauseAgent(agent), format!("{name} is paused")).await
    }

    /// Lets a paused agent go on.
    ///
    /// # Errors
    /// When it is not paused.
    pub async fn resume_agent(&self, agent: AgentId) -> Result<(), OwnerError> {
        self.done(Command::ResumeAgent(agent)).await
    }

    /// Ends an open session of an agent: nothing more is paid in it.
    ///
    /// # Errors
    /// When there is no such session, or it is over.
    pub async fn end_session(&self, agent: AgentId, session: Label) -> Result<(), OwnerError> {
        let by = SessionActor::Owner;
        self.done(Command::CloseSession { agent, session, by, presented: None }).await
    }

    /// Revokes an agent for good: its credentials end, what waits is called off, its key file goes.
    ///
    /// # Errors
    /// When there is no such agent, or it is revoked already.
    pub async fn revoke_agent(&self, agent: AgentId) -> Result<StopSummary, OwnerError> {
        let name = self.agent_name(agent).await?;
        let summary = self.stop(Command::RevokeAgent(agent), format!("{name} is revoked")).await?;
        // A convenience: the key proves nothing any more.
        let _ = std::fs::remove_file(Home::agent_key(self.home.dir(), agent));
        Ok(summary)
    }

    /// Freezes everything.
    ///
    /// # Errors
    /// When it is frozen already, or the log can't be written.
    pub async fn freeze(&self) -> Result<StopSummary, OwnerError> {
        self.stop(Command::Freeze, "Everything is frozen".to_owned()).await
    }

    /// Unfreezes. Whoever calls this has asked for the passphrase.
    ///
    /// # Errors
    /// When it is not frozen.
    pub async fn unfreeze(&self) -> Result<(), OwnerError> {
        self.done(Command::Unfreeze).await
    }

    /// Writes the log out for others to verify; says how many entries it has.
    ///
    /// # Errors
    /// When the folder or the log refuses, or the wallet was locked.
    pub async fn export_log(&self, dir: &Path) -> Result<u64, OwnerError> {
        let dir = dir.to_owned();
        let reader = self.writer.look_with_log(|_, ledger| ledger.reader()).await??;
        let exported = tokio::task::spawn_blocking(move || purser_ledger::export(&reader, &dir));
        Ok(exported.await.map_err(|_| OwnerError::Unexpected)??.size)
    }

    /// The proof that one entry is in the log.
    ///
    /// # Errors
    /// When there is no such entry, or the wallet was locked.
    pub async fn prove_entry(&self, seq: u64) -> Result<EntryProof, OwnerError> {
        let opened = self.writer.look_with_log(|_, ledger| (ledger.reader(), ledger.vkey()));
        let (reader, vkey) = opened.await?;
        let reader = reader?;
        let proof = tokio::task::spawn_blocking(move || {
            let proof = purser_ledger::prove(&reader, seq)?;
            let entry = purser_domain::canonical_json(&entry_at(&reader, seq)?);
            let entry = entry.map_err(|_| OwnerError::Unexpected)?;
            let entry = String::from_utf8(entry).map_err(|_| OwnerError::Unexpected)?;
            Ok(EntryProof { proof, entry, vkey })
        });
        proof.await.map_err(|_| OwnerError::Unexpected)?
    }

    /// Looks at the state; for the owner's own lists.
    ///
    /// # Errors
    /// When the wallet was locked.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&State) -> T + Send + 'static,
    ) -> Result<T, WriteError> {
        self.writer.look(look).await
    }

    async fn done_with(&self, payment: PaymentId, command: Command) -> Result<(), OwnerError> {
        match self.writer.decide(command).await? {
            Reply::Error(error) => Err(self.why_not(payment, error).await.into()),
            _ => Ok(()),
        }
    }

    pub(crate) async fn done(&self, command: Command) -> Result<(), OwnerError> {
        match self.writer.decide(command).await? {
            Reply::Error(error) => Err(error.into()),
            _ => Ok(()),
        }
    }

    async fn stop(&self, command: Command, title: String) -> Result<StopSummary, OwnerError> {
        match self.writer.decide(command).await? {
            Reply::Stopped(report) => {
                let told = report.clone();
                let statement = self.writer.look(move |state| statement(state, title, &told));
                Ok(StopSummary { statement: statement.await?, report })
            }
            Reply::Error(error) => Err(error.into()),
            _ => Err(OwnerError::Unexpected),
        }
    }

    async fn agent_name(&self, agent: AgentId) -> Result<String, OwnerError> {
        let name = self.writer.look(move |s| s.agent(agent).map(|a| a.name.visible(64))).await?;
        name.ok_or(OwnerError::Command(CommandError::AgentNotFound))
    }
}

/// What a stop did and what it could not, in words.
fn statement(state: &State, title: String, report: &StopReport) -> StopStatement {
    let in_flight: Vec<InFlight> =
        report.in_flight.iter().filter_map(|id| in_flight(state, *id)).collect();
    let cancelled = u32::try_from(report.canceled.len()).unwrap_or(u32::MAX);
    let mut lines = vec![match cancelled {
        0 => "Nothing was waiting to be paid.".to_owned(),
        1 => "One waiting payment was called off.".to_owned(),
        n => format!("{n} waiting payments were called off."),
    }];
    match report.credentials.len() {
        0 => {}
        1 => lines.push("One credential stopped working.".to_owned()),
        n => lines.push(format!("{n} credentials stopped working.")),
    }
    lines.push(match in_flight.len() {
        0 => "No money is on its way.".to_owned(),
        1 => "One payment was already on its way and can't be called back; it ends as shown."
            .to_owned(),
        n => format!("{n} payments were already on their way and can't be called back."),
    });
    StopStatement { title, cancelled, in_flight, lines }
}

fn in_flight(state: &State, payment: PaymentId) -> Option<InFlight> {
    let found = state.payment(payment)?;
    let request = &found.reservation.request;
    let (PaymentStatus::Submitted { valid_until } | PaymentStatus::Unknown { valid_until, .. }) =
        &found.status
    else {
        return None;
    };
    Some(InFlight {
        payment: payment.to_string(),
        amount: shown::amount(request.amount),
        currency: request.amount.currency().to_string(),
        payee: request.payee.name.parts(),
        ends_at_ms: valid_until.as_millis(),
    })
}

/// The command that starts an agent's door.
#[must_use]
pub fn mcp_command(home: &Path, agent: AgentId) -> String {
    let quoted: Vec<String> = mcp_arguments(home, agent).iter().map(|arg| quote(arg)).collect();
    format!("{} {}", quote(&program()), quoted.join(" "))
}

/// The snippet for an MCP client's configuration. It holds no secret: the key stays in the
/// wallet's folder.
#[must_use]
pub fn mcp_snippet(home: &Path, agent: AgentId) -> String {
    #[derive(serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Configuration {
        mcp_servers: Servers,
    }
    #[derive(serde::Serialize)]
    struct Servers {
        purser: Server,
    }
    #[derive(serde::Serialize)]
    struct Server {
        command: String,
        args: Vec<String>,
    }
    let purser = Server { command: program(), args: mcp_arguments(home, agent) };
    let configuration = Configuration { mcp_servers: Servers { purser } };
    serde_json::to_string_pretty(&configuration).unwrap_or_default()
}

fn mcp_arguments(home: &Path, agent: AgentId) -> Vec<String> {
    let mut arguments = vec!["mcp".to_owned(), "--agent".to_owned(), agent.to_string()];
    if Home::default_dir().is_none_or(|default| default != home) {
        arguments.extend(["--home".to_owned(), home.display().to_string()]);
    }
    arguments
}

/// The `purser` beside this program where there is one, since an agent's host may have another
/// search path than the owner's shell.
fn program() -> String {
    let beside = std::env::current_exe().ok().and_then(|exe| {
        let name = if cfg!(windows) { "purser.exe" } else { "purser" };
        let beside = exe.parent()?.join(name);
        beside.is_file().then(|| beside.display().to_string())
    });
    beside.unwrap_or_else(|| "purser".to_owned())
}

fn quote(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:=".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}
