import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnswerReader } from './answer-reader.ts';

const answer = (status: number, body: string) =>
  Buffer.from(`HTTP/1.1 ${status} X\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`);

describe('answers', () => {
  test('are complete at their length, however they are split', () => {
    fc.assert(
      fc.property(fc.constantFrom(200, 401, 503), fc.nat(300), fc.array(fc.nat(400)), (status, length, cuts) => {
        const reader = new AnswerReader();
        const bytes = answer(status, 'x'.repeat(length));
        const ends = [...new Set([...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort((a, b) => a - b);
        let from = 0;
        const read = ends.map((end) => {
          const status = reader.push(bytes.subarray(from, end));
          from = end;
          return status;
        });
        expect(read.pop()).toBe(status);
        expect(read.every((early) => early === undefined)).toBe(true);
      }),
    );
  });

  test('follow one another on one connection', () => {
    const reader = new AnswerReader();
    expect([reader.push(answer(200, 'a')), reader.push(answer(503, ''))]).toEqual([200, 503]);
  });

  test('without a length, or two at once, are rejected', () => {
    expect(() => new AnswerReader().push(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))).toThrow('without a length');
    const two = Buffer.concat([answer(200, 'a'), answer(200, 'b')]);
    expect(() => new AnswerReader().push(two)).toThrow('more than one answer');
  });
});
