//! One call with everything around it. The call itself, and what it means, are others' business.

use std::time::{Duration, Instant};

use wasmtime::{Store, UpdateDeadline};

use super::ToolPlugin;
use crate::plugin::PluginError;
use crate::plugin::bindings::Failure;
use crate::plugin::engine::pace::{Runner, beside_others};
use crate::plugin::error::{DeadlineExceeded, classify};
use crate::plugin::imports::Sandbox;
use crate::plugin::receipt::{Call, Outcome};

impl ToolPlugin {
    /// One call with everything around it: breaker, turn, deadline, receipt, and a look at what it returned.
    pub(super) async fn guarded<T, U>(
        &self,
        made: Call<'_>,
        deadline: Instant,
        call: impl AsyncFnOnce(&mut Store<Sandbox>) -> wasmtime::Result<Result<T, Failure>>,
        bytes_out: fn(&T) -> usize,
        usable: impl FnOnce(T) -> Result<U, String>,
    ) -> Result<U, PluginError> {
        let admission = self.circuit.admit(Instant::now())?;
        let result = match self.run(made, deadline, call, bytes_out).await {
            Ok(value) => usable(value).map_err(|what| PluginError::bad_output(self.manifest(), made.export, what)),
            Err(error) => Err(error),
        };
        self.circuit.settle(admission, &result);
        result
    }

    async fn run<T>(
        &self,
        made: Call<'_>,
        deadline: Instant,
        call: impl AsyncFnOnce(&mut Store<Sandbox>) -> wasmtime::Result<Result<T, Failure>>,
        bytes_out: fn(&T) -> usize,
    ) -> Result<T, PluginError> {
        let manifest = self.manifest();
        let busy = |busy| PluginError::Busy { plugin: manifest.id.clone(), busy };
        let _turn = self.turns.take(&self.limits, deadline).await.map_err(busy)?;
        let _ticking = self.plugin.engine().ticking();
        let runner = self.plugin.engine().runner();
        let goes_on = runner.goes_on();
        let mut store = self.store(made, deadline, runner);
        let work = beside_others(call(&mut store), &goes_on);
        let called = match tokio::time::timeout_at(deadline.into(), work).await {
            Ok(called) => called,
            Err(_elapsed) => Err(DeadlineExceeded.into()),
        };
        let result = match called {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(failure)) => Err(PluginError::reported(&manifest.id, failure)),
            Err(error) => Err(classify(manifest, made.export, &self.limits, store.data().limiter(), error)),
        };
        store.data_mut().end(Outcome::of(&result), result.as_ref().map_or(0, bytes_out));
        result
    }

    fn store(&self, call: Call<'_>, deadline: Instant, runner: Runner) -> Store<Sandbox> {
        let sandbox = Sandbox::new(&self.surroundings, &self.limits, call, deadline);
        let mut store = self.plugin.engine().store(sandbox, &self.limits, Sandbox::limiter_mut);
        store.set_epoch_deadline(1);
        yield_until(&mut store, deadline, runner);
        store
    }
}

/// At each tick of the clock the plugin lets others run, and ends when its time is over.
fn yield_until(store: &mut Store<Sandbox>, deadline: Instant, mut runner: Runner) {
    store.epoch_deadline_callback(move |_context| {
        if Instant::now() >= deadline + Duration::from_millis(1) {
            return Ok(UpdateDeadline::Interrupt);
        }
        let pause = runner.tick();
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(rest(pause))))
    });
}

async fn rest(pause: Duration) {
    match pause.is_zero() {
        true => tokio::task::yield_now().await,
        false => tokio::time::sleep(pause).await,
    }
}
