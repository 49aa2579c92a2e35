// The second generation of the TypeScript SDK, which speaks the versions with `initialize`, the one without, or both.

import { Client, SSEClientTransport, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

import { order, run } from "./session.mjs";

const mode = ["legacy", "auto"].includes(order.mode) ? order.mode : { pin: order.mode };
await run(new Client({ name: "client", version: "1.0.0" }, { versionNegotiation: { mode } }), {
    stdio: (order) => new StdioClientTransport(order),
    http: (order) => new StreamableHTTPClientTransport(new URL(order.url), order),
    sse: (order) => new SSEClientTransport(new URL(order.url), order),
});
