//! The base form of an inflected English word: plurals and verb endings, by rule. Never derivation: `teacher` is not
//! `teach`. A wrong guess costs a hit, or makes two spellings of one word differ; it never touches stored text.

/// Without its inflection; words of up to three letters and words with other letters stay.
pub(crate) fn stem(word: &str) -> String {
    if word.len() <= 3 || !word.bytes().all(|letter| letter.is_ascii_lowercase()) {
        return word.to_owned();
    }
    if let Some(root) = word.strip_suffix("ing").filter(|root| is_root(root)) {
        return completed(root);
    }
    if let Some(root) = word.strip_suffix("ied").or_else(|| word.strip_suffix("ies")).filter(|root| root.len() > 1) {
        return format_with(root, 'y');
    }
    if let Some(root) = word.strip_suffix("ed").filter(|root| is_root(root)) {
        return completed(root);
    }
    singular(word).to_owned()
}

fn format_with(root: &str, letter: char) -> String {
    let mut word = String::with_capacity(root.len() + 1);
    word.push_str(root);
    word.push(letter);
    word
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// Long enough to be a word, with a vowel that is not the last letter of `-eed`.
fn is_root(root: &str) -> bool {
    root.len() >= 2 && root.bytes().any(is_vowel) && !root.ends_with("ee")
}

fn singular(word: &str) -> &str {
    let Some(root) = word.strip_suffix('s') else { return word };
    if root.ends_with(['s', 'u', 'i']) {
        return word;
    }
    match root.strip_suffix('e') {
        Some(stem) if ["ss", "x", "ch", "sh", "zz", "o"].iter().any(|end| stem.ends_with(end)) => stem,
        _ => root,
    }
}

/// What `-ing` and `-ed` were put onto: `mak` is `make`, `runn` is `run`, `open` is `open`.
fn completed(root: &str) -> String {
    let letters = root.as_bytes();
    let (last, before) = (letters[letters.len() - 1], letters[letters.len() - 2]);
    if last == before && !matches!(last, b'l' | b's' | b'z' | b'e' | b'o') {
        return root[..root.len() - 1].to_owned();
    }
    if takes_e(root, last, before) { format_with(root, 'e') } else { root.to_owned() }
}

/// Endings that English spells with an `e`.
const SILENT_E: &[&str] = &[
    "ag", "ang", "ar", "arg", "as", "at", "bin", "bl", "cl", "dg", "dl", "ens", "erg", "ers", "fin", "gl", "id", "is",
    "iz", "let", "min", "nor", "pir", "pl", "plor", "quir", "rag", "stor", "tl", "uag", "ud", "urg", "urs", "us", "ut",
    "vot",
];

/// Endings that look like the above and take none.
const NO_E: &[&str] = &["admin", "aid", "air", "ait", "ear", "eat", "mat", "oat", "oid", "oin", "oud", "out"];

fn takes_e(root: &str, last: u8, before: u8) -> bool {
    if matches!(last, b'v' | b'c' | b'u') || root.ends_with("creat") {
        return true;
    }
    let vowels = root.bytes().filter(|letter| is_vowel(*letter)).count();
    let is_closed = is_vowel(before) && !is_vowel(last) && !matches!(last, b'w' | b'x');
    if vowels == 1 && is_closed && root.len() <= 4 {
        return true;
    }
    root.len() > 3 && SILENT_E.iter().any(|end| root.ends_with(end)) && !NO_E.iter().any(|end| root.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inflections_share_their_base() {
        for (base, forms) in [
            ("make", "making makes"),
            ("run", "running runs"),
            ("open", "opening opened opens"),
            ("create", "creating created creates"),
            ("define", "defined defining"),
            ("enable", "enabled enabling"),
            ("stop", "stopped stopping"),
            ("study", "studies studied studying"),
            ("box", "boxes"),
            ("use", "using used uses"),
            ("change", "changing changed changes"),
            ("explain", "explained explaining"),
            ("increase", "increasing increased"),
            ("train", "trains"),
            ("walk", "walking walked"),
            ("compute", "computing computed"),
            ("convert", "converting"),
            ("install", "installing installed"),
            ("teach", "teaches"),
            ("fail", "failed"),
            ("require", "required"),
            ("hire", "hiring"),
            ("write", "writing"),
            ("save", "saving saved"),
            ("manage", "managed"),
            ("handle", "handling"),
            ("return", "returned"),
            ("agree", "agrees"),
            ("visit", "visited visiting"),
            ("format", "formatted formatting"),
            ("delete", "deleting deleted"),
            ("update", "updated"),
            ("compare", "comparing"),
            ("appear", "appeared"),
            ("avoid", "avoiding"),
            ("bus", "bus"),
            ("analysis", "analysis"),
            ("string", "string"),
        ] {
            for form in forms.split(' ').chain([base]) {
                assert_eq!(stem(form), stem(base), "{form} is {base}");
            }
        }
    }

    #[test]
    fn derived_words_stay_apart() {
        for (one, other) in [
            ("teacher", "teach"),
            ("plane", "plan"),
            ("car", "care"),
            ("employer", "employee"),
            ("universe", "university"),
            ("hop", "hope"),
            ("austria", "australia"),
        ] {
            assert_ne!(stem(one), stem(other));
        }
    }
}
