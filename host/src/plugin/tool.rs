//! Calling a tool plugin: a fresh instance for each call, which yields to the runtime and ends at its deadline.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use wasmtime::component::Linker;
use wasmtime::{Store, UpdateDeadline};

use super::bindings::Failure;
use super::bindings::tool::exports::isartor::plugin::tool as wit;
use super::bindings::tool::{ToolPlugin as Instance, ToolPluginPre};
use super::engine::limits::Limits;
use super::error::{DeadlineExceeded, classify};
use super::imports::Sandbox;
use super::{Manifest, Plugin, PluginError};

pub use wit::{Content, Hints, Media, ToolDefinition, ToolResult};

/// Most tools that one plugin may offer.
const DEFINITIONS_MAX: usize = 128;

/// A tool plugin that is compiled, checked and linked with what it was granted.
pub struct ToolPlugin {
    plugin: Arc<Plugin>,
    instance: ToolPluginPre<Sandbox>,
    limits: Limits,
    places: Semaphore,
}

impl ToolPlugin {
    pub fn load(plugin: Arc<Plugin>) -> Result<Self, PluginError> {
        let component = plugin.component()?;
        let mut linker = Linker::<Sandbox>::new(plugin.engine().wasmtime());
        let instance = super::imports::link(&mut linker, plugin.grants())
            .and_then(|()| linker.instantiate_pre(&component))
            .and_then(ToolPluginPre::new)
            .map_err(|source| plugin.world_error(source))?;
        let limits = plugin.limits();
        Ok(Self { plugin, instance, limits, places: Semaphore::new(limits.concurrent_calls) })
    }

    pub fn manifest(&self) -> &Manifest {
        self.plugin.manifest()
    }

    /// Whether this is what loading `plugin` would give: the same code with the same rights.
    pub fn is_of(&self, plugin: &Plugin) -> bool {
        let ours = &*self.plugin;
        (ours.manifest(), ours.digest(), ours.grants(), ours.limits())
            == (plugin.manifest(), plugin.digest(), plugin.grants(), plugin.limits())
    }

    /// The tools it offers.
    pub async fn definitions(&self) -> Result<Vec<ToolDefinition>, PluginError> {
        let definitions = self
            .run("definitions", async |instance, store| instance.isartor_plugin_tool().call_definitions(store).await)
            .await?;
        if definitions.len() > DEFINITIONS_MAX {
            return Err(PluginError::BadOutput {
                plugin: self.manifest().id.clone(),
                export: "definitions",
                what: format!("{} tools, more than the {DEFINITIONS_MAX} allowed", definitions.len()),
            });
        }
        Ok(definitions)
    }

    /// Calls the tool called `name`; `arguments` is a JSON object as text.
    pub async fn call(&self, name: &str, arguments: &str, principal: &str) -> Result<ToolResult, PluginError> {
        let context = wit::CallContext {
            principal: principal.to_owned(),
            deadline_milliseconds: self.limits.deadline.as_millis().try_into().unwrap_or(u64::MAX),
        };
        self.run("call", async |instance, store| {
            instance.isartor_plugin_tool().call_call(store, name, arguments, &context).await
        })
        .await
    }

    async fn run<T>(
        &self,
        export: &'static str,
        call: impl AsyncFnOnce(&Instance, &mut Store<Sandbox>) -> wasmtime::Result<Result<T, Failure>>,
    ) -> Result<T, PluginError> {
        let id = &self.manifest().id;
        let _place = self
            .places
            .try_acquire()
            .map_err(|_| PluginError::Busy { plugin: id.clone(), limit: self.limits.concurrent_calls })?;
        let mut store = self.store();
        let work = async {
            let instance = self.instance.instantiate_async(&mut store).await?;
            call(&instance, &mut store).await
        };
        let called = match tokio::time::timeout(self.limits.deadline, work).await {
            Ok(called) => called,
            Err(_elapsed) => Err(DeadlineExceeded.into()),
        };
        match called {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(failure)) => Err(PluginError::reported(id, failure)),
            Err(error) => Err(classify(id, export, &self.limits, store.data().limiter(), error)),
        }
    }

    fn store(&self) -> Store<Sandbox> {
        let sandbox = Sandbox::new(&self.manifest().id, &self.limits);
        let mut store = self.plugin.engine().store(sandbox, &self.limits, Sandbox::limiter_mut);
        store.set_epoch_deadline(1);
        yield_until(&mut store, Instant::now() + self.limits.deadline);
        store
    }
}

/// At each tick of the clock the plugin lets others run, and ends when its time is over.
fn yield_until(store: &mut Store<Sandbox>, deadline: Instant) {
    store.epoch_deadline_callback(move |_context| {
        if Instant::now() >= deadline + Duration::from_millis(1) {
            return Ok(UpdateDeadline::Interrupt);
        }
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
    });
}
