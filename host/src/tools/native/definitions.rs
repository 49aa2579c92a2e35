//! The native tools as clients see them: names, schemas, and when a model should call them.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::{Hints, ToolInfo};

const CONTEXT: &str = "What the question leans on, when it means something only in this conversation ('fix this function', \
                       'and why?'): the text, or any words that only this conversation has. Usually left out.";

pub(in crate::tools) fn chat() -> ToolInfo {
    let properties = json!({
        "prompt": { "type": "string", "minLength": 1, "description": "The user's question, word for word." },
        "model": {
            "type": "string",
            "description": "Only answers of this model, and those stored without one. Usually left out."
        },
        "namespace": { "type": "string", "description": "Keeps separate subjects apart. Usually left out." },
        "context": { "type": "string", "description": CONTEXT }
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

pub(in crate::tools) fn cache_store() -> ToolInfo {
    let properties = json!({
        "prompt": { "type": "string", "minLength": 1, "description": "The question, as isartor_chat was asked." },
        "response": { "type": "string", "minLength": 1, "description": "The complete answer that the user got." },
        "model": { "type": "string", "description": "The model that wrote the answer." },
        "namespace": { "type": "string", "description": "As in isartor_chat." },
        "context": { "type": "string", "description": "As in isartor_chat." },
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

pub(in crate::tools) fn cache_feedback() -> ToolInfo {
    let properties = json!({
        "entry": { "type": "string", "minLength": 1, "description": "The entry of the hit, as isartor_chat gave it." },
        "question": { "type": "string", "minLength": 1, "description": "The prompt that got this hit, word for word." },
        "verdict": { "type": "string", "enum": ["wrong", "right"] },
        "namespace": { "type": "string", "description": "As in isartor_chat." },
        "context": { "type": "string", "description": "As in isartor_chat." }
    });
    let output = json!({
        "outcome": {
            "type": "string", "enum": ["counted", "again", "evicted", "gone", "not_served"],
            "description": "counted, or evicted after repeated complaints; again: you have said so before."
        }
    });
    ToolInfo {
        name: "isartor_cache_feedback".to_owned(),
        title: Some("Say whether an answer was right".to_owned()),
        description: "Tell Isartor that a hit of isartor_chat did not answer the question, or that it did. Call it \
                      with the verdict 'wrong' as soon as the user says that the answer is wrong, outdated or about \
                      something else, or when you see it yourself: it is then never served for that question again. \
                      Afterwards answer the question yourself and call isartor_cache_store. 'right' is for a user who \
                      confirms an answer. Only hits that you were served count."
            .to_owned(),
        input_schema: object_schema(properties, &["entry", "question", "verdict"]),
        output_schema: Some(object_schema(output, &["outcome"])),
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
