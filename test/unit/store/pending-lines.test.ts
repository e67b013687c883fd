import { PendingLines } from '../../../src/store/journal/pending-lines.js';

describe('pending lines', () => {
  it('keeps the newest within the bound of items and counts what gave way', () => {
    const pending = new PendingLines(100, 1e9);
    for (let i = 0; i < 1000; i++) {
      pending.push(`line ${i}`, i);
      expect(pending.size).toBeLessThanOrEqual(100);
    }
    expect(pending.dropped).toBe(1000 - pending.size);
    expect(pending.take(1000, 1e9).lines.at(-1)).toBe('line 999');
    expect(pending.oldestAtMs).toBe(1000 - pending.size);
  });

  it('keeps within the bound of bytes, of UTF-8 and not of characters', () => {
    const pending = new PendingLines(1000, 300);
    for (let i = 0; i < 50; i++) pending.push('ä'.repeat(25), i);
    expect(pending.bytes).toBeLessThanOrEqual(300);
    expect(pending.take(1000, 1e9).lines.length * 50).toBe(pending.bytes);
  });

  it('a line above the bound of bytes stays alone: the newest is never dropped', () => {
    const pending = new PendingLines(10, 10);
    pending.push('short', 0);
    pending.push('much longer than ten bytes', 1);
    expect(pending.take(10, 1e9).lines).toEqual(['much longer than ten bytes']);
  });

  it('takes batches bounded in items and bytes, at least one line', () => {
    const pending = new PendingLines(100, 1e9);
    for (const line of ['aaaa', 'bbbb', 'cccc']) pending.push(line, 0);
    expect(pending.take(2, 1e9).lines).toEqual(['aaaa', 'bbbb']);
    expect(pending.take(9, 5).lines).toEqual(['aaaa']);
    expect(pending.take(9, 1).lines).toEqual(['aaaa']);
  });

  it('removing what was taken is right even when lines were dropped in between', () => {
    const pending = new PendingLines(10, 1e9);
    for (let i = 0; i < 10; i++) pending.push(`${i}`, i);
    const { end } = pending.take(5, 1e9);
    for (let i = 10; i < 13; i++) pending.push(`${i}`, i);
    pending.removeTo(end);
    pending.removeTo(end);
    expect(pending.take(99, 1e9).lines).toEqual(['5', '6', '7', '8', '9', '10', '11', '12']);
    expect(pending.bytes).toBe(5 + 6);
  });
});
