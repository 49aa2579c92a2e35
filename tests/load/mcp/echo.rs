//! rmcp's bare server, which returns the bytes of an exact hit, or of a digest. What isartor is measured against.

use std::io::Write;
use std::sync::Arc;

use axum::Router;
use axum::serve::ListenerExt;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{RoleServer, ServerHandler, ServiceExt};
use serde_json::json;
use tokio::net::TcpListener;

use super::{PROMPT, Result};

pub(crate) const RESPONSE: &str = "Paris is the capital of France.";

/// A tool of a plugin, and what it says of the prompt.
pub(crate) const PLUGIN_TOOL: &str = "text-tools__digest";
pub(crate) const DIGEST: &str = "115049a298532be2f181edb03f766770c0db84c22aff39003fec340deaec7545";

#[derive(Clone)]
struct Echo;

impl ServerHandler for Echo {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> std::result::Result<CallToolResponse, ErrorData> {
        if request.name == PLUGIN_TOOL {
            let digest = json!({ "algorithm": "sha256", "encoding": "hex", "digest": DIGEST, "bytes": PROMPT.len() });
            let mut result = CallToolResult::success(vec![ContentBlock::text(digest.to_string())]);
            result.structured_content = Some(digest);
            return Ok(result.into());
        }
        let mut result = CallToolResult::success(vec![ContentBlock::text(RESPONSE)]);
        result.structured_content = Some(json!({
            "hit": true, "layer": "exact", "response": RESPONSE, "score": 1.0, "age_seconds": 0,
            "matched_prompt": PROMPT, "entry": "1",
        }));
        Ok(result.into())
    }
}

#[tokio::main]
pub(crate) async fn serve_stdio() -> Result<()> {
    Echo.serve((tokio::io::stdin(), tokio::io::stdout())).await?.waiting().await?;
    Ok(())
}

#[tokio::main]
pub(crate) async fn serve_http() -> Result<()> {
    let sessions = Arc::new(LocalSessionManager::default());
    let config = StreamableHttpServerConfig::default().with_json_response(true);
    let service = StreamableHttpService::new(|| Ok(Echo), sessions, config);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("loopback takes TCP_NODELAY"));
    axum::serve(listener, Router::new().nest_service("/mcp", service)).await?;
    Ok(())
}
