//! What the owner does about sessions, allocations and credentials.

use super::{Done, OwnerCommand, owner_problem, problem, to_value, told};
use crate::{OwnerError, SessionAsk};
use purser_domain::{Attribution, Label, RefusalDetail, Task, TaskOrigin};

/// What the owner does about sessions, allocations and credentials.
pub(super) async fn share(
    wallet: &crate::Wallet,
    command: OwnerCommand,
) -> Result<serde_json::Value, RefusalDetail> {
    let done = |result: Result<(), OwnerError>| {
        result.map_err(|error| owner_problem(&error)).and_then(|()| to_value(&Done { done: true }))
    };
    match command {
        OwnerCommand::SessionOpen { agent, purpose, ceiling, minutes } => {
            // What the owner says it is for is what requests in it are held against.
            let task = Label::new("owner").ok();
            let task = task.map(|id| Task { id, text: purpose.clone(), origin: TaskOrigin::Owner });
            let attribution = Attribution::default();
            let ask =
                SessionAsk { agent: Some(agent), purpose, ceiling, minutes, task, attribution };
            told(wallet.open_session_for(agent, ask).await)
        }
        OwnerCommand::SessionClose { agent, session } => {
            done(wallet.close_session_of(agent, session).await)
        }
        OwnerCommand::AllocationSet { agent, allocation } => {
            done(wallet.set_allocation_of(agent, allocation).await)
        }
        OwnerCommand::CredentialRevoke { credential } => {
            done(wallet.revoke_credential(credential).await)
        }
        _ => Err(problem(
            "internal",
            "the command is about something else".to_owned(),
            "report this as a defect",
        )),
    }
}
