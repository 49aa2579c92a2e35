//! What the bridge says in the gateway's place. Pure; every answer is one line.

use rmcp::model::{
    CallToolResult, ConstString, ContentBlock, DiscoverResult, ErrorCode, ErrorData, InitializeRequestParams,
    ListToolsResult, ProtocolVersion, RequestId, ServerJsonRpcMessage, ServerResult, SubscriptionsListenResult,
    ToolListChangedNotificationMethod,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::gateway_url::GatewayUrl;
use super::ledger::{Kind, Open};
use super::message::Malformed;
use crate::mcp::{server_config, tool_messages};
use crate::tools::Tools;

/// The id of our own `initialize`; no client would think of it.
pub(super) const HANDSHAKE_ID: &str = "isartor:bridge:initialize";

/// What opens a session with a gateway on the client's behalf.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Handshake {
    pub(super) initialize: Vec<u8>,
    pub(super) initialized: Vec<u8>,
}

/// Why the gateway does not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unavailable {
    NotRunning,
    Stopped,
    RunsElsewhere { url: String },
    StartFailed { reason: String },
    StillStarting,
    Lost,
    KeyRefused,
    Failed { reason: String },
    Closing,
}

impl Unavailable {
    /// For the model and for the person behind it: what is wrong, and what to run.
    pub(super) fn explain(&self, gateway: &GatewayUrl, configured_port: u16) -> String {
        let start = start_command(gateway, configured_port);
        let what = match self {
            Self::NotRunning if gateway.can_be_started() => format!("is not running. Start it with `{start}`."),
            Self::NotRunning => {
                "cannot be reached. Check that it runs there and that ISARTOR_GATEWAY_URL is right.".into()
            }
            Self::Stopped => format!("was stopped with `isartor stop`. Start it again with `{start}`."),
            Self::RunsElsewhere { url } => {
                format!("is not running; yours runs at {url}. Set ISARTOR_GATEWAY_URL to that, or connect again.")
            }
            Self::StartFailed { reason } => {
                format!("is not running and could not be started ({reason}). `{start}` shows the same error.")
            }
            Self::StillStarting => {
                "is still starting. Try again in a moment; `isartor logs` says how far it is.".into()
            }
            Self::Lost => format!(
                "went away before it answered, so the call may or may not have been carried out. If it does not come \
                 back, start it with `{start}`."
            ),
            Self::KeyRefused => {
                "refused the API key. Run `isartor connect CLIENT --gateway-api-key KEY` with the gateway's key.".into()
            }
            Self::Failed { reason } => format!("failed: {reason}."),
            Self::Closing => "had not answered when the client closed the connection.".into(),
        };
        format!("The isartor gateway at {gateway} {what}")
    }
}

fn start_command(gateway: &GatewayUrl, configured_port: u16) -> String {
    match gateway.port() {
        port if port == configured_port => "isartor up --detach".into(),
        port => format!("isartor up --detach --port {port}"),
    }
}

/// Answers `initialize` as the gateway would, and prepares the same for the gateway: it is asked for the version that
/// the client was promised.
pub(super) fn initialize(id: RequestId, mut params: Value) -> (Vec<u8>, Option<Handshake>) {
    let requested = match InitializeRequestParams::deserialize(&params) {
        Ok(understood) => understood.protocol_version,
        Err(error) => {
            let message = format!("the parameters of initialize are malformed: {error}");
            return (failure(Some(id), ErrorCode::INVALID_PARAMS, &message), None);
        }
    };
    let version = negotiated(requested);
    params["protocolVersion"] = json!(version);
    let handshake = Handshake {
        initialize: line(&json!({"jsonrpc": "2.0", "id": HANDSHAKE_ID, "method": "initialize", "params": params})),
        initialized: line(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"})),
    };
    let result = ServerResult::InitializeResult(server_config().with_protocol_version(version));
    (line(&ServerJsonRpcMessage::response(result, id)), Some(handshake))
}

fn negotiated(requested: ProtocolVersion) -> ProtocolVersion {
    let known = requested.has_initialize() && ProtocolVersion::KNOWN_VERSIONS.contains(&requested);
    if known { requested } else { ProtocolVersion::LATEST_WITH_INITIALIZE }
}

/// Asks the client to list the tools again.
pub(super) fn tools_changed() -> Vec<u8> {
    line(&json!({"jsonrpc": "2.0", "method": ToolListChangedNotificationMethod::VALUE}))
}

pub(super) fn pong(id: RequestId) -> Vec<u8> {
    line(&ServerJsonRpcMessage::response(ServerResult::empty(()), id))
}

/// The answer to a request that the gateway does not answer: what isartor can say without it, and an explanation.
pub(super) fn unavailable(id: RequestId, open: Open, explanation: &str) -> Vec<u8> {
    let mut result = match open.kind {
        Kind::Discover => {
            let versions = ProtocolVersion::KNOWN_VERSIONS.to_vec();
            ServerResult::DiscoverResult(DiscoverResult::from_server_info(versions, server_config()))
        }
        Kind::ToolList => {
            let tools = Tools::native().iter().map(tool_messages::tool).collect();
            ServerResult::ListToolsResult(ListToolsResult::with_all_items(tools))
        }
        Kind::ToolCall => ServerResult::CallToolResult(CallToolResult::error(vec![ContentBlock::text(explanation)])),
        // The protocol's word for a server that ends the stream; the client opens another one.
        Kind::Subscription => ServerResult::SubscriptionsListenResult(SubscriptionsListenResult::complete(id.clone())),
        Kind::Other => return failure(Some(id), ErrorCode::METHOD_NOT_FOUND, explanation),
    };
    if open.is_modern {
        result.fill_missing_cache_hints();
    } else {
        result.strip_result_type_for_legacy_peer();
    }
    line(&ServerJsonRpcMessage::response(result, id))
}

pub(super) fn malformed(malformed: &Malformed) -> Vec<u8> {
    let code = match malformed {
        Malformed::NotJson(_) => ErrorCode::PARSE_ERROR,
        Malformed::NotJsonRpc(_) | Malformed::Batch | Malformed::TooLong { .. } => ErrorCode::INVALID_REQUEST,
    };
    failure(None, code, &malformed.to_string())
}

pub(super) fn not_initialized(id: RequestId) -> Vec<u8> {
    failure(Some(id), ErrorCode::INVALID_REQUEST, "send initialize first")
}

pub(super) fn already_initialized(id: RequestId) -> Vec<u8> {
    failure(Some(id), ErrorCode::INVALID_REQUEST, "this connection is already initialized")
}

/// JSON-RPC wants `"id": null` where the request's id is unknown.
fn failure(id: Option<RequestId>, code: ErrorCode, message: &str) -> Vec<u8> {
    line(&json!({"jsonrpc": "2.0", "id": id, "error": ErrorData::new(code, message.to_owned(), None)}))
}

fn line(message: &impl serde::Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(message).expect("JSON-RPC messages always serialise");
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &[u8]) -> Value {
        assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        serde_json::from_slice(line).unwrap()
    }

    fn params(version: &str) -> Value {
        json!({"protocolVersion": version, "capabilities": {"x": 1}, "clientInfo": {"name": "c", "version": "1"}})
    }

    #[test]
    fn a_known_version_is_agreed_to_and_any_other_becomes_the_newest_with_initialize() {
        for (requested, agreed) in [
            ("2024-11-05", "2024-11-05"),
            ("2025-03-26", "2025-03-26"),
            ("2025-06-18", "2025-06-18"),
            ("2025-11-25", "2025-11-25"),
            ("2026-07-28", "2025-11-25"),
            ("2099-01-01", "2025-11-25"),
            ("2023-01-01", "2025-11-25"),
        ] {
            let (answer, handshake) = initialize(RequestId::Number(3), params(requested));
            let answer = parsed(&answer);
            assert_eq!(answer["id"], 3);
            assert_eq!(answer["result"]["protocolVersion"], agreed);
            assert_eq!(answer["result"]["serverInfo"]["name"], "isartor");
            assert_eq!(answer["result"]["capabilities"], json!(server_config().capabilities));
            let copy = parsed(&handshake.unwrap().initialize);
            assert_eq!(copy["id"], HANDSHAKE_ID);
            assert_eq!(copy["params"]["protocolVersion"], agreed);
            assert_eq!(copy["params"]["clientInfo"]["name"], "c");
        }
    }

    #[test]
    fn initialize_without_its_parameters_is_refused() {
        let (answer, handshake) = initialize(RequestId::Number(3), Value::Null);
        assert_eq!(parsed(&answer)["error"]["code"], -32602);
        assert_eq!(handshake, None);
    }

    #[test]
    fn an_error_without_an_id_says_so() {
        let answer = parsed(&malformed(&Malformed::Batch));
        assert_eq!(answer["id"], Value::Null);
        assert!(answer.as_object().unwrap().contains_key("id"));
        assert_eq!(answer["error"]["code"], -32600);
    }

    #[test]
    fn an_explanation_names_the_gateway_and_the_command() {
        let explain = |url: &str, why: Unavailable| why.explain(&url.parse().unwrap(), 8080);
        for (url, why, words) in [
            ("http://localhost:8080", Unavailable::NotRunning, "`isartor up --detach`"),
            ("http://localhost:9000", Unavailable::NotRunning, "`isartor up --detach --port 9000`"),
            ("http://example.org", Unavailable::NotRunning, "ISARTOR_GATEWAY_URL"),
            ("http://localhost:8080", Unavailable::Stopped, "isartor stop"),
            ("http://localhost:8080", Unavailable::KeyRefused, "--gateway-api-key"),
        ] {
            let text = explain(url, why);
            assert!(text.contains(words) && text.contains(url), "{text}");
        }
    }
}
