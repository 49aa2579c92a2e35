//! What a client may watch: what it could read. Whether somebody else has an entry, nobody learns here.

use rmcp::model::{ErrorData, SubscriptionFilter};

use super::resource_messages;
use super::wishes::{MAX_WATCHED, Wishes};
use crate::chat::Caller;
use crate::tools::Tools;
use crate::tools::resources::{ResourceError, Watched};

/// For a session.
pub(super) fn subscribe(tools: &Tools, caller: &Caller, wishes: &Wishes, uri: String) -> Result<(), ErrorData> {
    let exists = tools.resources().exists(caller, &uri).map_err(|error| resource_messages::error(&error))?;
    if !exists {
        return Err(resource_messages::error(&ResourceError::Unknown { uri }));
    }
    match wishes.watch(Watched::of(&uri)) {
        true => Ok(()),
        false => {
            let message = format!("a session watches at most {MAX_WATCHED} resources, and fewer with long names");
            Err(ErrorData::invalid_request(message, None))
        }
    }
}

pub(super) fn unsubscribe(wishes: &Wishes, uri: &str) {
    wishes.unwatch(&Watched::of(uri));
}

/// What of a filter can be served at all; rmcp takes out what was not asked for.
pub(super) fn acceptable(tools: &Tools, requested: &SubscriptionFilter) -> SubscriptionFilter {
    let uris = requested.resource_subscriptions.iter().flatten();
    let ours = uris.filter(|uri| tools.resources().can_be_watched(uri)).take(MAX_WATCHED).cloned().collect::<Vec<_>>();
    let lists = SubscriptionFilter::builder().tools_list_changed().prompts_list_changed().resources_list_changed();
    let mut filter = lists.build();
    filter.resource_subscriptions = Some(ours);
    filter
}

/// What of an accepted filter the caller can read; of the rest there is never any news.
pub(super) fn watched(
    tools: &Tools,
    caller: &Caller,
    accepted: &SubscriptionFilter,
) -> Result<Vec<Watched>, ErrorData> {
    let mut watched = Vec::new();
    for uri in accepted.resource_subscriptions.iter().flatten() {
        match tools.resources().exists(caller, uri) {
            Ok(true) => watched.push(Watched::of(uri)),
            Ok(false) | Err(ResourceError::Denied) => {}
            Err(error) => return Err(resource_messages::error(&error)),
        }
    }
    Ok(watched)
}
