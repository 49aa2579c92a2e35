//! MCP on rmcp: one server that lists and calls the tools, over HTTP, over a Unix socket and through the stdio
//! bridge. Never decides what a tool does or who may call it.

pub mod bridge;
mod event_stream;
mod http;
mod list_changes;
mod sessions;
mod socket;
mod tool_messages;

use std::sync::Arc;

use axum::http::request::Parts;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CompleteRequestMethod, CompleteRequestParams, CompleteResult,
    CustomRequest, CustomResult, ErrorCode, ErrorData, Implementation, ListPromptsRequestMethod, ListPromptsResult,
    ListResourceTemplatesRequestMethod, ListResourceTemplatesResult, ListResourcesRequestMethod, ListResourcesResult,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, SubscriptionFilter, Tool,
};
use rmcp::service::{NotificationContext, RequestContext, SubscriptionContext};
use rmcp::{RoleServer, ServerHandler};
use tokio_util::sync::CancellationToken;

use crate::chat::request::LABEL_MAX_CHARACTERS;
use crate::chat::{Access, Caller, Channel};
use crate::tools::{CallError, CurrentTools, silent};
use list_changes::SessionEnd;

pub use http::router;
pub use socket::serve_stream;

const INSTRUCTIONS: &str = "\
isartor remembers answers. Before you answer a self-contained question, call `isartor_chat` with the user's prompt as it \
was written. If `hit` is true, give the user the returned text verbatim and stop. If `hit` is false, answer the question \
yourself, then call `isartor_cache_store` with the same prompt and your complete answer, so that the next time it is \
there at once. When a returned answer turns out wrong, call `isartor_cache_feedback` with its entry. Skip all for prompts that depend on this conversation, on files or on the current time, and never store \
secrets or personal data. If isartor reports an error, answer without it.";

/// Methods whose parameters can be malformed; every other unknown request is a method that does not exist.
const SERVED_METHODS: [&str; 6] =
    ["initialize", "ping", "server/discover", "subscriptions/listen", "tools/call", "tools/list"];

/// What isartor says of itself, whether the gateway or the bridge is asked.
fn server_config() -> ServerConfig {
    let implementation = Implementation::new("isartor", env!("CARGO_PKG_VERSION"))
        .with_title("Isartor")
        .with_description(env!("CARGO_PKG_DESCRIPTION"));
    ServerConfig::new(ServerCapabilities::builder().enable_tools().enable_tool_list_changed().build())
        .with_server_info(implementation)
        .with_instructions(INSTRUCTIONS)
}

/// How the server knows who is asking.
#[derive(Clone)]
enum Source {
    /// Everybody on this connection is the same; each connection is a session.
    Connection { access: Access, session: String },
    /// The guard put it into each HTTP request.
    Requests,
}

/// The MCP server of one connection or one HTTP request; cheap to make.
struct McpServer {
    tools: Arc<CurrentTools>,
    source: Source,
    /// Once it is cancelled, those who only listen are let go.
    stopping: CancellationToken,
    end: SessionEnd,
}

impl McpServer {
    fn new(tools: Arc<CurrentTools>, source: Source, stopping: CancellationToken) -> Self {
        Self { tools, source, stopping, end: SessionEnd::default() }
    }

    /// Fails closed: a request that no guard has passed has no principal.
    fn caller(&self, context: &RequestContext<RoleServer>) -> Result<Caller, ErrorData> {
        let parts = context.extensions.get::<Parts>();
        let (access, session) = match &self.source {
            Source::Connection { access, session } => (Some(access), Some(session.clone())),
            Source::Requests => (parts.and_then(|parts| parts.extensions.get()), parts.and_then(session_of)),
        };
        let access = access.ok_or_else(|| ErrorData::internal_error("the request carries no principal", None))?;
        let client = client_of(context);
        Ok(Caller { client, session, ..Caller::admitted(access.clone(), Channel::Mcp) })
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

impl ServerHandler for McpServer {
    fn get_info(&self) -> ServerConfig {
        server_config()
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = self.tools.current();
        Ok(ListToolsResult::with_all_items(tools.list().iter().map(tool_messages::tool).collect()))
    }

    /// For rmcp, which compares headers with arguments before each call.
    fn get_tool(&self, name: &str) -> Option<Tool> {
        let tools = self.tools.current();
        tools.get(name).filter(|info| info.has_header_arguments).map(tool_messages::tool)
    }

    /// From here on a client of the versions with `initialize` hears of changes.
    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        tokio::spawn(list_changes::announce(context.peer, self.tools.changes(), self.end.token()));
    }

    fn accepted_subscription_filter(&self, _: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(SubscriptionFilter::builder().tools_list_changed().build())
    }

    /// How a client of the versions without `initialize` hears of changes.
    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        list_changes::stream(&context, self.tools.changes(), &self.stopping).await;
        Ok(())
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
        let monitor = silent();
        let call = tools.call(&caller, &request.name, request.arguments.unwrap_or_default(), &monitor);
        tokio::select! {
            biased;
            called = call => match called {
                Ok(output) => Ok(tool_messages::result(output).into()),
                Err(error @ CallError::Unknown(_)) => Err(ErrorData::invalid_params(error.to_string(), None)),
            },
            () = context.ct.cancelled() => Err(ErrorData::internal_error("the call was cancelled", None)),
        }
    }

    async fn complete(
        &self,
        _: CompleteRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        Err(ErrorData::method_not_found::<CompleteRequestMethod>())
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListPromptsRequestMethod>())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListResourcesRequestMethod>())
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListResourceTemplatesRequestMethod>())
    }

    /// rmcp hands over what fits none of its types: an unknown method, or a known one with wrong parameters.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let CustomRequest { method, .. } = request;
        if SERVED_METHODS.contains(&method.as_str()) {
            return Err(ErrorData::invalid_params(format!("the parameters of {method} are malformed"), None));
        }
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, method, None))
    }
}
