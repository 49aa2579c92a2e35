//! Reading lines of bounded length and writing whole ones, on descriptors of any kind. Never loses what follows a
//! line that is too long.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};

use crate::system::{Descriptor, Readiness, wait_until};

/// Longest message, with its line end.
pub(super) const MAX_LINE_BYTES: u64 = 16 << 20;
/// What a buffer may keep after a long line.
const KEPT_BYTES: usize = 1 << 20;

pub(super) enum Line<'a> {
    /// With its line end, even where the input ended without one.
    Text(&'a [u8]),
    TooLong,
    End,
}

pub(super) struct Lines<R> {
    input: BufReader<Patient<R>>,
    line: Vec<u8>,
    max_bytes: u64,
}

impl<R: Read + Descriptor> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input: BufReader::with_capacity(64 << 10, Patient(input)), line: Vec::new(), max_bytes: MAX_LINE_BYTES }
    }

    pub(super) fn next(&mut self) -> io::Result<Line<'_>> {
        self.line.clear();
        self.line.shrink_to(KEPT_BYTES);
        let read = self.input.by_ref().take(self.max_bytes).read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(Line::End);
        }
        if self.line.ends_with(b"\n") {
            return Ok(Line::Text(&self.line));
        }
        if read as u64 == self.max_bytes {
            self.input.skip_until(b'\n')?;
            return Ok(Line::TooLong);
        }
        self.line.push(b'\n');
        Ok(Line::Text(&self.line))
    }
}

/// A descriptor that somebody who shares it may have made non-blocking: waits where it would fail.
#[derive(Debug)]
pub(super) struct Patient<T>(pub(super) T);

impl<T: Read + Descriptor> Read for Patient<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => wait_until(Readiness::ToRead, &self.0)?,
                done => return done,
            }
        }
    }
}

impl<T: Write + Descriptor> Write for Patient<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => wait_until(Readiness::ToWrite, &self.0)?,
                done => return done,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Seek;

    use super::*;

    fn lines_of(text: &str, max_bytes: u64) -> Vec<String> {
        let mut file: File = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.rewind().unwrap();
        let mut lines = Lines { max_bytes, ..Lines::new(file) };
        let mut seen = Vec::new();
        loop {
            seen.push(match lines.next().unwrap() {
                Line::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
                Line::TooLong => "too long".to_owned(),
                Line::End => return seen,
            });
        }
    }

    #[test]
    fn lines_end_where_they_end() {
        assert_eq!(lines_of("", 8), Vec::<String>::new());
        assert_eq!(lines_of("a\nb", 8), ["a\n", "b\n"]);
        assert_eq!(lines_of("\n\r\n", 8), ["\n", "\r\n"]);
        assert_eq!(lines_of("1234567\n", 8), ["1234567\n"]);
        assert_eq!(lines_of("12345678\nb\n", 8), ["too long", "b\n"]);
        assert_eq!(lines_of("123456789012345678901234567890", 8), ["too long"]);
    }
}
