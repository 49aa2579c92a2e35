//! Exchange rates and what is traded by the minute, and never what such a price is or what something costs in a shop.

use super::super::dictionary::Class;
use super::super::text::Text;

pub(super) fn asks_for_a_rate(text: &Text) -> bool {
    let opens_general = text.opens_with(&[
        "why",
        "how does",
        "how do",
        "how are",
        "what affects",
        "what determines",
        "how have",
        "how has",
        "how will",
        "what causes",
    ]);
    converts(text)
        || (!opens_general && (exchange_rate(text) || listed_price(text) || commodity_price(text) || index_level(text)))
}

/// `100 usd in eur`, `how many dollars is 50 euros`, `dollar to rupee`.
fn converts(text: &Text) -> bool {
    const BETWEEN: &[&str] = &["to", "in", "into", "is", "are", "equal", "equals", "per", "against", "for", "make"];
    if text.len() == 2 && text.words().iter().all(|word| word.has(Class::Currency)) {
        return true;
    }
    let mut last: Option<usize> = None;
    for (index, word) in text.words().iter().enumerate().filter(|(_, word)| word.has(Class::Currency)) {
        if let Some(before) = last.filter(|before| currency(text.at(*before)) != currency(&word.text)) {
            let gap = index - before - 1;
            let joined = (before + 1..index).any(|at| text.is(at, BETWEEN));
            if gap <= 5
                && joined
                && !text.contains(&["difference", "symbol", "called", "weigh", "peg", "enough", "tip", "where"])
            {
                return true;
            }
        }
        last = Some(index);
    }
    false
}

/// One name for each currency that has several.
fn currency(name: &str) -> &str {
    match name {
        "$" | "dollar" | "dollars" | "buck" | "bucks" => "usd",
        "€" | "euro" | "euros" => "eur",
        "£" | "pound" | "pounds" | "quid" | "sterling" => "gbp",
        "¥" | "yen" => "jpy",
        "₹" | "rupee" | "rupees" => "inr",
        other => other,
    }
}

fn exchange_rate(text: &Text) -> bool {
    let mut rates = text
        .places(&["rate", "rates"])
        .filter(|index| text.before(*index) == "exchange" || text.before(*index) == "conversion");
    let named = text.names(Class::Currency) || text.is(0, &["exchange"]);
    rates.any(|index| {
        let first = index - 1;
        let is_kind = text.is_before(first, &["a", "an", "fixed", "floating", "effective", "pegged"]);
        let is_compound = text
            .is(index + 1, &["mechanism", "risk", "policy", "regime", "system", "mean", "means", "work", "determined"]);
        let asked = text.is_before(first, &["the", "is"])
            && (text.ends_at(index) || text.is(index + 1, &["of", "for", "between", "from"]));
        !is_kind && !is_compound && !text.contains(&["determines", "affects", "influences"]) && (named || asked)
    })
}

/// `Apple stock price`, `share price of Tesla`, `market cap of Nvidia`.
fn listed_price(text: &Text) -> bool {
    let is_listed = |index: &usize| match text.at(*index) {
        "price" | "prices" | "value" | "quote" => text.is_before(*index, &["stock", "share", "shares"]),
        "cap" | "capitalization" => text.before(*index) == "market",
        _ => false,
    };
    let mut prices = text.places(&["price", "prices", "value", "quote", "cap", "capitalization"]).filter(is_listed);
    prices.any(|index| company_before(text, index - 1) || company_after(text, index + 1)) || shares_trade(text)
}

fn company_before(text: &Text, index: usize) -> bool {
    const GENERAL: &[&str] = &[
        "company's",
        "firm's",
        "predict",
        "predicting",
        "affect",
        "affects",
        "determine",
        "determines",
        "calculate",
        "average",
        "target",
        "increase",
        "raise",
        "analyze",
        "forecast",
        "high",
        "low",
        "rising",
        "falling",
        "company",
        "historical",
        "good",
        "bad",
        "get",
        "penny",
        "common",
        "preferred",
        "strike",
        "small",
        "large",
        "mid",
        "define",
        "good",
        "bad",
        "understanding",
        "influence",
        "drives",
        "moves",
    ];
    let Some(word) = index.checked_sub(1).and_then(|before| text.words().get(before)) else { return false };
    !word.has(Class::Function) && !GENERAL.contains(&word.text.as_str())
}

fn company_after(text: &Text, index: usize) -> bool {
    const GENERAL: &[&str] = &["a", "an", "companies", "company", "any", "my", "each", "stocks"];
    let first = index + 1 + usize::from(text.at(index + 1) == "the");
    text.is(index, &["of", "for"])
        && first <= text.len()
        && !text.is(index + 1, GENERAL)
        && !text.is(first, GENERAL)
        && first < text.len()
}

/// `what is Tesla stock trading at`, `how much is a share of Google worth`.
fn shares_trade(text: &Text) -> bool {
    let names_share = text.contains(&["stock", "share", "shares", "stocks"]);
    let trades = text.places(&["trading"]).any(|index| text.at(index + 1) == "at")
        || (text.opens_with(&["what is"]) && text.at(text.len() - 1) == "at")
        || (text.says(0, "how much is") && text.contains(&["worth", "of"]));
    names_share && trades
}

/// `gold price`, `price of crude oil`, `how much is bitcoin worth`.
fn commodity_price(text: &Text) -> bool {
    const PRICE: &[&str] = &["price", "prices", "rate", "value"];
    let mut goods =
        text.words().iter().enumerate().filter(|(_, word)| word.has(Class::Commodity)).map(|(index, _)| index);
    let is_thing = |index: usize| {
        text.is(
            index + 1,
            &["ring", "chain", "mining", "plated", "medal", "account", "wallet", "filter", "pan", "wire"],
        )
    };
    goods.any(|index| {
        let after = text.is(index + 1, PRICE) && !text.is(index + 2, &["mean", "means"]);
        let of =
            text.is_before(index, &["of"]) && index >= 2 && text.is(index - 2, PRICE) || text.says(index, "oil price");
        let worth = text.opens_with(&["how much is", "what is"]) && text.contains(&["worth"]) && index <= 5;
        let bare = text.says(0, "how much is") && index <= 4 && text.ends_at(index) && text.len() <= 5;
        !is_thing(index) && (after || of || worth || bare)
    }) && !text.opens_with(&["who", "when"])
}

fn index_level(text: &Text) -> bool {
    const INDICES: &[&str] = &["nasdaq", "dow", "sensex", "nifty", "ftse", "dax", "nikkei"];
    let levels = text.places(INDICES).any(|index| {
        (index + 1..index + 4)
            .any(|at| text.is(at, &["at", "trading", "doing", "level", "close", "price", "value", "points"]))
    });
    levels || text.says(0, "how is the stock market doing") || text.says(0, "how is the market doing")
}
