//! Every tool, prompt and resource by name, native or from a plugin. A clash or an unusable definition leaves that one
//! out, with a reason.

mod answers;
mod completions;
mod content;
mod current;
mod from_plugin;
mod left_out;
mod loading;
mod monitor;
mod namespace;
mod native;
mod offer;
pub mod prompts;
pub mod resources;
mod visible;

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::chat::{Caller, Chat, Permission, Permissions};
use crate::plugin::ToolPlugin;

pub use answers::ChatAnswers;
pub use completions::Completion;
pub use content::Content;
pub use current::CurrentTools;
pub use from_plugin::try_call;
use from_plugin::{PluginPrompts, PluginResources};
use left_out::shortened;
pub use left_out::{LeftOut, unusable};
pub use loading::Loading;
pub use monitor::{CallMonitor, LogLevel, silent};
use namespace::Namespace;
pub use offer::Offer;
use prompts::{PromptSource, Prompts};
use resources::{ResourceSource, Resources};

/// Longest name that every client accepts; one bad name makes some clients drop the whole list.
const NAME_MAX_CHARACTERS: usize = 64;

/// A tool as MCP clients see it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolInfo {
    /// `[a-zA-Z0-9_-]{1,64}`.
    pub name: String,
    pub title: Option<String>,
    pub description: String,
    pub input_schema: Arc<Map<String, Value>>,
    pub output_schema: Option<Arc<Map<String, Value>>>,
    pub hints: Hints,
    /// Whether its input schema asks for arguments to be repeated in HTTP headers.
    pub has_header_arguments: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hints {
    pub read_only: bool,
    pub destructive: bool,
    pub idempotent: bool,
    pub open_world: bool,
}

/// What a call gave back.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolOutput {
    pub content: Vec<Content>,
    pub structured: Option<Value>,
    pub is_error: bool,
}

impl ToolInfo {
    /// What a caller needs to call it.
    fn needs(&self) -> Permission {
        if self.hints.read_only { Permission::Read } else { Permission::Write }
    }
}

impl ToolOutput {
    /// A sentence for the model about what went wrong.
    pub fn error(text: impl Into<String>) -> Self {
        Self { content: vec![Content::Text(text.into())], structured: None, is_error: true }
    }
}

/// Why a call gave nothing back. Its text is safe to show to a client.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error("there is no tool called {0}")]
    Unknown(String),
    #[error("the key may not call {tool}: it lacks the scope {}", .needed.as_str())]
    NotPermitted { tool: String, needed: Permission },
}

/// The tools of a gateway at one time. It never changes; another set takes its place.
pub struct Tools {
    chat: Arc<Chat>,
    list: Vec<ToolInfo>,
    targets: Vec<Target>,
    plugins: Vec<Arc<ToolPlugin>>,
    prompts: Prompts,
    resources: Resources,
}

/// Which lists have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Differences {
    pub tools: bool,
    pub prompts: bool,
    pub resources: bool,
}

impl Differences {
    pub fn any(self) -> bool {
        self.tools || self.prompts || self.resources
    }
}

/// What a name leads to, in the order of the list.
enum Target {
    Chat,
    CacheStore,
    CacheFeedback,
    Plugin { plugin: Arc<ToolPlugin>, name: String },
}

impl Tools {
    /// The tools that exist without any plugin, for a bridge that cannot reach its gateway.
    pub fn native() -> Vec<ToolInfo> {
        vec![native::chat(), native::cache_store(), native::cache_feedback()]
    }

    /// The native tools, and no plugin's.
    pub fn without_plugins(chat: Arc<Chat>) -> Self {
        let targets = vec![Target::Chat, Target::CacheStore, Target::CacheFeedback];
        let (prompts, resources) = (Prompts::native(Arc::clone(&chat)), Resources::native(Arc::clone(&chat)));
        Self { chat, list: Self::native(), targets, plugins: Vec::new(), prompts, resources }
    }

    /// Adds what is usable of one plugin; the rest is left out. `transparent` names the plugin whose names stay as
    /// they are.
    fn add(&mut self, offer: &Offer, transparent: Option<&str>) -> Vec<LeftOut> {
        let namespace = Namespace::new(&offer.plugin, transparent);
        let mut left_out = self.add_prompts_and_resources(offer, namespace);
        for definition in &offer.definitions {
            let name = definition.name.clone();
            let full_name = namespace.full_name(&name);
            let info = from_plugin::tool_info(&full_name, &offer.plugin, definition);
            match info.and_then(|info| self.refuse_clash(info)) {
                Ok(info) => {
                    self.list.push(info);
                    self.targets.push(Target::Plugin { plugin: Arc::clone(&offer.plugin), name });
                }
                Err(reason) => left_out.push(LeftOut::tool(&full_name, reason)),
            }
        }
        self.plugins.push(Arc::clone(&offer.plugin));
        shortened(left_out, &offer.plugin.manifest().id)
    }

    fn add_prompts_and_resources(&mut self, offer: &Offer, namespace: Namespace<'_>) -> Vec<LeftOut> {
        let (prompts, mut left_out) = PluginPrompts::of(offer, namespace);
        let (resources, unusable) = PluginResources::of(offer, namespace);
        left_out.extend(unusable);
        left_out.extend(self.prompts.add(&(Arc::new(prompts) as Arc<dyn PromptSource>)));
        left_out.extend(self.resources.add(&(Arc::new(resources) as Arc<dyn ResourceSource>)));
        left_out
    }

    fn refuse_clash(&self, info: ToolInfo) -> Result<ToolInfo, String> {
        match self.list.iter().any(|other| other.name.eq_ignore_ascii_case(&info.name)) {
            true => Err("another tool has this name".to_owned()),
            false => Ok(info),
        }
    }

    /// All tools, native ones first, in a stable order.
    pub fn list(&self) -> &[ToolInfo] {
        &self.list
    }

    /// Those that whoever has these permissions may call.
    pub fn list_for(&self, permissions: Permissions) -> impl Iterator<Item = &ToolInfo> {
        self.list.iter().filter(move |info| permissions.contain(info.needs()))
    }

    /// The tool called `name`.
    pub fn get(&self, name: &str) -> Option<&ToolInfo> {
        self.list.iter().find(|info| info.name == name)
    }

    pub fn prompts(&self) -> &Prompts {
        &self.prompts
    }

    pub fn resources(&self) -> &Resources {
        &self.resources
    }

    /// Which lists a client would find others than those of `other`.
    pub fn differences(&self, other: &Self) -> Differences {
        let (ours, theirs) = (&self.resources, &other.resources);
        Differences {
            tools: self.list != other.list,
            prompts: self.prompts.list() != other.prompts.list(),
            resources: ours.list() != theirs.list() || ours.templates() != theirs.templates(),
        }
    }

    /// The plugins behind the tools.
    pub fn plugins(&self) -> &[Arc<ToolPlugin>] {
        &self.plugins
    }

    /// Calls one. Arguments that are wrong come back as an output with `is_error`, as MCP wants it. `monitor` hears what
    /// the call says meanwhile.
    pub async fn call(
        &self,
        caller: &Caller,
        name: &str,
        arguments: Map<String, Value>,
        monitor: &Arc<dyn CallMonitor>,
    ) -> Result<ToolOutput, CallError> {
        let index = self.list.iter().position(|info| info.name == name);
        let index = index.ok_or_else(|| CallError::Unknown(name.to_owned()))?;
        let needed = self.list[index].needs();
        if !caller.permissions.contain(needed) {
            return Err(CallError::NotPermitted { tool: name.to_owned(), needed });
        }
        Ok(match &self.targets[index] {
            Target::Chat => native::call_chat(&self.chat, caller, arguments, &**monitor).await,
            Target::CacheStore => native::call_cache_store(&self.chat, caller, arguments, &**monitor).await,
            Target::CacheFeedback => native::call_cache_feedback(&self.chat, caller, arguments, &**monitor).await,
            Target::Plugin { plugin, name } => {
                let (info, principal) = (&self.list[index], &caller.principal);
                let call = from_plugin::call(plugin, name, info, arguments, principal, monitor, &self.resources);
                Box::pin(call).await
            }
        })
    }
}

/// Whether every client accepts it as a tool's name.
fn is_tool_name(name: &str) -> bool {
    let allowed = |character: char| character.is_ascii_alphanumeric() || character == '_' || character == '-';
    (1..=NAME_MAX_CHARACTERS).contains(&name.len()) && name.chars().all(allowed)
}
