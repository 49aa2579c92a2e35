"""{{title}}: one tool, a pure function of its arguments. The interface is isartor/wit/tool.wit.

A failure is raised as Err(Failure(FailureKind.INVALID_INPUT, message, None)).
"""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.tool import Hints, ToolDefinition, ToolResult
from wit_world.imports.content import CallContext, Content_Text
from wit_world.imports.types import Failure, FailureKind

COUNT_WORDS = ToolDefinition(
    name="count_words",
    title="Count words",
    description="Counts the words of a text.",
    input_schema=json.dumps({
        "type": "object",
        "properties": {"text": {"type": "string", "description": "The text whose words are counted."}},
        "required": ["text"],
        "additionalProperties": False,
    }),
    output_schema=json.dumps({
        "type": "object",
        "properties": {"words": {"type": "integer", "minimum": 0}},
        "required": ["words"],
    }),
    hints=Hints(read_only=True, destructive=False, idempotent=True, open_world=False),
)


class Tool(exports.Tool):
    def definitions(self) -> list[ToolDefinition]:
        return [COUNT_WORDS]

    def call(self, name: str, arguments: str, context: CallContext) -> ToolResult:
        if name != COUNT_WORDS.name:
            raise Err(Failure(FailureKind.UNSUPPORTED, f"no tool is named '{name}'", None))
        text = json.loads(arguments).get("text")
        if not isinstance(text, str):
            raise Err(Failure(FailureKind.INVALID_INPUT, "argument 'text' must be a string", None))
        structured = json.dumps({"words": len(text.split())}, separators=(",", ":"))
        return ToolResult(content=[Content_Text(structured)], structured=structured, is_error=False)
