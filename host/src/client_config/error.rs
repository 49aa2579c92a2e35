//! What can go wrong with a user's file, always with its path, and what the user can do about it.

use std::io;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum ClientConfigError {
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot use {}: it is {what}, not a regular file", path.display())]
    NotAFile { path: PathBuf, what: &'static str },
    #[error("cannot use {}: it is not UTF-8 (byte {offset})", path.display())]
    NotUtf8 { path: PathBuf, offset: usize },
    #[error("cannot use {}: it is larger than the {max_bytes} bytes allowed", path.display())]
    TooLarge { path: PathBuf, max_bytes: u64 },
    #[error("cannot use {}: it is one of too many symbolic links, or of a loop of them", path.display())]
    TooManyLinks { path: PathBuf },
    #[error("will not change {}: {} is {what}", path.display(), real.display())]
    Protected { path: PathBuf, real: PathBuf, what: &'static str },
    #[error("will not change {}: it is read-only", path.display())]
    ReadOnly { path: PathBuf },
    #[error("will not change {}: it belongs to another user", path.display())]
    ForeignOwner { path: PathBuf },
    #[error("will not change {}: it has {links} names (hard links), and the others would keep the old content", path.display())]
    HardLinked { path: PathBuf, links: u64 },
    #[error("will not change {}: it is marked as immutable or append-only", path.display())]
    Immutable { path: PathBuf },
    #[error("will not change {} as root: {} belongs to another user", path.display(), directory.display())]
    RootElsewhere { path: PathBuf, directory: PathBuf },
    #[error("cannot write {}; nothing was changed: {} may not be written to", path.display(), directory.display())]
    Directory { path: PathBuf, directory: PathBuf, source: io::Error },
    #[error("cannot write {}; nothing was changed: the disk has {free_bytes} bytes free, {needed_bytes} are needed", path.display())]
    NoRoom { path: PathBuf, needed_bytes: u64, free_bytes: u64 },
    #[error("another isartor is changing configurations and does not end: it holds {}", path.display())]
    Busy { path: PathBuf },
    #[error("there is no backup {id}")]
    NoBackup { id: String },
    #[error("the backup {id} of {} is gone or was changed", path.display())]
    BadBackup { id: String, path: PathBuf },
    #[error("cannot create {}: {} is not there", path.display(), base.display())]
    NoBase { path: PathBuf, base: PathBuf },
    #[error("{} was changed by another program meanwhile; nothing was written", path.display())]
    Changed { path: PathBuf },
    #[error("cannot back up {}; nothing was changed", path.display())]
    Backup { path: PathBuf, source: io::Error },
    #[error("cannot write {}; it is as it was", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{} was written, but might not survive a power failure", path.display())]
    NotSynced { path: PathBuf, source: io::Error },
    #[error("{} does not hold what was just written to it; another program may have changed it", path.display())]
    NotWritten { path: PathBuf },
    #[error("cannot use the record of changes {}", path.display())]
    Journal { path: PathBuf, source: io::Error },
    #[error("the change that the connector {connector} made to {} was refused: {reason}", path.display())]
    BadChange { connector: String, path: PathBuf, reason: String },
}

impl ClientConfigError {
    /// Whether it was another program that came between, so that it is worth to look at the file again.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Changed { .. } | Self::NotWritten { .. })
    }

    pub fn hint(&self) -> String {
        match self {
            Self::Read { path, .. } => format!("make {} readable", path.display()),
            Self::NotAFile { path, .. } | Self::TooManyLinks { path } | Self::TooLarge { path, .. } => {
                format!("look at {} and move it away if the client does not need it", path.display())
            }
            Self::NotUtf8 { .. } => "save the file as UTF-8, then run the command again".into(),
            Self::Protected { .. } => "check which file the path leads to".into(),
            Self::ReadOnly { path } => format!("run 'chmod u+w {}' if isartor may change it", path.display()),
            Self::ForeignOwner { .. } | Self::RootElsewhere { .. } => "run the command as the user who owns it".into(),
            Self::HardLinked { path, .. } => {
                format!("make {} a file of its own (copy it, then move the copy over it)", path.display())
            }
            Self::Immutable { path } => format!("run 'chattr -ia {}' if isartor may change it", path.display()),
            Self::NoRoom { .. } => "make room on the disk, then run the command again".into(),
            Self::Busy { .. } => "wait for it or end it, then run the command again".into(),
            Self::NoBackup { .. } => "'isartor app backups' lists them".into(),
            Self::BadBackup { .. } => "choose another one from 'isartor app backups'".into(),
            Self::NoBase { base, .. } => format!("create {}, then run the command again", base.display()),
            Self::Changed { .. } | Self::NotWritten { .. } => "quit the client, then run the command again".into(),
            Self::Backup { path, .. } | Self::Write { path, .. } | Self::Directory { path, .. } => {
                let directory = path.parent().unwrap_or(path);
                format!("check that you may write to {} and that the disk is not full", directory.display())
            }
            Self::NotSynced { .. } => "look at the file and at the disk's health".into(),
            Self::Journal { path, .. } => format!("correct {}, or move it away", path.display()),
            Self::BadChange { .. } => "nothing was written; please report this as a defect of the connector".into(),
        }
    }
}
