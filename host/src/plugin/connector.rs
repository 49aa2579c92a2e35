//! Calling a connector: text in, text out, a fresh instance each time. Never touches a file.

use std::sync::Arc;

use wasmtime::component::Linker;

use super::bindings::connector::{ConnectorPlugin, ConnectorPluginPre};
use super::bindings::{self, Failure};
use super::engine::limits::Limiter;
use super::error::classify;
use super::lock::AcceptedFile;
use super::{Manifest, Origin, Plugin, PluginError};

pub use bindings::connector::exports::isartor::plugin::connector::{
    FoundEntry, HttpServer, Os, Scope, ServerEntry, StdioServer, Target, Transport,
};

/// A connector that is compiled and checked.
pub struct Connector {
    plugin: Arc<Plugin>,
    instance: ConnectorPluginPre<Limiter>,
}

impl Connector {
    pub fn load(plugin: Arc<Plugin>) -> Result<Self, PluginError> {
        let component = plugin.component()?;
        let linker = Linker::<Limiter>::new(plugin.engine().wasmtime());
        let instance = linker
            .instantiate_pre(&component)
            .and_then(ConnectorPluginPre::new)
            .map_err(|source| plugin.world_error(source))?;
        Ok(Self { plugin, instance })
    }

    pub fn manifest(&self) -> &Manifest {
        self.plugin.manifest()
    }

    /// The files that the user lets it edit; none for a bundled one, which is trusted with those of its manifest.
    pub fn accepted_files(&self) -> Option<&[AcceptedFile]> {
        match self.plugin.origin() {
            Origin::Bundled => None,
            Origin::Directory(_) => Some(self.plugin.accepted_files()),
        }
    }

    /// The configuration with `entry` in it.
    pub fn connect(&self, config: Option<&str>, target: &Target, entry: &ServerEntry) -> Result<String, PluginError> {
        self.call("connect", |connector, store| {
            connector.isartor_plugin_connector().call_connect(store, config, target, entry)
        })
    }

    /// The configuration without the entry called `name`; none when nothing worth a file is left.
    pub fn disconnect(
        &self,
        config: &str,
        target: &Target,
        name: &str,
        created_container: bool,
    ) -> Result<Option<String>, PluginError> {
        self.call("disconnect", |connector, store| {
            connector.isartor_plugin_connector().call_disconnect(store, config, target, name, created_container)
        })
    }

    /// Every server in the configuration.
    pub fn servers(&self, config: &str, target: &Target) -> Result<Vec<FoundEntry>, PluginError> {
        self.call("servers", |connector, store| {
            connector.isartor_plugin_connector().call_servers(store, config, target)
        })
    }

    fn call<T>(
        &self,
        export: &'static str,
        call: impl FnOnce(&ConnectorPlugin, &mut wasmtime::Store<Limiter>) -> wasmtime::Result<Result<T, Failure>>,
    ) -> Result<T, PluginError> {
        let limits = self.plugin.limits();
        let _ticking = self.plugin.engine().ticking();
        let mut store = self.plugin.engine().store(Limiter::new(&limits), &limits, |limiter| limiter);
        store.epoch_deadline_trap();
        let called = self.instance.instantiate(&mut store).and_then(|connector| call(&connector, &mut store));
        let manifest = self.plugin.manifest();
        match called {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(failure)) => Err(PluginError::reported(&manifest.id, failure)),
            Err(error) => Err(classify(manifest, export, &limits, store.data(), error)),
        }
    }
}
