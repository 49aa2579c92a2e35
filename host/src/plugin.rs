//! Plugins: found, checked, linked with what they were granted, and called within limits. The only place that
//! knows wasmtime; a plugin's fault ends its call, never the host.
