//! The only code that changes a user's file: back up, replace in one step, verify, undo.
