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

pub(super) use connector::isartor::plugin::types::Failure;
