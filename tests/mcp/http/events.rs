//! An event stream as it comes, event by event.

use reqwest::Response;
use serde_json::Value;

pub(super) struct Events {
    response: Response,
    text: String,
}

/// One event; comments are none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) name: Option<String>,
    pub(super) id: Option<String>,
    pub(super) data: String,
}

impl Event {
    pub(super) fn message(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }
}

impl Events {
    /// Of an answer that must be a stream which no proxy holds back.
    pub(super) fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        Self { response, text: String::new() }
    }

    /// None: the stream is over.
    pub(super) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (read(event), rest.to_owned());
                self.text = rest;
                if event != Event::default() {
                    return Some(event);
                }
                continue;
            }
            let piece = self.response.chunk().await.expect("the stream goes on or ends")?;
            self.text.push_str(std::str::from_utf8(&piece).expect("UTF-8"));
        }
    }

    pub(super) async fn message(&mut self) -> Value {
        self.next().await.expect("another event").message()
    }
}

fn read(text: &str) -> Event {
    let mut event = Event::default();
    for line in text.lines() {
        let (field, value) = line.split_once(':').expect("a field and a value");
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => event.name = Some(value.to_owned()),
            "id" => event.id = Some(value.to_owned()),
            "data" => event.data.push_str(value),
            _ => {}
        }
    }
    event
}
