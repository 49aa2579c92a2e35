//! Why the gateway does not answer, in words for the model and for the person behind it. Pure.

use super::gateway_url::GatewayUrl;

/// Why the gateway does not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unavailable {
    NotRunning,
    Stopped,
    RunsElsewhere { url: String },
    StartFailed { reason: String },
    StillStarting,
    Lost,
    KeyRefused,
    Failed { reason: String },
    Closing,
}

impl Unavailable {
    /// For the model and for the person behind it: what is wrong, and what to run.
    pub(super) fn explain(&self, gateway: &GatewayUrl, configured_port: u16) -> String {
        let start = start_command(gateway, configured_port);
        let what = match self {
            Self::NotRunning if gateway.can_be_started() => format!("is not running. Start it with `{start}`."),
            Self::NotRunning => {
                "cannot be reached. Check that it runs there and that ISARTOR_GATEWAY_URL is right.".into()
            }
            Self::Stopped => format!("was stopped with `isartor stop`. Start it again with `{start}`."),
            Self::RunsElsewhere { url } => {
                format!("is not running; yours runs at {url}. Set ISARTOR_GATEWAY_URL to that, or connect again.")
            }
            Self::StartFailed { reason } => {
                format!("is not running and could not be started ({reason}). `{start}` shows the same error.")
            }
            Self::StillStarting => {
                "is still starting. Try again in a moment; `isartor logs` says how far it is.".into()
            }
            Self::Lost => format!(
                "went away before it answered, so the call may or may not have been carried out. If it does not come \
                 back, start it with `{start}`."
            ),
            Self::KeyRefused => {
                "refused the API key. Run `isartor connect CLIENT --gateway-api-key KEY` with the gateway's key.".into()
            }
            Self::Failed { reason } => format!("failed: {reason}."),
            Self::Closing => "had not answered when the client closed the connection.".into(),
        };
        format!("The isartor gateway at {gateway} {what}")
    }
}

fn start_command(gateway: &GatewayUrl, configured_port: u16) -> String {
    match gateway.port() {
        port if port == configured_port => "isartor up --detach".into(),
        port => format!("isartor up --detach --port {port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_names_the_gateway_and_the_command() {
        let explain = |url: &str, why: Unavailable| why.explain(&url.parse().unwrap(), 8080);
        for (url, why, words) in [
            ("http://localhost:8080", Unavailable::NotRunning, "`isartor up --detach`"),
            ("http://localhost:9000", Unavailable::NotRunning, "`isartor up --detach --port 9000`"),
            ("http://example.org", Unavailable::NotRunning, "ISARTOR_GATEWAY_URL"),
            ("http://localhost:8080", Unavailable::Stopped, "isartor stop"),
            ("http://localhost:8080", Unavailable::KeyRefused, "--gateway-api-key"),
        ] {
            let text = explain(url, why);
            assert!(text.contains(words) && text.contains(url), "{text}");
        }
    }
}
