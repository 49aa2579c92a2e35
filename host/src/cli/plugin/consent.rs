//! Asking whether a plugin may be installed, and what it may do. An answer that does not come is a no.

use std::collections::BTreeSet;
use std::io;

use super::ConsentArgs;
use crate::cli::ask::confirmed;
use crate::install::Consent;
use crate::plugin::Examined;
use crate::plugin::manifest::capability::CapabilityName;
use crate::plugin::manifest::client_file::Os;

/// What was agreed to before, and still means the same.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    pub(super) grants: BTreeSet<CapabilityName>,
    pub(super) files: BTreeSet<String>,
}

/// None when the user does not want it.
pub(super) fn ask(
    examined: &Examined,
    question: &str,
    args: &ConsentArgs,
    earlier: &Earlier,
) -> io::Result<Option<Consent>> {
    if !args.yes && !confirmed(question)? {
        return Ok(None);
    }
    Ok(Some(Consent { grants: grants(examined, args, earlier)?, files: files(examined, args, earlier)? }))
}

fn grants(examined: &Examined, args: &ConsentArgs, earlier: &Earlier) -> io::Result<BTreeSet<CapabilityName>> {
    let mut granted = BTreeSet::new();
    let asked_for: BTreeSet<CapabilityName> = examined.manifest.capabilities.iter().map(|one| one.name()).collect();
    for capability in asked_for {
        let settled = args.grant.contains(&capability) || earlier.grants.contains(&capability);
        if settled || (!args.yes && confirmed(&format!("Grant {capability}?"))?) {
            granted.insert(capability);
        }
    }
    Ok(granted)
}

fn files(examined: &Examined, args: &ConsentArgs, earlier: &Earlier) -> io::Result<BTreeSet<String>> {
    let mut accepted = BTreeSet::new();
    for file in examined.manifest.files.iter().filter(|file| file.systems.contains(&Os::of_this_system())) {
        let settled = args.accept_file.contains(&file.id) || earlier.files.contains(&file.id);
        if settled || (!args.yes && confirmed(&format!("May it edit {}?", file.path))?) {
            accepted.insert(file.id.clone());
        }
    }
    Ok(accepted)
}
