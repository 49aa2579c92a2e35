// {{title}}: serves the nearest stored answer when its question is near enough and asks for the same numbers.
// The interface is isartor/wit/policy.wit. A policy has no imports and may be reset at any time.

let minimumCosine = 0.97;

export const policy = {
  configure(settings) {
    for (const [name, value] of settings) {
      const number = Number(value);
      if (name !== 'minimum_cosine') {
        throw { kind: 'invalid-input', message: `there is no setting called ${name}`, position: undefined };
      }
      if (!(number >= 0 && number <= 1)) {
        throw { kind: 'invalid-input', message: `${name} must be 0.0 to 1.0, not "${value}"`, position: undefined };
      }
      minimumCosine = number;
    }
  },

  // The numbers in the text, which must be the same for an answer to be the same: ASCII, at most 4,096 bytes.
  describe(text) {
    const numbers = (text.match(/[0-9]+/g) ?? []).join(' ').slice(0, 4096);
    return Uint8Array.from(numbers, (character) => character.charCodeAt(0));
  },

  decide(question, candidates) {
    const [nearest] = candidates;
    if (nearest === undefined) {
      return { tag: 'miss', val: 'no-candidate' };
    }
    if (nearest.cosine < Math.max(minimumCosine, nearest.threshold)) {
      return { tag: 'miss', val: 'below-threshold' };
    }
    if (nearest.features.join() !== question.features.join()) {
      return { tag: 'miss', val: 'number' };
    }
    return { tag: 'serve', val: { index: 0, confidence: nearest.cosine, reason: 'similar' } };
  },
};
