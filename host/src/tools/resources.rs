//! Every resource by URI, native or from a plugin: fixed ones, templates, and the entries that the caller has in the
//! cache. Whose others are is nobody's business: they do not exist here.

mod native;
mod updates;

use std::pin::Pin;
use std::sync::Arc;

use super::LeftOut;
use super::completions::Completion;
use crate::cache::EntryId;
use crate::chat::{Caller, Chat, Permission};

use native::NativeResources;
pub(super) use native::entry_uri;
pub use native::{StatsMark, Watched};
pub(super) use updates::Announcer;
pub use updates::Updates;

/// A resource as MCP clients see it in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceInfo {
    pub uri: String,
    pub name: String,
    pub title: Option<String>,
    pub description: Option<String>,
    pub mime_type: Option<String>,
}

/// Resources that are alike, as RFC 6570 names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateInfo {
    pub uri_template: String,
    pub name: String,
    pub title: Option<String>,
    pub description: Option<String>,
    pub mime_type: Option<String>,
}

/// What is in a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceContents {
    pub mime_type: Option<String>,
    pub body: Body,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    Text(String),
    Blob(Vec<u8>),
}

/// Why there are no contents. Its text is safe to show to a client.
#[derive(Debug, thiserror::Error)]
pub enum ResourceError {
    #[error("there is no such resource")]
    Unknown { uri: String },
    #[error("there is no template {0}")]
    NoSuchTemplate(String),
    #[error("the key may not read: it lacks the scope read")]
    Denied,
    #[error("{0}")]
    Failed(String),
}

/// What a source gives when it is ready.
pub type Giving<'a, T> = Pin<Box<dyn Future<Output = Result<T, ResourceError>> + Send + 'a>>;

/// Who has resources. A caller who may not read never comes here.
pub trait ResourceSource: Send + Sync {
    /// Whose they are; none: isartor's own.
    fn plugin(&self) -> Option<&str>;

    /// The same each time.
    fn resources(&self) -> &[ResourceInfo];

    /// The same each time.
    fn templates(&self) -> &[TemplateInfo];

    /// Whether `uri` fits one of its templates.
    fn fits(&self, uri: &str) -> bool;

    /// `uri` is one of its resources, or fits one of its templates.
    fn read<'a>(&'a self, caller: &'a Caller, uri: &'a str) -> Giving<'a, ResourceContents>;

    /// What the variable of one of its templates may be that begins with `value`.
    fn complete<'a>(
        &'a self,
        caller: &'a Caller,
        template: &'a str,
        variable: &'a str,
        value: &'a str,
    ) -> Giving<'a, Completion>;
}

/// The resources of a gateway at one time, in a stable order: native ones first, entries last.
pub struct Resources {
    chat: Arc<Chat>,
    list: Vec<ResourceInfo>,
    templates: Vec<TemplateInfo>,
    sources: Vec<Arc<dyn ResourceSource>>,
    updates: Arc<Updates>,
}

/// A part of a caller's entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries {
    pub list: Vec<ResourceInfo>,
    /// The last of them, if older ones follow.
    pub next: Option<EntryId>,
}

impl Resources {
    /// Those that exist without any plugin.
    pub(super) fn native(chat: Arc<Chat>) -> Self {
        let source = Arc::new(NativeResources::new(Arc::clone(&chat))) as Arc<dyn ResourceSource>;
        let (list, templates, sources) = (Vec::new(), Vec::new(), Vec::new());
        let mut resources = Self { chat, list, templates, sources, updates: Arc::default() };
        let left_out = resources.add(&source);
        debug_assert!(left_out.is_empty(), "our own URIs differ");
        resources
    }

    /// Adds the resources and templates of one source but those whose URI is taken.
    pub(super) fn add(&mut self, source: &Arc<dyn ResourceSource>) -> Vec<LeftOut> {
        let mut left_out = Vec::new();
        for info in source.resources() {
            match self.list.iter().any(|other| other.uri == info.uri) {
                true => left_out.push(LeftOut::tool(&info.uri, "another resource has this URI".to_owned())),
                false => self.list.push(info.clone()),
            }
        }
        for info in source.templates() {
            match self.templates.iter().any(|other| other.uri_template == info.uri_template) {
                true => left_out.push(LeftOut::tool(&info.uri_template, "another template is the same".to_owned())),
                false => self.templates.push(info.clone()),
            }
        }
        self.sources.push(Arc::clone(source));
        left_out
    }

    /// Those that are always there, the same for everybody.
    pub fn list(&self) -> &[ResourceInfo] {
        &self.list
    }

    pub fn templates(&self) -> &[TemplateInfo] {
        &self.templates
    }

    /// The caller's newest entries that are older than `before`, at most `limit`. None for who may not read.
    pub async fn entries(
        &self,
        caller: &Caller,
        before: Option<EntryId>,
        limit: usize,
    ) -> Result<Entries, ResourceError> {
        match caller.permissions.contain(Permission::Read) {
            true => native::entries(&self.chat, caller, before, limit).await,
            false => Ok(Entries { list: Vec::new(), next: None }),
        }
    }

    pub async fn read(&self, caller: &Caller, uri: &str) -> Result<ResourceContents, ResourceError> {
        if !caller.permissions.contain(Permission::Read) {
            return Err(ResourceError::Denied);
        }
        match self.source(uri) {
            Some(source) => source.read(caller, uri).await,
            None => Err(ResourceError::Unknown { uri: uri.to_owned() }),
        }
    }

    fn source(&self, uri: &str) -> Option<&dyn ResourceSource> {
        let is_listed = |source: &&Arc<dyn ResourceSource>| source.resources().iter().any(|info| info.uri == uri);
        let fits = |source: &&Arc<dyn ResourceSource>| source.fits(uri);
        self.sources.iter().find(is_listed).or_else(|| self.sources.iter().find(fits)).map(|source| &**source)
    }

    /// What the variable of a template may be that begins with `value`.
    pub async fn complete(
        &self,
        caller: &Caller,
        template: &str,
        variable: &str,
        value: &str,
    ) -> Result<Completion, ResourceError> {
        let has_it =
            |source: &&Arc<dyn ResourceSource>| source.templates().iter().any(|info| info.uri_template == template);
        let source = self.sources.iter().find(has_it);
        let source = source.ok_or_else(|| ResourceError::NoSuchTemplate(template.to_owned()))?;
        match caller.permissions.contain(Permission::Read) {
            true => source.complete(caller, template, variable, value).await,
            false => Ok(Completion::default()),
        }
    }

    /// Whether the caller could read it now. Asks no plugin: what fits a template of theirs counts as there.
    pub fn exists(&self, caller: &Caller, uri: &str) -> Result<bool, ResourceError> {
        if !caller.permissions.contain(Permission::Read) {
            return Err(ResourceError::Denied);
        }
        match Watched::parse(uri) {
            Some(Watched::Stats) => Ok(true),
            Some(Watched::Entry(id)) => native::exists(&self.chat, caller, id),
            Some(Watched::OfPlugin(_)) | None => Ok(self.source(uri).is_some()),
        }
    }

    /// Whether there is anything that somebody could watch there. Asks no plugin, and looks at nobody's entries.
    pub fn can_be_watched(&self, uri: &str) -> bool {
        self.source(uri).is_some()
    }

    /// For those who watch what plugins have.
    pub fn updates(&self) -> &Arc<Updates> {
        &self.updates
    }

    /// In the place of others, of which somebody may have heard.
    pub(super) fn continue_updates(&mut self, updates: Arc<Updates>) {
        self.updates = updates;
    }

    /// None: the plugin has no resources.
    pub(super) fn announcer(&self, plugin: &str) -> Option<Announcer> {
        let source = self.sources.iter().find(|source| source.plugin() == Some(plugin))?;
        Some(Announcer { updates: Arc::clone(&self.updates), source: Arc::clone(source) })
    }

    /// For those who watch what is in the cache.
    pub fn chat(&self) -> &Arc<Chat> {
        &self.chat
    }
}

#[cfg(test)]
mod tests;
