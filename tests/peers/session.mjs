// What every client from npm does, with an object that the test gives as JSON: list, miss, store, hit. Prints what the
// server said as one line of JSON, or the error that the client would show, and then fails.

export const order = JSON.parse(process.argv[2]);

// The same whichever kind of client it is: all have listTools and callTool.
async function session(client) {
    const { prompt } = order;
    const call = async (name, more) => {
        const result = await client.callTool({ name, arguments: { prompt, ...more } });
        if (result.isError) {
            throw new Error(`${name}: ${JSON.stringify(result.content)}`);
        }
        return result;
    };
    const tools = (await client.listTools()).tools.map((tool) => tool.name);
    const miss = await call("isartor_chat");
    const stored = await call("isartor_cache_store", { response: order.response });
    const hit = await call("isartor_chat");
    return {
        server: client.getServerVersion(),
        version: client.getNegotiatedProtocolVersion?.(),
        tools,
        miss: miss.structuredContent,
        stored: stored.structuredContent,
        hit: hit.structuredContent,
        text: hit.content[0].text,
    };
}

// `transports` makes a transport of each kind; the order says which.
export async function run(client, transports) {
    try {
        const headers = order.headers ?? {};
        await client.connect(transports[order.transport]({ ...order, requestInit: { headers } }));
        const said = await session(client);
        await client.close();
        console.log(JSON.stringify(said));
        // What a client leaves open behind it must not keep the test waiting.
        process.exit(0);
    } catch (error) {
        console.log(JSON.stringify({ error: String(error), cause: String(error.cause ?? ""), code: error.code }));
        process.exit(1);
    }
}
