// The first generation of the TypeScript SDK, which Claude Desktop and most clients of today are made with.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

import { run } from "./session.mjs";

await run(new Client({ name: "sdk", version: "1.0.0" }), {
    stdio: (order) => new StdioClientTransport(order),
    http: (order) => new StreamableHTTPClientTransport(new URL(order.url), order),
    sse: (order) => new SSEClientTransport(new URL(order.url), order),
});
