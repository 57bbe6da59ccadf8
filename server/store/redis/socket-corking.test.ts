import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { corkWrites } from './socket-corking.ts';

/** A stream that records the data of each system call. */
function recorded(): { stream: Writable; calls: string[] } {
  const calls: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      calls.push(String(chunk));
      done();
    },
    writev: (chunks, done) => {
      calls.push(chunks.map(({ chunk }) => String(chunk)).join(''));
      done();
    },
  });
  corkWrites(stream);
  return { stream, calls };
}

describe('socket corking', () => {
  test("writes once per turn, in order, including the turn's promises", async () => {
    const { stream, calls } = recorded();
    stream.write('a');
    stream.write('b');
    const later = Promise.resolve()
      .then(() => stream.write('c'))
      .then(() => stream.write('d'));
    expect(calls).toEqual([]);
    await later;
    await nextTurn();
    expect(calls.join('|')).toMatch(/^ab(\|)?cd$/);
    expect(calls.length).toBeLessThanOrEqual(2);
  });

  test('flushes without a further write', async () => {
    const { stream, calls } = recorded();
    stream.write('a');
    await nextTurn();
    expect(calls).toEqual(['a']);
    stream.write('b');
    await nextTurn();
    expect(calls).toEqual(['a', 'b']);
  });

  test('joins texts, in order with bytes, and writes them before the end', async () => {
    const { stream, calls } = recorded();
    stream.write('a');
    stream.write('\u{1f511}');
    stream.write(Buffer.from('b'));
    stream.write('c');
    stream.end();
    await nextTurn();
    expect(calls.join('')).toBe('a\u{1f511}bc');
  });

  test('preserves callbacks and the end', async () => {
    const { stream, calls } = recorded();
    const written = new Promise<void>((resolve) => stream.write('a', () => resolve()));
    stream.end('z');
    await written;
    await nextTurn();
    expect(calls.join('')).toBe('az');
  });
});
