//! The MCP server on rmcp: from requests of every version to the use cases, and back. Never decides what a tool does or
//! who may call it.

use std::sync::{Arc, OnceLock};

use axum::http::request::Parts;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult, CustomRequest, CustomResult,
    DiscoverResult, ErrorData, Extensions, GetPromptRequestParams, GetPromptResponse, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, ServerConfig, SetLevelRequestMethod,
    SubscribeRequestParams, SubscriptionFilter, Tool, UnsubscribeRequestParams,
};
use rmcp::service::{NotificationContext, RequestContext, SubscriptionContext};
use rmcp::{RoleServer, ServerHandler};
use tokio_util::sync::CancellationToken;

use super::denials::Denials;
use super::modern::{CONTENT_FRESH_MILLISECONDS, DISCOVERY_FRESH_MILLISECONDS, Extras, is_modern, server_info};
use super::news::{Audience, Newsroom, SessionEnd};
use super::wishes::Wishes;
use super::{
    completions, lists, log_levels, methods, prompt_messages, reports, resource_messages, server_config, subscriptions,
    tool_messages,
};
use crate::audit::Audit;
use crate::chat::request::LABEL_MAX_CHARACTERS;
use crate::chat::{Access, Caller, Channel};
use crate::server::{Gateway, SOCKET_ROUTE};
use crate::tools::{CurrentTools, LogLevel};

/// How the server knows who is asking.
#[derive(Clone)]
pub(super) enum Source {
    /// Everybody on this connection is the same; each connection is a session.
    Connection { access: Access, session: String },
    /// The guard put it into each HTTP request.
    Requests,
}

/// The MCP server of one connection or one HTTP request; cheap to make.
pub(super) struct McpServer {
    tools: Arc<CurrentTools>,
    audit: Audit,
    source: Source,
    /// Once it is cancelled, those who only listen are let go.
    stopping: CancellationToken,
    end: SessionEnd,
    /// Made when it is first needed, which for a request without a session is never.
    wishes: OnceLock<Arc<Wishes>>,
}

impl McpServer {
    pub(super) fn new(gateway: &Gateway, source: Source, stopping: CancellationToken) -> Self {
        let (tools, audit) = (Arc::clone(gateway.plugins.tools()), gateway.audit.clone());
        Self { tools, audit, source, stopping, end: SessionEnd::default(), wishes: OnceLock::new() }
    }

    /// One whose session has asked for something before, or keeps what it asks for.
    pub(super) fn with_wishes(self, wishes: Arc<Wishes>) -> Self {
        Self { wishes: OnceLock::from(wishes), ..self }
    }

    /// Fails closed: a request that no guard has passed has no principal.
    fn caller(&self, context: &RequestContext<RoleServer>) -> Result<Caller, ErrorData> {
        let caller = self.admitted(&context.extensions, client_of(context));
        let caller = caller.ok_or_else(|| ErrorData::internal_error("the request carries no principal", None))?;
        reports::check_progress_token(&context.meta)?;
        if let Some(wishes) = self.wishes.get() {
            wishes.belong_to(&caller);
        }
        Ok(caller)
    }

    fn admitted(&self, extensions: &Extensions, client: Option<String>) -> Option<Caller> {
        let parts = extensions.get::<Parts>();
        let (access, session) = match &self.source {
            Source::Connection { access, session } => (Some(access), Some(session.clone())),
            Source::Requests => (parts.and_then(|parts| parts.extensions.get()), parts.and_then(session_of)),
        };
        Some(Caller { client, session, ..Caller::admitted(access?.clone(), Channel::Mcp) })
    }

    fn denials<'a>(&'a self, caller: &'a Caller, context: &'a RequestContext<RoleServer>) -> Denials<'a> {
        let path = context.extensions.get::<Parts>().map(|parts| parts.uri.path());
        Denials { audit: &self.audit, caller, route: path.unwrap_or(SOCKET_ROUTE) }
    }

    fn wishes(&self) -> &Arc<Wishes> {
        self.wishes.get_or_init(Arc::default)
    }

    /// Which messages the client asked for: a modern one with each request, another one once.
    fn level(&self, context: &RequestContext<RoleServer>) -> Result<Option<LogLevel>, ErrorData> {
        match is_modern(context) {
            true => log_levels::asked(&context.meta),
            false => Ok(self.wishes.get().and_then(|wishes| wishes.level())),
        }
    }
}

/// What the client called itself: in each request, or when the session began.
fn client_of(context: &RequestContext<RoleServer>) -> Option<String> {
    let greeted = || context.peer.peer_info().map(|info| info.client_info.name.clone());
    let name = context.meta.client_info().map(|info| info.name).or_else(greeted)?;
    Some(name.chars().filter(|c| !c.is_control()).take(LABEL_MAX_CHARACTERS).collect())
}

fn session_of(parts: &Parts) -> Option<String> {
    let session = parts.headers.get("mcp-session-id")?.to_str().ok()?;
    Some(session.chars().take(LABEL_MAX_CHARACTERS).collect())
}

#[expect(deprecated, reason = "clients of the versions with `initialize` set levels of messages and subscribe")]
impl ServerHandler for McpServer {
    fn get_info(&self) -> ServerConfig {
        server_config()
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let versions = self.supported_protocol_versions().into_owned();
        let mut result = DiscoverResult::from_server_info(versions, server_config());
        result.ttl_ms = DISCOVERY_FRESH_MILLISECONDS;
        Ok(result)
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let caller = self.caller(&context)?;
        lists::tools(&self.tools.current(), &caller, request, &context)
    }

    /// For rmcp, which compares headers with arguments before each call.
    fn get_tool(&self, name: &str) -> Option<Tool> {
        let tools = self.tools.current();
        tools.get(name).filter(|info| info.has_header_arguments).map(tool_messages::tool)
    }

    /// A cancelled call is dropped where it stands. An unknown tool is a wrong parameter: as an unknown method,
    /// rmcp would answer it with HTTP 404.
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let caller = self.caller(&context)?;
        let tools = self.tools.current();
        let CallToolRequestParams { name, arguments, .. } = request;
        let arguments = arguments.unwrap_or_default();
        let (tools, caller) = (&tools, &caller);
        let call = reports::while_calling(&context, self.level(&context)?, |monitor| async move {
            tools.call(caller, &name, arguments, &monitor).await
        });
        let output = until_cancelled(&context, Box::pin(call)).await?;
        let output = output.map_err(|error| self.denials(caller, &context).of_tool(&error))?;
        let mut result = tool_messages::result(output);
        result.meta = is_modern(&context).then(server_info);
        Ok(result.into())
    }

    async fn list_prompts(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        lists::prompts(&self.tools.current(), request, &context)
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let caller = self.caller(&context)?;
        let arguments = prompt_messages::arguments(request.arguments)?;
        let tools = self.tools.current();
        let getting = tools.prompts().get(&caller, &request.name, arguments);
        let output = until_cancelled(&context, getting).await?;
        let output = output.map_err(|error| self.denials(&caller, &context).of_prompt(&error))?;
        let mut result = prompt_messages::result(output);
        result.meta = is_modern(&context).then(server_info);
        Ok(result.into())
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let caller = self.caller(&context)?;
        until_cancelled(&context, lists::resources(&self.tools.current(), &caller, request, &context)).await?
    }

    async fn list_resource_templates(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        lists::templates(&self.tools.current(), request, &context)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let caller = self.caller(&context)?;
        let tools = self.tools.current();
        let reading = tools.resources().read(&caller, &request.uri);
        let contents = until_cancelled(&context, reading).await?;
        let contents = contents.map_err(|error| self.denials(&caller, &context).of_resource(&error))?;
        let mut result = ReadResourceResult::new(vec![resource_messages::contents(request.uri, contents)]);
        let Extras { meta, ttl_ms, cache_scope } = Extras::of(&context, CONTENT_FRESH_MILLISECONDS);
        (result.meta, result.ttl_ms, result.cache_scope) = (meta, ttl_ms, cache_scope);
        Ok(result.into())
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let caller = self.caller(&context)?;
        let tools = self.tools.current();
        let completion = until_cancelled(&context, completions::complete(&tools, &caller, request)).await??;
        let mut result = CompleteResult::new(completion);
        result.meta = is_modern(&context).then(server_info);
        Ok(result)
    }

    async fn set_level(
        &self,
        request: rmcp::model::SetLevelRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        if is_modern(&context) {
            return Err(ErrorData::method_not_found::<SetLevelRequestMethod>());
        }
        self.wishes().set_level(log_levels::from_protocol(request.level));
        Ok(())
    }

    async fn subscribe(
        &self,
        request: SubscribeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let caller = self.caller(&context)?;
        subscriptions::subscribe(&self.tools.current(), &caller, self.wishes(), request.uri)
    }

    async fn unsubscribe(
        &self,
        request: UnsubscribeRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        subscriptions::unsubscribe(self.wishes(), &request.uri);
        Ok(())
    }

    /// From here on a client of the versions with `initialize` hears of changes.
    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        let wishes = Arc::clone(self.wishes());
        if let Some(caller) = self.admitted(&context.extensions, None) {
            wishes.belong_to(&caller);
        }
        let news = Newsroom::open(&self.tools).tell(Audience::Session { peer: context.peer, wishes });
        tokio::spawn(self.end.token().run_until_cancelled_owned(news));
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(subscriptions::acceptable(&self.tools.current(), requested))
    }

    /// How a client of the versions without `initialize` hears of changes.
    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let caller = self.caller(context.request_context())?;
        let watched = subscriptions::watched(&self.tools.current(), &caller, context.accepted())?;
        let news = Newsroom::open(&self.tools).tell(Audience::Stream { context: &context, caller, watched });
        tokio::select! {
            () = news => {}
            () = context.cancelled() => {}
            () = self.stopping.cancelled() => {}
        }
        Ok(())
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        Err(methods::misunderstood(request.method, is_modern(&context)))
    }
}

/// What nobody waits for any more is dropped where it stands.
async fn until_cancelled<T>(
    context: &RequestContext<RoleServer>,
    work: impl Future<Output = T>,
) -> Result<T, ErrorData> {
    let done = context.ct.run_until_cancelled(work).await;
    done.ok_or_else(|| ErrorData::internal_error("the request was cancelled", None))
}
