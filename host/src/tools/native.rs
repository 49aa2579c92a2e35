//! `isartor_chat`, `isartor_cache_store` and `isartor_cache_feedback` as tools: their answers in MCP's words.

mod definitions;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{CallMonitor, Content, LogLevel, ToolOutput};
use crate::chat::request::{FeedbackFields, InvalidField, LookupFields, StoreFields};
use crate::chat::{Answer, Caller, Chat, ChatError, Feedback, FeedbackOutcome, Hit, Lookup, Miss, Store, Stored};

pub(super) use definitions::{cache_feedback, cache_store, chat};

/// Where the messages about the cache come from.
const LOGGER: &str = "isartor.cache";

pub(super) async fn call_chat(
    chat: &Chat,
    caller: &Caller,
    arguments: Map<String, Value>,
    monitor: &dyn CallMonitor,
) -> ToolOutput {
    let lookup = match parse::<LookupFields, Lookup>(arguments) {
        Ok(lookup) => lookup,
        Err(output) => return output,
    };
    match chat.lookup(caller, lookup).await {
        Ok(answer) => {
            if monitor.hears(LogLevel::Info) {
                monitor.log(LogLevel::Info, LOGGER, answered(&answer));
            }
            match answer {
                Answer::Hit(hit) => hit_output(hit),
                Answer::Miss(miss) => miss_output(miss),
            }
        }
        Err(error) => failed("look up the answer", &error, monitor),
    }
}

pub(super) async fn call_cache_store(
    chat: &Chat,
    caller: &Caller,
    arguments: Map<String, Value>,
    monitor: &dyn CallMonitor,
) -> ToolOutput {
    let store = match parse::<StoreFields, Store>(arguments) {
        Ok(store) => store,
        Err(output) => return output,
    };
    match chat.store(caller, store).await {
        Ok(Stored::Refused(refusal)) => {
            let data = json!({ "event": "refused", "reason": refusal.code() });
            monitor.log(LogLevel::Warning, LOGGER, data);
            ToolOutput::error(format!("The answer is not stored: {refusal}."))
        }
        Ok(Stored::Kept(entry)) => {
            let entry = entry.0.to_string();
            monitor.log(LogLevel::Info, LOGGER, json!({ "event": "stored", "entry": entry }));
            ToolOutput {
                content: vec![Content::Text("Stored.".to_owned())],
                structured: Some(json!({ "stored": true, "entry": entry })),
                is_error: false,
            }
        }
        Err(error) => failed("store the answer", &error, monitor),
    }
}

pub(super) async fn call_cache_feedback(
    chat: &Chat,
    caller: &Caller,
    arguments: Map<String, Value>,
    monitor: &dyn CallMonitor,
) -> ToolOutput {
    let feedback = match parse::<FeedbackFields, Feedback>(arguments) {
        Ok(feedback) => feedback,
        Err(output) => return output,
    };
    match chat.feedback(caller, feedback).await {
        Ok(outcome) => {
            monitor.log(LogLevel::Info, LOGGER, json!({ "event": "feedback", "outcome": outcome.code() }));
            feedback_output(outcome)
        }
        Err(error) => failed("take the feedback", &error, monitor),
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
    let structured = json!({
        "hit": true,
        "layer": hit.layer.as_str(),
        "response": hit.response,
        "score": hit.score,
        "age_seconds": hit.age.as_secs(),
        "matched_prompt": hit.matched_prompt,
        "entry": hit.entry.0.to_string(),
    });
    ToolOutput { content: vec![Content::Text(hit.response)], structured: Some(structured), is_error: false }
}

fn miss_output(miss: Miss) -> ToolOutput {
    let text = if miss == Miss::NeedsContext {
        "No stored answer: this question leans on the conversation. Answer the user yourself; to keep such an answer, \
         pass the same context to both tools."
    } else {
        "No stored answer. Answer the user yourself, then call isartor_cache_store with the same prompt and your answer."
    };
    ToolOutput {
        content: vec![Content::Text(text.to_owned())],
        structured: Some(json!({ "hit": false, "reason": miss.code() })),
        is_error: false,
    }
}

fn feedback_output(outcome: FeedbackOutcome) -> ToolOutput {
    let text = match outcome {
        FeedbackOutcome::Counted => "Noted.",
        FeedbackOutcome::Again => "That was noted before.",
        FeedbackOutcome::Evicted => "Noted. There were several complaints, so the entry is removed.",
        FeedbackOutcome::Gone => "There is no such entry any more.",
        FeedbackOutcome::NotServed => "That entry was not lately served to you for that question, so nothing is noted.",
    };
    ToolOutput {
        content: vec![Content::Text(text.to_owned())],
        structured: Some(json!({ "outcome": outcome.code() })),
        is_error: matches!(outcome, FeedbackOutcome::Gone | FeedbackOutcome::NotServed),
    }
}

/// What came of a look-up, without a word of what was asked.
fn answered(answer: &Answer) -> Value {
    match answer {
        Answer::Hit(hit) => json!({
            "event": "hit",
            "layer": hit.layer.as_str(),
            "score": hit.score,
            "entry": hit.entry.0.to_string(),
        }),
        Answer::Miss(miss) => json!({ "event": "miss", "reason": miss.code() }),
    }
}

/// The client learns that it failed, the log learns why.
fn failed(what: &str, error: &ChatError, monitor: &dyn CallMonitor) -> ToolOutput {
    monitor.log(LogLevel::Error, LOGGER, json!({ "event": "failed", "what": what }));
    tracing::error!(error = error as &dyn std::error::Error, "cannot {what}");
    ToolOutput::error(format!("The cache could not {what}; its log says why. Answer the user yourself."))
}
