//! Components that want what nobody offers, fit no world, or cost more to compile or to begin than they may.

use wasm_encoder::{ComponentSection, InstanceSection, RawSection};
use wasmparser::{Parser, Payload};

use super::case::Case;
use super::package::{Package, from_text};
use super::tools::well_behaved;

const ASKS_FOR_LOG: &str = "[[capability]]\nname = \"log\"\nreason = \"to say something\"\n";
const OF_A_TOOL: &str = "does not fit the world of a tool";

/// Kind, text, further lines of the manifest, what is said.
const TEXTS: [(&str, &str, &str, &str, &str); 17] = [
    (
        "policy-that-reads-files",
        "policy",
        "(import \"wasi:filesystem/types@0.2.6\" (instance (export \"read\" (func))))",
        "",
        "wasi:filesystem/types@0.2.6, which nothing can grant",
    ),
    (
        "connector-with-a-socket",
        "connector",
        "(import \"wasi:sockets/tcp@0.2.6\" (instance (export \"connect\" (func))))",
        "",
        "wasi:sockets/tcp@0.2.6, which nothing can grant",
    ),
    (
        "policy-with-a-clock",
        "policy",
        "(import \"wasi:clocks/wall-clock@0.2.6\" (instance (export \"now\" (func))))",
        "",
        "wasi:clocks/wall-clock@0.2.6, which nothing can grant",
    ),
    (
        "tool-with-a-database-of-wasi",
        "tool",
        "(import \"wasi:keyvalue/store@0.2.0\" (instance (export \"open\" (func))))",
        "",
        "wasi:keyvalue/store@0.2.0, which nothing can grant",
    ),
    (
        "import-of-the-unknown",
        "tool",
        "(import \"evil:host/everything@1.0.0\" (instance (export \"take\" (func))))",
        "",
        "evil:host/everything@1.0.0, which nothing can grant",
    ),
    ("import-without-a-package", "tool", "(import \"take\" (func))", "", "imports take, which nothing can grant"),
    (
        "capability-not-asked-for",
        "tool",
        "(import \"isartor:plugin/log@0.1.0\" (instance (export \"log\" (func))))",
        "",
        "its plugin.toml does not ask for it",
    ),
    (
        "capability-of-the-future",
        "tool",
        "(import \"isartor:plugin/log@0.2.0\" (instance (export \"log\" (func))))",
        ASKS_FOR_LOG,
        "isartor:plugin@0.1.0",
    ),
    (
        "capability-of-another-type",
        "tool",
        "(import \"isartor:plugin/log@0.1.0\" (instance (export \"log\" (func (param \"all\" string)))))",
        ASKS_FOR_LOG,
        OF_A_TOOL,
    ),
    (
        "capability-with-more-functions",
        "tool",
        "(import \"isartor:plugin/log@0.1.0\" (instance (export \"become-root\" (func))))",
        ASKS_FOR_LOG,
        OF_A_TOOL,
    ),
    ("exports-nothing", "tool", "", "", OF_A_TOOL),
    (
        "exports-another-type",
        "tool",
        "(core module $m (func (export \"f\"))) (core instance $i (instantiate $m))
         (func $f (canon lift (core func $i \"f\")))
         (instance $tool (export \"definitions\" (func $f)) (export \"call\" (func $f)))
         (export \"isartor:plugin/tool@0.1.0\" (instance $tool))",
        "",
        "what it handed over is no value of the agreed type",
    ),
    ("policy-that-exports-nothing", "policy", "", "", "does not fit the world of a policy"),
    ("connector-that-exports-nothing", "connector", "", "", "does not fit the world of a connector"),
    ("stream-of-bytes", "tool", "(type (stream u8))", "", "cannot compile"),
    (
        "asynchronous-export",
        "tool",
        "(core module $m (func (export \"f\"))) (core instance $i (instantiate $m))
         (func (export \"f\") async (canon lift (core func $i \"f\") async))",
        "",
        "cannot compile",
    ),
    ("value-import", "tool", "(import \"v\" (value u8))", "", ""),
];

/// Core modules within a component that is good otherwise, how many instances of it, and what is said.
const MODULES: [(&str, &str, u32, &str); 13] = [
    ("garbage-collection", "(module (type (struct (field i32))))", 1, "cannot compile"),
    ("memory-of-64-bits", "(module (memory i64 1))", 1, "cannot compile"),
    ("shared-memory", "(module (memory 1 2 shared))", 1, "cannot compile"),
    ("exceptions", "(module (tag))", 1, "cannot compile"),
    ("tail-calls", "(module (func $f (return_call $f)))", 1, "cannot compile"),
    ("two-memories", "(module (memory 1) (memory 1))", 1, "cannot compile"),
    ("four-gigabytes", "(module (memory 65536))", 1, "exceeds the limit of 0x10000000 bytes"),
    ("eight-memories", "(module (memory 1024))", 8, "exceeds the configured maximum of"),
    ("three-memories", "(module (memory 1024))", 3, "it wanted more memory than the 67108864 bytes allowed"),
    ("ten-million-elements", "(module (table 10000000 funcref))", 1, "exceeds the limit of 20000"),
    ("thousand-instances", "(module)", 1_000, "instances count exceeds limit of 1000"),
    ("sixty-tables", "(module (table 1 funcref))", 60, "exceeds the configured maximum of 48"),
    ("loop-in-another-start", "(module (func $s (loop $l (br $l))) (start $s))", 1, "it took longer than"),
];

pub(super) fn cases() -> Vec<Case> {
    let texts = TEXTS.iter().map(|&(name, kind, text, more, says)| {
        Case::new(name, &[says], move |stage, id| {
            let package = Package::new(id, kind, from_text(&format!("(component {text})")));
            match more.is_empty() {
                true => stage.refused(&package),
                // What it asks for is linked while it is looked at; a lock without a grant ends it earlier.
                false => {
                    vec![stage.install_refused(&Package { manifest: format!("{}{more}", package.manifest), ..package })]
                }
            }
        })
    });
    let modules = MODULES.iter().map(|&(name, module, instances, says)| {
        Case::new(name, &[says], move |stage, id| {
            let mut package = well_behaved(id);
            append_module(&mut package.component, &from_text(module), instances);
            stage.refused(&package)
        })
    });
    texts.chain(modules).chain(expensive()).collect()
}

/// What costs the compiler more than it is worth.
fn expensive() -> Vec<Case> {
    vec![
        Case::new("deep-nesting", &[OF_A_TOOL], move |stage, id| {
            stage.refused(&Package::new(id, "tool", nested(1_000)))
        }),
        Case::new("million-types", &["cannot compile"], |stage, id| {
            let mut package = well_behaved(id);
            append_module(&mut package.component, &many_types(1_000_001), 0);
            stage.refused(&package)
        }),
        Case::new("twenty-thousand-functions", &[], |stage, id| {
            // Nothing forbids it; it is compiled in a process of its own, which is slow and harms nobody.
            let mut package = well_behaved(id);
            append_module(&mut package.component, &many_functions(20_000), 0);
            let _installed = stage.install(&package, &[]);
            assert_eq!(stage.call(id, &serde_json::json!({}))["isError"], serde_json::json!(false));
            Vec::new()
        }),
    ]
}

/// A component within a component, and so on.
fn nested(depth: usize) -> Vec<u8> {
    let empty = from_text("(component)");
    (0..depth).fold(empty.clone(), |inner, _| {
        let mut outer = empty.clone();
        let section = RawSection { id: wasm_encoder::ComponentSectionId::Component.into(), data: &inner };
        section.append_to_component(&mut outer);
        outer
    })
}

fn many_types(count: u32) -> Vec<u8> {
    let mut types = wasm_encoder::TypeSection::new();
    for _ in 0..count {
        types.ty().function([], []);
    }
    let mut module = wasm_encoder::Module::new();
    module.section(&types);
    module.finish()
}

/// Each with some arithmetic that the optimiser has to look at.
fn many_functions(count: u32) -> Vec<u8> {
    let mut types = wasm_encoder::TypeSection::new();
    types.ty().function([wasm_encoder::ValType::I64], [wasm_encoder::ValType::I64]);
    let (mut functions, mut code) = (wasm_encoder::FunctionSection::new(), wasm_encoder::CodeSection::new());
    for number in 0..count {
        let mut function = wasm_encoder::Function::new([]);
        function.instructions().local_get(0);
        for step in 0..8 {
            function.instructions().i64_const(i64::from(number + step)).i64_add().local_get(0).i64_mul();
        }
        function.instructions().end();
        functions.function(0);
        code.function(&function);
    }
    let mut module = wasm_encoder::Module::new();
    module.section(&types).section(&functions).section(&code);
    module.finish()
}

/// Puts another core module behind what a component consists of, and instantiates it so many times.
fn append_module(component: &mut Vec<u8>, module: &[u8], instances: u32) {
    let index = core_modules(component);
    RawSection { id: wasm_encoder::ComponentSectionId::CoreModule.into(), data: module }.append_to_component(component);
    let mut section = InstanceSection::new();
    for _ in 0..instances {
        section.instantiate(index, std::iter::empty::<(&str, wasm_encoder::ModuleArg)>());
    }
    if instances > 0 {
        section.append_to_component(component);
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the other sections hold no core module")]
fn core_modules(component: &[u8]) -> u32 {
    let (mut depth, mut count) = (0_usize, 0);
    for payload in Parser::new(0).parse_all(component) {
        match payload.expect("it is a component") {
            Payload::ModuleSection { .. } => {
                count += u32::from(depth == 0);
                depth += 1;
            }
            Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    count
}
