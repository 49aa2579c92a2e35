//! Trying out a connector: each case on a machine of its own, made of scratch folders, through the same plan, checks and
//! writes as `isartor connect`. Never touches a real client's file.

mod machine;

use std::path::Path;

use super::{Check, Difference, Tried, case};
use crate::author::AuthorError;
use crate::connect::entry::{self, Key, Parts};
use crate::connect::{ConnectError, Intent};
use crate::plugin::Connector;
use crate::plugin::connector::ServerEntry;
use crate::plugin::manifest::TransportKind;
use crate::plugin::manifest::client_file::Os;
use machine::Machine;

/// Where isartor is on the cases' machines. Their files write it as `${ISARTOR}`.
const PROGRAM: &str = "/usr/local/bin/isartor";
const PLACEHOLDER: &str = "${ISARTOR}";
const GATEWAY_URL: &str = "http://localhost:8080";

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

/// A client without a configuration gets an entry that the connector itself sees, and loses it again.
fn round_trip(connector: &Connector, os: Os) -> Result<(), AuthorError> {
    let machine = Machine::new(connector.manifest(), os)?;
    let name = entry::DEFAULT_NAME;
    let failed = |step, message: String| {
        // The hint that follows on a line of its own is for users.
        let message = message.lines().next().unwrap_or_default().to_owned();
        AuthorError::RoundTrip { plugin: connector.manifest().id.clone(), step, message }
    };
    let entry = server_entry(&[]).map_err(|message| failed("connect", message))?;
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
    let machine = Machine::new(connector.manifest(), os)?;
    if let Some(before) = file(folder, "before.json")? {
        machine.write(&before)?;
    }
    let arguments: Vec<String> = match case::bytes(folder, "arguments.json")? {
        Some(_) => case::json(folder, "arguments.json")?,
        None => Vec::new(),
    };
    let entry = server_entry(&arguments)
        .map_err(|message| AuthorError::Case { path: folder.join("arguments.json"), message })?;
    match file(folder, "error.txt")? {
        Some(words) => fails(connector, &machine, entry, folder, &String::from_utf8_lossy(&words)),
        None => succeeds(connector, &machine, entry, folder),
    }
}

/// Connecting and disconnecting twice, with a change by the user in between where there is one.
fn succeeds(
    connector: &Connector,
    machine: &Machine,
    entry: ServerEntry,
    folder: &Path,
) -> Result<Option<Difference>, AuthorError> {
    let name = entry.name.clone();
    let steps =
        [("after-connect.json", Intent::Connect(entry)), ("after-disconnect.json", Intent::Disconnect { name })];
    for (expected, intent) in steps {
        if let (Intent::Disconnect { .. }, Some(between)) = (&intent, file(folder, "between.json")?) {
            machine.write(&between)?;
        }
        for _round in ["once", "twice"] {
            let found = match machine.carry_out(connector, &intent) {
                Ok(()) => machine.config()?,
                Err(message) => Some(message.into_bytes()),
            };
            let wanted = file(folder, expected)?;
            if found != wanted {
                return Ok(Some(difference(folder, expected, wanted, found)));
            }
        }
    }
    Ok(None)
}

/// Connecting fails with each line of `words`, and the file stays as it was.
fn fails(
    connector: &Connector,
    machine: &Machine,
    entry: ServerEntry,
    folder: &Path,
    words: &str,
) -> Result<Option<Difference>, AuthorError> {
    let before = machine.config()?;
    let said = match machine.carry_out(connector, &Intent::Connect(entry)) {
        Ok(()) => "it was connected\n".to_owned(),
        Err(message) => message,
    };
    if !words.lines().all(|line| said.contains(line)) {
        return Ok(Some(difference(folder, "error.txt", Some(words.into()), Some(said.into_bytes()))));
    }
    let after = machine.config()?;
    Ok((before != after).then(|| difference(folder, "before.json", before, after)))
}

fn difference(folder: &Path, file: &str, expected: Option<Vec<u8>>, found: Option<Vec<u8>>) -> Difference {
    let text = |bytes: Option<Vec<u8>>| {
        bytes.map_or("(there is no file)\n".to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    Difference { case: format!("{}/{file}", case::name(folder)), expected: text(expected), found: text(found) }
}

fn file(folder: &Path, name: &str) -> Result<Option<Vec<u8>>, AuthorError> {
    let bytes = case::bytes(folder, name)?;
    Ok(bytes.map(|bytes| match String::from_utf8(bytes) {
        Ok(text) => text.replace(PLACEHOLDER, PROGRAM).into_bytes(),
        Err(error) => error.into_bytes(),
    }))
}

/// The entry that `isartor connect` would make of these arguments.
fn server_entry(arguments: &[String]) -> Result<ServerEntry, String> {
    let mut parts = Parts {
        name: entry::DEFAULT_NAME,
        program: Path::new(PROGRAM),
        gateway_url: GATEWAY_URL,
        gateway_api_key: None,
        transport: TransportKind::Stdio,
        home: None,
    };
    for pair in arguments.chunks(2) {
        match pair {
            [flag, value] if flag == "--name" => parts.name = value,
            [flag, value] if flag == "--gateway-url" => parts.gateway_url = value,
            [flag, value] if flag == "--gateway-api-key" => parts.gateway_api_key = Some(Key::Literal(value)),
            [flag, value] if flag == "--transport" && value == "http" => parts.transport = TransportKind::Http,
            [flag, value] if flag == "--transport" && value == "stdio" => parts.transport = TransportKind::Stdio,
            [flag, ..] => {
                return Err(format!("{flag} is not --name, --gateway-url, --gateway-api-key or --transport VALUE"));
            }
            [] => {}
        }
    }
    entry::server_entry(parts).map_err(|error| error.to_string())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_those_of_connect() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(server_entry(&words("--name cache --gateway-api-key k")).unwrap().name, "cache");
        for wrong in ["--name", "--port 1", "--name a --gateway-url nowhere"] {
            assert!(server_entry(&words(wrong)).is_err(), "{wrong}");
        }
    }
}
