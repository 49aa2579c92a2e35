//! The HTTP of WASI, which is not there: what imports it loads, and a call that uses it ends. Requests are made through
//! the capability `http`.

use wasmtime::component::types::{ComponentInstance, ComponentItem};
use wasmtime::component::{Component, Linker, LinkerInstance, ResourceType};
use wasmtime::{Engine, StoreContextMut};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable};

use super::Sandbox;
use crate::plugin::error::NoNetwork;

const PACKAGE: &str = "wasi:http/";

/// Stands for every resource of WASI's HTTP, of which there is never one.
struct Nothing;

/// Links what `component` imports of it, whatever the version.
pub(super) fn link(linker: &mut Linker<Sandbox>, component: &Component) -> wasmtime::Result<()> {
    let engine = linker.engine().clone();
    for (name, import) in component.component_type().imports(&engine) {
        if let (true, ComponentItem::ComponentInstance(instance)) = (name.starts_with(PACKAGE), &import.ty) {
            link_interface(&mut linker.instance(name)?, instance, &engine)?;
        }
    }
    Ok(())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only functions and resources can be linked")]
fn link_interface(
    linker: &mut LinkerInstance<'_, Sandbox>,
    interface: &ComponentInstance,
    engine: &Engine,
) -> wasmtime::Result<()> {
    for (name, export) in interface.exports(engine) {
        match export.ty {
            ComponentItem::ComponentFunc(_) => linker.func_new(name, |_, _, _, _| Err(NoNetwork.into()))?,
            ComponentItem::Resource(_) => {
                linker.resource(name, resource(name), |_: StoreContextMut<'_, Sandbox>, _| Ok(()))?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// What WASI's HTTP borrows from other parts of WASI keeps the type that it has there.
fn resource(name: &str) -> ResourceType {
    match name {
        "input-stream" => ResourceType::host::<DynInputStream>(),
        "output-stream" => ResourceType::host::<DynOutputStream>(),
        "pollable" => ResourceType::host::<DynPollable>(),
        "error" | "io-error" => ResourceType::host::<wasmtime::Error>(),
        _ => ResourceType::host::<Nothing>(),
    }
}
