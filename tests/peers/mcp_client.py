"""The Python SDK's client."""

from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from session import ORDER, run, session


def server():
    headers = ORDER.get("headers", {})
    match ORDER["transport"]:
        case "stdio":
            return StdioServerParameters(command=ORDER["command"], args=ORDER["args"], env=ORDER["env"])
        case "http":
            return streamable_http_client(ORDER["url"], http_client=create_mcp_http_client(headers=headers))
        case "sse":
            return sse_client(ORDER["url"], headers=headers)


async def main():
    async with Client(server(), mode=ORDER["mode"]) as client:
        said = await session(client, (await client.list_tools()).tools)
        return said | {"server": client.server_info and client.server_info.model_dump(), "version": client.protocol_version}


run(main)
