//! The plugins: those that should be in use and are not. Loads none; `isartor plugin doctor` does.

use super::finding::Finding;
use crate::cli::clients::Clients;
use crate::plugin::Standing;

const NAME: &str = "plugins";

pub(super) fn examine(clients: &Clients) -> anyhow::Result<Vec<Finding>> {
    let left_out = clients.plugins().left_out();
    let mut findings: Vec<Finding> = Vec::new();
    for plugin in left_out.iter().filter(|plugin| plugin.standing != Standing::Disabled) {
        let what = format!("{} is {}: {}", plugin.name, plugin.standing.as_str(), plugin.reason);
        let found = Finding::ill(NAME, what);
        findings.push(match &plugin.hint {
            Some(hint) => found.hint(hint.clone()),
            None => found.hint(format!("see 'isartor plugin doctor {}'", plugin.name)),
        });
    }
    if findings.is_empty() {
        findings.push(Finding::well(NAME, format!("{} are in use", clients.plugins().all().len())));
    }
    Ok(findings)
}
