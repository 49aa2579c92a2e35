//! What is on disk. The only place that knows redb.
