//! Install isartor into an AI client: plan, then apply; and undo. Never writes a file itself.
