//! The lists that a server has, page by page, in a stable order.

use rmcp::RoleServer;
use rmcp::model::{
    ErrorData, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
    PaginatedRequestParams, Resource,
};
use rmcp::service::RequestContext;

use super::modern::{CONTENT_FRESH_MILLISECONDS, Extras, LIST_FRESH_MILLISECONDS, is_modern};
use super::pages::{List, PAGE_ITEMS, Position, page};
use super::{prompt_messages, resource_messages, tool_messages};
use crate::cache::EntryId;
use crate::chat::Caller;
use crate::tools::Tools;

/// More entries are in no list; each of them can still be read.
const MAX_LISTED_ENTRIES: usize = 1_024;

type Asked = Option<PaginatedRequestParams>;
type Context = RequestContext<RoleServer>;

/// A modern request has parameters: where rmcp shows none, it gave up those of no use.
fn position(asked: Asked, lists: &[List], context: &Context) -> Result<Position, ErrorData> {
    match asked {
        None if is_modern(context) => Err(ErrorData::invalid_params("the cursor is not a string", None)),
        asked => Position::asked(asked, lists),
    }
}

/// Those that the caller may call.
pub(super) fn tools(
    tools: &Tools,
    caller: &Caller,
    asked: Asked,
    context: &Context,
) -> Result<ListToolsResult, ErrorData> {
    let callable = tools.list_for(caller.permissions).collect::<Vec<_>>();
    let (shown, next_cursor) = page(&callable, position(asked, &[List::Tools], context)?)?;
    let Extras { meta, ttl_ms, cache_scope } = Extras::of(context, LIST_FRESH_MILLISECONDS);
    let all = ListToolsResult::with_all_items(shown.iter().map(|info| tool_messages::tool(info)).collect());
    Ok(ListToolsResult { meta, next_cursor, ttl_ms, cache_scope, ..all })
}

pub(super) fn prompts(tools: &Tools, asked: Asked, context: &Context) -> Result<ListPromptsResult, ErrorData> {
    let (shown, next_cursor) = page(tools.prompts().list(), position(asked, &[List::Prompts], context)?)?;
    let Extras { meta, ttl_ms, cache_scope } = Extras::of(context, LIST_FRESH_MILLISECONDS);
    let all = ListPromptsResult::with_all_items(shown.iter().map(prompt_messages::prompt).collect());
    Ok(ListPromptsResult { meta, next_cursor, ttl_ms, cache_scope, ..all })
}

pub(super) fn templates(
    tools: &Tools,
    asked: Asked,
    context: &Context,
) -> Result<ListResourceTemplatesResult, ErrorData> {
    let (shown, next_cursor) = page(tools.resources().templates(), position(asked, &[List::Templates], context)?)?;
    let Extras { meta, ttl_ms, cache_scope } = Extras::of(context, LIST_FRESH_MILLISECONDS);
    let all = ListResourceTemplatesResult::with_all_items(shown.iter().map(resource_messages::template).collect());
    Ok(ListResourceTemplatesResult { meta, next_cursor, ttl_ms, cache_scope, ..all })
}

/// What is always there comes first, then the caller's own entries, the newest first.
pub(super) async fn resources(
    tools: &Tools,
    caller: &Caller,
    asked: Asked,
    context: &Context,
) -> Result<ListResourcesResult, ErrorData> {
    let position = position(asked, &[List::Resources, List::Entries], context)?;
    let (resources, next_cursor) = resources_at(tools, caller, position).await?;
    let Extras { meta, ttl_ms, cache_scope } = Extras::of(context, CONTENT_FRESH_MILLISECONDS);
    let all = ListResourcesResult::with_all_items(resources);
    Ok(ListResourcesResult { meta, next_cursor, ttl_ms, cache_scope, ..all })
}

async fn resources_at(
    tools: &Tools,
    caller: &Caller,
    position: Position,
) -> Result<(Vec<Resource>, Option<String>), ErrorData> {
    let (mut shown, behind, before) = match position.list {
        List::Entries => (Vec::new(), position.behind, Some(EntryId(position.last))),
        List::Tools | List::Prompts | List::Templates | List::Resources => {
            let (fixed, next) = page(tools.resources().list(), position)?;
            let fixed = fixed.iter().map(resource_messages::resource).collect();
            if next.is_some() {
                return Ok((fixed, next));
            }
            (fixed, 0, None)
        }
    };
    let limit = (PAGE_ITEMS - shown.len()).min(MAX_LISTED_ENTRIES.saturating_sub(behind));
    let entries = tools.resources().entries(caller, before, limit).await;
    let entries = entries.map_err(|error| resource_messages::error(&error))?;
    shown.extend(entries.list.iter().map(resource_messages::resource));
    let behind = behind + entries.list.len();
    let next = entries.next.filter(|_| behind < MAX_LISTED_ENTRIES);
    Ok((shown, next.map(|last| Position { list: List::Entries, behind, last: last.0 }.cursor())))
}
