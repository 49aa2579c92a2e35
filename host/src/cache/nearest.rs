//! Vector to nearest stored questions.
