//! The key of a question: its canonical text and the scope it was asked in.

/// What separates questions that must never see each other's answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    pub principal: String,
    pub namespace: Option<String>,
}
