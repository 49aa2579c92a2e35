//! Whether a text is in the language that the guards were written for. Guards that do not understand a text see no
//! difference in it, so any doubt makes it foreign.

use crate::lexer::{Shape, Word};
use crate::lexicon::{Lexicon, Sense};

/// Letters that are not Latin, or more words of another language than English ones.
pub(crate) fn is_foreign(words: &[Word], lexicon: &Lexicon) -> bool {
    let plain = || words.iter().filter(|word| word.shape == Shape::Word);
    if words.iter().any(|word| word.shown.chars().any(is_other_script)) {
        return true;
    }
    let english = plain().filter(|word| is_english(word, lexicon)).count();
    let foreign = plain().filter(|word| lexicon.is_foreign(&word.text)).count();
    foreign > 1 && foreign > english
}

fn is_english(word: &Word, lexicon: &Lexicon) -> bool {
    lexicon
        .sense(&word.text, &word.text)
        .is_some_and(|sense| !matches!(sense, Sense::Synonym(_) | Sense::Soft | Sense::Praise | Sense::Anybody))
}

fn is_other_script(character: char) -> bool {
    let is_latin = matches!(character, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}');
    !is_latin && (character.is_alphabetic() || matches!(character, '\u{300}'..='\u{36f}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::words;

    #[test]
    fn other_languages_are_told_from_english() {
        let lexicon = Lexicon::new();
        for (text, expected) in [
            ("How do I open a bank account in Berlin?", false),
            ("Wie eröffne ich ein Konto in Berlin?", true),
            ("¿Cómo abro una cuenta en Madrid?", true),
            ("Comment est-ce que je peux ouvrir un compte ?", true),
            ("Как открыть счёт?", true),
            ("如何开户", true),
            ("Where was the film La La Land shot?", false),
            ("naïve Bayes café", false),
        ] {
            assert_eq!(is_foreign(&words(text), &lexicon), expected, "{text}");
        }
    }
}
