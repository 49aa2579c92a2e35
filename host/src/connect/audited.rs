//! The last step to a file, and what the audit log is told of it.

use std::time::SystemTime;

use super::{Client, ConnectError};
use crate::audit::{ConfigAction, ConfigEdit, Event};
use crate::client_config::{Action, Applied, Change, Lock};

impl Client<'_> {
    /// Carries one change out. A change that cannot be told of is an error, though it is made.
    pub(super) fn apply_one(&self, lock: &Lock, change: Change, now: SystemTime) -> Result<Applied, ConnectError> {
        let (client, action) = (change.key.client.clone(), action(change.action()));
        let applied = self.configs.apply(lock, change, now)?;
        let edit = ConfigEdit {
            client,
            action,
            file: applied.path.clone(),
            sha256_before: applied.sha256_before.clone(),
            sha256_after: applied.sha256_after.clone(),
            backup: applied.backup.clone(),
        };
        self.audit.append(now, &Event::ConfigEdited(Box::new(edit)))?;
        Ok(applied)
    }
}

fn action(action: &Action) -> ConfigAction {
    match action {
        Action::Connect => ConfigAction::Connect,
        Action::Disconnect => ConfigAction::Disconnect,
        Action::Restore(_) => ConfigAction::Restore,
    }
}
