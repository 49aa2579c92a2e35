"""FastMCP's client."""

from fastmcp import Client
from fastmcp.client import SSETransport, StdioTransport, StreamableHttpTransport

from session import ORDER, run, session


def transport():
    headers = ORDER.get("headers", {})
    match ORDER["transport"]:
        case "stdio":
            return StdioTransport(ORDER["command"], ORDER["args"], env=ORDER["env"], keep_alive=False)
        case "http":
            return StreamableHttpTransport(ORDER["url"], headers=headers)
        case "sse":
            return SSETransport(ORDER["url"], headers=headers)


async def main():
    async with Client(transport(), mode=ORDER["mode"]) as client:
        said = await session(client, await client.list_tools())
        return said | {"version": client.session.protocol_version}


run(main)
