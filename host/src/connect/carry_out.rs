//! Carries a plan out under the lock, and plans anew when another program came between; a few times, never for ever.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use super::{Client, Conflict, ConnectError, Intent, Plan, Step};
use crate::client_config::{Applied, Change, ClientConfigError, ClientConfigs, Lock};
use crate::plugin::manifest::client_file::Scope;

const ATTEMPTS: u32 = 5;
/// A program that rewrites its configuration is done by then.
const PAUSE: Duration = Duration::from_millis(100);

impl Client<'_> {
    /// The plan, once the file is whole: one that does not parse and was written to right now is looked at again.
    pub fn plan_patiently(
        &self,
        intent: &Intent,
        scope: Scope,
        clock: &dyn Fn() -> SystemTime,
    ) -> Result<Plan, ConnectError> {
        for _ in 1..ATTEMPTS {
            let asked = clock();
            match self.plan(intent, scope) {
                Err(ConnectError::Unusable { path, .. }) if was_just_written(&path, asked) => thread::sleep(PAUSE),
                planned => return planned,
            }
        }
        self.plan(intent, scope)
    }

    /// Does what was planned, or what is to do by now when somebody changed the file since: isartors queue, and other
    /// programs are given time.
    pub fn carry_out(
        &self,
        intent: &Intent,
        scope: Scope,
        plan: Plan,
        clock: &dyn Fn() -> SystemTime,
    ) -> Result<Vec<Applied>, ConnectError> {
        let (mut applied, settled, mut plan) = (Vec::new(), plan.conflicts.clone(), Some(plan));
        for _ in 1..ATTEMPTS {
            match self.attempt(intent, scope, plan.take(), &settled, clock, &mut applied) {
                Err(error) if error.is_transient() => thread::sleep(PAUSE),
                done => return done.map(|()| applied),
            }
        }
        match self.attempt(intent, scope, None, &settled, clock, &mut applied) {
            // It could be used when it was first planned from.
            Err(ConnectError::Unusable { path, .. }) => Err(ClientConfigError::Changed { path }.into()),
            done => done.map(|()| applied),
        }
    }

    fn attempt(
        &self,
        intent: &Intent,
        scope: Scope,
        plan: Option<Plan>,
        settled: &[Conflict],
        clock: &dyn Fn() -> SystemTime,
        applied: &mut Vec<Applied>,
    ) -> Result<(), ConnectError> {
        let lock = self.configs.lock()?;
        let plan = match plan {
            Some(plan) if is_current(self.configs, &plan)? => plan,
            Some(_) | None => self.plan(intent, scope)?,
        };
        if let Some(conflict) = plan.conflicts.iter().find(|conflict| !settled.contains(conflict)) {
            return Err(ConnectError::Unsettled { conflict: conflict.clone() });
        }
        self.apply(&lock, plan, clock(), applied)
    }

    /// File by file, once nothing is known to stand against any of them; the first failure ends it.
    fn apply(&self, lock: &Lock, plan: Plan, now: SystemTime, applied: &mut Vec<Applied>) -> Result<(), ConnectError> {
        changes(&plan).try_for_each(|change| self.configs.check(change))?;
        for step in plan.steps {
            if let Step::Change(change) = step {
                applied.push(self.apply_one(lock, *change, now)?);
            }
        }
        Ok(())
    }
}

fn is_current(configs: &ClientConfigs, plan: &Plan) -> Result<bool, ConnectError> {
    for change in changes(plan) {
        if !configs.is_current(change)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn changes(plan: &Plan) -> impl Iterator<Item = &Change> {
    plan.steps.iter().filter_map(|step| match step {
        Step::Change(change) => Some(&**change),
        Step::Unchanged(_) => None,
    })
}

fn was_just_written(path: &Path, now: SystemTime) -> bool {
    // What cannot be looked at was not written just now, as far as we know.
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    modified.is_some_and(|modified| modified + PAUSE > now)
}
