//! What counts as a number, and its one spelling. Values are text: no rounding, and 3.10 stays unlike 3.1.

/// Splits `10k` into `10` and `k`; none when the text does not start with a digit.
pub(super) fn split_prefix(core: &str) -> Option<(&str, &str)> {
    let unsigned = core.strip_prefix(['-', '+']).unwrap_or(core);
    let end = unsigned.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | ':' | '/' | '-')));
    let suffix = end.map_or("", |end| &unsigned[end..]);
    let digits = core[..core.len() - suffix.len()].trim_end_matches(['-', '.', ',', ':', '/']);
    let first = unsigned.chars().next()?;
    first.is_ascii_digit().then(|| (digits, &core[digits.len()..]))
}

/// One spelling: no separators between thousands, no empty decimals, no leading zero before a point.
pub(super) fn normalised(digits: &str) -> String {
    let joined = if has_thousands(digits) { digits.replace(',', "") } else { digits.to_owned() };
    match joined.strip_suffix(".00") {
        Some(whole) if !whole.contains('.') => whole.to_owned(),
        _ => joined,
    }
}

/// `1,000`, `12,345,678.9` and the Indian `1,00,000`, but not the list `1,2,3`.
fn has_thousands(digits: &str) -> bool {
    let whole = digits.trim_start_matches(['-', '+']).split('.').next().unwrap_or_default();
    let mut groups = whole.split(',').rev();
    let last = groups.next().unwrap_or_default();
    let mut middle: Vec<&str> = groups.collect();
    let Some(first) = middle.pop() else { return false };
    last.len() == 3
        && (1..=3).contains(&first.len())
        && (middle.iter().all(|group| group.len() == 3) || middle.iter().all(|group| group.len() == 2))
        && whole.chars().all(|c| c == ',' || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling() {
        for (text, expected) in [
            ("1,000", "1000"),
            ("1,00,000", "100000"),
            ("12,345.67", "12345.67"),
            ("5.00", "5"),
            ("-5", "-5"),
            ("3.10", "3.10"),
            ("1,2,3", "1,2,3"),
            ("1,5", "1,5"),
            ("1.2.00", "1.2.00"),
            ("10:30", "10:30"),
        ] {
            assert_eq!(normalised(text), expected);
        }
    }

    #[test]
    fn a_number_is_split_from_what_follows() {
        for (text, expected) in [
            ("10k", Some(("10", "k"))),
            ("1.5gb", Some(("1.5", "gb"))),
            ("5-year", Some(("5", "-year"))),
            ("-5", Some(("-5", ""))),
            ("3/4", Some(("3/4", ""))),
            ("mp3", None),
            ("-p", None),
        ] {
            assert_eq!(split_prefix(text), expected);
        }
    }
}
