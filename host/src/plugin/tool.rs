//! Calling a tool plugin: a fresh instance for each call, which yields to the runtime and ends at its deadline.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::component::Linker;
use wasmtime::{Store, UpdateDeadline};

use super::bindings::Failure;
use super::bindings::tool::exports::isartor::plugin::tool as wit;
use super::bindings::tool::{ToolPlugin as Instance, ToolPluginPre};
use super::breaker::BreakerState;
use super::circuit::Circuit;
use super::engine::limits::Limits;
use super::engine::pace::{Runner, beside_others};
use super::error::{DeadlineExceeded, classify};
use super::imports::{Sandbox, Surroundings};
use super::receipt::{Call, Outcome};
use super::turns::Turns;
use super::{Grants, Manifest, Outside, Plugin, PluginError};

pub use wit::{Content, Hints, Media, ToolDefinition, ToolResult};

/// Most tools that one plugin may offer.
const DEFINITIONS_MAX: usize = 128;

/// A tool plugin that is compiled, checked and linked with what it was granted.
pub struct ToolPlugin {
    plugin: Arc<Plugin>,
    surroundings: Arc<Surroundings>,
    instance: ToolPluginPre<Sandbox>,
    limits: Limits,
    turns: Turns,
    circuit: Circuit,
}

impl ToolPlugin {
    /// `outside` is what its capabilities reach.
    pub fn load(plugin: Arc<Plugin>, outside: Arc<Outside>) -> Result<Self, PluginError> {
        let component = plugin.component()?;
        let mut linker = Linker::<Sandbox>::new(plugin.engine().wasmtime());
        let instance = super::imports::link(&mut linker, &component, plugin.grants())
            .and_then(|()| linker.instantiate_pre(&component))
            .and_then(ToolPluginPre::new)
            .map_err(|source| plugin.world_error(source))?;
        let limits = plugin.limits();
        let surroundings = Arc::new(Surroundings::new(Arc::clone(&plugin), outside));
        let (turns, circuit) = (Turns::new(&limits), Circuit::new(plugin.manifest()));
        Ok(Self { plugin, surroundings, instance, limits, turns, circuit })
    }

    pub fn manifest(&self) -> &Manifest {
        self.plugin.manifest()
    }

    /// Whether this is what loading `plugin` would give: what has not changed is the same plugin after a reload.
    pub fn is_of(&self, plugin: &Arc<Plugin>) -> bool {
        Arc::ptr_eq(&self.plugin, plugin)
    }

    /// Whether calls are admitted now, and how often it failed lately.
    pub fn breaker(&self) -> BreakerState {
        self.circuit.state(Instant::now())
    }

    /// The digests of the definitions that the user accepted, by name; none for a bundled plugin.
    pub fn pinned_tools(&self) -> Option<&BTreeMap<String, String>> {
        self.plugin.pinned_tools()
    }

    /// SHA-256 of the component, in hexadecimal.
    pub fn digest(&self) -> &str {
        self.plugin.digest()
    }

    pub fn grants(&self) -> &Grants {
        self.plugin.grants()
    }

    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether an instance of it starts; calls nothing in it.
    pub async fn start(&self) -> Result<(), PluginError> {
        let made = Call { export: "start", tool: None, principal: None, bytes_in: 0 };
        let deadline = Instant::now() + self.limits.definitions_deadline;
        let nothing = async |_: &Instance, _: &mut Store<Sandbox>| Ok(Ok(()));
        self.guarded(made, deadline, nothing, |()| 0, Ok).await
    }

    /// The tools it offers.
    pub async fn definitions(&self) -> Result<Vec<ToolDefinition>, PluginError> {
        let made = Call { export: "definitions", tool: None, principal: None, bytes_in: 0 };
        let deadline = Instant::now() + self.limits.definitions_deadline;
        let call = async |instance: &Instance, store: &mut Store<Sandbox>| {
            instance.isartor_plugin_tool().call_definitions(store).await
        };
        self.guarded(made, deadline, call, definitions_bytes, |definitions| match definitions.len() > DEFINITIONS_MAX {
            true => Err(format!("{} tools, more than the {DEFINITIONS_MAX} allowed", definitions.len())),
            false => Ok(definitions),
        })
        .await
    }

    /// Calls the tool called `name`; `arguments` is a JSON object as text. `usable` makes something of the result, or
    /// says what is wrong with it, which counts as the plugin's fault.
    pub async fn call<U>(
        &self,
        name: &str,
        arguments: &str,
        principal: &str,
        usable: impl FnOnce(ToolResult) -> Result<U, String>,
    ) -> Result<U, PluginError> {
        let made = Call { export: "call", tool: Some(name), principal: Some(principal), bytes_in: arguments.len() };
        let deadline = Instant::now() + self.limits.deadline;
        let call = async |instance: &Instance, store: &mut Store<Sandbox>| {
            let left = deadline.saturating_duration_since(Instant::now());
            let deadline_milliseconds = left.as_millis().try_into().unwrap_or(u64::MAX);
            let context = wit::CallContext { principal: principal.to_owned(), deadline_milliseconds };
            instance.isartor_plugin_tool().call_call(store, name, arguments, &context).await
        };
        self.guarded(made, deadline, call, result_bytes, usable).await
    }

    /// One call with everything around it: breaker, turn, deadline, receipt, and a look at what it returned.
    async fn guarded<T, U>(
        &self,
        made: Call<'_>,
        deadline: Instant,
        call: impl AsyncFnOnce(&Instance, &mut Store<Sandbox>) -> wasmtime::Result<Result<T, Failure>>,
        bytes_out: fn(&T) -> usize,
        usable: impl FnOnce(T) -> Result<U, String>,
    ) -> Result<U, PluginError> {
        let admission = self.circuit.admit(Instant::now())?;
        let result = match self.run(made, deadline, call, bytes_out).await {
            Ok(value) => usable(value).map_err(|what| PluginError::bad_output(self.manifest(), made.export, what)),
            Err(error) => Err(error),
        };
        self.circuit.settle(admission, &result);
        result
    }

    async fn run<T>(
        &self,
        made: Call<'_>,
        deadline: Instant,
        call: impl AsyncFnOnce(&Instance, &mut Store<Sandbox>) -> wasmtime::Result<Result<T, Failure>>,
        bytes_out: fn(&T) -> usize,
    ) -> Result<T, PluginError> {
        let manifest = self.manifest();
        let busy = |busy| PluginError::Busy { plugin: manifest.id.clone(), busy };
        let _turn = self.turns.take(&self.limits, deadline).await.map_err(busy)?;
        let runner = self.plugin.engine().runner();
        let goes_on = runner.goes_on();
        let mut store = self.store(made, deadline, runner);
        let work = async {
            let instance = self.instance.instantiate_async(&mut store).await?;
            call(&instance, &mut store).await
        };
        let called = match tokio::time::timeout_at(deadline.into(), beside_others(work, &goes_on)).await {
            Ok(called) => called,
            Err(_elapsed) => Err(DeadlineExceeded.into()),
        };
        let result = match called {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(failure)) => Err(PluginError::reported(&manifest.id, failure)),
            Err(error) => Err(classify(manifest, made.export, &self.limits, store.data().limiter(), error)),
        };
        store.data_mut().end(Outcome::of(&result), result.as_ref().map_or(0, bytes_out));
        result
    }

    fn store(&self, call: Call<'_>, deadline: Instant, runner: Runner) -> Store<Sandbox> {
        let sandbox = Sandbox::new(&self.surroundings, &self.limits, call, deadline);
        let mut store = self.plugin.engine().store(sandbox, &self.limits, Sandbox::limiter_mut);
        store.set_epoch_deadline(1);
        yield_until(&mut store, deadline, runner);
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
fn yield_until(store: &mut Store<Sandbox>, deadline: Instant, mut runner: Runner) {
    store.epoch_deadline_callback(move |_context| {
        if Instant::now() >= deadline + Duration::from_millis(1) {
            return Ok(UpdateDeadline::Interrupt);
        }
        let pause = runner.tick();
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(rest(pause))))
    });
}

async fn rest(pause: Duration) {
    match pause.is_zero() {
        true => tokio::task::yield_now().await,
        false => tokio::time::sleep(pause).await,
    }
}
