import { wallMs } from '../../../src/kernel/time.js';
import {
  decodeLine,
  encodeLine,
  MAX_EVENT_BYTES,
  type JournalEvent,
} from '../../../src/store/journal-event.js';

const turn: JournalEvent = {
  kind: 'turn',
  callId: 'c',
  turnId: 't0',
  index: 0,
  role: 'user',
  at: wallMs(1),
  pii: { text: 'hello' },
};

describe('journal lines', () => {
  it('come back as they were, with version and author', () => {
    const line = encodeLine(turn, 'me');
    expect(decodeLine(line ?? '')).toEqual({ v: 1, by: 'me', e: turn });
    expect(line).not.toContain('\n');
  });

  it.each([
    ['NUL', 'a\u0000b', 'a\uFFFDb'],
    ['a lone high surrogate', 'a\uD800b', 'a\uFFFDb'],
    ['a lone low surrogate', 'a\uDC00b', 'a\uFFFDb'],
    ['a pair', 'a\u{1F600}b', 'a\u{1F600}b'],
    ['line breaks', 'a\r\nb\u2028c', 'a\r\nb\u2028c'],
  ])('carry %s as PostgreSQL can store it', (_name, text, stored) => {
    const line = encodeLine({ ...turn, pii: { text } }, 'me') ?? '';
    expect(line.split('\n')).toHaveLength(1);
    expect(decodeLine(line)?.e).toMatchObject({ pii: { text: stored } });
  });

  it('end at the bound of bytes', () => {
    const fits = encodeLine({ ...turn, pii: { text: 'x'.repeat(MAX_EVENT_BYTES - 200) } }, 'me');
    const tooLong = encodeLine({ ...turn, pii: { text: 'x'.repeat(MAX_EVENT_BYTES) } }, 'me');
    expect(fits).toBeDefined();
    expect(tooLong).toBeUndefined();
  });

  it.each([
    ['torn', '{"v":1,"by":"me","e":{"kind":"tu'],
    ['empty', ''],
    ['another shape', '[1]'],
    ['a newer version', JSON.stringify({ v: 99, by: 'me', e: turn })],
    ['an unknown kind', JSON.stringify({ v: 1, by: 'me', e: { kind: 'odd', callId: 'c' } })],
    ['a missing number', JSON.stringify({ v: 1, by: 'me', e: { ...turn, at: null } })],
    ['no call', JSON.stringify({ v: 1, by: 'me', e: { ...turn, callId: 7 } })],
  ])('that are %s are no lines', (_name, line) => {
    expect(decodeLine(line)).toBeUndefined();
  });
});
