//! Which prompts are code, and which name the same in it.

use super::*;

#[test]
fn code_is_told_from_prose() {
    for (text, expected) in [
        ("What is a closure?", false),
        ("What does `a == b` do in Python?", false),
        ("What is the difference between == and ===?", false),
        ("How do I call foo() in C?", false),
        ("Explain\n```\nx\n```", true),
        ("First line.\nSecond line.", false),
        ("Why does this fail?\nprint(x)", true),
        ("if (x) {\n  y();\n}", true),
        ("Is 3 < 5?", false),
        ("Is 2+2=4?", false),
        ("solve x^2 + 3x = 5", false),
        ("fix this function: def f(a): return a+1", true),
        ("SELECT name FROM users WHERE id=1;\nWhy is it slow?", true),
        ("Buy milk (two litres), eggs (six) and bread.", false),
        ("Dear Ann,\nthank you; see you soon.\nBob", false),
        ("What is C++ used for?", false),
        ("see https://example.org/a?b=c&d=e and https://example.org/x?y=z", false),
        ("Compare f(x)=x+1 with g(x)=x+2", true),
    ] {
        assert_eq!(is_block(text), expected, "{text}");
    }
}

#[test]
fn names_are_compared() {
    for (asked, stored, expected) in [
        ("How do I boil an egg?", "how to boil an egg", true),
        ("What does `useEffect` do?", "what is useEffect for", true),
        ("What does useEffect do?", "What does useState do?", false),
        ("What does useEffect do?", "what does useeffect do", true),
        ("How do I use os.path.join?", "How do I use os.path.split?", false),
        ("how to use Node.js streams", "how to use node.js streams", true),
        ("What does get_user return?", "What does set_user return?", false),
        ("What does get_user return?", "What does get_user give back?", true),
        ("How do I call foo()?", "How do I call foo?", true),
        ("How do I call foo()?", "How do I call bar()?", false),
        ("What does ls -a do?", "What does ls -l do?", false),
        ("What does chmod -R do?", "What does chmod -r do?", false),
        ("git push --force", "git push --force-with-lease", false),
        ("git push --force", "git push", false),
        ("What is in /etc/hosts?", "What is in /etc/passwd?", false),
        ("What is in /etc/hosts?", "what's in /etc/hosts", true),
        ("difference between == and ===", "difference between != and !==", false),
        ("difference between == and === in JavaScript", "how do == and === differ in JavaScript", true),
        ("Is C++ hard?", "Is C# hard?", false),
        ("Is C++ hard?", "Is C hard?", false),
        ("is c++ hard to learn", "Is C++ difficult to learn?", true),
        ("What is $HOME?", "What is $PATH?", false),
        ("what is std::vec", "what is std::map", false),
        ("Explain a[0] in C", "Explain a[1] in C", false),
        ("What does print(x) do?", "What does print(y) do?", false),
        ("What is a .gitignore file?", "What is a .gitattributes file?", false),
        ("What is a .gitignore file?", "what's .gitignore", true),
        ("Is my iPhone slow?", "Is my iphone slow?", true),
        ("What is macOS?", "what is macos", true),
        ("What does e.g. mean?", "What does i.e. mean?", true),
        ("Is the U.S. big?", "is the US big", true),
        ("Is 3.5 a float?", "Is 3.6 a float?", true),
        ("he/she or they?", "they or he", true),
        ("How does TCP/IP work?", "how tcp/ip works", true),
        ("Q&A tips", "questions and answers tips", true),
        ("What is `x`?", "What is `y`?", false),
        ("What is `x`?", "what is x", true),
        ("How do I read main.rs?", "How do I read lib.rs?", false),
        ("open https://example.org/a", "open https://example.org/b", false),
        ("What does -> mean in Rust?", "What does => mean in Rust?", false),
        ("bake at 200 - 220 degrees", "bake at 200 to 220 degrees", true),
        ("How to use map() and filter()?", "How to use map()?", false),
        ("install @types/node", "install @types/react", false),
        ("which movie(s) made you cry", "which movies made you cry", true),
        ("Is it good.How do I know?", "Is it good. How do I know?", true),
        ("gay/lesbian/bi bars", "bars for gays", true),
        ("What does `a + b` do?", "What does `a - b` do?", false),
    ] {
        assert_eq!(names_the_same(asked, stored), expected, "{asked} | {stored}");
        assert_eq!(names_the_same(stored, asked), expected, "{stored} | {asked}");
    }
}
