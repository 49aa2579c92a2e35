//! What the guard found out about who is asking, and what they may do. Checks no credential itself.

use super::Principal;

/// What a key may be used for. None implies another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// Look up answers, list what is the caller's own, call tools that change nothing.
    Read,
    /// Store and delete answers, judge them, call tools that change something.
    Write,
    /// What concerns everybody: figures over all keys, the database as a whole.
    Admin,
}

impl Permission {
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions(u8);

impl Permissions {
    pub fn all() -> Self {
        Self::from_iter(Permission::ALL)
    }

    pub fn contain(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.contain(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |bits, permission| bits | permission.bit()))
    }
}

/// Who passed the guard. Handlers find it among the extensions of each request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    pub principal: Principal,
    pub permissions: Permissions,
    /// The name of the API key that was presented, if one was.
    pub key: Option<String>,
}

impl Access {
    /// The user of this machine, who may do everything.
    pub fn local() -> Self {
        Self { principal: Principal::local(), permissions: Permissions::all(), key: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_into_it() {
        for (permissions, held) in [
            (Permissions::default(), &[][..]),
            (Permissions::from_iter([Permission::Write, Permission::Read]), &[Permission::Read, Permission::Write]),
            (Permissions::all(), &Permission::ALL),
        ] {
            assert_eq!(permissions.iter().collect::<Vec<_>>(), held);
        }
    }
}
