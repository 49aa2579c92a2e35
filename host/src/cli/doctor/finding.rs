//! One thing that was looked at.

use std::path::PathBuf;

use crate::cli::connect::Reconnect;

/// What was found, and what helps.
#[derive(Debug)]
pub(super) struct Finding {
    /// The part of isartor, or the client.
    pub(super) of: String,
    pub(super) health: Health,
    pub(super) what: String,
    pub(super) hint: Option<String>,
    pub(super) repair: Option<Repair>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    Well,
    /// Worth knowing; nothing is wrong.
    Odd,
    Ill,
}

/// What `--fix` does.
#[derive(Debug)]
pub(super) enum Repair {
    MakePrivate { path: PathBuf, mode: u32 },
    Reconnect(Reconnect),
}

impl Finding {
    pub(super) fn well(of: impl Into<String>, what: impl Into<String>) -> Self {
        Self { of: of.into(), health: Health::Well, what: what.into(), hint: None, repair: None }
    }

    pub(super) fn odd(of: impl Into<String>, what: impl Into<String>) -> Self {
        Self { health: Health::Odd, ..Self::well(of, what) }
    }

    pub(super) fn ill(of: impl Into<String>, what: impl Into<String>) -> Self {
        Self { health: Health::Ill, ..Self::well(of, what) }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub(super) fn repair(self, repair: Repair) -> Self {
        Self { repair: Some(repair), ..self }
    }
}
