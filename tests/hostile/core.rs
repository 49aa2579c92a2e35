//! Tool plugins written by hand, byte by byte where a compiler would not do it: see tool.wat.

use wasmparser::{Parser, Payload};

use super::package::{Package, append_section, encoded, from_text};
use crate::support::guest_module;

const TEXTS_AT: usize = 4_096;
const PAGE_BYTES: usize = 64 << 10;

/// What differs from a plugin that does nothing wrong.
#[derive(Clone, Default)]
pub(super) struct Core {
    /// Instructions at the start of each function.
    pub(super) definitions: String,
    pub(super) call: String,
    pub(super) realloc: String,
    pub(super) post: String,
    /// Other functions, tables and the like.
    pub(super) more: String,
    /// The definition of its one tool; `go` where there is none.
    pub(super) name: Option<Vec<u8>>,
    pub(super) description: Vec<u8>,
    pub(super) input_schema: Option<Vec<u8>>,
}

impl Core {
    pub(super) fn package(&self, id: &str) -> Package {
        Package::new(id, "tool", self.component())
    }

    fn component(&self) -> Vec<u8> {
        let mut module = from_text(&self.text());
        let (name, data) = component_type();
        append_section(&mut module, &name, &data);
        encoded(&module)
    }

    fn text(&self) -> String {
        let texts = [
            self.name.as_deref().unwrap_or(b"go"),
            &self.description,
            self.input_schema.as_deref().unwrap_or(br#"{"type":"object"}"#),
        ];
        let heap = TEXTS_AT + texts.iter().map(|text| text.len()).sum::<usize>();
        let pages = heap.div_ceil(PAGE_BYTES) + 1;
        let places = [
            ("{pages}", pages.to_string()),
            ("{heap}", heap.to_string()),
            ("{more}", self.more.clone()),
            ("{realloc}", self.realloc.clone()),
            ("{definitions}", self.definitions.clone()),
            ("{call}", self.call.clone()),
            ("{post}", self.post.clone()),
            ("{definition}", escaped(&definition(texts.map(<[u8]>::len)))),
            ("{texts}", escaped(&texts.concat())),
        ];
        places.iter().fold(include_str!("tool.wat").to_owned(), |text, (place, what)| text.replace(place, what))
    }
}

/// A `tool-definition` without a title and an output schema whose texts lie one after another at [`TEXTS_AT`].
fn definition([name, description, schema]: [usize; 3]) -> Vec<u8> {
    let text = |at: usize, length: usize| [at, length].map(|number| (number as u32).to_le_bytes()).concat();
    let none = vec![0; 12];
    let description_at = TEXTS_AT + name;
    [
        text(TEXTS_AT, name),
        none.clone(),
        text(description_at, description),
        text(description_at + description, schema),
        none,
        vec![1, 0, 1, 0],
    ]
    .concat()
}

/// Bytes in a string of WebAssembly's text format.
fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

/// The section that says which world a core module is made for; the SDK writes it into each guest.
#[expect(clippy::wildcard_enum_match_arm, reason = "one section is looked for")]
fn component_type() -> (String, Vec<u8>) {
    let module = guest_module("hostile-tool");
    let found = Parser::new(0).parse_all(&module).find_map(|payload| match payload.expect("it is WebAssembly") {
        Payload::CustomSection(section) if section.name().starts_with("component-type") => {
            Some((section.name().to_owned(), section.data().to_vec()))
        }
        _ => None,
    });
    found.expect("a guest says which world it is made for")
}
