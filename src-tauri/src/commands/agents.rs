//! Adding agents and letting them go.

use super::{owners, parse};
use crate::dto::{AgentDraft, CommandError, Outcome};
use purser_domain::Label;
use purser_wallet::view::{StopStatement, Tone};
use purser_wallet::{AddedAgent, Host};
use tauri::State;

/// Adds an agent.
#[tauri::command]
pub async fn add_agent(
    host: State<'_, Host>,
    draft: AgentDraft,
) -> Result<AddedAgent, CommandError> {
    let policy = draft.policy()?;
    Ok(owners(&host)?.add_agent(&draft.name, policy).await?)
}

/// Revokes an agent for good.
#[tauri::command]
pub async fn revoke_agent(
    host: State<'_, Host>,
    id: String,
) -> Result<StopStatement, CommandError> {
    Ok(owners(&host)?.revoke_agent(parse("id", &id)?).await?.statement)
}

/// Pauses an agent.
#[tauri::command]
pub async fn pause_agent(host: State<'_, Host>, id: String) -> Result<Outcome, CommandError> {
    let stopped = owners(&host)?.pause_agent(parse("id", &id)?).await?.statement;
    let waited = match stopped.cancelled {
        0 => "",
        1 => "One waiting request was called off. ",
        _ => "Its waiting requests were called off. ",
    };
    let detail = format!("{waited}Every request of it is refused until you resume it.");
    Ok(Outcome::new(Tone::Review, stopped.title, detail))
}

/// Lets a paused agent go on.
#[tauri::command]
pub async fn resume_agent(host: State<'_, Host>, id: String) -> Result<Outcome, CommandError> {
    owners(&host)?.resume_agent(parse("id", &id)?).await?;
    let agents = host.view().await.agents;
    let name = agents.into_iter().find(|found| found.agent.id == id).map(|found| found.agent.name);
    let title = format!("{} goes on", name.as_deref().unwrap_or("The agent"));
    Ok(Outcome::new(Tone::Allow, title, "Within the same limits as before."))
}

/// Ends an open session of an agent.
#[tauri::command]
pub async fn end_session(
    host: State<'_, Host>,
    id: String,
    session: String,
) -> Result<Outcome, CommandError> {
    let session = Label::new(&session).map_err(|_| CommandError::bad_argument("session"))?;
    owners(&host)?.end_session(parse("id", &id)?, session).await?;
    let detail = "Nothing more is paid in it. What was on its way ends as it may.";
    Ok(Outcome::new(Tone::Review, "The session has ended", detail))
}
