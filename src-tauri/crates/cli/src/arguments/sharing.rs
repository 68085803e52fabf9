//! Sessions and sub-agents, as they are typed.

use super::{Attribution, Who};
use clap::{Args, Subcommand, ValueEnum};

/// Sessions.
#[derive(Debug, Subcommand)]
pub enum Session {
    /// Open one.
    Open(SessionOpen),
    /// Close one.
    Close {
        /// Who asks.
        #[command(flatten)]
        who: Who,
        /// The session, `ses_…`.
        session: String,
        /// The sub-agent whose session it is.
        #[arg(long = "for", value_name = "AGENT")]
        child: Option<String>,
    },
    /// List those that are open or ended not long ago.
    List(Who),
}

/// Opening a session.
#[derive(Debug, Args)]
pub struct SessionOpen {
    /// Who asks.
    #[command(flatten)]
    pub who: Who,
    /// What it is for.
    #[arg(long)]
    pub purpose: String,
    /// How much and how long.
    #[command(flatten)]
    pub terms: SessionTerms,
    /// A sub-agent, by id or name, to open it for.
    #[arg(long = "for", value_name = "AGENT")]
    pub child: Option<String>,
    /// Whom its payments are charged to.
    #[command(flatten)]
    pub attribution: Attribution,
}

/// How much a session may spend, and for how long.
#[derive(Debug, Args)]
pub struct SessionTerms {
    /// Most that may be spent in it. The agent's cap for a session when absent.
    #[arg(long, value_name = "AMOUNT")]
    pub ceiling: Option<String>,
    /// Minutes until it ends by itself, at most 1440.
    #[arg(long, default_value_t = 30)]
    pub minutes: u32,
}

/// Sub-agents.
#[derive(Debug, Subcommand)]
pub enum Delegation {
    /// Hand part of the budget to a new sub-agent.
    Add(DelegationAdd),
    /// Change what a sub-agent holds.
    Set {
        /// Who asks.
        #[command(flatten)]
        who: Who,
        /// The sub-agent, by id or name.
        child: String,
        /// How much.
        #[command(flatten)]
        holding: Holding,
    },
    /// Take back all that a sub-agent has not spent or reserved.
    TakeBack {
        /// Who asks.
        #[command(flatten)]
        who: Who,
        /// The sub-agent, by id or name.
        child: String,
    },
    /// List the sub-agents.
    List(Who),
}

/// A new sub-agent.
#[derive(Debug, Args)]
pub struct DelegationAdd {
    /// Who asks.
    #[command(flatten)]
    pub who: Who,
    /// Its name.
    pub name: String,
    /// How much of the budget it gets.
    #[arg(long)]
    pub amount: String,
    /// Over what time.
    #[command(flatten)]
    pub over: Over,
    /// Its public key, 64 hexadecimal digits. Without one, a key is made and kept in the wallet's
    /// folder, where `purser mcp` finds it.
    #[arg(long, value_name = "HEX")]
    pub public_key: Option<String>,
    /// Most for one of its payments.
    #[arg(long, value_name = "AMOUNT")]
    pub per_transaction: Option<String>,
    /// Only this category. Can be given several times.
    #[arg(long = "category")]
    pub categories: Vec<String>,
    /// Only payees of this host. Can be given several times.
    #[arg(long = "payee-host", value_name = "HOST")]
    pub hosts: Vec<String>,
    /// It may hand part of it on.
    #[arg(long)]
    pub may_delegate: bool,
    /// It may pay only in sessions that are opened for it.
    #[arg(long)]
    pub require_session: bool,
}

/// What a sub-agent holds.
#[derive(Debug, Args)]
pub struct Holding {
    /// How much it holds from now on.
    pub amount: String,
    /// Over what time.
    #[command(flatten)]
    pub over: Over,
}

/// Over what time a sub-agent holds it.
#[derive(Debug, Args)]
pub struct Over {
    /// Over what.
    #[arg(long, value_enum, default_value = "all-time")]
    pub interval: Interval,
    /// Over the time just past, not the calendar's.
    #[arg(long)]
    pub rolling: bool,
}

/// Over what a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Interval {
    /// A day.
    Daily,
    /// A week.
    Weekly,
    /// A month.
    Monthly,
    /// For good.
    AllTime,
}

impl From<Interval> for purser_domain::Interval {
    fn from(interval: Interval) -> Self {
        match interval {
            Interval::Daily => Self::Daily,
            Interval::Weekly => Self::Weekly,
            Interval::Monthly => Self::Monthly,
            Interval::AllTime => Self::AllTime,
        }
    }
}
