//! Payment card numbers: the issuers' prefixes, their lengths and groups, and the check digit.

/// Numbers that documentation uses.
const FOR_TESTS: &[&str] = &[
    "4242424242424242",
    "4111111111111111",
    "5555555555554444",
    "378282246310005",
    "4000056655665556",
    "5105105105105100",
    "6011111111111117",
    "371449635398431",
    "4012888888881881",
    "5200828282828210",
    "4000000000000002",
    "5454545454545454",
];

pub(super) fn find(text: &str) -> bool {
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let begins = start == 0 || !rest[..start].ends_with(is_part_of_more);
        rest = &rest[start..];
        let length = rest.find(|c: char| !c.is_ascii_digit() && c != ' ' && c != '-').unwrap_or(rest.len());
        let (run, after) = rest.split_at(length);
        let run = run.trim_end_matches([' ', '-']);
        if begins && !after.starts_with(is_part_of_more) && is_card(run) {
            return true;
        }
        rest = after;
    }
    false
}

/// Beside these, digits belong to something longer.
fn is_part_of_more(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.' | '/' | '-' | '+' | '#' | '=')
}

fn is_card(run: &str) -> bool {
    let groups: Vec<usize> = run.split([' ', '-']).map(str::len).collect();
    let is_grouped = matches!(groups.as_slice(), [16] | [15] | [4, 4, 4, 4] | [4, 6, 5]);
    let digits: String = run.chars().filter(char::is_ascii_digit).collect();
    is_grouped
        && has_issuer(&digits)
        && passes_luhn(&digits)
        && !FOR_TESTS.contains(&digits.as_str())
        && !digits.starts_with("0000")
}

fn has_issuer(digits: &str) -> bool {
    let first: u32 = digits.get(..4).and_then(|first| first.parse().ok()).unwrap_or(0);
    match digits.len() {
        15 => matches!(first / 100, 34 | 37),
        _ => {
            matches!(first / 1000, 4)
                || matches!(first / 100, 51..=55 | 65)
                || matches!(first, 2221..=2720 | 6011 | 6440..=6499 | 3528..=3589)
        }
    }
}

fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, byte)| {
            let digit = u32::from(byte - b'0') * if index % 2 == 1 { 2 } else { 1 };
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}
