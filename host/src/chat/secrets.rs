//! Whether a text carries a secret: a key, a token, a password, a card. Says of which kind, and never repeats it.

mod assigned;
mod card;
mod known;
mod placeholder;

use regex::Regex;

use assigned::Assigned;
use known::Known;

/// A pattern of ours. Words end at ASCII boundaries: the others would make a search of foreign text slow.
fn pattern(shape: &str) -> Regex {
    Regex::new(&shape.replace(r"\b", r"(?-u:\b)")).expect("the shapes are patterns of ours")
}

/// What a text carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    PrivateKey,
    CloudKey,
    GitHubToken,
    GitLabToken,
    SlackToken,
    PaymentKey,
    ModelKey,
    GoogleKey,
    PackageToken,
    BotToken,
    AzureKey,
    ServiceToken,
    WebToken,
    UrlPassword,
    Password,
    Credential,
    AuthorizationHeader,
    CardNumber,
}

impl Kind {
    /// Its name in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::PrivateKey => "a private key",
            Self::CloudKey => "an AWS key",
            Self::GitHubToken => "a GitHub token",
            Self::GitLabToken => "a GitLab token",
            Self::SlackToken => "a Slack token",
            Self::PaymentKey => "a Stripe key",
            Self::ModelKey => "a model provider's API key",
            Self::GoogleKey => "a Google key",
            Self::PackageToken => "a package registry's token",
            Self::BotToken => "a bot's token",
            Self::AzureKey => "an Azure key",
            Self::ServiceToken => "a service's token",
            Self::WebToken => "a JSON web token",
            Self::UrlPassword => "a URL with a password",
            Self::Password => "a password",
            Self::Credential => "a key or token",
            Self::AuthorizationHeader => "an authorization header",
            Self::CardNumber => "a payment card number",
        }
    }

    /// A stable code for callers and counters.
    pub fn code(self) -> &'static str {
        match self {
            Self::PrivateKey => "private_key",
            Self::CloudKey => "aws_key",
            Self::GitHubToken => "github_token",
            Self::GitLabToken => "gitlab_token",
            Self::SlackToken => "slack_token",
            Self::PaymentKey => "stripe_key",
            Self::ModelKey => "model_key",
            Self::GoogleKey => "google_key",
            Self::PackageToken => "package_token",
            Self::BotToken => "bot_token",
            Self::AzureKey => "azure_key",
            Self::ServiceToken => "service_token",
            Self::WebToken => "web_token",
            Self::UrlPassword => "url_password",
            Self::Password => "password",
            Self::Credential => "credential",
            Self::AuthorizationHeader => "authorization_header",
            Self::CardNumber => "card_number",
        }
    }
}

/// The shapes of secrets; compiled once. Every search takes time linear in the text.
pub struct Secrets {
    known: Known,
    assigned: Assigned,
}

impl Default for Secrets {
    fn default() -> Self {
        Self::new()
    }
}

impl Secrets {
    pub fn new() -> Self {
        Self { known: Known::new(), assigned: Assigned::new() }
    }

    /// The first secret found, most telling kinds first.
    pub fn find(&self, text: &str) -> Option<Kind> {
        self.known
            .find(text)
            .or_else(|| self.assigned.find(text))
            .or_else(|| card::find(text).then_some(Kind::CardNumber))
    }
}

#[cfg(test)]
mod tests;
