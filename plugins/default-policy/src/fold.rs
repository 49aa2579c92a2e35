//! One spelling for characters that have several: composed accents, typographic quotes, dashes and spaces, full-width
//! forms. Never changes case, words or the order of anything.

/// A combining mark, the letters it composes with, and what each becomes.
const COMPOSITIONS: &[(char, &str, &str)] = &[
    ('\u{300}', "AEIOUNWYaeiounwy", "ÀÈÌÒÙǸẀỲàèìòùǹẁỳ"),
    ('\u{301}', "AEIOUYCLNRSZGKMPWaeiouyclnrszgkmpw", "ÁÉÍÓÚÝĆĹŃŔŚŹǴḰḾṔẂáéíóúýćĺńŕśźǵḱḿṕẃ"),
    ('\u{302}', "AEIOUCGHJSWYZaeioucghjswyz", "ÂÊÎÔÛĈĜĤĴŜŴŶẐâêîôûĉĝĥĵŝŵŷẑ"),
    ('\u{303}', "AEIOUNYaeiouny", "ÃẼĨÕŨÑỸãẽĩõũñỹ"),
    ('\u{304}', "AEIOUYaeiouy", "ĀĒĪŌŪȲāēīōūȳ"),
    ('\u{306}', "AEIOUGaeioug", "ĂĔĬŎŬĞăĕĭŏŭğ"),
    ('\u{307}', "CEGZIAOcegzao", "ĊĖĠŻİȦȮċėġżȧȯ"),
    ('\u{308}', "AEIOUYaeiouy", "ÄËÏÖÜŸäëïöüÿ"),
    ('\u{30a}', "AUau", "ÅŮåů"),
    ('\u{30b}', "OUou", "ŐŰőű"),
    ('\u{30c}', "CDEGLNRSTZcdegklnrstz", "ČĎĚǦĽŇŘŠŤŽčďěǧǩľňřšťž"),
    ('\u{323}', "ABDEHIKLMNORSTUVWYZabdehiklmnorstuvwyz", "ẠḄḌẸḤỊḲḶṂṆỌṚṢṬỤṾẈỴẒạḅḍẹḥịḳḷṃṇọṛṣṭụṿẉỵẓ"),
    ('\u{327}', "CGKLNRSTcgklnrst", "ÇĢĶĻŅŖŞŢçģķļņŗşţ"),
    ('\u{328}', "AEIUaeiu", "ĄĘĮŲąęįų"),
];

/// The text with one spelling for each character, and with `\n` line ends.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut previous = '\0';
    for character in text.chars() {
        let after_return = previous == '\r';
        previous = character;
        match character {
            '\n' if after_return => {}
            '\r' => folded.push('\n'),
            '\u{300}'..='\u{328}' => push_mark(&mut folded, character),
            '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => {}
            other => push_plain(&mut folded, other),
        }
    }
    folded
}

fn push_plain(folded: &mut String, character: char) {
    match character {
        '‘' | '’' | '‛' | 'ʼ' | '′' | '´' => folded.push('\''),
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' => folded.push('"'),
        '‐' | '‑' | '‒' | '–' | '−' => folded.push('-'),
        '―' => folded.push('—'),
        '…' => folded.push_str("..."),
        'ﬁ' => folded.push_str("fi"),
        'ﬂ' => folded.push_str("fl"),
        '。' => folded.push('.'),
        '؟' => folded.push('?'),
        '،' => folded.push(','),
        '\n' | '\t' => folded.push(character),
        '\u{ff01}'..='\u{ff5e}' => folded.push(full_width(character)),
        space if space.is_whitespace() => folded.push(' '),
        other => folded.push(other),
    }
}

/// The ASCII character that a full-width form stands for.
fn full_width(character: char) -> char {
    char::from_u32(u32::from(character) - 0xff01 + 0x21).expect("the range maps onto printable ASCII")
}

fn push_mark(folded: &mut String, mark: char) {
    let base = folded.chars().next_back();
    match base.and_then(|letter| composed(letter, mark)) {
        Some(letter) => {
            folded.pop();
            folded.push(letter);
        }
        None => folded.push(mark),
    }
}

fn composed(base: char, mark: char) -> Option<char> {
    let (_, bases, results) = COMPOSITIONS.iter().find(|(candidate, ..)| *candidate == mark)?;
    let index = bases.chars().position(|candidate| candidate == base)?;
    results.chars().nth(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_composition_row_pairs_its_letters() {
        for (mark, bases, results) in COMPOSITIONS {
            assert_eq!(bases.chars().count(), results.chars().count(), "row of U+{:04X}", u32::from(*mark));
        }
    }

    #[test]
    fn characters_with_several_spellings_become_one() {
        for (text, expected) in [
            ("cafe\u{301}", "café"),
            ("mu\u{308}nchen", "münchen"),
            ("what’s “on”?", "what's \"on\"?"),
            ("5\u{a0}km", "5 km"),
            ("１２", "12"),
            ("a\r\nb\rc", "a\nb\nc"),
            ("−5 – 7", "-5 - 7"),
            ("Кириллица", "Кириллица"),
        ] {
            assert_eq!(fold(text), expected);
        }
    }
}
