//! The same word spelled differently: a typo, two words written as one, an abbreviation written out.

use super::Difference;
use crate::features::{Features, Record};
use crate::terms::Kind;

/// More leftovers than this on one side are another text, not a spelling.
const MOST_LEFT: u32 = 5;

/// Real words that are one slip away from another real word, so that neither is a typo of the other.
const REAL_WORDS: &str = "accept except adapt adopt adept affect effect allude elude angel angle assess access assure ensure insure \
    bacteria bride bribe brake break breath breathe casual causal calvary cavalry cloth clothe collage college coma comma \
    command commend complement compliment confident confidant conserve converse contact contract contest context \
    costume custom council counsel country county create crate dairy diary decent descent desert dessert device devise \
    diffuse defuse direct divert elicit illicit emigrate immigrate eminent imminent envelop envelope ethnic ethic \
    expand expend extent extend flour floor formally formerly genus genius goal gaol human humane inquire acquire \
    ingenious ingenuous insight incite instance instant kernel colonel later latter latte lesson lessen liable libel \
    lightening lightning loose loser lunar lunch major mayor manor manner marital martial marriage mirage medal metal \
    model modal moral morale morning mourning mouse mousse native naive nation notion neutral neural ocean ordinance \
    ordnance parity party patent patient perfect prefect personal personnel planet plane plant plan poison prison \
    portion potion pray prey precede proceed presence presents principal principle prophecy prophesy proof prove quiet \
    quite quilt rational rationale reign resign regime regimen relation relative revenge revenue roster rooster scan \
    scam scene scent sever severe server shade shape share shell shelf sheet sheep shirt short signal single slide \
    slice solder soldier solid stock stack stake steak stationary stationery statue statute status storey story \
    straight strait strike stroke sugar supper super surgeon surge sweat sweet table tablet taught taunt tensor tenor \
    terrain terrine thorough through track trace trade trail trial train trait treaty treat triple tripe unit unity \
    united untied vacation vocation valley volley veracity voracity verse versus virtual virtue vision version waist \
    waste wander wonder weather whether wheat while white whole winter writer written angular austria australia \
    sweden swedish korea slovakia slovenia niger nigeria gambia zambia mali malta iran iraq ireland iceland georgia \
    dominica dominican guinea guyana india indiana columbia colombia paris parish react redact reactor redux redis redisson mongo mango \
    kotlin kafka scala scalar pascal haskell rust ruby swift shift docker docket linux lines";

/// Pairs what is left on both sides and is one word in two spellings.
pub(super) fn pair_same_words(difference: &mut Difference) {
    let (left, right) = (difference.left_in_question, difference.left_in_candidate);
    if left == 0 || right == 0 || left.count_ones() > MOST_LEFT || right.count_ones() > MOST_LEFT {
        return;
    }
    for one in indices(left) {
        for other in indices(right) {
            let is_free = difference.left_in_question >> one & 1 == 1 && difference.left_in_candidate >> other & 1 == 1;
            if is_free && same_word(difference.question.record(one), difference.candidate.record(other)) {
                difference.push_pair(one, other);
            }
        }
    }
    pair_compounds(difference);
}

fn indices(terms: u64) -> impl Iterator<Item = usize> {
    (0..64).filter(move |index| terms >> index & 1 == 1)
}

fn is_word(record: Record) -> bool {
    matches!(record.kind, Kind::Content | Kind::Soft | Kind::Name) && record.text.iter().all(u8::is_ascii_lowercase)
}

fn same_word(one: Record, other: Record) -> bool {
    is_word(one) && is_word(other) && (is_typo(one.text, other.text) || is_derived(one.text, other.text))
}

/// One slip of the fingers in a long word, unless both words exist.
fn is_typo(one: &[u8], other: &[u8]) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let is_candidate = short.len() >= 5 && long.len() - short.len() <= 1 && short[0] == long[0];
    is_candidate && is_one_slip(short, long) && !(is_real(short) && is_real(long))
}

/// Two letters exchanged, one doubled, one missing inside, or one vowel for another.
fn is_one_slip(short: &[u8], long: &[u8]) -> bool {
    let same_start = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let (short_rest, long_rest) = (&short[same_start..], &long[same_start..]);
    if short.len() < long.len() {
        let is_inside = !short_rest.is_empty() || long[same_start - 1] == long[same_start];
        return is_inside && short_rest == &long_rest[1..];
    }
    let ([first, second, rest @ ..], [other_first, other_second, other_rest @ ..]) = (short_rest, long_rest) else {
        return false;
    };
    let is_exchanged = first == other_second && second == other_first && rest == other_rest;
    let is_other_vowel =
        short.len() > 6 && is_vowel(*first) && is_vowel(*other_first) && short_rest[1..] == long_rest[1..];
    is_exchanged || is_other_vowel
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

fn is_real(word: &[u8]) -> bool {
    REAL_WORDS.split_ascii_whitespace().any(|real| real.as_bytes() == word)
}

/// Endings that make another form of one word without another meaning: `pollute` and `pollution`.
const ENDINGS: &[&str] = &[
    "", "s", "es", "e", "ed", "d", "ing", "ion", "ation", "ition", "ment", "ly", "y", "al", "ally", "ful", "ance",
    "ence", "ity",
];

/// One word in two forms: `pollute` and `pollution`, `India` and `Indian`.
fn is_derived(one: &[u8], other: &[u8]) -> bool {
    let shared = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let ending = |word: &[u8]| ENDINGS.iter().any(|ending| ending.as_bytes() == &word[shared..]);
    let is_of_people =
        |word: &[u8], place: &[u8]| place.len() == shared && word.len() == shared + 1 && word.ends_with(b"an");
    let is_form = (ending(one) && ending(other)) || is_of_people(one, other) || is_of_people(other, one);
    shared >= 5 && is_form && !(is_real(one) && is_real(other))
}

/// `web site` and `website`, `ai` and `artificial intelligence`.
fn pair_compounds(difference: &mut Difference) {
    let question = difference.question;
    let candidate = difference.candidate;
    for one in indices(difference.left_in_question) {
        if let Some(parts) = parts_of(question.record(one), candidate, difference.left_in_candidate) {
            difference.push_pair(one, first(parts));
            difference.left_in_candidate &= !parts;
        }
    }
    for other in indices(difference.left_in_candidate) {
        if let Some(parts) = parts_of(candidate.record(other), question, difference.left_in_question) {
            difference.push_pair(first(parts), other);
            difference.left_in_question &= !parts;
        }
    }
}

fn first(parts: u64) -> usize {
    parts.trailing_zeros() as usize
}

/// The neighbouring terms among those left that together are the whole.
fn parts_of(whole: Record, features: Features, left: u64) -> Option<u64> {
    if !is_word(whole) {
        return None;
    }
    indices(left).find_map(|start| {
        let mut parts = 1_u64 << start;
        let mut last = features.record(start);
        let mut written = last.text.len();
        let mut initials = 1;
        if !is_word(last) || last.text.first() != whole.text.first() {
            return None;
        }
        let mut is_written = whole.text.starts_with(last.text);
        while let Some(next) = indices(left).find(|next| features.record(*next).position == last.position + 1) {
            last = features.record(next);
            parts |= 1 << next;
            is_written &= whole.text[written.min(whole.text.len())..].starts_with(last.text);
            written += last.text.len();
            if whole.text.get(initials) != last.text.first() && !is_written {
                return None;
            }
            initials += 1;
            let is_whole = is_written && written == whole.text.len()
                || initials == whole.text.len() && is_initials(whole, features, parts);
            if is_whole {
                return Some(parts);
            }
        }
        None
    })
}

fn is_initials(whole: Record, features: Features, parts: u64) -> bool {
    let start = indices(parts).map(|index| features.record(index).position).min().unwrap_or_default();
    indices(parts).all(|index| {
        let part = features.record(index);
        whole.text.get(usize::from(part.position - start)) == part.text.first()
    })
}
