//! What the bridge says in the gateway's place. Pure; every answer is one line.

use rmcp::model::{
    CallToolResult, CompleteResult, CompletionInfo, ConstString, ContentBlock, DiscoverResult, ErrorCode, ErrorData,
    InitializeRequestParams, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
    PromptListChangedNotificationMethod, ProtocolVersion, RequestId, ResourceListChangedNotificationMethod,
    ServerCapabilities, ServerJsonRpcMessage, ServerResult, SubscriptionsListenResult, Tool,
    ToolListChangedNotificationMethod,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::ledger::{Kind, Open};
use super::message::Malformed;
use crate::mcp::credential::CREDENTIAL_ID;
use crate::mcp::server_config;

/// The ids of our own requests; no client would think of them.
const HANDSHAKE_ID: &str = "isartor:bridge:initialize";
const TOOL_LIST_ID: &str = "isartor:bridge:tools";
const TOOL_COPY_ID: &str = "isartor:bridge:copy";
const WISH_ID: &str = "isartor:bridge:wish";
const RETURN_ID: &str = "isartor:bridge:return";

/// What the bridge itself asks of a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    Credential,
    Handshake,
    /// Whether the client's list of tools is still right.
    ToolList,
    /// What the copy of the list of tools should hold.
    ToolCopy,
    /// What the client had asked of an earlier session.
    Wish,
    /// Whether there is something to list again.
    Return,
}

impl Own {
    /// Which of our requests has this id; none when it is the client's.
    pub(super) fn of(id: &RequestId) -> Option<Self> {
        let RequestId::String(id) = id else { return None };
        match &**id {
            CREDENTIAL_ID => Some(Self::Credential),
            HANDSHAKE_ID => Some(Self::Handshake),
            TOOL_LIST_ID => Some(Self::ToolList),
            TOOL_COPY_ID => Some(Self::ToolCopy),
            WISH_ID => Some(Self::Wish),
            RETURN_ID => Some(Self::Return),
            _ => None,
        }
    }
}

/// What opens a session with a gateway on the client's behalf.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Handshake {
    pub(super) initialize: Vec<u8>,
    pub(super) initialized: Vec<u8>,
}

/// Answers `initialize` as the gateway would, and prepares the same for the gateway: it is asked for the version that
/// the client was promised.
pub(super) fn initialize(id: RequestId, mut params: Value) -> (Vec<u8>, Option<Handshake>) {
    let malformed = |why: &str| {
        let message = format!("the parameters of initialize are malformed: {why}");
        (failure(Some(id.clone()), ErrorCode::INVALID_PARAMS, &message), None)
    };
    // The type would take an array of its members, too.
    if !params.is_object() {
        return malformed("they are not an object");
    }
    let requested = match InitializeRequestParams::deserialize(&params) {
        Ok(understood) => understood.protocol_version,
        Err(error) => return malformed(&error.to_string()),
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
    notification(ToolListChangedNotificationMethod::VALUE)
}

pub(super) fn prompts_changed() -> Vec<u8> {
    notification(PromptListChangedNotificationMethod::VALUE)
}

pub(super) fn resources_changed() -> Vec<u8> {
    notification(ResourceListChangedNotificationMethod::VALUE)
}

fn notification(method: &str) -> Vec<u8> {
    line(&json!({"jsonrpc": "2.0", "method": method}))
}

pub(super) fn pong(id: RequestId) -> Vec<u8> {
    line(&ServerJsonRpcMessage::response(ServerResult::empty(()), id))
}

/// Asks the gateway for its tools, to compare them with what the client knows.
pub(super) fn tool_list_request() -> Vec<u8> {
    line(&json!({"jsonrpc": "2.0", "id": TOOL_LIST_ID, "method": "tools/list"}))
}

/// Asks the gateway for its tools, for the next client.
pub(super) fn tool_copy_request() -> Vec<u8> {
    line(&json!({"jsonrpc": "2.0", "id": TOOL_COPY_ID, "method": "tools/list"}))
}

/// Asks a new session for what the client asked an earlier one for.
pub(super) fn wish(method: &str, params: &Value) -> Vec<u8> {
    line(&json!({"jsonrpc": "2.0", "id": WISH_ID, "method": method, "params": params}))
}

/// Asks for nothing but an answer, and so for a session to give it in.
pub(super) fn own_ping() -> Vec<u8> {
    line(&json!({"jsonrpc": "2.0", "id": RETURN_ID, "method": "ping"}))
}

/// The tools as the gateway would list them.
pub(super) fn tool_list(id: RequestId, tools: Vec<Tool>, is_modern: bool) -> Vec<u8> {
    result(id, ServerResult::ListToolsResult(ListToolsResult::with_all_items(tools)), is_modern)
}

/// The answer to a request that the gateway does not answer: what isartor can say without it, or an explanation.
pub(super) fn unavailable(id: RequestId, open: Open, explanation: &str) -> Vec<u8> {
    let answer = match offline(open.kind, &server_config().capabilities) {
        Offline::Result(answer) => *answer,
        Offline::ToolError => {
            ServerResult::CallToolResult(CallToolResult::error(vec![ContentBlock::text(explanation)]))
        }
        // The protocol's word for a server that ends the stream; the client opens another one.
        Offline::StreamEnd => ServerResult::SubscriptionsListenResult(SubscriptionsListenResult::complete(id.clone())),
        Offline::Error(code) => return failure(Some(id), code, explanation),
    };
    result(id, answer, open.is_modern)
}

enum Offline {
    Result(Box<ServerResult>),
    ToolError,
    StreamEnd,
    Error(ErrorCode),
}

/// What can be said without a gateway. What isartor offers is there, and empty; what it does not offer is no method.
fn offline(kind: Kind, offered: &ServerCapabilities) -> Offline {
    let (prompts, resources) = (offered.prompts.is_some(), offered.resources.is_some());
    let empty_if = |is_offered: bool, result: ServerResult| match is_offered {
        true => Offline::Result(Box::new(result)),
        false => Offline::Error(ErrorCode::METHOD_NOT_FOUND),
    };
    let nothing_of = |is_offered: bool| match is_offered {
        true => Offline::Error(ErrorCode::INTERNAL_ERROR),
        false => Offline::Error(ErrorCode::METHOD_NOT_FOUND),
    };
    match kind {
        Kind::Discover => {
            let versions = ProtocolVersion::KNOWN_VERSIONS.to_vec();
            let discovered = DiscoverResult::from_server_info(versions, server_config());
            Offline::Result(Box::new(ServerResult::DiscoverResult(discovered)))
        }
        Kind::ToolCall => Offline::ToolError,
        Kind::Subscription => Offline::StreamEnd,
        Kind::PromptList => empty_if(prompts, ServerResult::ListPromptsResult(ListPromptsResult::default())),
        Kind::ResourceList => empty_if(resources, ServerResult::ListResourcesResult(ListResourcesResult::default())),
        Kind::ResourceTemplateList => {
            empty_if(resources, ServerResult::ListResourceTemplatesResult(ListResourceTemplatesResult::default()))
        }
        Kind::Completion => {
            let nothing = CompleteResult::new(CompletionInfo::default());
            empty_if(offered.completions.is_some(), ServerResult::CompleteResult(nothing))
        }
        Kind::LogLevel => empty_if(offered.logging.is_some(), ServerResult::empty(())),
        Kind::ResourceSubscription => empty_if(resources, ServerResult::empty(())),
        Kind::Prompt => nothing_of(prompts),
        Kind::Resource => nothing_of(resources),
        Kind::ToolList | Kind::Other => Offline::Error(ErrorCode::METHOD_NOT_FOUND),
    }
}

fn result(id: RequestId, mut result: ServerResult, is_modern: bool) -> Vec<u8> {
    if is_modern {
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
    fn without_a_gateway_what_is_offered_is_empty_and_the_rest_no_method() {
        let mut all = ServerCapabilities::builder().enable_prompts().enable_resources().enable_completions().build();
        all.logging = Some(serde_json::Map::new());
        let none = ServerCapabilities::default();
        let cases = [
            (Kind::PromptList, Ok(json!({"prompts": []}))),
            (Kind::ResourceList, Ok(json!({"resources": []}))),
            (Kind::ResourceTemplateList, Ok(json!({"resourceTemplates": []}))),
            (Kind::Completion, Ok(json!({"completion": {"values": []}}))),
            (Kind::LogLevel, Ok(json!({}))),
            (Kind::ResourceSubscription, Ok(json!({}))),
            (Kind::Prompt, Err(ErrorCode::INTERNAL_ERROR)),
            (Kind::Resource, Err(ErrorCode::INTERNAL_ERROR)),
            (Kind::Other, Err(ErrorCode::METHOD_NOT_FOUND)),
        ];
        let said = |kind, offered| match offline(kind, offered) {
            Offline::Result(answer) => Ok(parsed(&result(RequestId::Number(1), *answer, false))["result"].clone()),
            Offline::Error(code) => Err(code),
            Offline::ToolError | Offline::StreamEnd => panic!("{kind:?} is neither a call nor a stream"),
        };
        for (kind, expected) in cases {
            assert_eq!(said(kind, &all), expected, "{kind:?}");
            assert_eq!(said(kind, &none), Err(ErrorCode::METHOD_NOT_FOUND), "{kind:?}");
        }
    }
}
