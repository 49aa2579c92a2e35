//! Secrets whose makers gave them a shape of their own.

use regex::Regex;

use super::placeholder::is_placeholder;
use super::{Kind, pattern};

/// Kinds and their shapes. The first group, where there is one, is the secret itself.
const SHAPES: &[(Kind, &str)] = &[
    (Kind::PrivateKey, r"\b(AGE-SECRET-KEY-1[A-Z0-9]{50,})"),
    (Kind::CloudKey, r"\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b"),
    (Kind::CloudKey, r#"(?i)aws.{0,20}?(?:secret|session).{0,24}?["']?\s*(?:=>|[:=])\s*["']?([A-Za-z0-9/+]{40,})"#),
    (Kind::GitHubToken, r"\b(gh[pousr]_[A-Za-z0-9]{36,})\b"),
    (Kind::GitHubToken, r"\b(github_pat_[A-Za-z0-9_]{40,})\b"),
    (Kind::GitLabToken, r"\b(gl(?:pat|dt|rt|ptt|cbt|ft|soat|imt|agent)-[A-Za-z0-9_=-]{20,})"),
    (Kind::SlackToken, r"\b(xox[abeoprs]-[A-Za-z0-9-]{10,})"),
    (Kind::SlackToken, r"\b(xapp-\d-[A-Za-z0-9-]{20,})"),
    (Kind::SlackToken, r"hooks\.slack\.com/services/(T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{16,})"),
    (Kind::PaymentKey, r"\b((?:sk|rk)_live_[A-Za-z0-9]{16,})"),
    (Kind::PaymentKey, r"\b(whsec_[A-Za-z0-9]{24,})"),
    (Kind::ModelKey, r"\b(sk-(?:ant|proj|svcacct|admin|or)-[A-Za-z0-9_-]{20,})"),
    (Kind::ModelKey, r"\b(sk-[A-Za-z0-9]{32,})\b"),
    (Kind::ModelKey, r"\b((?:gsk_|xai-|pplx-|r8_|fw_)[A-Za-z0-9]{32,})"),
    (Kind::ModelKey, r"\b(hf_[A-Za-z0-9]{30,})\b"),
    (Kind::GoogleKey, r"\b(AIza[A-Za-z0-9_-]{35})"),
    (Kind::GoogleKey, r"\b(GOCSPX-[A-Za-z0-9_-]{24,})"),
    (Kind::GoogleKey, r"\b(ya29\.[A-Za-z0-9_-]{30,})"),
    (Kind::PackageToken, r"\b(npm_[A-Za-z0-9]{36})\b"),
    (Kind::PackageToken, r"\b(pypi-[A-Za-z0-9_-]{50,})"),
    (Kind::PackageToken, r"\b(dckr_pat_[A-Za-z0-9_-]{20,})"),
    (Kind::PackageToken, r"\b(rubygems_[a-f0-9]{40,})\b"),
    (Kind::PackageToken, r"\b(oy2[a-z0-9]{43})\b"),
    (Kind::BotToken, r"\b(\d{8,10}:AA[A-Za-z0-9_-]{32,34})"),
    (Kind::BotToken, r"\b([MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,})"),
    (Kind::BotToken, r"discord(?:app)?\.com/api/webhooks/\d{15,}/([A-Za-z0-9_-]{40,})"),
    (Kind::AzureKey, r"(?i)\b(?:AccountKey|SharedAccessKey|EndpointKey)=([A-Za-z0-9+/]{40,}={0,2})"),
    (Kind::AzureKey, r"[?&]sig=([A-Za-z0-9%+/_-]{40,})"),
    (Kind::AzureKey, r"\b([A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{31,34})"),
    (Kind::ServiceToken, r"\b(isk_[a-f0-9]{12}_[a-f0-9]{64})\b"),
    (Kind::ServiceToken, r"\b(SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})"),
    (Kind::ServiceToken, r"\b((?:dop|doo|dor)_v1_[a-f0-9]{64})\b"),
    (Kind::ServiceToken, r"\b(shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32})\b"),
    (Kind::ServiceToken, r"\b(dapi[a-f0-9]{32})\b"),
    (Kind::ServiceToken, r"\b((?:hvs|hvb|hvr)\.[A-Za-z0-9_-]{24,})"),
    (Kind::ServiceToken, r"\b(dp\.(?:pt|st|ct|sa)\.[A-Za-z0-9.]{40,})"),
    (Kind::ServiceToken, r"\b(sq0[a-z]{3}-[A-Za-z0-9_-]{22,})"),
    (Kind::ServiceToken, r"\b((?:glc|glsa)_[A-Za-z0-9+/=_]{32,})"),
    (Kind::ServiceToken, r"\b(PMAK-[a-f0-9]{24}-[a-f0-9]{34})\b"),
    (Kind::ServiceToken, r"\b(NRAK-[A-Z0-9]{27})\b"),
    (Kind::ServiceToken, r"\b((?:lin_api_|figd_|sbp_|ntn_|secret_)[A-Za-z0-9_-]{36,})"),
    (Kind::ServiceToken, r"\b(ATATT3[A-Za-z0-9_=-]{40,})"),
    (Kind::ServiceToken, r"\b(SK[a-f0-9]{32})\b"),
    (Kind::WebToken, r"\b(eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,})"),
];

/// Before a private key, and so much after it there are headers at most.
const ARMOURS: &[&str] = &["PRIVATE KEY-----", "PRIVATE KEY BLOCK-----", "Private-Lines:"];
const HEADERS_MAX_BYTES: usize = 600;
/// A line of a key.
const KEY_LINE_BYTES: usize = 40;

pub(super) struct Known {
    shapes: Vec<(Kind, Regex)>,
}

impl Known {
    pub(super) fn new() -> Self {
        Self { shapes: SHAPES.iter().map(|(kind, shape)| (*kind, pattern(shape))).collect() }
    }

    pub(super) fn find(&self, text: &str) -> Option<Kind> {
        let found = |shape: &Regex| shape.captures_iter(text).any(|found| !is_placeholder(&found[1]));
        if carries_private_key(text) {
            return Some(Kind::PrivateKey);
        }
        self.shapes.iter().find(|(_, shape)| found(shape)).map(|(kind, _)| *kind)
    }
}

/// The armour alone is no secret; the lines after it are.
fn carries_private_key(text: &str) -> bool {
    let armours = ARMOURS.iter().flat_map(|armour| text.match_indices(armour));
    let mut bodies = armours.map(|(at, armour)| {
        let body = &text[at + armour.len()..];
        &body[..body.floor_char_boundary(HEADERS_MAX_BYTES)]
    });
    bodies.any(|body| {
        let runs = body.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '/' | '='));
        runs.into_iter().any(|run| run.len() >= KEY_LINE_BYTES && !is_placeholder(run))
    })
}
