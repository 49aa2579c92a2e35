//! What is shown of an evaluation, whatever it is shown as.

use std::path::{Path, PathBuf};

use super::Chosen;
use crate::evaluate::{CurvePoint, Judged, Outcome, Pair, Share, Summary};

pub(super) struct Report<'r> {
    pub(super) files: Vec<String>,
    pub(super) policy: String,
    pub(super) policy_version: String,
    pub(super) policy_digest: &'r str,
    pub(super) settings: &'r [(String, String)],
    pub(super) embedder: &'static str,
    pub(super) summary: Summary,
    pairs: &'r [Pair],
    judged: &'r [Judged],
}

/// A pair that came out otherwise than its label says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mistake<'r> {
    pub(super) pair: &'r Pair,
    pub(super) cosine: Option<f32>,
    pub(super) outcome: Outcome,
}

impl Mistake<'_> {
    /// The name of the file and the line.
    pub(super) fn place(&self) -> String {
        let place = &self.pair.place;
        let name = Path::new(&place.file).file_name().unwrap_or_default();
        format!("{}:{}", name.to_string_lossy(), place.line)
    }

    /// The stable code of the policy's reason.
    pub(super) fn reason(&self) -> &'static str {
        match self.outcome {
            Outcome::Served { reason, .. } => reason.code(),
            Outcome::Missed(reason) => reason,
        }
    }
}

impl<'r> Report<'r> {
    pub(super) fn new(
        files: &[PathBuf],
        chosen: &'r Chosen,
        embedder: &'static str,
        pairs: &'r [Pair],
        judged: &'r [Judged],
    ) -> Self {
        let manifest = chosen.policy.manifest();
        Self {
            files: files.iter().map(|file| file.display().to_string()).collect(),
            policy: manifest.id.clone(),
            policy_version: manifest.version.to_string(),
            policy_digest: chosen.policy.digest(),
            settings: &chosen.settings,
            embedder,
            summary: Summary::of(pairs, judged),
            pairs,
            judged,
        }
    }

    pub(super) fn pairs(&self) -> usize {
        self.pairs.len()
    }

    /// Served, and should not have been: what looked surest first.
    pub(super) fn false_hits(&self) -> Vec<Mistake<'r>> {
        self.mistakes(|pair, judged| judged.is_served() && !pair.is_hit)
    }

    /// Missed, and should have been served: what looked surest first.
    pub(super) fn lost_hits(&self) -> Vec<Mistake<'r>> {
        self.mistakes(|pair, judged| !judged.is_served() && pair.is_hit)
    }

    fn mistakes(&self, is_one: impl Fn(&Pair, &Judged) -> bool) -> Vec<Mistake<'r>> {
        let found = self.pairs.iter().zip(self.judged).filter(|(pair, judged)| is_one(pair, judged));
        let mut mistakes: Vec<Mistake<'r>> =
            found.map(|(pair, judged)| Mistake { pair, cosine: judged.cosine, outcome: judged.outcome }).collect();
        mistakes.sort_by(|one, other| other.cosine.unwrap_or(-1.0).total_cmp(&one.cosine.unwrap_or(-1.0)));
        mistakes
    }

    /// The files, as many as can be read in a line.
    pub(super) fn files_in_words(&self) -> String {
        match self.files.as_slice() {
            [first, _, _, rest @ ..] => format!("{first} and {} more files", rest.len() + 2),
            few => few.join(" and "),
        }
    }

    /// The policy with its settings, as a person writes them.
    pub(super) fn policy_in_words(&self) -> String {
        let settings: String = self.settings.iter().map(|(key, value)| format!(", {key} = {value}")).collect();
        format!("{} {}{settings}", self.policy, self.policy_version)
    }

    /// What plain cosine would have done at the threshold that keeps at least as much as the policy does.
    pub(super) fn plain_rival(&self) -> Option<&CurvePoint> {
        let kept = self.summary.recall.count;
        self.summary.curve.iter().rev().find(|point| point.recall.count >= kept)
    }
}

/// "98.3 %", or a dash for a share of nothing.
pub(super) fn percent(share: Share) -> String {
    share.value().map_or_else(|| "-".to_owned(), hundred)
}

/// "97.1 to 99.0 %".
pub(super) fn interval(share: Share) -> String {
    let Some((low, high)) = share.interval() else { return "-".to_owned() };
    format!("{:.1} to {}", 100.0 * low, hundred(high))
}

fn hundred(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}
