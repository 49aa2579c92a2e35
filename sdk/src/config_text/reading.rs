//! From a value in a configuration to the server that it means, without losing a field. Writes nothing.

use super::format::Node;
use super::shape::{Role, Shape};
use crate::connector::{FoundEntry, HttpServer, StdioServer, Transport};

/// What `node` means in the first of `shapes` that fits. `name_field` is not a field of the server's.
pub(super) fn found(name: String, node: &Node, shapes: &[Shape], name_field: Option<&str>) -> FoundEntry {
    let fitting = shapes.iter().find_map(|shape| Some((*shape, transport(node, shape)?)));
    let extra = extra(node, fitting.as_ref().map(|(shape, _)| *shape), name_field);
    FoundEntry { name, raw: node.raw.clone(), extra, transport: fitting.map(|(_, transport)| transport) }
}

/// None when a field that says what to start or reach is missing, or a field is of another type.
fn transport(node: &Node, shape: Shape) -> Option<Transport> {
    let field = |role: Role| {
        let (path, _) = shape.iter().find(|(_, other)| *other == role)?;
        node.at(path.split('.'))
    };
    let texts = |role| field(role).map_or(Some(Vec::new()), texts);
    let pairs = |role| field(role).map_or(Some(Vec::new()), pairs);
    if let Some(url) = field(Role::Url) {
        return Some(Transport::Http(HttpServer { url: url.text()?.to_owned(), headers: pairs(Role::Headers)? }));
    }
    let (command, args) = match field(Role::CommandLine) {
        Some(line) => {
            let line = self::texts(line)?;
            let (command, args) = line.split_first()?;
            (command.clone(), args.to_vec())
        }
        None => (field(Role::Command)?.text()?.to_owned(), texts(Role::Args)?),
    };
    Some(Transport::Stdio(StdioServer { command, args, env: pairs(Role::Env)? }))
}

/// The fields that the transport does not hold, as the text spells them. A field with others inside of it counts as
/// held only when all of them are.
fn extra(node: &Node, shape: Option<Shape>, name_field: Option<&str>) -> Vec<(String, String)> {
    let fields = node.map().unwrap_or_default();
    let is_held = |name: &str, value: &Node| {
        let inside: Vec<&str> = (shape.unwrap_or_default().iter().filter(|(_, role)| holds(*role)))
            .filter_map(|(path, _)| path.strip_prefix(name))
            .collect();
        inside.contains(&"")
            || value.map().is_some_and(|entries| {
                let is_inside = |key: &str| inside.iter().any(|rest| rest.strip_prefix('.') == Some(key));
                !entries.is_empty() && entries.iter().all(|(key, _)| is_inside(key))
            })
    };
    let extra = fields.iter().filter(|(name, value)| name_field != Some(name.as_str()) && !is_held(name, value));
    extra.map(|(name, value)| (name.clone(), value.raw.clone())).collect()
}

/// Whether a transport holds what a field of this role says.
fn holds(role: Role) -> bool {
    match role {
        Role::Command | Role::Args | Role::CommandLine | Role::Env | Role::Url | Role::Headers => true,
        Role::PassedVariables
        | Role::HeaderVariables
        | Role::Name
        | Role::Text(_)
        | Role::Bool(_)
        | Role::Number(_)
        | Role::Texts(_)
        | Role::Beginning(_)
        | Role::Kept => false,
    }
}

fn texts(node: &Node) -> Option<Vec<String>> {
    node.list()?.iter().map(|item| item.text().map(str::to_owned)).collect()
}

fn pairs(node: &Node) -> Option<Vec<(String, String)>> {
    node.map()?.iter().map(|(name, value)| Some((name.clone(), value.text()?.to_owned()))).collect()
}
