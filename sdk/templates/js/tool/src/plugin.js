// {{title}}: one tool, a pure function of its arguments. The interface is isartor/wit/tool.wit.
// A failure is thrown as { kind: 'invalid-input' | 'unsupported' | 'failed', message, position: undefined }.

const countWords = {
  name: 'count_words',
  title: 'Count words',
  description: 'Counts the words of a text.',
  inputSchema: JSON.stringify({
    type: 'object',
    properties: { text: { type: 'string', description: 'The text whose words are counted.' } },
    required: ['text'],
    additionalProperties: false,
  }),
  outputSchema: JSON.stringify({
    type: 'object',
    properties: { words: { type: 'integer', minimum: 0 } },
    required: ['words'],
  }),
  hints: { readOnly: true, destructive: false, idempotent: true, openWorld: false },
};

export const tool = {
  definitions() {
    return [countWords];
  },

  call(name, argumentsText, _context) {
    if (name !== countWords.name) {
      throw { kind: 'unsupported', message: `no tool is named '${name}'`, position: undefined };
    }
    const { text } = JSON.parse(argumentsText);
    if (typeof text !== 'string') {
      throw { kind: 'invalid-input', message: "argument 'text' must be a string", position: undefined };
    }
    const structured = JSON.stringify({ words: text.split(/\s+/u).filter((word) => word !== '').length });
    return { content: [{ tag: 'text', val: structured }], structured, isError: false };
  },
};
