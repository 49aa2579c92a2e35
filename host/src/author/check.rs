//! What isartor makes of a built plugin: loaded under production limits, its imports held against its manifest, its
//! interface tried, its cases run. Nothing outside of the sandbox is reached, and nothing is installed.

mod case;
mod connector;
mod policy;
mod tool;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{AuthorError, COMPONENT_FILE, MANIFEST_FILE};
use crate::plugin::manifest::capability::{CapabilityName, CapabilityRequest};
use crate::plugin::{Kind, Manifest, Package, PluginError, Trial};

pub use case::Difference;

/// Where components are compiled.
#[derive(Debug, Clone, Copy)]
pub struct EngineRoom<'a> {
    /// Where compiled code is kept; none keeps it nowhere.
    pub state_dir: Option<&'a Path>,
    /// This program, which compiles in a process of its own.
    pub program: &'a Path,
}

/// What was proved.
#[derive(Debug)]
pub struct Checked {
    pub package: Package,
    pub manifest: Manifest,
    pub size_bytes: usize,
    /// Every import that carries a function.
    pub imports: Vec<String>,
    /// What it offers, a line each.
    pub offers: Vec<String>,
    pub cases_passed: usize,
    pub differences: Vec<Difference>,
    /// What is no error, and worth a look.
    pub notes: Vec<String>,
}

/// What the parts of a check have in common.
struct Check<'a> {
    trial: &'a Trial,
    /// The case folders, in name order.
    cases: Vec<PathBuf>,
}

/// What trying a plugin of one kind yields.
#[derive(Default)]
struct Tried {
    offers: Vec<String>,
    cases_passed: usize,
    differences: Vec<Difference>,
    notes: Vec<String>,
}

impl Tried {
    fn add(&mut self, difference: Option<Difference>) {
        match difference {
            None => self.cases_passed += 1,
            Some(difference) => self.differences.push(difference),
        }
    }
}

/// Checks a folder with plugin.toml, plugin.wasm and cases/, or a packed file, which has no cases.
pub fn check(path: &Path, engine: EngineRoom<'_>) -> Result<Checked, AuthorError> {
    if path.join(MANIFEST_FILE).is_file() && !path.join(COMPONENT_FILE).exists() {
        return Err(AuthorError::NotBuilt { dir: path.to_owned() });
    }
    let package = Package::read(path)?;
    let trial = Trial::open(&package, engine.state_dir, engine.program)?;
    let imports = trial.inspect()?.imports;
    let check = Check { trial: &trial, cases: case::folders(&path.join("cases"))? };
    let tried = match trial.manifest().kind {
        Kind::Tool => tool::try_out(&check)?,
        Kind::Policy => policy::try_out(&check)?,
        Kind::Connector => connector::try_out(&check)?,
    };
    let manifest = trial.manifest().clone();
    let Tried { offers, cases_passed, differences, mut notes } = tried;
    notes.extend(not_imported(&manifest, &imports));
    if check.cases.is_empty() {
        notes.push("it has no cases".to_owned());
    }
    let size_bytes = package.component.len();
    Ok(Checked { package, manifest, size_bytes, imports, offers, cases_passed, differences, notes })
}

impl Checked {
    /// An error when a case differs.
    pub fn passed(self) -> Result<Self, AuthorError> {
        match self.differences.len() {
            0 => Ok(self),
            count => Err(AuthorError::Differs { plugin: self.manifest.id, count }),
        }
    }
}

/// Who asks for more than is used asks the user for nothing in return.
fn not_imported(manifest: &Manifest, imports: &[String]) -> Vec<String> {
    let imported: BTreeSet<_> = imports.iter().filter_map(|import| CapabilityName::of_import(import)).collect();
    let asked: BTreeSet<_> = manifest.capabilities.iter().map(CapabilityRequest::name).collect();
    let unused = asked.into_iter().filter(|name| !imported.contains(name));
    // A secret is put into requests by the host: a plugin need not look whether it is set.
    let unused = unused.filter(|name| *name != CapabilityName::Secret);
    unused.map(|name| format!("plugin.toml asks for {name}, which it does not import")).collect()
}

/// A failure that the plugin reports, in a case's words; any other error ends the check.
fn reported(error: PluginError) -> Result<serde_json::Value, PluginError> {
    use crate::plugin::ReportedKind;
    let PluginError::Reported { kind, message, .. } = error else { return Err(error) };
    let kind = match kind {
        ReportedKind::InvalidInput => "invalid-input",
        ReportedKind::Unsupported => "unsupported",
        ReportedKind::Failed => "failed",
    };
    Ok(serde_json::json!({ "failure": { "kind": kind, "message": message } }))
}
