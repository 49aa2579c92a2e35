//! Trying out a connector: each case on a machine of its own, made of scratch folders, through the same plan, checks and
//! writes as `isartor connect`. Never touches a real client's file.

mod arguments;
mod machine;

use std::path::Path;

use super::{Check, Difference, Tried, case};
use crate::author::AuthorError;
use crate::connect::entry;
use crate::connect::{ConnectError, Intent};
use crate::plugin::manifest::client_file::{Os, Scope};
use crate::plugin::{Connector, Manifest};
use arguments::Arguments;
use machine::Machine;

/// Where isartor is on the cases' machines. Their files write it as `${ISARTOR}`.
const PROGRAM: &str = "/usr/local/bin/isartor";
const PLACEHOLDER: &str = "${ISARTOR}";

pub(super) fn try_out(check: &Check) -> Result<Tried, AuthorError> {
    let connector = check.trial.connector()?;
    let files = &connector.manifest().files;
    let offers = files.iter().map(|file| format!("{} ({})", file.path, systems(&file.systems))).collect();
    let mut tried = Tried { offers, ..Tried::default() };
    let Some(os) = system(&connector) else {
        tried.notes.push("it names no file of a system with Unix paths, so its cases cannot be run here".to_owned());
        return Ok(tried);
    };
    round_trip(&connector, os)?;
    for folder in &check.cases {
        tried.add(run(&connector, os, folder)?);
    }
    Ok(tried)
}

/// `macOS, Linux`
fn systems(systems: &[Os]) -> String {
    systems.iter().map(Os::to_string).collect::<Vec<_>>().join(", ")
}

/// This system, or another whose paths can be made here.
fn system(connector: &Connector) -> Option<Os> {
    let wanted = [Os::of_this_system(), Os::Linux, Os::Macos];
    let files = &connector.manifest().files;
    wanted.into_iter().find(|os| *os != Os::Windows && files.iter().any(|file| file.systems.contains(os)))
}

/// The first scope for which the client has a file.
fn usual_scope(connector: &Connector, os: Os) -> Scope {
    let files = &connector.manifest().files;
    let is_users = files.iter().any(|file| file.systems.contains(&os) && file.scope == Scope::User);
    if is_users { Scope::User } else { Scope::Project }
}

/// A client without a configuration gets an entry that the connector itself sees, and loses it again.
fn round_trip(connector: &Connector, os: Os) -> Result<(), AuthorError> {
    let machine = Machine::new(connector.manifest(), os, usual_scope(connector, os))?;
    let name = entry::DEFAULT_NAME;
    let failed = |step, message: String| {
        // The hint that follows on a line of its own is for users.
        let message = message.lines().next().unwrap_or_default().to_owned();
        AuthorError::RoundTrip { plugin: connector.manifest().id.clone(), step, message }
    };
    let entry = Arguments::parse(&[]).map_err(|message| failed("connect", message))?;
    let entry = entry.entry(connector.manifest()).map_err(|error| failed("connect", error.to_string()))?;
    machine.carry_out(connector, &Intent::Connect(entry)).map_err(|message| failed("connect", message))?;
    let found = machine.servers(connector)?;
    if found != [name] {
        return Err(failed("find isartor in", format!("it finds {found:?} after connecting {name:?}")));
    }
    let away = Intent::Disconnect { name: name.to_owned() };
    machine.carry_out(connector, &away).map_err(|message| failed("disconnect", message))?;
    match machine.config()? {
        None => Ok(()),
        Some(_) => Err(failed("disconnect", "it leaves a file where there was none".to_owned())),
    }
}

fn run(connector: &Connector, os: Os, folder: &Path) -> Result<Option<Difference>, AuthorError> {
    const ARGUMENTS: &str = "arguments.json";
    let words: Vec<String> = match case::bytes(folder, ARGUMENTS)? {
        Some(_) => case::json(folder, ARGUMENTS)?,
        None => Vec::new(),
    };
    let arguments =
        Arguments::parse(&words).map_err(|message| AuthorError::Case { path: folder.join(ARGUMENTS), message })?;
    let scope = arguments.scope.unwrap_or_else(|| usual_scope(connector, os));
    let machine = Machine::new(connector.manifest(), os, scope)?;
    if let Some((_, before)) = file(folder, "before")? {
        machine.write(&before)?;
    }
    let intent = intent(&arguments, connector.manifest());
    let mut refusals = [file(folder, "error")?, file(folder, "refused")?].into_iter().flatten();
    match (refusals.next(), intent) {
        (Some(words), Ok(intent)) => fails(&machine, folder, words, machine.carry_out(connector, &intent)),
        (Some(words), Err(said)) => fails(&machine, folder, words, Err(said)),
        (None, Ok(intent)) => succeeds(connector, &machine, intent, folder),
        (None, Err(message)) => Err(AuthorError::Case { path: folder.join(ARGUMENTS), message }),
    }
}

/// What connecting would do; or what is said instead, before any file is looked at.
fn intent(arguments: &Arguments, manifest: &Manifest) -> Result<Intent, String> {
    if let (Some(reason), false) = (&manifest.retired, arguments.is_forced) {
        return Err(format!("{} is not connected any more: {reason}\n", manifest.title));
    }
    let entry = arguments.entry(manifest).map_err(|error| format!("{error}\nhint: {}\n", error.hint()))?;
    Ok(Intent::Connect(entry))
}

/// Connecting and disconnecting twice, with a change by the user in between where there is one.
fn succeeds(
    connector: &Connector,
    machine: &Machine,
    connect: Intent,
    folder: &Path,
) -> Result<Option<Difference>, AuthorError> {
    let name = match &connect {
        Intent::Connect(entry) => entry.name.clone(),
        Intent::Disconnect { name } => name.clone(),
    };
    for (expected, intent) in [("after-connect", connect), ("after-disconnect", Intent::Disconnect { name })] {
        if let (Intent::Disconnect { .. }, Some((_, between))) = (&intent, file(folder, "between")?) {
            machine.write(&between)?;
        }
        for _round in ["once", "twice"] {
            let found = match machine.carry_out(connector, &intent) {
                Ok(()) => machine.config()?,
                Err(message) => Some(message.into_bytes()),
            };
            let (name, wanted) = file(folder, expected)?.unzip();
            if found != wanted {
                let name = name.unwrap_or_else(|| expected.to_owned());
                return Ok(Some(difference(folder, &name, wanted, found)));
            }
        }
    }
    Ok(None)
}

/// Connecting failed with each line of `words`, and the file stayed as it was.
fn fails(
    machine: &Machine,
    folder: &Path,
    (name, words): (String, Vec<u8>),
    outcome: Result<(), String>,
) -> Result<Option<Difference>, AuthorError> {
    let said = match outcome {
        Ok(()) => "it was connected\n".to_owned(),
        Err(message) => message,
    };
    if !String::from_utf8_lossy(&words).lines().all(|line| said.contains(line)) {
        return Ok(Some(difference(folder, &name, Some(words), Some(said.into_bytes()))));
    }
    let (before, after) = (file(folder, "before")?.map(|(_, before)| before), machine.config()?);
    Ok((before != after).then(|| difference(folder, "before", before, after)))
}

fn difference(folder: &Path, file: &str, expected: Option<Vec<u8>>, found: Option<Vec<u8>>) -> Difference {
    let text = |bytes: Option<Vec<u8>>| {
        bytes.map_or("(there is no file)\n".to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    Difference { case: format!("{}/{file}", case::name(folder)), expected: text(expected), found: text(found) }
}

/// The file of a case that is called `stem`, whatever comes after the dot: its name, and what is in it.
fn file(folder: &Path, stem: &str) -> Result<Option<(String, Vec<u8>)>, AuthorError> {
    let Some(name) = case::named(folder, stem)? else { return Ok(None) };
    let bytes = case::bytes(folder, &name)?.unwrap_or_default();
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => text.replace(PLACEHOLDER, PROGRAM).into_bytes(),
        Err(error) => error.into_bytes(),
    };
    Ok(Some((name, bytes)))
}

/// What `isartor connect` prints: the chain on one line, then the hint.
fn said(error: ConnectError) -> String {
    let hint = error.hint();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(cause.to_string().lines().next().unwrap_or_default());
        source = cause.source();
    }
    format!("{text}\nhint: {hint}\n")
}
