//! What the host itself keeps out of the semantic tier, whatever a policy says. Where the gates of a lookup join.

/// The stable code of the reason why `asked` is not answered with the answer to `stored`, if the host has one.
pub(super) fn refusal(_stored: &str, _asked: &str, _cosine: f32) -> Option<&'static str> {
    None
}
