//! Which candidate to serve, if any, and why not. Pure: features and cosines in, a verdict out.

use isartor_plugin::policy::{Candidate, MissReason, ServeReason, Served, Verdict};

use crate::difference::Difference;
use crate::features::Features;
use crate::guards;
use crate::lexicon::Lexicon;
use crate::settings::Settings;
use crate::wording::Wording;

/// After a nearer candidate was refused, another one must be at least this near.
const SECOND_BEST: f32 = 0.914;
/// This many complaints, and an entry is not served again.
const TOO_MANY_COMPLAINTS: u32 = 2;
/// Two embeddings of unit length may have a cosine a little above one.
const HIGHEST_COSINE: f32 = 1.001;

/// The nearest candidate that may be served, or why the nearest of all may not.
pub(crate) fn decide(question: &[u8], candidates: &[Candidate], settings: Settings, lexicon: &Lexicon) -> Verdict {
    let question = Features::parse(question);
    let mut nearest_reason = None;
    for (index, candidate) in (0..).zip(candidates) {
        match judge(question, candidate, settings, index > 0, lexicon) {
            Ok((reason, confidence)) => return Verdict::Serve(Served { index, confidence, reason }),
            Err(reason) => nearest_reason = nearest_reason.or(Some(reason)),
        }
    }
    Verdict::Miss(nearest_reason.unwrap_or(MissReason::NoCandidate))
}

fn judge(
    question: Option<Features>,
    candidate: &Candidate,
    settings: Settings,
    is_second_best: bool,
    lexicon: &Lexicon,
) -> Result<(ServeReason, f32), MissReason> {
    let cosine = candidate.cosine;
    if candidate.complaints >= TOO_MANY_COMPLAINTS {
        return Err(MissReason::Complaints);
    }
    // Put so that a cosine or a threshold that is no number is a miss.
    if !(cosine <= HIGHEST_COSINE && cosine >= candidate.threshold) {
        return Err(MissReason::BelowThreshold);
    }
    let question = question.ok_or(MissReason::Unexplained)?;
    let candidate = Features::parse(&candidate.features).ok_or(MissReason::Unexplained)?;
    let leans = question.leans() || candidate.leans();
    if question.canonical() == candidate.canonical() {
        return if leans { Err(MissReason::Unexplained) } else { Ok((ServeReason::Canonical, 1.0)) };
    }
    if cosine < settings.lowest_threshold() {
        return Err(MissReason::BelowThreshold);
    }
    if question.is_opaque() || candidate.is_opaque() {
        return Err(MissReason::Unexplained);
    }
    if question.is_foreign() || candidate.is_foreign() {
        return Err(MissReason::Script);
    }
    let difference = Difference::between(question, candidate, lexicon);
    if let Some(reason) = guards::veto(&difference) {
        return Err(reason);
    }
    let threshold = settings.threshold_for(Wording::of(&difference)).filter(|_| !leans);
    let threshold = threshold.ok_or_else(|| guards::kind_of_rest(&difference))?;
    let threshold = if is_second_best { threshold.max(SECOND_BEST) } else { threshold };
    if cosine < threshold {
        return Err(MissReason::BelowThreshold);
    }
    Ok((ServeReason::Similar, confidence(cosine, threshold)))
}

/// Half sure at the threshold, all but sure at identical embeddings.
fn confidence(cosine: f32, threshold: f32) -> f32 {
    let headroom = (1.0 - threshold).max(0.01);
    0.5 + 0.49 * ((cosine - threshold) / headroom).clamp(0.0, 1.0)
}
