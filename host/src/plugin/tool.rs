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
use super::imports::{Sandbox, Surroundings};
use super::receipt::{Call, Outcome};
use super::{Manifest, Outside, Plugin, PluginError};

pub use wit::{Content, Hints, Media, ToolDefinition, ToolResult};

/// Most tools that one plugin may offer.
const DEFINITIONS_MAX: usize = 128;

/// A tool plugin that is compiled, checked and linked with what it was granted.
pub struct ToolPlugin {
    plugin: Arc<Plugin>,
    surroundings: Arc<Surroundings>,
    instance: ToolPluginPre<Sandbox>,
    limits: Limits,
    places: Semaphore,
}

impl ToolPlugin {
    /// `outside` is what its capabilities reach.
    pub fn load(plugin: Arc<Plugin>, outside: Arc<Outside>) -> Result<Self, PluginError> {
        let component = plugin.component()?;
        let mut linker = Linker::<Sandbox>::new(plugin.engine().wasmtime());
        let instance = super::imports::link(&mut linker, plugin.grants())
            .and_then(|()| linker.instantiate_pre(&component))
            .and_then(ToolPluginPre::new)
            .map_err(|source| plugin.world_error(source))?;
        let limits = plugin.limits();
        let surroundings = Arc::new(Surroundings::new(Arc::clone(&plugin), outside));
        Ok(Self { plugin, surroundings, instance, limits, places: Semaphore::new(limits.concurrent_calls) })
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
        let call = Call { export: "definitions", tool: None, principal: None, bytes_in: 0 };
        let definitions = self
            .run(call, definitions_bytes, async |instance, store| {
                instance.isartor_plugin_tool().call_definitions(store).await
            })
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
        let call = Call { export: "call", tool: Some(name), principal: Some(principal), bytes_in: arguments.len() };
        self.run(call, result_bytes, async |instance, store| {
            instance.isartor_plugin_tool().call_call(store, name, arguments, &context).await
        })
        .await
    }

    async fn run<T>(
        &self,
        made: Call<'_>,
        bytes_out: fn(&T) -> usize,
        call: impl AsyncFnOnce(&Instance, &mut Store<Sandbox>) -> wasmtime::Result<Result<T, Failure>>,
    ) -> Result<T, PluginError> {
        let id = &self.manifest().id;
        let _place = self
            .places
            .try_acquire()
            .map_err(|_| PluginError::Busy { plugin: id.clone(), limit: self.limits.concurrent_calls })?;
        let mut store = self.store(made);
        let work = async {
            let instance = self.instance.instantiate_async(&mut store).await?;
            call(&instance, &mut store).await
        };
        let called = match tokio::time::timeout(self.limits.deadline, work).await {
            Ok(called) => called,
            Err(_elapsed) => Err(DeadlineExceeded.into()),
        };
        let result = match called {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(failure)) => Err(PluginError::reported(id, failure)),
            Err(error) => Err(classify(id, made.export, &self.limits, store.data().limiter(), error)),
        };
        store.data_mut().end(Outcome::of(&result), result.as_ref().map_or(0, bytes_out));
        result
    }

    fn store(&self, call: Call<'_>) -> Store<Sandbox> {
        let deadline = Instant::now() + self.limits.deadline;
        let sandbox = Sandbox::new(&self.surroundings, &self.limits, call, deadline);
        let mut store = self.plugin.engine().store(sandbox, &self.limits, Sandbox::limiter_mut);
        store.set_epoch_deadline(1);
        yield_until(&mut store, deadline);
        store
    }
}

#[expect(clippy::ptr_arg, reason = "it is handed over as a function of what the call returns")]
fn definitions_bytes(definitions: &Vec<ToolDefinition>) -> usize {
    definitions.iter().map(|tool| tool.name.len() + tool.description.len() + tool.input_schema.len()).sum()
}

fn result_bytes(result: &ToolResult) -> usize {
    let content = result.content.iter().map(|content| match content {
        Content::Text(text) => text.len(),
        Content::Image(media) | Content::Audio(media) => media.data.len(),
    });
    content.sum::<usize>() + result.structured.as_ref().map_or(0, String::len)
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
