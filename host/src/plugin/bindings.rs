//! Generated from wit/, one module per world; nothing by hand.

pub(super) mod connector {
    wasmtime::component::bindgen!({ path: "../wit", world: "connector-plugin" });
}

pub(super) mod policy {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "policy-plugin",
        with: { "isartor:plugin/types": super::connector::isartor::plugin::types },
    });
}

pub(super) mod tool {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "tool-plugin",
        exports: { default: async },
        with: { "isartor:plugin/types": super::connector::isartor::plugin::types },
    });
}

/// What tools, prompts and resources consist of; the three worlds share it.
pub(super) use tool::isartor::plugin::content;

pub(super) mod prompts {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "prompts-plugin",
        exports: { default: async },
        with: {
            "isartor:plugin/types": super::connector::isartor::plugin::types,
            "isartor:plugin/content": super::tool::isartor::plugin::content,
        },
    });
}

pub(super) mod resources {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "resources-plugin",
        exports: { default: async },
        with: {
            "isartor:plugin/types": super::connector::isartor::plugin::types,
            "isartor:plugin/content": super::tool::isartor::plugin::content,
        },
    });
}

/// The imports that can be granted, each linked by itself.
pub(super) mod capabilities {
    wasmtime::component::bindgen!({
        path: "../wit",
        inline: "
            package isartor:host;
            world capabilities {
                import isartor:plugin/log@0.1.0;
                import isartor:plugin/clock@0.1.0;
                import isartor:plugin/store@0.1.0;
                import isartor:plugin/cache@0.1.0;
                import isartor:plugin/http@0.1.0;
                import isartor:plugin/secret@0.1.0;
                import isartor:plugin/config@0.1.0;
                import isartor:plugin/client@0.1.0;
            }
        ",
        world: "isartor:host/capabilities",
        imports: { default: async | trappable },
        with: { "isartor:plugin/types@0.1.0": super::connector::isartor::plugin::types },
    });
}

pub(super) use connector::isartor::plugin::types::Failure;
