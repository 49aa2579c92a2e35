//! Downloads from the model hub. Gives up soon where the hub is out of reach; checks nothing of what it brings.

use std::future;
use std::pin::Pin;
use std::time::Duration;

use hf_hub::{HFClient, HFError};
use tokio::time::timeout;

use super::files::{Draft, FileError};
use super::pins::{self, MODEL};
use super::{Progress, ProgressSink};

/// How long the hub may take to answer at all.
const ANSWER: Duration = Duration::from_secs(5);

/// How long a download may stand still.
const STALL: Duration = Duration::from_secs(30);

#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[error("it did not answer within {} s", ANSWER.as_secs())]
    NoAnswer,
    #[error("it sent nothing for {} s", STALL.as_secs())]
    Stalled,
    #[error(transparent)]
    Hub(#[from] HFError),
    #[error(transparent)]
    File(#[from] FileError),
}

/// Downloads one file of the model into `draft`.
pub(super) async fn download(pin: &pins::Pin, draft: &mut Draft, progress: &ProgressSink<'_>) -> Result<(), HubError> {
    let client = HFClient::builder().cache_enabled(false).retry_max_attempts(0).build()?;
    let model = client.model(MODEL.0, MODEL.1);
    let request = model.download_file_stream().filename(pin.name).send();
    let (_, mut stream) = timeout(ANSWER, request).await.map_err(|_| HubError::NoAnswer)??;
    let mut done = 0;
    loop {
        let block = future::poll_fn(|context| Pin::new(&mut *stream).poll_next(context));
        let Some(block) = timeout(STALL, block).await.map_err(|_| HubError::Stalled)? else { return Ok(()) };
        let block = block?;
        draft.append(&block)?;
        done += block.len() as u64;
        progress(Progress::Bytes { done, total: Some(pin.bytes) });
    }
}
