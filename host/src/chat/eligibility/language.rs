//! Whether a prompt is in English, the language of the guards: other guards see no difference in it.

use super::dictionary::Dictionary;
use super::text::Text;
use super::words::Word;

/// Words with accents that English has taken in.
const LOANWORDS: &[&str] = &[
    "café",
    "cafés",
    "naïve",
    "résumé",
    "résumés",
    "resumé",
    "fiancé",
    "fiancée",
    "cliché",
    "clichés",
    "façade",
    "jalapeño",
    "jalapeños",
    "piñata",
    "déjà",
    "vu",
    "über",
    "crème",
    "brûlée",
    "entrée",
    "touché",
    "protégé",
    "sauté",
    "sautéed",
    "purée",
    "soufflé",
    "première",
    "à",
    "château",
    "décor",
    "éclair",
    "matinée",
    "papier-mâché",
    "pokémon",
    "señor",
    "señora",
    "sautéing",
    "coöperate",
    "rosé",
    "pâté",
    "passé",
    "risqué",
    "voilà",
    "exposé",
    "mêlée",
    "doppelgänger",
    "crêpe",
    "crêpes",
    "piña",
    "açaí",
    "tête-à-tête",
    "vis-à-vis",
    "raison",
    "d'être",
    "fête",
    "blasé",
    "communiqué",
    "attaché",
    "sauerkraut",
    "émigré",
];

/// Small words inside foreign names.
const IN_NAMES: &[&str] = &[
    "de", "da", "do", "dos", "das", "la", "le", "les", "los", "las", "el", "di", "del", "della", "du", "des", "von",
    "van", "der", "den", "y", "e", "en", "al", "et",
];

pub(super) fn is_foreign(text: &Text) -> bool {
    if text.words().iter().any(is_in_other_script) {
        return true;
    }
    let plain = text.words().iter().enumerate().filter(|(index, word)| !word.is_quoted && !is_in_name(text, *index));
    let plain: Vec<&Word> = plain.map(|(_, word)| word).collect();
    if matches!(plain.as_slice(), [only] if only.text.len() < 3) {
        return false;
    }
    let accented = plain.iter().filter(|word| is_accented(word)).count();
    let opens_english = plain.iter().take(2).filter(|word| word.traits.languages == 1).count() == 2;
    let known: Vec<u32> = plain.iter().map(|word| word.traits.languages).filter(|languages| *languages != 0).collect();
    (1..=Dictionary::foreign_languages()).any(|language| {
        let is_in = |languages: u32| languages & (1 << language) != 0;
        let foreign = known.iter().filter(|known| is_in(**known) && **known & 1 == 0).count() + accented;
        let english = known.iter().filter(|known| !is_in(**known) && **known & 1 != 0).count();
        if opens_english { foreign > 2 * english } else { foreign > english }
    })
}

/// `Rio de Janeiro`, `La Vie en Rose`.
fn is_in_name(text: &Text, index: usize) -> bool {
    if !text.is(index, IN_NAMES) || (index == 0 && !text.is(0, &["la", "le", "les", "el", "los", "las"])) {
        return false;
    }
    let begins = |at: usize| text.words().get(at).is_some_and(|word| word.is_capital);
    let goes_on = begins(index + 1) || (IN_NAMES.contains(&text.at(index + 1)) && begins(index + 2));
    goes_on && (begins(index) || begins(index - 1) || begins(index.saturating_sub(2)))
}

/// Letters that are not Latin; a single Greek one is a symbol.
fn is_in_other_script(word: &Word) -> bool {
    let other = |c: char| c.is_alphabetic() && !matches!(c, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}');
    let is_symbol = word.text.chars().count() == 1 && word.text.starts_with(|c| matches!(c, 'α'..='ω'));
    word.text.contains(other) && !is_symbol
}

/// An accent on a word that is neither a name nor English.
fn is_accented(word: &Word) -> bool {
    let accent = |c: char| (c.is_alphabetic() && !c.is_ascii() && c != 'µ') || matches!(c, '\u{300}'..='\u{36f}');
    word.text.contains(accent) && !word.is_capital && word.traits.languages == 0 && !word.is_any(LOANWORDS)
}

#[cfg(test)]
mod tests;
