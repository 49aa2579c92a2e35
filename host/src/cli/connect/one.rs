//! One client: plan, show, ask, apply, tell. The straight line of `isartor connect CLIENT`.

use std::io::{self, IsTerminal};
use std::time::SystemTime;

use anyhow::Context;

use super::wanted::{self, WantedGateway};
use super::{ClientArgs, diff};
use crate::cli::ask::settle;
use crate::cli::clients::{Clients, Gateway, GatewayAnswer, Processes, hinted};
use crate::cli::output::{Hinted, line};
use crate::client_config::Applied;
use crate::connect::{Client, Intent, Plan, Step};
use crate::plugin::manifest::TransportKind;
use crate::plugin::{Connector, Manifest};

/// What is wanted, and of whom it can be had.
pub(super) struct Connecting<'a> {
    pub(super) clients: &'a Clients<'a>,
    pub(super) args: &'a ClientArgs,
    pub(super) gateway: WantedGateway,
    /// What it says to the key; none where nobody needs to know.
    pub(super) answer: Option<GatewayAnswer>,
}

impl<'a> Connecting<'a> {
    /// Asks the gateway, where something is to be written that needs it.
    pub(super) fn new(clients: &'a Clients<'a>, args: &'a ClientArgs) -> anyhow::Result<Self> {
        let gateway = if args.disconnect { WantedGateway::none() } else { wanted::gateway(clients, args)? };
        let is_printed =
            |id: &String| clients.manifests().iter().any(|found| found.id == *id && found.files.is_empty());
        let answer = match args.disconnect || args.show_config || args.client.as_ref().is_some_and(is_printed) {
            true => None,
            false => Some(Gateway::new()?.ask(&gateway.url, gateway.key.as_deref())),
        };
        let has_none = gateway.key.is_none() && args.key_env.is_none();
        let answer = match answer {
            Some(GatewayAnswer::Refused)
                if has_none && clients.needs_no_key(args.transport.into(), &gateway.url)? =>
            {
                Some(GatewayAnswer::Welcome)
            }
            other => other,
        };
        Ok(Self { clients, args, gateway, answer })
    }
}

impl Connecting<'_> {
    /// Connects or disconnects the client called `id`, as far as that was asked for.
    pub(super) fn client(&self, id: &str) -> anyhow::Result<()> {
        let connector = self.clients.connector(id)?;
        let manifest = connector.manifest();
        if self.args.show_config || manifest.files.is_empty() {
            return self.print(&connector);
        }
        let intent = wanted::intent(self.clients, self.args, manifest, &self.gateway)?;
        self.refuse_retired(manifest)?;
        self.refuse_key()?;
        let plan = self.plan(&connector, &intent)?;
        self.show(&plan, manifest, &intent)?;
        if self.args.dry_run {
            return Ok(line("nothing was written (--dry-run)")?);
        }
        if plan.steps.iter().any(|step| matches!(step, Step::Change(_))) {
            for conflict in &plan.conflicts {
                settle(&conflict.to_string(), conflict.question(), self.args.yes)?;
            }
            let applied = self.apply(&connector, &intent, plan)?;
            self.tell(&applied, manifest)?;
        }
        Ok(())
    }

    fn plan(&self, connector: &Connector, intent: &Intent) -> anyhow::Result<Plan> {
        let scope = self.args.scope.into();
        let plan = |client: Client<'_>| client.plan_patiently(intent, scope, &SystemTime::now);
        self.clients.with_client(connector, plan).map_err(hinted)
    }

    fn apply(&self, connector: &Connector, intent: &Intent, plan: Plan) -> anyhow::Result<Vec<Applied>> {
        let home = &self.clients.settings.home;
        home.create().with_context(|| format!("cannot prepare {}", home.root().display()))?;
        let scope = self.args.scope.into();
        let carry_out = |client: Client<'_>| client.carry_out(intent, scope, plan, &SystemTime::now);
        self.clients.with_client(connector, carry_out).map_err(hinted)
    }

    fn refuse_retired(&self, manifest: &Manifest) -> anyhow::Result<()> {
        match &manifest.retired {
            Some(reason) if !self.args.force && !self.args.disconnect => {
                let hint = "nothing was written; --force connects it all the same, --disconnect takes isartor out";
                Err(Hinted::new(format!("{} is not connected any more: {reason}", manifest.title), hint).into())
            }
            Some(_) | None => Ok(()),
        }
    }

    /// An error when the gateway refuses the key that we know.
    fn refuse_key(&self) -> anyhow::Result<()> {
        let is_unknown = self.args.key_env.is_some() && self.gateway.key.is_none();
        if self.answer != Some(GatewayAnswer::Refused) || self.args.force || is_unknown {
            return Ok(());
        }
        let gateway = &self.gateway;
        let url = &gateway.url;
        let (what, hint) = match gateway.key {
            Some(_) => (format!("the gateway at {url} refuses the key"), "give the right one with --gateway-api-key"),
            None => (format!("the gateway at {url} wants a key"), "give it with --gateway-api-key or --key-env"),
        };
        Err(Hinted::new(what, format!("nothing was written; {hint}, or write all the same with --force")).into())
    }

    fn show(&self, plan: &Plan, manifest: &Manifest, intent: &Intent) -> io::Result<()> {
        let colours = io::stdout().is_terminal() && self.clients.environment.var("NO_COLOR").is_none();
        for step in &plan.steps {
            match (step, intent) {
                (Step::Change(change), _) => {
                    for text in diff::lines(change, colours) {
                        line(text)?;
                    }
                }
                (Step::Unchanged(path), Intent::Connect(_)) => {
                    line(format!("{} is connected already: nothing to do in {}", manifest.title, path.display()))?;
                }
                (Step::Unchanged(path), Intent::Disconnect { .. }) => {
                    line(format!("{} is not connected: nothing to do in {}", manifest.title, path.display()))?;
                }
            }
        }
        // Otherwise the question says so, or the refusal.
        if self.args.dry_run || self.args.yes {
            for conflict in &plan.conflicts {
                line(format!("note: {conflict}"))?;
            }
        }
        if !plan.is_installed && matches!(intent, Intent::Connect(_)) {
            line(format!("note: {} was not found on this machine", manifest.title))?;
        }
        Ok(())
    }

    fn tell(&self, applied: &[Applied], manifest: &Manifest) -> io::Result<()> {
        for applied in applied {
            let verb = if applied.is_removed { "removed" } else { "wrote" };
            line(format!("{verb} {}", applied.path.display()))?;
            if let Some(backup) = &applied.backup {
                line(format!("backup: {}", backup.display()))?;
            }
            match applied.mode {
                Some((before, now)) if now < before => line(format!(
                    "made it readable by you only (mode {now:03o}, it was {before:03o}): it holds the gateway's key"
                ))?,
                Some((_, now)) => line(format!("its mode is {now:03o} again"))?,
                None => {}
            }
        }
        let Some(restart) = &manifest.restart else { return Ok(()) };
        if Processes::now().running_since(manifest).is_some() {
            line(format!("note: {} is running, and may write its file again before it ends", manifest.title))?;
        }
        line(format!("next: {restart}"))
    }

    /// What there is to know about the gateway, once everything is written.
    pub(super) fn tell_about_gateway(&self) -> io::Result<()> {
        let (gateway, url) = (&self.gateway, &self.gateway.url);
        match &self.answer {
            None | Some(GatewayAnswer::Welcome) => {}
            Some(GatewayAnswer::Refused) => match &self.args.key_env {
                Some(variable) if gateway.key.is_none() => {
                    line(format!("note: {variable} is not set here; the gateway at {url} wants a key"))?;
                }
                _ => line(format!("warning: the gateway at {url} refuses the key"))?,
            },
            Some(GatewayAnswer::Another) => line(format!("warning: what answers at {url} is not isartor"))?,
            Some(GatewayAnswer::Silent(reason)) => {
                line(format!("warning: no gateway answers at {url} ({reason})"))?;
                let by_itself = match self.args.transport.into() {
                    TransportKind::Stdio if self.args.gateway_url.is_none() => "; 'isartor mcp' does so by itself",
                    TransportKind::Stdio | TransportKind::Http => "",
                };
                line(format!("next: start it with 'isartor up --detach'{by_itself}"))?;
            }
        }
        Ok(())
    }

    /// What would be in a file with nothing else in it, with secrets hidden.
    fn print(&self, connector: &Connector) -> anyhow::Result<()> {
        let manifest = connector.manifest();
        if self.args.disconnect {
            let hint = "take isartor out of the client's own settings";
            return Err(Hinted::new(format!("{} has no file that isartor edits", manifest.title), hint).into());
        }
        let entry = |transport| wanted::entry(self.clients, self.args, manifest, &self.gateway, transport);
        let mut texts = Vec::new();
        if manifest.snippets.is_empty() {
            let scope = self.args.scope.into();
            let entry = entry(self.args.transport.into())?;
            let shown = self.clients.with_client(connector, |client| client.example(&entry, scope));
            texts.extend(shown.map_err(hinted)?.into_iter().map(|(path, text)| (path.display().to_string(), text)));
        }
        for snippet in &manifest.snippets {
            let entry = entry(snippet.transport)?;
            let text = self.clients.with_client(connector, |client| client.snippet(&entry, snippet));
            texts.push((snippet.title.clone(), text.map_err(hinted)?));
        }
        for (index, (title, text)) in texts.iter().enumerate() {
            line(format!("{}{title}:\n", if index == 0 { "" } else { "\n" }))?;
            for text in text.lines() {
                line(diff::shown(text))?;
            }
        }
        match texts.iter().any(|(_, text)| text.lines().any(|text| diff::shown(text).contains(diff::MASK))) {
            true => Ok(line(format!("\nnote: put the gateway's key where {} is", diff::MASK))?),
            false => Ok(()),
        }
    }
}
