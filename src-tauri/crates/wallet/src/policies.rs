//! The policies as the owner handles them: shown as one file, compared, set, and put back as they
//! were (A10). The engine decides what loosens; nothing here does.

use crate::owner::OwnerError;
use crate::shown::Names;
use crate::wallet::Wallet;
use purser_domain::{AgentId, AgentPolicy, Entry, Event, PolicyFile, Timestamp, WalletPolicy};
use purser_engine::policy::{Change, Direction, compare};
use purser_engine::{Agent, AgentStatus, CommandError, State};
use purser_ledger::{EntryFilter, LedgerReader};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most versions that are listed.
const VERSIONS: usize = 1_000;

/// What changes in one policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyDiff {
    /// `wallet`, or the agent's name.
    pub of: String,
    /// Whether any of it loosens, so that the owner must be there.
    pub loosens: bool,
    /// Field by field.
    pub changes: Vec<Change>,
}

/// One version of a policy: the entry that set it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyVersion {
    /// The entry's number: the version's name.
    pub version: u64,
    /// When it was set.
    pub at_ms: Timestamp,
    /// Whose: an agent's, or the wallet's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
    /// `wallet`, or the agent's name.
    pub of: String,
    /// What it changed, beside the version before it.
    pub changes: Vec<Change>,
}

/// One policy that is to be set.
enum NewPolicy {
    Wallet(Box<WalletPolicy>),
    Agent(AgentId, Box<AgentPolicy>),
}

/// A policy that an entry set.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Set {
    Wallet(Box<WalletPolicy>),
    Agent(AgentId, Box<AgentPolicy>),
}

impl Wallet {
    /// All policies as of now. Revoked agents are left out.
    ///
    /// # Errors
    /// When the wallet was locked.
    pub async fn policy_file(&self) -> Result<PolicyFile, OwnerError> {
        Ok(self.writer.look(policies).await?)
    }

    /// What a file would change.
    ///
    /// # Errors
    /// When the file names an agent that the wallet has not.
    pub async fn diff_policies(&self, file: PolicyFile) -> Result<Vec<PolicyDiff>, OwnerError> {
        let planned = self.writer.look(move |state| plan(state, file)).await?;
        Ok(planned?.into_iter().map(|(diff, _)| diff).collect())
    }

    /// Sets every policy of a file that differs: the wallet's, then the agents', each after the one
    /// that it has its budget from. Each is an entry of its own. Without the owner's presence
    /// nothing is set if anything of it does not tighten.
    ///
    /// # Errors
    /// When the file names an agent that the wallet has not, loosens something without presence,
    /// or a policy has a fault; then [`OwnerError::PartlySet`] names those that were set before it.
    pub async fn set_policies(
        &self,
        file: PolicyFile,
        presence: bool,
    ) -> Result<Vec<PolicyDiff>, OwnerError> {
        let planned = self.writer.look(move |state| plan(state, file)).await??;
        self.carry_out(planned, presence).await
    }

    /// The versions that the policies had, newest first: of one agent, or of all and the wallet.
    ///
    /// # Errors
    /// When the log can't be read.
    pub async fn policy_versions(
        &self,
        agent: Option<AgentId>,
    ) -> Result<Vec<PolicyVersion>, OwnerError> {
        let names = self.writer.look(Names::of).await?;
        let reader = self.reader().await?;
        let listed = tokio::task::spawn_blocking(move || versions(&reader, agent, &names));
        listed.await.map_err(|_| OwnerError::Unexpected)?
    }

    /// Puts a policy back as one of its versions had it.
    ///
    /// # Errors
    /// When the entry set no policy, or that loosens something without presence.
    pub async fn revert_policy(
        &self,
        version: u64,
        presence: bool,
    ) -> Result<Vec<PolicyDiff>, OwnerError> {
        let reader = self.reader().await?;
        let found = tokio::task::spawn_blocking(move || {
            let filter = EntryFilter {
                seqs: Some(version..version.saturating_add(1)),
                ..EntryFilter::default()
            };
            reader.recent(1, None, &filter)
        });
        let found = found.await.map_err(|_| OwnerError::Unexpected)??;
        let set = found.first().and_then(set_by).ok_or(OwnerError::NoSuchVersion)?;
        let planned = self.writer.look(move |state| match set {
            Set::Wallet(policy) => Ok(plan_wallet(state, *policy).into_iter().collect::<Vec<_>>()),
            Set::Agent(agent, policy) => {
                plan_agent(state, agent, *policy).map(|planned| planned.into_iter().collect())
            }
        });
        self.carry_out(planned.await??, presence).await
    }

    async fn carry_out(
        &self,
        planned: Vec<(PolicyDiff, NewPolicy)>,
        presence: bool,
    ) -> Result<Vec<PolicyDiff>, OwnerError> {
        let loosens: Vec<String> = planned
            .iter()
            .flat_map(|(diff, _)| diff.changes.iter().map(move |change| (diff, change)))
            .filter(|(_, change)| change.direction != Direction::Tightens)
            .map(|(diff, change)| format!("{}.{}", diff.of, change.path))
            .collect();
        if !presence && !loosens.is_empty() {
            return Err(CommandError::PresenceNeeded { loosens }.into());
        }
        let mut done: Vec<PolicyDiff> = Vec::new();
        for (diff, policy) in planned {
            let set = match policy {
                NewPolicy::Wallet(policy) => self.set_wallet_policy(*policy, presence).await,
                NewPolicy::Agent(agent, policy) => {
                    self.set_agent_policy(agent, *policy, presence).await
                }
            };
            match set {
                Ok(()) => done.push(diff),
                Err(error) if done.is_empty() => return Err(error),
                Err(error) => {
                    let set = done.into_iter().map(|diff| diff.of).collect();
                    let error = Box::new(error);
                    return Err(OwnerError::PartlySet { set, failed: diff.of, error });
                }
            }
        }
        Ok(done)
    }

    /// A connection of its own for reading the log, so that nobody is held up.
    pub(crate) async fn reader(&self) -> Result<LedgerReader, OwnerError> {
        Ok(self.writer.look_with_log(|_, ledger| ledger.reader()).await??)
    }
}

fn policies(state: &State) -> PolicyFile {
    let living = state.agents().filter(|agent| agent.status != AgentStatus::Revoked);
    PolicyFile {
        schema: None,
        wallet: Some(state.policy().clone()),
        agents: living.map(|a| (a.name.raw().to_owned(), a.policy.clone())).collect(),
    }
}

fn diff(of: String, changes: Vec<Change>) -> PolicyDiff {
    let loosens = changes.iter().any(|change| change.direction == Direction::Loosens);
    PolicyDiff { of, loosens, changes }
}

fn plan(state: &State, file: PolicyFile) -> Result<Vec<(PolicyDiff, NewPolicy)>, OwnerError> {
    let mut planned: Vec<_> =
        file.wallet.and_then(|policy| plan_wallet(state, policy)).into_iter().collect();
    let mut found = Vec::new();
    for (name, policy) in file.agents {
        let agent = living(state, name)?;
        found.push((depth(state, agent), agent.id, policy));
    }
    // An agent may be loosened up to what the one above it may: that one comes first.
    found.sort_by_key(|(depth, ..)| *depth);
    for (_, agent, policy) in found {
        planned.extend(plan_agent(state, agent, policy)?);
    }
    Ok(planned)
}

/// The agent of a name in a policy file.
pub(crate) fn living(state: &State, name: String) -> Result<&Agent, OwnerError> {
    let found = state.agent_named(&name).filter(|agent| agent.status != AgentStatus::Revoked);
    found.ok_or(OwnerError::NoSuchAgent { name })
}

/// How many agents are above one.
fn depth(state: &State, agent: &Agent) -> usize {
    let up = |below: &&Agent| below.parent.and_then(|parent| state.agent(parent));
    std::iter::successors(Some(agent), up).count()
}

fn plan_wallet(state: &State, policy: WalletPolicy) -> Option<(PolicyDiff, NewPolicy)> {
    let changes = compare(state.policy(), &policy);
    let new = NewPolicy::Wallet(Box::new(policy));
    (!changes.is_empty()).then(|| (diff("wallet".to_owned(), changes), new))
}

fn plan_agent(
    state: &State,
    agent: AgentId,
    policy: AgentPolicy,
) -> Result<Option<(PolicyDiff, NewPolicy)>, OwnerError> {
    let found = state.agent(agent).ok_or(CommandError::AgentNotFound)?;
    let changes = compare(&found.policy, &policy);
    let new = NewPolicy::Agent(agent, Box::new(policy));
    Ok((!changes.is_empty()).then(|| (diff(found.name.visible(64), changes), new)))
}

fn set_by(entry: &Entry) -> Option<Set> {
    match &entry.event {
        Event::WalletCreated { policy, .. } | Event::WalletPolicySet { policy } => {
            Some(Set::Wallet(Box::new(policy.clone())))
        }
        Event::AgentAdded { agent, policy, .. } | Event::AgentPolicySet { agent, policy } => {
            Some(Set::Agent(*agent, Box::new(policy.clone())))
        }
        _ => None,
    }
}

fn versions(
    reader: &LedgerReader,
    agent: Option<AgentId>,
    names: &Names,
) -> Result<Vec<PolicyVersion>, OwnerError> {
    let kinds = Event::POLICY_KINDS.map(str::to_owned).to_vec();
    let filter = EntryFilter { agent, kinds, ..EntryFilter::default() };
    let mut entries = reader.recent(VERSIONS, None, &filter)?;
    entries.reverse();
    let mut wallet: Option<WalletPolicy> = None;
    let mut agents: BTreeMap<AgentId, AgentPolicy> = BTreeMap::new();
    let mut versions = Vec::new();
    for entry in &entries {
        let (agent, of, changes) = match set_by(entry) {
            Some(Set::Wallet(policy)) => {
                let before = wallet.replace(WalletPolicy::clone(&policy));
                let changes = before.map(|before| compare(&before, &*policy));
                (None, "wallet".to_owned(), changes)
            }
            Some(Set::Agent(agent, policy)) => {
                let before = agents.insert(agent, AgentPolicy::clone(&policy));
                let changes = before.map(|before| compare(&before, &*policy));
                (Some(agent), names.of_agent(agent), changes)
            }
            None => continue,
        };
        let (version, at_ms) = (entry.seq, entry.at_ms);
        let changes = changes.unwrap_or_default();
        versions.push(PolicyVersion { version, at_ms, agent, of, changes });
    }
    versions.reverse();
    Ok(versions)
}
