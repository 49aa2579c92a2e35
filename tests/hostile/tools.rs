//! Tool plugins that run for ever, take everything, or hand over what is no result.

use super::case::Case;
use super::core::Core;

const FOR_EVER: &str = "(loop $for_ever (br $for_ever))";
const DEADLINE: &str = "it took longer than";
const MEMORY: &str = "it wanted more memory than";
const DATA: &str = "it handed over more data than allowed";
const INVALID: &str = "what it handed over is no value of the agreed type";
const UNUSABLE: &str = "it panicked or hit an invalid instruction";

/// Bodies of `call`, and what the client is told.
const CALLS: [(&str, &str, &str); 17] = [
    ("loop-in-call", FOR_EVER, DEADLINE),
    ("trap", "unreachable", UNUSABLE),
    ("division-by-zero", "(drop (i32.div_s (i32.const 1) (i32.const 0)))", UNUSABLE),
    ("memory-bomb", "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable", MEMORY),
    (
        "memory-bomb-in-use",
        "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
         (memory.fill (i32.const 65536) (i32.const 1) (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 65536)))
         unreachable",
        MEMORY,
    ),
    ("memory-out-of-bounds", "(i32.store (i32.const 0x7ffffff0) (i32.const 1))", UNUSABLE),
    (
        "table-bomb",
        "(loop $more (br_if $more (i32.ne (table.grow $t (ref.null func) (i32.const 100)) (i32.const -1)))) unreachable",
        MEMORY,
    ),
    ("deep-recursion", "(call $deep)", "it used up its stack"),
    ("result-out-of-bounds", "(return (i32.const 0x7ffffff0))", INVALID),
    ("result-misaligned", "(return (i32.const 513))", INVALID),
    ("result-of-no-kind", "(i32.store8 (i32.const 512) (i32.const 7))", INVALID),
    ("content-of-no-kind", "(i32.store8 (i32.const 640) (i32.const 9))", INVALID),
    ("text-out-of-bounds", "(i32.store (i32.const 648) (i32.const 0x7fffffff))", INVALID),
    ("text-that-is-not-utf8", "(i32.store8 (i32.const 17) (i32.const 0xff))", INVALID),
    ("list-of-two-thousand-million", "(i32.store (i32.const 520) (i32.const 0x7fffffff))", INVALID),
    (
        // A hundred thousand texts of 1 MiB each that are all the same one.
        "texts-that-share-their-bytes",
        "(drop (memory.grow (i32.const 96))) (call $share (i32.const 100000) (i32.const 1048576))",
        DATA,
    ),
    ("flood-of-items", "(drop (memory.grow (i32.const 640))) (call $share (i32.const 700000) (i32.const 1))", DATA),
];

const MORE: &str = "
  (table $t 1 funcref)
  (func $deep (call $deep) (drop (memory.grow (i32.const 0))))
  ;; The result becomes a list of so many texts of so many bytes each; an item of content takes 56 bytes.
  (func $share (param $count i32) (param $bytes i32)
    (local $at i32) (local $item i32)
    (local.set $item (i32.const 65536))
    (loop $each
      (i32.store (i32.add (local.get $item) (i32.const 4)) (i32.const 65536))
      (i32.store (i32.add (local.get $item) (i32.const 8)) (local.get $bytes))
      (local.set $item (i32.add (local.get $item) (i32.const 56)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $at) (local.get $count))))
    (i32.store (i32.const 516) (i32.const 65536))
    (i32.store (i32.const 520) (local.get $count)))";

pub(super) fn cases() -> Vec<Case> {
    let calls = CALLS.iter().map(|&(name, call, says)| calling(name, says, Core { call: call.into(), ..more() }));
    calls.chain(around_a_call()).chain(before_any_call()).collect()
}

fn more() -> Core {
    Core { more: MORE.to_owned(), ..Core::default() }
}

/// Where else than in its export a call runs the plugin's code.
fn around_a_call() -> Vec<Case> {
    vec![
        calling("loop-in-realloc", DEADLINE, Core { realloc: FOR_EVER.into(), ..Core::default() }),
        calling("loop-in-post-return", DEADLINE, Core { post: FOR_EVER.into(), ..Core::default() }),
        calling("trap-in-post-return", UNUSABLE, Core { post: "unreachable".into(), ..Core::default() }),
        calling(
            "realloc-out-of-bounds",
            INVALID,
            Core { realloc: "(return (i32.const -16))".into(), ..Core::default() },
        ),
        calling("realloc-misaligned", INVALID, misaligned()),
    ]
}

fn misaligned() -> Core {
    // The definitions ask for no memory, the arguments of a call do.
    Core { realloc: "(return (i32.const 0x7fffffff))".into(), ..Core::default() }
}

/// What happens before anybody calls a tool: the plugin is neither installed nor put to use.
fn before_any_call() -> Vec<Case> {
    let start = |body: &str| Core { more: format!("(func $start {body}) (start $start)"), ..Core::default() };
    let initialize = Core { more: format!("(func (export \"_initialize\") {FOR_EVER})"), ..Core::default() };
    let definitions = |body: &str| Core { definitions: body.to_owned(), ..more() };
    let many = "(drop (memory.grow (i32.const 128)))
                (call $many (i32.const 100000)) (i32.store (i32.const 388) (i32.const 65536))
                (i32.store (i32.const 392) (i32.const 100000))";
    let many = Core { more: format!("{MORE}{MANY}"), ..definitions(many) };
    vec![
        refused("loop-in-start", &[DEADLINE], start(FOR_EVER)),
        refused("loop-in-initialize", &[DEADLINE], initialize),
        refused("trap-in-start", &[UNUSABLE], start("unreachable")),
        refused("loop-in-definitions", &[DEADLINE, "definitions"], definitions(FOR_EVER)),
        refused("trap-in-definitions", &[UNUSABLE, "definitions"], definitions("unreachable")),
        refused("bomb-in-definitions", &[MEMORY, "definitions"], definitions(CALLS[3].1)),
        refused("hundred-thousand-tools", &["definitions"], many),
    ]
}

/// Copies of the definition, one after another from 65,536 on.
const MANY: &str = "
  (func $many (param $count i32)
    (local $at i32)
    (loop $each
      (memory.copy (i32.add (i32.const 65536) (i32.mul (local.get $at) (i32.const 52))) (i32.const 256) (i32.const 52))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $each (i32.lt_u (local.get $at) (local.get $count)))))";

fn calling(name: &str, says: &str, core: Core) -> Case {
    Case::new(name, &[says], move |stage, id| {
        let _installed = stage.install(&core.package(id), &[]);
        vec![stage.call_fails(id)]
    })
}

fn refused(name: &str, says: &[&str], core: Core) -> Case {
    Case::new(name, says, move |stage, id| stage.refused(&core.package(id)))
}

/// A plugin that does nothing wrong.
pub(super) fn well_behaved(id: &str) -> super::package::Package {
    Core { description: b"Says that it is done.".to_vec(), ..Core::default() }.package(id)
}
