"""What every client from PyPI does, with an object that the test gives as JSON: list, miss, store, hit. Prints what the
server said as one line of JSON, or the error that the client would show, and then fails."""

import asyncio
import json
import sys

ORDER = json.loads(sys.argv[1])


async def session(client, tools):
    """The same whichever client it is: both have call_tool and name the structured content alike."""

    async def call(name, **more):
        result = await client.call_tool(name, {"prompt": ORDER["prompt"], **more})
        if result.is_error:
            raise RuntimeError(f"{name}: {result.content}")
        return result

    miss = await call("isartor_chat")
    stored = await call("isartor_cache_store", response=ORDER["response"])
    hit = await call("isartor_chat")
    return {
        "tools": [tool.name for tool in tools],
        "miss": miss.structured_content,
        "stored": stored.structured_content,
        "hit": hit.structured_content,
        "text": hit.content[0].text,
    }


def causes(error):
    """An exception with everything it was made of: the clients raise groups."""
    inner = [error.__cause__, *getattr(error, "exceptions", [])]
    return [repr(error), *(text for cause in inner if cause for text in causes(cause))]


def run(main):
    try:
        print(json.dumps(asyncio.run(main())))
    except Exception as error:
        print(json.dumps({"error": causes(error)}))
        sys.exit(1)
