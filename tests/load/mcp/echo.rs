//! rmcp's bare server with one tool that returns the bytes of an exact hit. What isartor is measured against.

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

#[derive(Clone)]
struct Echo;

impl ServerHandler for Echo {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn call_tool(
        &self,
        _: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> std::result::Result<CallToolResponse, ErrorData> {
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
