//! The policy as a host calls it: texts and cosines in, verdicts out.

mod cases;

use isartor_plugin::policy::{Candidate, MissReason, Policy, Question, ServeReason, Verdict};

use crate::DefaultPolicy;

const QUESTION: &str = "How do I reset my router at home?";
const REPHRASED: &str = "How can I reset my router at home?";
const OTHER: &str = "How do I reset my laptop at home?";

fn question(text: &str) -> Question {
    Question { features: DefaultPolicy::describe(text.to_owned()) }
}

fn candidate(text: &str, cosine: f32) -> Candidate {
    let features = DefaultPolicy::describe(text.to_owned());
    Candidate { cosine, age_seconds: 60, threshold: 0.0, complaints: 0, features }
}

fn asked(text: &str, stored: &str, cosine: f32) -> Verdict {
    DefaultPolicy::decide(question(text), vec![candidate(stored, cosine)])
}

fn served(verdict: &Verdict) -> Option<(u32, ServeReason)> {
    match verdict {
        Verdict::Serve(served) => Some((served.index, served.reason)),
        Verdict::Miss(_) => None,
    }
}

#[test]
fn nothing_to_compare_with_is_a_miss() {
    assert_eq!(DefaultPolicy::decide(question(QUESTION), Vec::new()), Verdict::Miss(MissReason::NoCandidate));
}

#[test]
fn a_cosine_that_is_no_cosine_is_a_miss() {
    for cosine in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 2.0] {
        assert_eq!(asked(QUESTION, QUESTION, cosine), Verdict::Miss(MissReason::BelowThreshold), "{cosine}");
    }
}

#[test]
fn an_entry_may_raise_its_threshold_and_never_lower_it() {
    for (threshold, cosine, is_served) in
        [(0.0, 0.95, true), (0.96, 0.95, false), (0.96, 0.97, true), (0.1, 0.5, false), (f32::NAN, 0.99, false)]
    {
        let stored = Candidate { threshold, ..candidate(REPHRASED, cosine) };
        let verdict = DefaultPolicy::decide(question(QUESTION), vec![stored]);
        assert_eq!(served(&verdict).is_some(), is_served, "{threshold} {cosine}");
    }
}

#[test]
fn complaints_end_an_entry() {
    let stored = |complaints| Candidate { complaints, ..candidate(QUESTION, 1.0) };
    assert!(served(&DefaultPolicy::decide(question(QUESTION), vec![stored(1)])).is_some());
    let verdict = DefaultPolicy::decide(question(QUESTION), vec![stored(2)]);
    assert_eq!(verdict, Verdict::Miss(MissReason::Complaints));
}

#[test]
fn after_a_refusal_the_next_must_be_nearer() {
    let decide = |second: Candidate| DefaultPolicy::decide(question(QUESTION), vec![candidate(OTHER, 0.97), second]);
    assert_eq!(served(&decide(candidate(REPHRASED, 0.96))), Some((1, ServeReason::Similar)));
    assert_eq!(decide(candidate(REPHRASED, 0.90)), Verdict::Miss(MissReason::ContentWord));
    assert_eq!(served(&decide(candidate("how do i reset my router at home", 0.90))), Some((1, ServeReason::Canonical)));
    assert_eq!(served(&asked(QUESTION, REPHRASED, 0.90)), Some((0, ServeReason::Similar)));
}

#[test]
fn settings_move_the_threshold() {
    let configure = |key: &str, value: &str| DefaultPolicy::configure(vec![(key.to_owned(), value.to_owned())]);
    for (key, value, is_served) in
        [("mode", "strict", true), ("threshold", "0.99", false), ("mode", "open", true), ("threshold", "0.7", true)]
    {
        configure(key, value).unwrap();
        assert_eq!(served(&asked(QUESTION, REPHRASED, 0.9)).is_some(), is_served, "{key} {value}");
    }
    let failure = configure("treshold", "0.9").unwrap_err();
    assert!(failure.message.contains("treshold"), "{}", failure.message);
}

#[test]
fn broken_features_are_a_miss() {
    let features = DefaultPolicy::describe(QUESTION.to_owned());
    let decide = |features: Vec<u8>| {
        let broken = Candidate { features, ..candidate(QUESTION, 0.99) };
        DefaultPolicy::decide(question(REPHRASED), vec![broken])
    };
    for length in 0..features.len() {
        assert_eq!(decide(features[..length].to_vec()), Verdict::Miss(MissReason::Unexplained), "{length} bytes");
    }
    let mut other_version = features.clone();
    other_version[0] += 1;
    assert_eq!(decide(other_version), Verdict::Miss(MissReason::Unexplained));
    let empty = DefaultPolicy::decide(Question { features: Vec::new() }, vec![candidate(QUESTION, 0.99)]);
    assert_eq!(empty, Verdict::Miss(MissReason::Unexplained));
}

/// Any byte may be any other: the verdict may change, the policy must not trap.
#[test]
fn changed_features_are_survived() {
    let features = DefaultPolicy::describe(QUESTION.to_owned());
    for (index, byte) in (0..features.len()).flat_map(|index| [1, 3, 0x40, 0x80, 0xff].map(|byte| (index, byte))) {
        let mut changed = features.clone();
        changed[index] ^= byte;
        let stored = Candidate { features: changed.clone(), ..candidate(QUESTION, 0.99) };
        DefaultPolicy::decide(question(OTHER), vec![stored]);
        DefaultPolicy::decide(Question { features: changed }, vec![candidate(OTHER, 0.99)]);
    }
}

/// What a reader of text may trip over.
const PIECES: &str = concat!(
    " |\n|`|'|\"|(|)|-|--|.|,|!|$|%|#|/|@|&|*|_|5|-5|1,000|3.10|10k|$5|I|II|é|\u{301}|\u{200b}|İ|ß|漢|🙂|don't|",
    "n't|'s|not|or|one|second|hundred|per|a|day|half|how|what is|please|US|e.g.|C++|http://x.y|fooBar|x_y|word|",
    "longerword|(s)|1/2|2020-01-01",
);

/// Texts put together from those pieces, by a fixed sequence of numbers.
fn odd_texts() -> impl Iterator<Item = String> {
    let pieces: Vec<&str> = PIECES.split('|').collect();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap()
    };
    (0..4000).map(move |_| {
        let length = 1 + next() % 24;
        (0..length).map(|_| if next() % 3 == 0 { " " } else { pieces[next() % pieces.len()] }).collect()
    })
}

#[test]
fn any_text_is_described_and_equals_itself() {
    let mut before = DefaultPolicy::describe("How do I start?".to_owned());
    for text in odd_texts() {
        let features = DefaultPolicy::describe(text.clone());
        assert!(features.len() <= 4096, "{text:?}");
        assert_eq!(features, DefaultPolicy::describe(text.clone()), "{text:?}");
        let leans = crate::features::Features::parse(&features).is_some_and(|features| features.leans());
        let expected = if leans { None } else { Some((0, ServeReason::Canonical)) };
        assert_eq!(served(&asked(&text, &text, 1.0)), expected, "{text:?}");
        let stored = Candidate { features: before, ..candidate(QUESTION, 0.99) };
        DefaultPolicy::decide(Question { features: features.clone() }, vec![stored]);
        before = features;
    }
}

#[test]
fn long_texts_are_compared_as_written() {
    let long = "How does one word follow another? ".repeat(400);
    assert!(DefaultPolicy::describe(long.clone()).len() <= 4096);
    assert_eq!(served(&asked(&long, &long, 1.0)), Some((0, ServeReason::Canonical)));
    assert_eq!(asked(&long, &long.to_uppercase(), 1.0), Verdict::Miss(MissReason::Unexplained));
    let many: String = (0..90).map(|word| format!("word{}x ", word)).collect();
    assert_eq!(asked(&many, &many.replace("word7x", "word8x"), 1.0), Verdict::Miss(MissReason::Unexplained));
}
