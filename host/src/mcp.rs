//! The MCP server on rmcp: what a session sees. Transports are elsewhere.
