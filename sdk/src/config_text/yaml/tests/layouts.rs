//! YAML in every layout from a seed.

use super::{LIST, MAP, entry, over_http, server};
use crate::config_text::tests::Texts;
use crate::connector::Transport;

impl Texts {
    fn yaml(&mut self, container: &str) -> (String, bool) {
        let mut text = self.pick(&["", "", "# head\n", "---\n", "%YAML 1.2\n---\n", "--- # c\n\n"]).to_owned();
        let mut keys = vec!["alpha", "beta", "\"gamma\"", "'delta'"];
        let has_container = self.below(4) > 0;
        if has_container {
            keys.push(container);
        }
        let unit = self.pick(&["  ", "    ", " "]);
        for _ in 0..=self.below(keys.len()) {
            let key = keys.remove(self.below(keys.len()));
            text += self.yaml_blank();
            text += &match key == container {
                true if key == "extensions" => self.yaml_map(key, unit),
                true => self.yaml_list(key, unit),
                false => self.yaml_pair("", key, unit),
            };
        }
        text += self.pick(&["", "", "\n", "# end\n", "\n\n# end\n\n", "...\n", "\n... # c\n"]);
        let has_container = !keys.contains(&container) && has_container;
        if self.below(4) == 0 {
            text.truncate(text.trim_end().len());
        }
        let newline = self.pick(&["\n", "\n", "\r\n"]);
        (text.replace('\n', newline), !has_container)
    }

    fn yaml_map(&mut self, key: &str, unit: &str) -> String {
        if self.below(3) == 0 {
            let flow =
                self.pick(&["{}", "{ }", "{}  # c", "{a: {cmd: x}}", "{ a: {}, }", "{\n  a: 1, # c\n  # d\n  b\n  }"]);
            return format!("{key}: {flow}\n");
        }
        let mut text = format!("{key}:{}\n", self.pick(&["", " # c", "   "]));
        for index in 0..=self.below(3) {
            text += self.pick(&["", "", "\n", "  # c\n", "# c\n"]);
            text += &self.yaml_pair(unit, &format!("s{index}"), unit);
        }
        text + self.pick(&["", "", "  # c\n", "\n  # c\n"])
    }

    fn yaml_list(&mut self, key: &str, unit: &str) -> String {
        if self.below(3) == 0 {
            let flow = self.pick(&[
                "[]",
                "[ ]",
                "[]  # c",
                "[{name: x}]",
                "[ {name: x, a: b}, ]",
                "[\n  {name: x}, # c\n  y: z\n  ]",
            ]);
            return format!("{key}: {flow}\n");
        }
        let mut text = format!("{key}:{}\n", self.pick(&["", " # c"]));
        let indentation = if self.below(2) == 0 { "" } else { unit };
        for index in 0..=self.below(3) {
            text += self.pick(&["", "", "\n", "  # c\n"]);
            text +=
                &format!("{indentation}- name: s{index}\n{}", self.yaml_pair(&format!("{indentation}  "), "x", unit));
        }
        text
    }

    fn yaml_pair(&mut self, indentation: &str, key: &str, unit: &str) -> String {
        let inner = format!("{indentation}{unit}");
        let value = self.pick(&[
            " 1",
            "",
            " 'a # b' # c",
            " \"x\\\n@y\"",
            " |\n@isartor:\n@\n@  # no comment\n",
            " |+\n@x\n\n",
            " >-\n@x\n\n@y\n",
            "\n@a: 1\n@b: # c\n@# d\n",
            "\n@- a\n@- - b\n@  - c: 1\n@    d: 2\n",
            " {a: [b, {c: d}]}",
            " [\n@a, # c\n@b]",
            " &anchor x",
            " !tag {}",
            " a\n@b c # d",
            "\n@? a\n@: b\n@? c",
            " *anchor",
        ]);
        let value = if value == " *anchor" { " &anchor [1]" } else { value };
        format!("{indentation}{key}:{}\n", value.replace('@', &inner))
    }

    fn yaml_blank(&mut self) -> &'static str {
        self.pick(&["", "", "", "\n", "# c\n", "  # c\n"])
    }
}

#[test]
fn every_layout_survives_setting_and_removing() {
    let mut texts = Texts(17);
    for round in 0..2_000 {
        let (client, container) = if round % 2 == 0 { (&MAP, "extensions") } else { (&LIST, "mcpServers") };
        let (before, creates) = texts.yaml(container);
        let after = client
            .connect(Some(&before), &entry())
            .unwrap_or_else(|failure| panic!("round {round}: {failure:?}\n{before}"));
        assert_eq!(client.connect(Some(&after), &entry()).unwrap(), after, "round {round}: set twice\n{before}");
        let found = client.servers(&after).unwrap().into_iter().find(|entry| entry.name == "isartor").unwrap();
        assert_eq!(found.transport, Some(Transport::Stdio(server())), "round {round}\n{after}");
        let restored = client.disconnect(&after, "isartor", creates).unwrap();
        assert_eq!(restored.as_deref(), Some(before.as_str()), "round {round}\n{after}");
        let http = client.connect(Some(&after), &over_http()).unwrap();
        let restored = client.disconnect(&http, "isartor", creates).unwrap();
        assert_eq!(restored.as_deref(), Some(before.as_str()), "round {round}\n{http}");
    }
}

#[test]
fn no_text_makes_it_panic() {
    let mut texts = Texts(19);
    let pieces = [
        "[",
        "]",
        "{",
        "}",
        ":",
        ": ",
        "- ",
        ",",
        "\"",
        "'",
        "#",
        " # ",
        "\n",
        "\r",
        "\t",
        " ",
        "é",
        "&a ",
        "*a",
        "!t ",
        "? ",
        "|",
        ">",
        "---\n",
        "...\n",
        "%",
        "<<: ",
        "extensions",
        "isartor",
        "name",
        "\u{0}",
        "\u{feff}",
        "\u{2028}",
    ];
    for round in 0..6_000 {
        let (client, container) = if round % 2 == 0 { (&MAP, "extensions") } else { (&LIST, "mcpServers") };
        let mut text = texts.yaml(container).0;
        for _ in 0..=texts.below(4) {
            let at = (0..=texts.below(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            match texts.below(2) {
                0 => text.insert_str(at, texts.pick(&pieces)),
                _ => drop(text.drain(at..).next()),
            }
        }
        if let Ok(after) = client.connect(Some(&text), &entry()) {
            let found = client.servers(&after).unwrap().into_iter().find(|entry| entry.name == "isartor");
            assert_eq!(found.and_then(|entry| entry.transport), Some(Transport::Stdio(server())), "{text:?}\n{after}");
            if !text.contains("isartor") && !text.contains(container) && !text.trim().is_empty() {
                let restored = client.disconnect(&after, "isartor", true).unwrap();
                assert_eq!(restored.as_deref(), Some(text.as_str()), "{text:?}\n{after}");
            }
        }
        drop((client.disconnect(&text, "isartor", true), client.servers(&text)));
    }
}
