//! A disk in memory that writes down what is done to it, so that tests can cut the power at any moment.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use redb::{Builder, StorageBackend};

use super::{Identity, Tables};
use crate::cache::test_random::Random;

#[derive(Debug, Clone)]
enum Step {
    SetLength(usize),
    Write { offset: usize, data: Vec<u8> },
    Sync,
}

/// A disk, and everything that was ever done to it.
#[derive(Debug, Clone, Default)]
pub(in crate::cache) struct Recorder {
    image: Arc<Mutex<Vec<u8>>>,
    steps: Arc<Mutex<Vec<Step>>>,
}

impl Recorder {
    /// How many steps were taken so far.
    pub(in crate::cache) fn len(&self) -> usize {
        self.steps.lock().unwrap().len()
    }

    /// The disk as it is when the power fails after `count` steps and every one of them has reached it.
    pub(in crate::cache) fn cut_after(&self, count: usize) -> Self {
        self.replayed(count, |_| true)
    }

    /// The same, but of the writes after the last sync each has reached the disk or not, as chance will have it.
    pub(in crate::cache) fn torn_after(&self, count: usize, random: &mut Random) -> Self {
        let synced = {
            let steps = self.steps.lock().unwrap();
            steps[..count].iter().rposition(|step| matches!(step, Step::Sync)).unwrap_or(0)
        };
        self.replayed(count, |index| index <= synced || random.one_in(2))
    }

    fn replayed(&self, count: usize, mut reached: impl FnMut(usize) -> bool) -> Self {
        let mut image = Vec::new();
        for (index, step) in self.steps.lock().unwrap()[..count].iter().enumerate() {
            match step {
                // What is written behind the end would be lost in a way that no file system shows: the length is kept.
                Step::SetLength(length) => image.resize(*length, 0),
                Step::Write { offset, data } if reached(index) => write(&mut image, *offset, data),
                Step::Write { .. } | Step::Sync => {}
            }
        }
        Self { image: Arc::new(Mutex::new(image)), steps: Arc::default() }
    }

    fn note(&self, step: Step) {
        self.steps.lock().unwrap().push(step);
    }
}

fn write(image: &mut Vec<u8>, offset: usize, data: &[u8]) {
    let end = offset + data.len();
    if image.len() < end {
        image.resize(end, 0);
    }
    image[offset..end].copy_from_slice(data);
}

impl StorageBackend for Recorder {
    fn len(&self) -> io::Result<u64> {
        Ok(self.image.lock().unwrap().len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let image = self.image.lock().unwrap();
        let from = image.get(offset as usize..offset as usize + out.len());
        out.copy_from_slice(from.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.note(Step::SetLength(length as usize));
        self.image.lock().unwrap().resize(length as usize, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.note(Step::Sync);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.note(Step::Write { offset: offset as usize, data: data.to_vec() });
        write(&mut self.image.lock().unwrap(), offset as usize, data);
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Tables as they are, on such a disk.
pub(in crate::cache) fn recorded(identity: Identity, disk: &Recorder) -> Tables {
    let (path, disk): (Arc<Path>, _) = (Path::new("a recorded disk").into(), disk.clone());
    let opened = Arc::clone(&path);
    let open = move || {
        let database = Builder::new().create_with_backend(disk.clone());
        let database = database.map_err(|error| super::open::refused(&opened, error))?;
        super::open::check_format(&opened, &database)?;
        Ok(database)
    };
    Tables::with_opener(path, identity, Box::new(open))
}
