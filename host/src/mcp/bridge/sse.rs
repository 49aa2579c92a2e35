//! Server-sent events, as far as MCP uses them: the data of each event. Pure; bounded.

/// Puts events together from the pieces in which a body arrives.
#[derive(Debug, Default)]
pub(super) struct Events {
    line: Vec<u8>,
    data: Vec<u8>,
}

/// An event grew larger than any message may be.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("it sent an event of more than {max_bytes} bytes")]
pub(super) struct TooLarge {
    max_bytes: usize,
}

impl Events {
    /// The data of the events that `piece` completes.
    pub(super) fn push(&mut self, piece: &[u8], max_bytes: usize) -> Result<Vec<Vec<u8>>, TooLarge> {
        let mut complete = Vec::new();
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            if self.line.len() + self.data.len() + part.len() > max_bytes {
                return Err(TooLarge { max_bytes });
            }
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                complete.extend(self.end_line());
            }
        }
        Ok(complete)
    }

    /// An empty line ends an event; other fields than `data` do not concern us.
    fn end_line(&mut self) -> Option<Vec<u8>> {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_ascii_end();
        if line.is_empty() {
            let data = std::mem::take(&mut self.data);
            return (!data.is_empty()).then_some(data);
        }
        if let Some(value) = line.strip_prefix(b"data:") {
            if !self.data.is_empty() {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(value.strip_prefix(b" ").unwrap_or(value));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data_of(body: &str, piece_bytes: usize) -> Vec<String> {
        let mut events = Events::default();
        let pieces = body.as_bytes().chunks(piece_bytes);
        let complete = pieces.flat_map(|piece| events.push(piece, 1000).unwrap());
        complete.map(|data| String::from_utf8(data).unwrap()).collect()
    }

    #[test]
    fn events_do_not_depend_on_the_pieces_they_arrive_in() {
        let body = ": hello\r\n\r\nid: 0\nretry: 3000\ndata:\n\nevent: message\ndata: {\"a\":1}\n\ndata:{\r\ndata: }\r\n\r\ndata: lost";
        for piece_bytes in [1, 2, 3, 7, body.len()] {
            assert_eq!(data_of(body, piece_bytes), ["{\"a\":1}", "{\n}"]);
        }
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut events = Events::default();
        assert_eq!(events.push(b"data: 123", 12), Ok(vec![]));
        assert_eq!(events.push(b"456789", 12), Err(TooLarge { max_bytes: 12 }));
    }
}
