import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { corkWrites } from './socket-corking.ts';

/** A stream that keeps what each system call would have carried. */
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

describe('writing together', () => {
  test('one turn is one call, in order, promises of the turn included', async () => {
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

  test('what was written leaves without anything else being written', async () => {
    const { stream, calls } = recorded();
    stream.write('a');
    await nextTurn();
    expect(calls).toEqual(['a']);
    stream.write('b');
    await nextTurn();
    expect(calls).toEqual(['a', 'b']);
  });

  test('callbacks and the end still work', async () => {
    const { stream, calls } = recorded();
    const written = new Promise<void>((resolve) => stream.write('a', () => resolve()));
    stream.end('z');
    await written;
    await nextTurn();
    expect(calls.join('')).toBe('az');
  });
});
