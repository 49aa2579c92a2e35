//! `isartor_chat` and `isartor_cache_store` as tools: their definitions, and answers in MCP's words.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{Content, Hints, ToolInfo, ToolOutput};
use crate::chat::request::{InvalidField, LookupFields, StoreFields};
use crate::chat::{Answer, Caller, Chat, ChatError, Hit, Layer, Lookup, Miss, Store, Stored};

pub(super) fn chat() -> ToolInfo {
    let properties = json!({
        "prompt": { "type": "string", "minLength": 1, "description": "The user's question, word for word." },
        "model": {
            "type": "string",
            "description": "Only answers of this model, and those stored without one. Usually left out."
        },
        "namespace": { "type": "string", "description": "Keeps separate subjects apart. Usually left out." }
    });
    ToolInfo {
        name: "isartor_chat".to_owned(),
        title: Some("Look up an answer".to_owned()),
        description: "Cache-first lookup through Isartor's exact (L1a) and semantic (L1b) layers. Call it with the \
                      user's question before answering. On a hit, return the text to the user verbatim. On a miss, \
                      answer yourself and then call isartor_cache_store with the same prompt and your answer. It \
                      never calls a model."
            .to_owned(),
        input_schema: object_schema(properties, &["prompt"]),
        output_schema: Some(answer_schema()),
        hints: Hints { read_only: true, destructive: false, idempotent: true, open_world: false },
        has_header_arguments: false,
    }
}

pub(super) fn cache_store() -> ToolInfo {
    let properties = json!({
        "prompt": { "type": "string", "minLength": 1, "description": "The question, as isartor_chat was asked." },
        "response": { "type": "string", "minLength": 1, "description": "The complete answer that the user got." },
        "model": { "type": "string", "description": "The model that wrote the answer." },
        "namespace": { "type": "string", "description": "As in isartor_chat." },
        "ttl_seconds": {
            "type": "integer", "minimum": 1, "maximum": 315_360_000,
            "description": "How long the answer stays true. Left out: for ever, or the gateway's default."
        }
    });
    let output = json!({
        "stored": { "type": "boolean" },
        "entry": { "type": "string", "description": "The entry's id." }
    });
    ToolInfo {
        name: "isartor_cache_store".to_owned(),
        title: Some("Store an answer".to_owned()),
        description: "Store a prompt/response pair back into Isartor after a cache miss, so that the same question, \
                      or a rephrased one, is answered from the cache next time. Store only complete answers that \
                      would be right for anybody who asks the same; storing again replaces the answer."
            .to_owned(),
        input_schema: object_schema(properties, &["prompt", "response"]),
        output_schema: Some(object_schema(output, &["stored", "entry"])),
        hints: Hints { read_only: false, destructive: false, idempotent: true, open_world: false },
        has_header_arguments: false,
    }
}

fn answer_schema() -> Arc<Map<String, Value>> {
    let properties = json!({
        "hit": { "type": "boolean" },
        "layer": { "type": "string", "enum": ["exact", "semantic"] },
        "response": { "type": "string" },
        "score": { "type": "number", "description": "Cosine similarity; 1.0 from the exact layer." },
        "age_seconds": { "type": "integer" },
        "matched_prompt": { "type": "string", "description": "The stored question that was answered." },
        "entry": { "type": "string" },
        "reason": { "type": "string", "description": "Why it is a miss." }
    });
    object_schema(properties, &["hit"])
}

fn object_schema(properties: Value, required: &[&str]) -> Arc<Map<String, Value>> {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties);
    schema.insert("required".to_owned(), required.into());
    schema.insert("additionalProperties".to_owned(), false.into());
    Arc::new(schema)
}

pub(super) async fn call_chat(chat: &Chat, caller: &Caller, arguments: Map<String, Value>) -> ToolOutput {
    let lookup = match parse::<LookupFields, Lookup>(arguments) {
        Ok(lookup) => lookup,
        Err(output) => return output,
    };
    match chat.lookup(caller, lookup).await {
        Ok(Answer::Hit(hit)) => hit_output(hit),
        Ok(Answer::Miss(miss)) => miss_output(miss),
        Err(error) => failed("look up the answer", &error),
    }
}

pub(super) async fn call_cache_store(chat: &Chat, caller: &Caller, arguments: Map<String, Value>) -> ToolOutput {
    let store = match parse::<StoreFields, Store>(arguments) {
        Ok(store) => store,
        Err(output) => return output,
    };
    match chat.store(caller, store).await {
        Ok(Stored::Refused(refusal)) => ToolOutput::error(format!("The answer is not stored: {refusal}.")),
        Ok(Stored::Kept(entry)) => ToolOutput {
            content: vec![Content::Text("Stored.".to_owned())],
            structured: Some(json!({ "stored": true, "entry": entry.0.to_string() })),
            is_error: false,
        },
        Err(error) => failed("store the answer", &error),
    }
}

/// Arguments to a request; what is wrong with them goes to the model, which can correct it.
fn parse<Fields, Request>(arguments: Map<String, Value>) -> Result<Request, ToolOutput>
where
    Fields: DeserializeOwned,
    Request: TryFrom<Fields, Error = InvalidField>,
{
    let fields = serde_json::from_value::<Fields>(Value::Object(arguments))
        .map_err(|error| ToolOutput::error(format!("The arguments are not usable: {error}.")))?;
    Request::try_from(fields).map_err(|error| ToolOutput::error(format!("The arguments are not usable: {error}.")))
}

fn hit_output(hit: Hit) -> ToolOutput {
    let layer = match hit.layer {
        Layer::Exact => "exact",
        Layer::Semantic => "semantic",
    };
    let structured = json!({
        "hit": true,
        "layer": layer,
        "response": hit.response,
        "score": hit.score,
        "age_seconds": hit.age.as_secs(),
        "matched_prompt": hit.matched_prompt,
        "entry": hit.entry.0.to_string(),
    });
    ToolOutput { content: vec![Content::Text(hit.response)], structured: Some(structured), is_error: false }
}

fn miss_output(miss: Miss) -> ToolOutput {
    let text = "No stored answer. Answer the user yourself, then call isartor_cache_store with the same prompt and \
                your answer.";
    ToolOutput {
        content: vec![Content::Text(text.to_owned())],
        structured: Some(json!({ "hit": false, "reason": miss.code() })),
        is_error: false,
    }
}

/// The client learns that it failed, the log learns why.
fn failed(what: &str, error: &ChatError) -> ToolOutput {
    tracing::error!(error = error as &dyn std::error::Error, "cannot {what}");
    ToolOutput::error(format!("The cache could not {what}; its log says why. Answer the user yourself."))
}
