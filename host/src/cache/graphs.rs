//! Builds approximate indexes on a thread of its own, one at a time; stores and look-ups never wait for it.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Weak};

use super::contents::Contents;
use super::error::CacheError;
use super::exact::ScopeKey;
use super::nearest::{Build, Graph, Material};
use super::tables::Snapshot;
use crate::settings::NearestKind;

/// The way to the building thread, which ends some time after this is dropped: a build cannot be interrupted.
pub(super) struct GraphBuilder {
    wake: SyncSender<()>,
}

impl GraphBuilder {
    /// None when every search is exact.
    pub(super) fn start(kind: NearestKind, contents: &Arc<Contents>) -> Result<Option<Self>, CacheError> {
        match kind {
            NearestKind::Auto | NearestKind::Scan => return Ok(None),
            NearestKind::Hora => {}
        }
        let (wake, woken) = sync_channel(1);
        // Weak, so that a long build does not keep alive what nobody uses any more.
        let contents = Arc::downgrade(contents);
        let thread = std::thread::Builder::new().name("cache-graphs".into());
        let thread = thread.spawn(move || run(&woken, &contents));
        thread.map_err(|source| CacheError::Thread { source: Arc::new(source) })?;
        let builder = Self { wake };
        builder.wake();
        Ok(Some(builder))
    }

    /// Has the thread look for builds that are due.
    pub(super) fn wake(&self) {
        if self.wake.try_send(()).is_err() {
            tracing::trace!("the graph builder is awake, or gone");
        }
    }
}

fn run(woken: &Receiver<()>, contents: &Weak<Contents>) {
    while woken.recv().is_ok() {
        while let Some(scope) = contents.upgrade().and_then(|contents| contents.read().index.build_due()) {
            build(&scope, contents);
        }
    }
}

fn build(scope: &ScopeKey, contents: &Weak<Contents>) {
    let Some((build, snapshot)) = begin(scope, contents) else { return };
    let material = material(&build, &snapshot);
    drop(snapshot);
    let graph = material.and_then(|material| finish(&build, material));
    if let Some(contents) = contents.upgrade() {
        contents.write().index.end_build(scope, &build, graph);
    }
}

fn begin(scope: &ScopeKey, contents: &Weak<Contents>) -> Option<(Build, Arc<Snapshot>)> {
    let contents = contents.upgrade()?;
    let mut current = contents.write();
    let snapshot = current.snapshot().ok()?;
    let build = current.index.begin_build(scope)?;
    Some((build, snapshot))
}

fn material(build: &Build, snapshot: &Snapshot) -> Option<Material> {
    let mut material = Material::default();
    for (slot, id) in build.items() {
        match snapshot.vector(id) {
            Ok(Some(vector)) => material.push(slot, id, vector),
            Ok(None) => {}
            Err(error) => {
                // Quiet, because the cache was most likely closed; look-ups report a disk that fails.
                tracing::debug!(error = &error as &dyn std::error::Error, "no approximate index is built");
                return None;
            }
        }
    }
    Some(material)
}

fn finish(build: &Build, material: Material) -> Option<Graph> {
    let rows = material.len();
    match build.run(material) {
        Ok(graph) => {
            tracing::info!(rows, recall = graph.recall(), "an approximate index is in use");
            Some(graph)
        }
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(rows, error, "the approximate index is not used: every search stays exact");
            None
        }
    }
}
