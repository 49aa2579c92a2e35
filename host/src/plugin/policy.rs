//! Calling a policy: warm instances, synchronous calls. Any failure is the caller's reason to miss, never to serve.

mod code;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use wasmtime::Store;
use wasmtime::component::Linker;

use super::bindings::policy::exports::isartor::plugin::policy as wit;
use super::bindings::policy::{PolicyPlugin, PolicyPluginPre};
use super::breaker::BreakerState;
use super::circuit::Circuit;
use super::engine::limits::{Limiter, Limits};
use super::engine::ticks;
use super::error::classify;
use super::{Manifest, Plugin, PluginError};

pub use wit::{Candidate, MissReason, Question, ServeReason, Served, Verdict};

/// Most candidates that a policy is shown.
pub const CANDIDATES_MAX: usize = 5;

/// A policy with its settings. Instances are kept warm and thrown away after any failure.
pub struct Policy {
    plugin: Arc<Plugin>,
    instance: PolicyPluginPre<Limiter>,
    settings: Vec<(String, String)>,
    limits: Limits,
    circuit: Circuit,
    warm: Mutex<Vec<Warm>>,
}

struct Warm {
    store: Store<Limiter>,
    policy: PolicyPlugin,
}

impl Policy {
    pub(super) fn load(plugin: Arc<Plugin>, settings: &[(String, String)]) -> Result<Self, PluginError> {
        let instance = linked(&plugin)?;
        let limits = plugin.limits();
        let circuit = Circuit::new(plugin.manifest());
        let (settings, warm) = (settings.to_vec(), Mutex::default());
        let policy = Self { plugin, instance, settings, limits, circuit, warm };
        let first = policy.start()?;
        policy.put_back(first);
        Ok(policy)
    }

    /// Whether it fits a policy's world; calls nothing in it.
    pub(super) fn check(plugin: &Plugin) -> Result<(), PluginError> {
        linked(plugin).map(drop)
    }

    pub fn manifest(&self) -> &Manifest {
        self.plugin.manifest()
    }

    /// Features are stored under this: another digest computes them anew.
    pub fn digest(&self) -> &str {
        self.plugin.digest()
    }

    /// The features of one text. Blocks for at most the policy's deadline.
    pub fn describe(&self, text: &str) -> Result<Vec<u8>, PluginError> {
        self.call(
            "describe",
            |policy, store| policy.isartor_plugin_policy().call_describe(store, text),
            |features| match features.len() > self.limits.output_max_bytes {
                true => Err(format!("{} bytes of features", features.len())),
                false => Ok(()),
            },
        )
    }

    /// Which candidate to serve, if any. At most [`CANDIDATES_MAX`] candidates, nearest first.
    pub fn decide(&self, question: &Question, candidates: &[Candidate]) -> Result<Verdict, PluginError> {
        self.call(
            "decide",
            |policy, store| policy.isartor_plugin_policy().call_decide(store, question, candidates),
            |verdict| match verdict {
                Verdict::Serve(served) if !is_choice(served, candidates) => {
                    Err(format!("candidate {} of {}", served.index, candidates.len()))
                }
                Verdict::Serve(_) | Verdict::Miss(_) => Ok(()),
            },
        )
    }

    /// Whether it would be asked now, and how often it failed lately.
    pub fn breaker(&self) -> BreakerState {
        self.circuit.state(Instant::now())
    }

    fn call<T>(
        &self,
        export: &'static str,
        call: impl FnOnce(&PolicyPlugin, &mut Store<Limiter>) -> wasmtime::Result<T>,
        usable: impl FnOnce(&T) -> Result<(), String>,
    ) -> Result<T, PluginError> {
        let admission = self.circuit.admit(Instant::now())?;
        let called = self.run(export, call).and_then(|value| match usable(&value) {
            Ok(()) => Ok(value),
            Err(what) => Err(PluginError::bad_output(self.manifest(), export, what)),
        });
        self.circuit.settle(admission, &called);
        called
    }

    fn run<T>(
        &self,
        export: &'static str,
        call: impl FnOnce(&PolicyPlugin, &mut Store<Limiter>) -> wasmtime::Result<T>,
    ) -> Result<T, PluginError> {
        let taken = self.warm.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut warm = match taken {
            Some(warm) => warm,
            None => self.start()?,
        };
        let _ticking = self.plugin.engine().ticking();
        warm.store.set_epoch_deadline(ticks(self.limits.deadline));
        warm.store.set_hostcall_fuel(self.limits.data_max_bytes);
        match call(&warm.policy, &mut warm.store) {
            Ok(value) => {
                self.put_back(warm);
                Ok(value)
            }
            Err(error) => Err(classify(self.manifest(), export, &self.limits, warm.store.data(), error)),
        }
    }

    /// A new instance that knows the settings.
    fn start(&self) -> Result<Warm, PluginError> {
        let _ticking = self.plugin.engine().ticking();
        let mut store = self.plugin.engine().store(Limiter::new(&self.limits), &self.limits, |limiter| limiter);
        store.epoch_deadline_trap();
        let started = self.instance.instantiate(&mut store).and_then(|policy| {
            let configured = policy.isartor_plugin_policy().call_configure(&mut store, &self.settings)?;
            Ok((policy, configured))
        });
        match started {
            Ok((policy, Ok(()))) => Ok(Warm { store, policy }),
            Ok((_, Err(failure))) => Err(PluginError::reported(&self.manifest().id, failure)),
            Err(error) => Err(classify(self.manifest(), "configure", &self.limits, store.data(), error)),
        }
    }

    fn put_back(&self, warm: Warm) {
        let mut idle = self.warm.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.limits.concurrent_calls {
            idle.push(warm);
        }
    }
}

fn is_choice(served: &Served, candidates: &[Candidate]) -> bool {
    let is_there = usize::try_from(served.index).is_ok_and(|index| index < candidates.len());
    is_there && (0.0..=1.0).contains(&served.confidence)
}

fn linked(plugin: &Plugin) -> Result<PolicyPluginPre<Limiter>, PluginError> {
    let linker = Linker::<Limiter>::new(plugin.engine().wasmtime());
    let instance = linker.instantiate_pre(&plugin.component()?).and_then(PolicyPluginPre::new);
    instance.map_err(|source| plugin.world_error(source))
}
