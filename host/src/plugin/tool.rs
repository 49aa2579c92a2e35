//! Calling a tool plugin: a fresh instance for each call, which yields to the runtime and ends at its deadline.

mod guarded;
mod prompts;
mod resources;

use std::sync::Arc;
use std::time::Instant;

use wasmtime::Store;
use wasmtime::component::{InstancePre, Linker};

use super::bindings::content::CallContext;
use super::bindings::prompts::PromptsPluginPre;
use super::bindings::resources::ResourcesPluginPre;
use super::bindings::tool::ToolPluginPre;
use super::bindings::tool::exports::isartor::plugin::tool as wit;
use super::breaker::BreakerState;
use super::circuit::Circuit;
use super::engine::limits::Limits;
use super::imports::{Sandbox, Surroundings};
use super::lock::Pins;
use super::manifest::Offered;
use super::receipt::Call;
use super::turns::Turns;
use super::{Grants, Listener, Manifest, Outside, Plugin, PluginError};

pub use super::bindings::content::{Body, Content, Media, ResourceContents, ResourceLink};
pub use prompts::{PromptArgument, PromptDefinition, PromptMessage, Role};
pub use resources::{OfferedResources, ReadContents, ResourceDefinition, ResourceTemplate};
pub use wit::{Hints, ToolDefinition, ToolResult};

/// Most tools that one plugin may offer; as many prompts, resources and templates.
const DEFINITIONS_MAX: usize = 128;

/// For whom a call is made.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    pub principal: &'a str,
    /// Who hears what the plugin says meanwhile; nobody may.
    pub listener: Option<&'a Arc<dyn Listener>>,
}

impl<'a> Asker<'a> {
    /// Somebody who hears nothing meanwhile.
    pub fn silent(principal: &'a str) -> Self {
        Self { principal, listener: None }
    }

    /// A call of something else than a tool.
    fn call(self, export: &'static str, bytes_in: usize) -> Call<'a> {
        Call { export, tool: None, principal: Some(self.principal), listener: self.listener, bytes_in }
    }
}

/// What the plugin exports of what a tool plugin can.
struct Exports {
    tools: Option<ToolPluginPre<Sandbox>>,
    prompts: Option<PromptsPluginPre<Sandbox>>,
    resources: Option<ResourcesPluginPre<Sandbox>>,
}

/// A tool plugin that is compiled, checked and linked with what it was granted.
pub struct ToolPlugin {
    plugin: Arc<Plugin>,
    surroundings: Arc<Surroundings>,
    instance: InstancePre<Sandbox>,
    exports: Exports,
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
            .map_err(|source| plugin.world_error(source))?;
        let exports = Exports::of(&instance, plugin.manifest()).map_err(|source| plugin.world_error(source))?;
        let limits = plugin.limits();
        let surroundings = Arc::new(Surroundings::new(Arc::clone(&plugin), outside));
        let (turns, circuit) = (Turns::new(&limits), Circuit::new(plugin.manifest()));
        Ok(Self { plugin, surroundings, instance, exports, limits, turns, circuit })
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

    /// What the user accepted that it offers; none for a bundled plugin.
    pub fn pins(&self) -> Option<&Pins> {
        self.plugin.pins()
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
        let start = async |store: &mut Store<Sandbox>| {
            self.instance.instantiate_async(store).await?;
            Ok(Ok(()))
        };
        self.guarded(Call::of_host("start"), self.definitions_deadline(), start, |()| 0, Ok).await
    }

    /// The tools it offers.
    pub async fn definitions(&self) -> Result<Vec<ToolDefinition>, PluginError> {
        let Some(export) = &self.exports.tools else { return Ok(Vec::new()) };
        let call = async |store: &mut Store<Sandbox>| {
            let instance = export.instantiate_async(&mut *store).await?;
            instance.isartor_plugin_tool().call_definitions(store).await
        };
        let usable = |definitions: Vec<_>| within("tools", definitions.len()).map(|()| definitions);
        let made = Call::of_host("definitions");
        self.guarded(made, self.definitions_deadline(), call, definitions_bytes, usable).await
    }

    /// Calls the tool called `name`; `arguments` is a JSON object as text. `usable` makes something of the result, or
    /// says what is wrong with it, which counts as the plugin's fault.
    pub async fn call<U>(
        &self,
        name: &str,
        arguments: &str,
        asker: Asker<'_>,
        usable: impl FnOnce(ToolResult) -> Result<U, String>,
    ) -> Result<U, PluginError> {
        let export = self.exports.tools.as_ref().ok_or_else(|| self.does_not_offer("call"))?;
        let Asker { principal, listener } = asker;
        let bytes_in = arguments.len();
        let made = Call { export: "call", tool: Some(name), principal: Some(principal), listener, bytes_in };
        let deadline = Instant::now() + self.limits.deadline;
        let call = async |store: &mut Store<Sandbox>| {
            let instance = export.instantiate_async(&mut *store).await?;
            let context = context(principal, deadline);
            instance.isartor_plugin_tool().call_call(store, name, arguments, &context).await
        };
        self.guarded(made, deadline, call, result_bytes, usable).await
    }

    fn definitions_deadline(&self) -> Instant {
        Instant::now() + self.limits.definitions_deadline
    }

    /// Nobody calls what a plugin does not list.
    fn does_not_offer(&self, export: &'static str) -> PluginError {
        PluginError::bad_output(self.manifest(), export, "nothing, since it does not offer that,".to_owned())
    }
}

impl Exports {
    /// Those that the manifest says it has; that one of them is missing is an error.
    fn of(instance: &InstancePre<Sandbox>, manifest: &Manifest) -> wasmtime::Result<Self> {
        let has = |offered| manifest.offers.contains(&offered);
        Ok(Self {
            tools: has(Offered::Tools).then(|| ToolPluginPre::new(instance.clone())).transpose()?,
            prompts: has(Offered::Prompts).then(|| PromptsPluginPre::new(instance.clone())).transpose()?,
            resources: has(Offered::Resources).then(|| ResourcesPluginPre::new(instance.clone())).transpose()?,
        })
    }
}

fn context(principal: &str, deadline: Instant) -> CallContext {
    let left = deadline.saturating_duration_since(Instant::now());
    let deadline_milliseconds = left.as_millis().try_into().unwrap_or(u64::MAX);
    CallContext { principal: principal.to_owned(), deadline_milliseconds }
}

fn within(what: &str, count: usize) -> Result<(), String> {
    match count > DEFINITIONS_MAX {
        true => Err(format!("{count} {what}, more than the {DEFINITIONS_MAX} allowed,")),
        false => Ok(()),
    }
}

#[expect(clippy::ptr_arg, reason = "it is handed over as a function of what the call returns")]
fn definitions_bytes(definitions: &Vec<ToolDefinition>) -> usize {
    definitions.iter().map(|tool| tool.name.len() + tool.description.len() + tool.input_schema.len()).sum()
}

fn result_bytes(result: &ToolResult) -> usize {
    result.content.iter().map(Content::size_bytes).sum::<usize>() + result.structured.as_ref().map_or(0, String::len)
}

impl Content {
    /// What it has for the client.
    pub(crate) fn size_bytes(&self) -> usize {
        let optional = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        match self {
            Self::Text(text) => text.len(),
            Self::Image(media) | Self::Audio(media) => media.data.len() + media.mime_type.len(),
            Self::Embedded(contents) => contents.uri.len() + optional(&contents.mime_type) + contents.body.size_bytes(),
            Self::Link(link) => {
                let texts = [&link.title, &link.description, &link.mime_type].map(optional);
                link.uri.len() + link.name.len() + texts.iter().sum::<usize>()
            }
        }
    }
}

impl Body {
    pub(crate) fn size_bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Blob(bytes) => bytes.len(),
        }
    }
}
