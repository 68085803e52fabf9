//! All policies in one file, for people to keep, compare and share: see `docs/policy.md`.

use crate::policy::{AgentPolicy, PolicyError, WalletPolicy};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A policy file. What it does not name stays as it is; a policy that it names is whole, and a
/// field left out of it has its default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct PolicyFile {
    /// Where the schema of this file is, for editors. Not read.
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What holds for the whole wallet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wallet: Option<WalletPolicy>,
    /// What each agent may do, by its name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub agents: BTreeMap<String, AgentPolicy>,
}

impl PolicyFile {
    /// Checks every policy. The time zone's name is checked by the engine, which has the zones.
    ///
    /// # Errors
    /// The first thing that is wrong, with the policy that it is in: `wallet` or `agents.NAME`.
    pub fn validate(&self) -> Result<(), (String, PolicyError)> {
        if let Some(wallet) = &self.wallet {
            wallet.validate().map_err(|error| ("wallet".to_owned(), error))?;
        }
        self.agents.iter().try_for_each(|(name, policy)| {
            policy.validate().map_err(|error| (format!("agents.{name}"), error))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_does_not_name_stays_and_what_it_names_is_whole() {
        let text = r#"{"$schema":"policy.schema.json","agents":{"Travel":{"daily":"9"}}}"#;
        let file: PolicyFile = serde_json::from_str(text).unwrap();
        assert_eq!(file.wallet, None);
        let travel = AgentPolicy { daily: 9.into(), ..AgentPolicy::default() };
        assert_eq!(file.agents["Travel"], travel);
        file.validate().unwrap();
        assert!(serde_json::from_str::<PolicyFile>(r#"{"agent":{}}"#).is_err());
    }

    #[test]
    fn an_error_names_the_policy_that_it_is_in() {
        let place = |text: &str| {
            let file: PolicyFile = serde_json::from_str(text).unwrap();
            file.validate().unwrap_err().0
        };
        assert_eq!(place(r#"{"wallet":{"tiers":{"quorum":0}}}"#), "wallet");
        assert_eq!(place(r#"{"agents":{"a":{},"b":{"daily":"0"}}}"#), "agents.b");
    }
}
