//! The page of `isartor policy eval`, looked at in a browser: what is on it, and that the curve is drawn where it can
//! be seen.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::browser;
use crate::support::{Home, text};

/// The page forbids scripts; a copy for the test allows this one, which writes down where everything is.
const MEASURE: &str = r#"<script>
const box = element => { const { left, top, right, bottom } = element.getBoundingClientRect(); return { left, top, right, bottom }; };
const all = selector => [...document.querySelectorAll(selector)];
const measured = {
  width: document.documentElement.scrollWidth, window: window.innerWidth,
  picture: box(document.querySelector('svg')),
  curve: box(document.querySelector('svg .curve')),
  stroke: getComputedStyle(document.querySelector('svg .curve')).stroke,
  points: all('svg circle').map(box),
  policy: box(document.querySelector('svg .policy path')),
  labels: all('svg .labels text').map(label => ({ text: label.textContent, ...box(label) })),
  texts: all('svg text').map(box),
  figures: all('.figures strong').map(figure => figure.textContent),
  tables: all('table').map(table => ({
    caption: table.caption.textContent,
    columns: [...table.tHead.rows[0].cells].map(cell => cell.scope + ':' + cell.textContent),
    rows: [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.textContent)),
  })),
  scripts: all('script').length,
  paper: getComputedStyle(document.body).backgroundColor,
};
const result = document.createElement('pre');
result.id = 'measured';
result.textContent = JSON.stringify(measured);
document.body.append(result);
</script>"#;

const PAIRS: &str = r#"{"a": "How do I boil an egg?", "b": "how to boil an egg", "hit": true, "kind": "wording"}
{"a": "What is 15% of 80?", "b": "what's 15% of 80", "hit": true, "kind": "wording"}
{"a": "How can I reset my password?", "b": "How do I reset my password?", "hit": true, "kind": "wording"}
{"a": "What does <script>alert('x')</script> do?", "b": "How many sheep live in <b>Wales</b> & \"x\"?", "hit": true, "kind": "<i>code</i>"}
{"a": "Turn on the lights", "b": "Turn off the lights", "hit": false, "kind": "opposite"}
{"a": "Convert 5 miles to kilometres", "b": "Convert 5 kilometres to miles", "hit": false, "kind": "order"}
{"a": "Who painted the Mona Lisa?", "b": "When was the Mona Lisa painted?", "hit": false, "kind": "question word"}
"#;

#[test]
fn the_page_is_complete_by_itself() {
    let home = Home::with_model();
    let page = fs::read_to_string(home.page(&[])).expect("the page was written");
    for address in ["http://", "https://", "src=", "href=", "url(", "@import", "<script", "<link"] {
        assert!(!page.contains(address), "{address}: the page asks for nothing");
    }
    assert!(page.contains("<html lang=\"en\">") && page.contains("aria-labelledby=\"curve-title curve-description\""));
    assert!(page.contains("default-src 'none'"), "a browser would refuse what a pair could smuggle in");
}

#[test]
fn the_page_shows_the_figures_and_draws_the_curve() {
    let home = Home::with_model();
    let page = home.page(&["--policy", "threshold-policy", "--set", "threshold=0.3"]);
    let measured = measured(&page, &[]);
    assert_eq!(measured["figures"], serde_json::json!(["50.0 %", "75.0 %", "100.0 %"]));
    assert_eq!(measured["scripts"], 1, "only the one that measures: a pair's text is text");
    let table = |caption: &str| {
        let tables = measured["tables"].as_array().expect("a list");
        tables.iter().find(|table| table["caption"] == caption).unwrap_or_else(|| panic!("no table: {caption}")).clone()
    };
    let rows = table("Pairs that were missed and could have been served")["rows"].clone();
    let row = rows.as_array().expect("rows").iter().find(|row| row[1] == "<i>code</i>").expect("the pair is listed");
    assert_eq!(
        (&row[3], &row[4]),
        (&"What does <script>alert('x')</script> do?".into(), &"How many sheep live in <b>Wales</b> & \"x\"?".into())
    );
    let wrong = table("Pairs that were served and should not have been")["rows"].as_array().map(Vec::len);
    assert_eq!(wrong, Some(3));
    assert_eq!(table("Pairs by their kind")["columns"][0], "col:kind");
    let curve = table("What plain cosine would do at each threshold, with 95 % intervals");
    assert_eq!(curve["rows"].as_array().map(Vec::len), Some(30));
    assert_drawn(&measured);
}

#[test]
fn the_page_follows_the_readers_colours_and_width() {
    let home = Home::with_model();
    let page = home.page(&[]);
    let light = measured(&page, &["--blink-settings=preferredColorScheme=1"]);
    let dark = measured(&page, &["--blink-settings=preferredColorScheme=0"]);
    assert_ne!((&light["paper"], &light["stroke"]), (&dark["paper"], &dark["stroke"]));
    assert_ne!(light["paper"], dark["paper"]);
    let narrow = measured(&page, &["--window-size=500,900"]);
    assert!(narrow["width"].as_f64() <= narrow["window"].as_f64(), "nothing makes the page wider than the window");
    let picture = home.user().join("page.png");
    browser::screenshot(&page, &picture);
    assert!(fs::read(picture).expect("the picture was taken").starts_with(b"\x89PNG"));
}

/// Everything lies within the picture, the curve takes up room, and no name lies on another.
fn assert_drawn(measured: &Value) {
    let picture = &measured["picture"];
    let edge = |area: &Value, name: &str| area[name].as_f64().unwrap_or_else(|| panic!("{name} of {area}"));
    let inside = |area: &Value| {
        assert!(edge(area, "left") >= edge(picture, "left") && edge(area, "right") <= edge(picture, "right"), "{area}");
        assert!(edge(area, "top") >= edge(picture, "top") && edge(area, "bottom") <= edge(picture, "bottom"), "{area}");
    };
    let list = |name: &str| measured[name].as_array().expect("a list").clone();
    [&measured["curve"], &measured["policy"]].into_iter().for_each(inside);
    [list("points"), list("texts")].iter().flatten().for_each(inside);
    assert!(list("points").len() > 10, "a point for each threshold that serves anything");
    assert_ne!(measured["stroke"], "none");
    let width = edge(&measured["curve"], "right") - edge(&measured["curve"], "left");
    assert!(width > 0.4 * (edge(picture, "right") - edge(picture, "left")), "{width} of {picture}");
    let labels = list("labels");
    assert_eq!(labels[0]["text"], "threshold-policy");
    assert!(labels.len() > 1, "{labels:?}");
    for (index, one) in labels.iter().enumerate() {
        for other in &labels[index + 1..] {
            let beside = edge(one, "right") <= edge(other, "left") || edge(other, "right") <= edge(one, "left");
            let above = edge(one, "bottom") <= edge(other, "top") || edge(other, "bottom") <= edge(one, "top");
            assert!(beside || above, "{one} lies on {other}");
        }
    }
}

fn measured(page: &Path, more: &[&str]) -> Value {
    let html = fs::read_to_string(page).expect("the page was written");
    let open = html.replace("default-src 'none'; style-src 'unsafe-inline'", "default-src 'unsafe-inline'");
    assert_ne!(open, html, "the copy allows the measuring script");
    let copy = page.with_extension("measured.html");
    fs::write(&copy, open.replace("</body>", &format!("{MEASURE}</body>"))).expect("it can be written");
    let dom = browser::dom(&copy, more);
    let found = dom.split_once("<pre id=\"measured\">").and_then(|(_, rest)| rest.split_once("</pre>"));
    let (json, _) = found.unwrap_or_else(|| panic!("the script did not run: {dom}"));
    let plain = json.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&");
    serde_json::from_str(&plain).unwrap_or_else(|error| panic!("{error}: {plain}"))
}

impl Home {
    fn page(&self, more: &[&str]) -> std::path::PathBuf {
        let (file, page) = (self.pairs(PAIRS), self.user().join("report.html"));
        let arguments = [file.to_str().expect("UTF-8"), "--html", page.to_str().expect("UTF-8")];
        let output = self.policy_eval(&[&arguments, more].concat());
        assert!(output.status.success(), "{}", text(&output));
        assert!(String::from_utf8_lossy(&output.stdout).contains("the page is "), "{}", text(&output));
        page
    }
}
