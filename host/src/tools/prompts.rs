//! Every prompt by name, native or from a plugin. A clash leaves the later one out, with a reason. Never calls a tool: a
//! prompt is text that asks a model to.

mod native;

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use super::completions::Completion;
use super::{Content, LeftOut};
use crate::chat::{Caller, Chat};

pub use native::NativePrompts;

/// A prompt as MCP clients see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptInfo {
    pub name: String,
    pub title: Option<String>,
    pub description: String,
    pub arguments: Vec<PromptArgument>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptArgument {
    pub name: String,
    pub title: Option<String>,
    pub description: String,
    pub is_required: bool,
}

/// What a client puts before its model.
#[derive(Debug, Clone, PartialEq)]
pub struct PromptOutput {
    pub description: Option<String>,
    pub messages: Vec<PromptMessage>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PromptMessage {
    pub role: Role,
    pub content: Content,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    User,
    Assistant,
}

/// Why there is no prompt. Its text is safe to show to a client.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    #[error("there is no prompt called {0}")]
    Unknown(String),
    #[error("the prompt {prompt} needs the argument {argument}")]
    Missing { prompt: String, argument: String },
    #[error("the prompt {prompt} has no argument {argument}")]
    NoSuchArgument { prompt: String, argument: String },
    #[error("the arguments are not usable: {0}")]
    Invalid(String),
    #[error("the key may not read: it lacks the scope read")]
    Denied,
    #[error("{0}")]
    Failed(String),
}

/// By name.
pub type Arguments = BTreeMap<String, String>;

/// What a source gives when it is ready.
pub type Giving<'a, T> = Pin<Box<dyn Future<Output = Result<T, PromptError>> + Send + 'a>>;

/// Who has prompts. The names are those that clients see.
pub trait PromptSource: Send + Sync {
    /// The same each time.
    fn prompts(&self) -> &[PromptInfo];

    /// `name` is one of its prompts, and every argument that it requires is there.
    fn get<'a>(&'a self, caller: &'a Caller, name: &'a str, arguments: Arguments) -> Giving<'a, PromptOutput>;

    /// What the value of an argument may be that begins with `value`; `given` are the others so far.
    fn complete<'a>(
        &'a self,
        caller: &'a Caller,
        name: &'a str,
        argument: &'a str,
        value: &'a str,
        given: &'a Arguments,
    ) -> Giving<'a, Completion>;
}

/// The prompts of a gateway at one time, in a stable order: native ones first.
pub struct Prompts {
    list: Vec<PromptInfo>,
    /// Where each of the list comes from.
    sources: Vec<Arc<dyn PromptSource>>,
}

impl Prompts {
    /// Those that exist without any plugin.
    pub(super) fn native(chat: Arc<Chat>) -> Self {
        let mut prompts = Self { list: Vec::new(), sources: Vec::new() };
        let left_out = prompts.add(&(Arc::new(NativePrompts::new(chat)) as Arc<dyn PromptSource>));
        debug_assert!(left_out.is_empty(), "our own names differ");
        prompts
    }

    /// Adds the prompts of one source but those whose name is taken.
    pub(super) fn add(&mut self, source: &Arc<dyn PromptSource>) -> Vec<LeftOut> {
        let mut left_out = Vec::new();
        for info in source.prompts() {
            if self.list.iter().any(|other| other.name.eq_ignore_ascii_case(&info.name)) {
                left_out.push(LeftOut::tool(&info.name, "another prompt has this name".to_owned()));
            } else {
                self.list.push(info.clone());
                self.sources.push(Arc::clone(source));
            }
        }
        left_out
    }

    pub fn list(&self) -> &[PromptInfo] {
        &self.list
    }

    pub async fn get(&self, caller: &Caller, name: &str, arguments: Arguments) -> Result<PromptOutput, PromptError> {
        let (info, source) = self.find(name)?;
        let missing = info.arguments.iter().find(|argument| {
            argument.is_required && arguments.get(&argument.name).is_none_or(|value| value.trim().is_empty())
        });
        match missing {
            Some(argument) => Err(PromptError::Missing { prompt: name.to_owned(), argument: argument.name.clone() }),
            None => source.get(caller, name, arguments).await,
        }
    }

    pub async fn complete(
        &self,
        caller: &Caller,
        name: &str,
        argument: &str,
        value: &str,
        given: &Arguments,
    ) -> Result<Completion, PromptError> {
        let (info, source) = self.find(name)?;
        if !info.arguments.iter().any(|known| known.name == argument) {
            return Err(PromptError::NoSuchArgument { prompt: name.to_owned(), argument: argument.to_owned() });
        }
        source.complete(caller, name, argument, value, given).await
    }

    fn find(&self, name: &str) -> Result<(&PromptInfo, &dyn PromptSource), PromptError> {
        let index = self.list.iter().position(|info| info.name == name);
        let index = index.ok_or_else(|| PromptError::Unknown(name.to_owned()))?;
        Ok((&self.list[index], &*self.sources[index]))
    }
}
