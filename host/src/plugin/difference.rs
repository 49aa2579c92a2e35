//! What differs between the version of a plugin that was accepted and another, line by line for a person.

use std::collections::BTreeMap;

use super::definition::{Definition, Described};
use super::shown::Shown;

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// What the following lines are about.
    About(String),
    Gone(String),
    New(String),
}

/// Everything that differs; empty when nothing that a user accepts does.
pub fn between(old: &Shown, new: &Shown) -> Vec<Line> {
    let mut lines = Vec::new();
    about("version", &mut lines, texts([&old.version], [&new.version]));
    about("publisher", &mut lines, texts(&old.publisher, &new.publisher));
    about("capabilities", &mut lines, texts(capabilities(old).iter(), capabilities(new).iter()));
    about("imports", &mut lines, texts(&old.imports, &new.imports));
    about("files it may edit", &mut lines, texts(files(old).iter(), files(new).iter()));
    for (name, before, after) in pairs(&old.tools, &new.tools, |tool| &tool.name) {
        about(&format!("tool {name}"), &mut lines, texts(tool(before).iter(), tool(after).iter()));
    }
    for (what, old, new) in [("prompt", &old.prompts, &new.prompts), ("resource", &old.resources, &new.resources)] {
        for (name, before, after) in pairs(old, new, |described| &described.name) {
            about(&format!("{what} {name}"), &mut lines, texts(described(before).iter(), described(after).iter()));
        }
    }
    lines
}

fn about(what: &str, lines: &mut Vec<Line>, differing: Vec<Line>) {
    if !differing.is_empty() {
        lines.push(Line::About(what.to_owned()));
        lines.extend(differing);
    }
}

fn texts<'t>(old: impl IntoIterator<Item = &'t String>, new: impl IntoIterator<Item = &'t String>) -> Vec<Line> {
    let (old, new): (Vec<_>, Vec<_>) = (old.into_iter().collect(), new.into_iter().collect());
    let gone = old.iter().filter(|text| !new.contains(text)).map(|text| Line::Gone((*text).clone()));
    let added = new.iter().filter(|text| !old.contains(text)).map(|text| Line::New((*text).clone()));
    gone.chain(added).collect()
}

fn capabilities(shown: &Shown) -> Vec<String> {
    let each = |(name, lines): (&String, &Vec<String>)| lines.iter().map(|line| format!("{name}: {line}")).collect();
    shown.capabilities.iter().flat_map(|entry| -> Vec<String> { each(entry) }).collect()
}

fn files(shown: &Shown) -> Vec<String> {
    shown.files.iter().map(|(id, path)| format!("{id}: {path}")).collect()
}

/// What either version offers, by name.
fn pairs<'d, T>(old: &'d [T], new: &'d [T], name: fn(&T) -> &String) -> Vec<(&'d str, Option<&'d T>, Option<&'d T>)> {
    let mut named: BTreeMap<&str, (Option<&T>, Option<&T>)> = BTreeMap::new();
    for one in old {
        named.entry(name(one)).or_insert((None, None)).0 = Some(one);
    }
    for one in new {
        named.entry(name(one)).or_insert((None, None)).1 = Some(one);
    }
    named.into_iter().map(|(name, (before, after))| (name, before, after)).collect()
}

fn tool(definition: Option<&Definition>) -> Vec<String> {
    let Some(definition) = definition else { return Vec::new() };
    let [read_only, destructive, idempotent, open_world] = definition.hints;
    let mut lines = vec![
        format!("description: {}", definition.description),
        format!("input schema: {}", definition.input_schema),
        format!(
            "hints: read-only {read_only}, destructive {destructive}, idempotent {idempotent}, open-world {open_world}"
        ),
    ];
    lines.extend(definition.title.as_ref().map(|title| format!("title: {title}")));
    lines.extend(definition.output_schema.as_ref().map(|schema| format!("output schema: {schema}")));
    lines
}

fn described(offered: Option<&Described>) -> Vec<String> {
    let Some(Described { name: _, description, details }) = offered else { return Vec::new() };
    [format!("description: {description}")].into_iter().chain(details.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown() -> Shown {
        let tool = Definition {
            name: "echo".to_owned(),
            title: None,
            description: "Says it again.".to_owned(),
            input_schema: "{}".to_owned(),
            output_schema: None,
            hints: [true, false, true, false],
        };
        Shown { version: "1.0.0".to_owned(), tools: vec![tool], ..Shown::default() }
    }

    #[test]
    fn the_same_differs_in_nothing() {
        assert_eq!(between(&shown(), &shown()), []);
    }

    #[test]
    fn each_difference_is_named() {
        let mut new = shown();
        new.capabilities.insert("http".to_owned(), vec!["send GET (because: x)".to_owned()]);
        new.imports.push("isartor:plugin/http@0.1.0".to_owned());
        new.tools[0].description = "Sends it away.".to_owned();
        let lines = between(&shown(), &new);
        let expected = [
            Line::About("capabilities".to_owned()),
            Line::New("http: send GET (because: x)".to_owned()),
            Line::About("imports".to_owned()),
            Line::New("isartor:plugin/http@0.1.0".to_owned()),
            Line::About("tool echo".to_owned()),
            Line::Gone("description: Says it again.".to_owned()),
            Line::New("description: Sends it away.".to_owned()),
        ];
        assert_eq!(lines, expected);
    }
}
