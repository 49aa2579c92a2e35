//! Which of the rules wins.

use super::*;

#[test]
fn each_prompt_has_one_reason() {
    let gate = Gate::new();
    for (prompt, expected) in [
        ("How do I boil an egg?", None),
        ("What is your return policy?", None),
        ("How much does a MacBook Air cost?", None),
        ("???", Some("empty")),
        ("🙂", Some("empty")),
        ("2+2", None),
        ("What's the weather today?", Some("volatile")),
        ("what about today?", Some("leans_on_context")),
        ("Continue", Some("leans_on_context")),
        ("Wie koche ich ein Ei?", Some("language")),
        ("Explain\n```\nlet x = 1;\n```", Some("code")),
        ("fix this function", Some("leans_on_context")),
        ("fix this function: def f(a): return a+1", Some("code")),
    ] {
        assert_eq!(gate.of(prompt).code(), expected, "{prompt}");
    }
    assert!(gate.is_volatile("and the weather today?"), "a text may be both");
    assert!(!gate.may_answer("What does a_b do?", "What does a_c do?"));
}
