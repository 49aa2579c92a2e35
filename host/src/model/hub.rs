//! Downloads from the model hub. Gives up soon where the hub is out of reach; checks nothing of what it brings.

use std::time::Duration;

use hf_hub::api::sync::{ApiBuilder, ApiError};
use reqwest::Client;
use tokio::time::timeout;

use super::files::{Draft, FileError};
use super::pins::{self, MODEL};
use super::{Progress, ProgressSink};

/// How long the hub may take to answer at all, before it counts as out of reach.
pub(super) const FIRST_ANSWER: Duration = Duration::from_secs(5);

/// How long a hub that has answered may stand still.
pub(super) const STALL: Duration = Duration::from_secs(30);

#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[error("it did not answer within {} s", .0.as_secs())]
    NoAnswer(Duration),
    #[error("it sent nothing for {} s", STALL.as_secs())]
    Stalled,
    #[error("its address cannot be told")]
    Address(#[source] Box<ApiError>),
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error(transparent)]
    File(#[from] FileError),
}

/// Downloads one file of the model into `draft`, if the hub begins to send it within `patience`.
pub(super) async fn download(
    pin: &pins::Pin,
    draft: &mut Draft,
    patience: Duration,
    progress: &ProgressSink<'_>,
) -> Result<(), HubError> {
    let request = Client::builder().build()?.get(address(pin)?).send();
    let response = timeout(patience, request).await.map_err(|_| HubError::NoAnswer(patience))??;
    let mut response = response.error_for_status()?;
    let mut done = 0;
    loop {
        let block = timeout(STALL, response.chunk()).await.map_err(|_| HubError::Stalled)?;
        let Some(block) = block? else { return Ok(()) };
        draft.append(&block)?;
        done += block.len() as u64;
        progress(Progress::Bytes { done, total: Some(pin.bytes) });
    }
}

/// The hub's own library knows where a file is, and which mirror the user has chosen.
fn address(pin: &pins::Pin) -> Result<String, HubError> {
    let hub = ApiBuilder::from_env().with_token(None).build().map_err(|error| HubError::Address(Box::new(error)))?;
    Ok(hub.model(format!("{}/{}", MODEL.0, MODEL.1)).url(pin.name))
}
