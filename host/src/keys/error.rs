//! What can go wrong with keys, and what helps. Never quotes a key.

use std::io;
use std::path::PathBuf;

use super::KeyId;

#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{} belongs to another user", path.display())]
    NotOurs { path: PathBuf },
    #[error("{} can be read or written by other users", path.display())]
    NotPrivate { path: PathBuf },
    #[error("cannot use {}: {message}", path.display())]
    Damaged { path: PathBuf, message: String },
    #[error("the system gives no random numbers")]
    Random(#[source] getrandom::Error),
    #[error("cannot use {word:?} as a key's {what}: it is not 1 to 64 letters, digits, '.', '_' and '-'")]
    Word { what: &'static str, word: String },
    #[error("there is a key called {name} already")]
    NameTaken { name: String },
    #[error("the namespace {namespace} is that of {by}")]
    NamespaceTaken { namespace: String, by: String },
    #[error("a key without a scope may do nothing")]
    NoScope,
    #[error("there is no key called {wanted:?}")]
    Unknown { wanted: String },
    #[error("the key {wanted} is not active any more")]
    NotActive { wanted: String },
    #[error("a key cannot end before it begins")]
    EndsBeforeItBegins,
    #[error("there are {max} keys, with those that ended, and no more are kept")]
    TooMany { max: usize },
    #[error("the namespaces of removed keys are kept, and they are more than {max}")]
    TooManyNamespaces { max: usize },
    #[error("a key with the id {id} is there already")]
    SameId { id: KeyId },
}

impl KeysError {
    /// What the user can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Read { path, .. } => format!("make {} readable", path.display()),
            Self::Write { path, .. } => {
                format!("make the directory of {} writable, and free some space", path.display())
            }
            Self::NotOurs { path } | Self::Damaged { path, .. } => {
                format!("correct {0}, or move it away and create the keys again; no key counts before", path.display())
            }
            Self::NotPrivate { path } => format!("run 'chmod 600 {}'", path.display()),
            Self::Random(_) | Self::SameId { .. } => "try again".to_owned(),
            Self::Word { .. } => "choose a name such as laptop, or ci.nightly".to_owned(),
            Self::NameTaken { .. } => {
                "choose another with --name, or give that one a new secret with 'isartor keys rotate'".to_owned()
            }
            Self::NamespaceTaken { namespace, .. } => {
                format!("choose another --name or --namespace; '--namespace {namespace}' shares what is stored there")
            }
            Self::NoScope => "say --scope read, --scope read,write or --scope admin".to_owned(),
            Self::Unknown { .. } => "'isartor keys list' shows which there are".to_owned(),
            Self::NotActive { .. } => "create another with 'isartor keys create'".to_owned(),
            Self::EndsBeforeItBegins => "give --expires a time to come".to_owned(),
            Self::TooMany { .. } => "remove those that ended with 'isartor keys prune --all-ended'".to_owned(),
            Self::TooManyNamespaces { .. } => {
                "give new keys a namespace that others share, with --namespace".to_owned()
            }
        }
    }

    /// The message with what is behind it, on one line.
    pub fn chain(&self) -> String {
        match std::error::Error::source(self) {
            Some(source) => format!("{self}: {source}"),
            None => self.to_string(),
        }
    }
}
