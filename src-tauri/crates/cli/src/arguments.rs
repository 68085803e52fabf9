//! What can be typed.

mod past;
mod sharing;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

pub use past::{Backtest, CheckProof, Explain, Prove, Report, Verify};
pub use sharing::{
    Delegation, DelegationAdd, Holding, Interval, Over, Session, SessionOpen, SessionTerms,
};

const EXIT_CODES: &str = "Exit codes: 0 done or paid; 1 something failed; 2 wrong usage; \
    3 refused or declined; 4 waits for a person; 5 the wallet is not running, locked or absent; \
    6 wrong passphrase or no terminal to ask for it; 7 a log does not verify; 8 the outcome of a \
    payment is not known yet.";

/// The wallet that holds the purse for your AI agents.
#[derive(Debug, Parser)]
#[command(name = "purser", version, about, after_help = EXIT_CODES)]
pub struct Arguments {
    /// The wallet's folder, instead of the usual one.
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Answers as JSON on standard output.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Owner: create a wallet, or restore one from its recovery phrase.
    Init(Init),
    /// Owner: run the wallet without a window.
    Serve(Serve),
    /// Whether the wallet runs and is unlocked.
    Status,
    /// Owner: unlock the running wallet.
    Unlock,
    /// Owner: lock the running wallet.
    Lock,
    /// Owner: agents.
    #[command(subcommand)]
    Agent(Agent),
    /// Owner: what waits for you.
    Inbox,
    /// Owner: approve a waiting payment.
    Approve {
        /// The payment, `pay_…`.
        payment: String,
    },
    /// Owner: decline a waiting payment.
    Deny {
        /// The payment, `pay_…`.
        payment: String,
        /// For the agent to read.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Owner: say that a payment that was declined or ran out of time was fine, so that the like is
    /// usual.
    Fine {
        /// The payment, `pay_…`.
        payment: String,
    },
    /// Owner: say that a payment was not yours. Its agent is paused and learns nothing from it.
    NotMine {
        /// The payment, `pay_…`.
        payment: String,
    },
    /// Owner: say what became of a payment whose outcome nobody could find out.
    Settle {
        /// The payment, `pay_…`.
        payment: String,
        /// The money moved.
        #[arg(long, required_unless_present = "not_moved", conflicts_with = "not_moved")]
        moved: bool,
        /// The money did not move and can't any more.
        #[arg(long)]
        not_moved: bool,
    },
    /// Owner: stop all spending and call off what waits.
    Freeze,
    /// Owner: let spending go on.
    Unfreeze,
    /// Owner: the policies.
    #[command(subcommand)]
    Policy(Policy),
    /// Owner: the payments of a time by which money moved, as CSV or JSON.
    Statement(Statement),
    /// Owner: why something was decided, step by step, with the limits and values as they were.
    Explain(Explain),
    /// Owner: what was spent, by cost centre, team, project, task, agent, payee and category.
    Report(Report),
    /// Owner: what another policy would have made of the past.
    Backtest(Backtest),
    /// The log: write it out, verify it, find and prove entries.
    #[command(subcommand)]
    Log(Log),
    /// Agent: ask to pay.
    Pay(Pay),
    /// Agent: fetch a URL, paying for it if it asks for money.
    Fetch(Fetch),
    /// Agent: the budgets left.
    Budget(Who),
    /// Agent: how a payment stands.
    Payment(Payment),
    /// Agent: call off a payment that is not submitted.
    Cancel(Cancel),
    /// Agent: a short-lived bearer credential, or one for a sub-agent with a key of its own.
    ///
    /// Without a further word: a bearer credential, for programs that can't sign their requests.
    /// Only where the owner allows it: see `purser agent add --allow-bearer`.
    Credential(Credential),
    /// Agent: serve MCP on standard input and output.
    Mcp(Who),
    /// Agent: sessions, each with a purpose, a ceiling and a time limit.
    #[command(subcommand)]
    Session(Session),
    /// Agent: sub-agents that hold part of its budget.
    #[command(subcommand)]
    Delegation(Delegation),
    /// Run recorded requests (JSON lines on standard input) through the engine.
    Replay(Replay),
}

/// Creating a wallet.
#[derive(Debug, Args)]
pub struct Init {
    /// Restore from a recovery phrase instead of making one.
    #[arg(long)]
    pub restore: bool,
    /// Skip typing three of the words again. For scripts.
    #[arg(long)]
    pub no_check: bool,
    /// Seal the wallet without this computer's keystore, where this build can use it.
    #[arg(long)]
    pub no_keystore: bool,
}

/// Running the wallet.
#[derive(Debug, Args)]
pub struct Serve {
    /// Port of the agents' door on this machine; 0 takes any free one.
    #[arg(long, default_value_t = purser_gateway::DEFAULT_PORT)]
    pub port: u16,
    /// Start locked; `purser unlock` opens it.
    #[arg(long)]
    pub locked: bool,
}

/// Agents.
#[derive(Debug, Subcommand)]
pub enum Agent {
    /// Add an agent and show how to connect it.
    Add(Box<AgentAdd>),
    /// List the agents.
    List,
    /// Show who has its budget from whom, and what is left of it.
    Tree,
    /// Show one agent.
    Show {
        /// Its name or id.
        agent: String,
    },
    /// Revoke an agent for good, and call off what waits.
    Revoke {
        /// Its name or id.
        agent: String,
    },
    /// Pause an agent, and call off what waits.
    Pause {
        /// Its name or id.
        agent: String,
    },
    /// Let a paused agent go on.
    Resume {
        /// Its name or id.
        agent: String,
    },
    /// Open a session for an agent, such as for one that may pay in no other way.
    OpenSession {
        /// Its name or id.
        agent: String,
        /// What it is for, in your words: the task that its requests are held against.
        ///
        /// A new payee that it does not name, an amount above the largest one in it, or a purpose
        /// that says nothing of paying asks you first. Name the payee and the most it may cost:
        /// "Book a room at Hotel Lisboa, at most 300 EUR".
        #[arg(long, value_name = "TASK")]
        purpose: String,
        /// How much and how long.
        #[command(flatten)]
        terms: SessionTerms,
    },
    /// Close a session of an agent, and call off what waits in it.
    CloseSession {
        /// Its name or id.
        agent: String,
        /// The session, `ses_…`.
        session: String,
    },
    /// Set how much of the budget above it a sub-agent holds.
    Allow {
        /// Its name or id.
        agent: String,
        /// How much.
        #[command(flatten)]
        holding: Holding,
    },
    /// Take back all that a sub-agent has not spent or reserved.
    TakeBack {
        /// Its name or id.
        agent: String,
    },
    /// Revoke one credential; its agent may ask for another.
    RevokeCredential {
        /// The credential, `crd_…`; `purser log find --kind credential_issued` lists them.
        credential: String,
    },
    /// Change an agent's policy to the one in a JSON file.
    SetPolicy {
        /// Its name or id.
        agent: String,
        /// The whole new policy.
        file: PathBuf,
    },
}

/// A new agent. Limits that are not given have conservative defaults.
#[derive(Debug, Args)]
pub struct AgentAdd {
    /// Its name.
    pub name: String,
    /// A JSON file with its policy; the other options change it.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Most for one payment. Default 50.
    #[arg(long, value_name = "AMOUNT")]
    pub per_transaction: Option<String>,
    /// Most for one session. Default 200.
    #[arg(long, value_name = "AMOUNT")]
    pub per_session: Option<String>,
    /// Most for one day. Default 500.
    #[arg(long, value_name = "AMOUNT")]
    pub daily: Option<String>,
    /// Most for one tool call, such as a paid fetch.
    #[arg(long, value_name = "AMOUNT")]
    pub per_tool_call: Option<String>,
    /// Ask a person above this.
    #[arg(long, value_name = "AMOUNT")]
    pub ask_above: Option<String>,
    /// Take a plain bearer credential from this agent too.
    #[arg(long)]
    pub allow_bearer: bool,
}

/// The policies.
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Show all of them as one file: TOML, or with `--json` JSON.
    Show,
    /// Set every policy of a file that differs. Asks for the passphrase only if one loosens.
    Set {
        /// A policy file, see docs/policy.md.
        file: PathBuf,
    },
    /// Say what a file would change, and what of it loosens.
    Diff {
        /// A policy file.
        file: PathBuf,
    },
    /// List the versions that the policies had.
    Versions {
        /// Only those of this agent, by its id.
        #[arg(long)]
        agent: Option<String>,
    },
    /// Put a policy back as a version had it.
    Revert {
        /// The version's number.
        version: u64,
    },
}

/// A time to look at.
#[derive(Debug, Args)]
pub struct Span {
    /// Only from this time on: a date or RFC 3339, in UTC.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only before this time.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}

/// Finding entries.
#[derive(Debug, Args)]
pub struct Find {
    /// Words in one of their texts: a payee, a reason, a reference.
    pub text: Option<String>,
    /// Only what this agent did or what happened to it, by its id.
    #[arg(long)]
    pub agent: Option<String>,
    /// Only this payment.
    #[arg(long)]
    pub payment: Option<String>,
    /// Only this kind of entry, such as `spend_refused`. Can be given several times.
    #[arg(long = "kind")]
    pub kinds: Vec<String>,
    /// Of which time.
    #[command(flatten)]
    pub span: Span,
    /// Only before this entry: to go on from an earlier answer.
    #[arg(long, value_name = "SEQ")]
    pub before: Option<u64>,
    /// Most entries.
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
}

/// A statement.
#[derive(Debug, Args)]
pub struct Statement {
    /// Only this agent's, by its id.
    #[arg(long)]
    pub agent: Option<String>,
    /// Of which time.
    #[command(flatten)]
    pub span: Span,
}

/// The log.
#[derive(Debug, Subcommand)]
pub enum Log {
    /// Owner: write the log out.
    Export {
        /// An empty or new folder.
        dir: PathBuf,
    },
    /// Owner: prove that one entry is in the log, without showing the others.
    Prove(Prove),
    /// Check such a proof. Needs no wallet.
    CheckProof(CheckProof),
    /// Owner: find entries, newest first.
    Find(Find),
    /// Owner: verify the wallet's log and what is kept beside it; with a folder, an export, which
    /// needs no wallet. Signature, hashes, order, and that every decision comes to the same again.
    Verify(Verify),
}

/// Which agent asks.
#[derive(Debug, Args)]
pub struct Who {
    /// The agent's name or id.
    #[arg(long)]
    pub agent: String,
    /// Sub-agent: sign with the key in this file, instead of the agent's own.
    #[arg(long, value_name = "FILE", requires = "handed_over")]
    pub key: Option<PathBuf>,
    /// Sub-agent: show the credential in this file, which was handed over to that key.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub handed_over: Option<PathBuf>,
}

/// Credentials of an agent.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Credential {
    /// A bearer credential, when nothing else is asked for.
    #[command(flatten)]
    pub who: Option<Who>,
    /// What else.
    #[command(subcommand)]
    pub command: Option<CredentialCommand>,
}

/// Credentials for sub-agents.
#[derive(Debug, Subcommand)]
pub enum CredentialCommand {
    /// Agent: make a key for a sub-agent, and show its public half.
    Key {
        /// Whose sub-agent.
        #[command(flatten)]
        who: Who,
        /// Where to write the key; only this user will be able to read it.
        file: PathBuf,
    },
    /// Agent: hand a narrower credential over to a sub-agent's key, without asking the wallet.
    HandOver(HandOver),
}

/// Handing a credential over. What is not narrowed stays as it is.
#[derive(Debug, Args)]
pub struct HandOver {
    /// Who hands over.
    #[command(flatten)]
    pub who: Who,
    /// The sub-agent's public key, 64 hexadecimal digits.
    #[arg(long, value_name = "HEXKEY")]
    pub to: String,
    /// Most for one payment.
    #[arg(long, value_name = "AMOUNT")]
    pub per_transaction: Option<String>,
    /// Only this payee: `account:…`, `host:…` or `name:…`. May be given several times.
    #[arg(long)]
    pub payee: Vec<String>,
    /// Only this merchant category. May be given several times.
    #[arg(long)]
    pub category: Vec<String>,
    /// Only this task. May be given several times.
    #[arg(long)]
    pub task: Vec<String>,
    /// Ends after this long, if it would not end earlier.
    #[arg(long)]
    pub minutes: Option<u32>,
}

/// Asking to pay.
#[derive(Debug, Args)]
pub struct Pay {
    /// Who asks.
    #[command(flatten)]
    pub who: Who,
    /// What the payee is called.
    #[arg(long)]
    pub payee: String,
    /// The payee's account.
    #[arg(long)]
    pub account: Option<String>,
    /// A URL of the payee.
    #[arg(long)]
    pub url: Option<String>,
    /// How much.
    #[arg(long)]
    pub amount: String,
    /// Currency.
    #[arg(long, default_value = "USD")]
    pub currency: String,
    /// Merchant category.
    #[arg(long)]
    pub category: Option<String>,
    /// A line of what is bought: `QUANTITY;UNIT_PRICE;DESCRIPTION[;UNIT[;CATEGORY]]`, such as
    /// `3;290;double room;night;lodging`. Can be given several times.
    #[arg(long = "item", value_name = "LINE")]
    pub items: Vec<String>,
    /// What goes with it.
    #[command(flatten)]
    pub purchase: Purchase,
}

/// What goes with whatever is bought.
#[derive(Debug, Args)]
pub struct Purchase {
    /// Session, as `purser session open` named it.
    #[arg(long)]
    pub session: Option<String>,
    /// Whom it is charged to.
    #[command(flatten)]
    pub attribution: Attribution,
    /// Why.
    #[arg(long)]
    pub context: Option<String>,
    /// Names the purchase: the same key never pays twice. Without one, equal requests of a day are
    /// one purchase.
    #[arg(long)]
    pub idempotency_key: Option<String>,
    /// Wait for a person to decide, at most this many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u32>,
}

/// Whom a payment is charged to.
#[derive(Debug, Args)]
pub struct Attribution {
    /// The workflow that it is part of.
    #[arg(long)]
    pub workflow: Option<String>,
    /// The project that it is for.
    #[arg(long)]
    pub project: Option<String>,
    /// Who started the task: a person or a team.
    #[arg(long)]
    pub initiator: Option<String>,
}

/// Fetching a URL.
#[derive(Debug, Args)]
pub struct Fetch {
    /// Who asks.
    #[command(flatten)]
    pub who: Who,
    /// What to fetch.
    pub url: String,
    /// Most to pay.
    #[arg(long)]
    pub max_amount: Option<String>,
    /// Currency of the most.
    #[arg(long)]
    pub currency: Option<String>,
    /// What goes with it.
    #[command(flatten)]
    pub purchase: Purchase,
}

/// Looking at a payment.
#[derive(Debug, Args)]
pub struct Payment {
    /// Who asks.
    #[command(flatten)]
    pub who: Who,
    /// The payment, `pay_…`.
    pub payment: String,
    /// Wait for it to be decided, at most this many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u32>,
}

/// Calling off a payment.
#[derive(Debug, Args)]
pub struct Cancel {
    /// Who asks.
    #[command(flatten)]
    pub who: Who,
    /// The payment, `pay_…`.
    pub payment: String,
}

/// What a review comes to in a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnReview {
    /// It is approved and paid.
    Approve,
    /// It is declined.
    Deny,
    /// The line's label decides.
    Label,
}

/// Replaying requests.
#[derive(Debug, Args)]
pub struct Replay {
    /// Policies as JSON: `{"wallet":…,"default_agent":…,"agents":{NAME:…}}`.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// What a review comes to.
    #[arg(long, value_enum, default_value = "approve")]
    pub on_review: OnReview,
}
