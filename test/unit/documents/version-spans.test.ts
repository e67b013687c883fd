import { versionSpans } from '../../../src/documents/core/version-spans.js';

it.each([
  ['one for ever', [{ version: 1 }], [{ version: 1, piece: 0 }]],
  [
    'a later one for ever takes the place of all before it',
    [{ version: 1 }, { version: 2 }],
    [{ version: 2, piece: 0 }],
  ],
  [
    'one that begins later leaves the one before until then',
    [{ version: 1 }, { version: 2, validFromMs: 100 }],
    [
      { version: 2, piece: 0, validFromMs: 100 },
      { version: 1, piece: 0, validUntilMs: 100 },
    ],
  ],
  [
    'one for the holidays leaves the one before on both sides',
    [{ version: 1 }, { version: 2, validFromMs: 100, validUntilMs: 200 }],
    [
      { version: 2, piece: 0, validFromMs: 100, validUntilMs: 200 },
      { version: 1, piece: 0, validUntilMs: 100 },
      { version: 1, piece: 1, validFromMs: 200 },
    ],
  ],
  [
    'one that is over before it begins to count never answers',
    [
      { version: 1, validFromMs: 120, validUntilMs: 180 },
      { version: 2, validFromMs: 100, validUntilMs: 200 },
    ],
    [{ version: 2, piece: 0, validFromMs: 100, validUntilMs: 200 }],
  ],
])('%s', (_name, versions, spans) => {
  expect(versionSpans(versions)).toEqual(spans);
});
