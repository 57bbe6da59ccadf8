import { expect, test } from 'vitest';
import { readUpTo } from './read-up-to.ts';

/** A body of parts, and how many of them were read before it was left. */
function bodyOf(...parts: string[]) {
  const seen = { read: 0, isLeft: false };
  async function* body() {
    try {
      for (const part of parts) {
        seen.read++;
        yield Buffer.from(part);
      }
    } finally {
      seen.isLeft = true;
    }
  }
  return { body: body(), seen };
}

test('a body as long as the limit is read whole', async () => {
  expect(await readUpTo(bodyOf('ab', '', 'cd').body, 4)).toEqual(Buffer.from('abcd'));
  expect(await readUpTo(bodyOf().body, 0)).toEqual(Buffer.alloc(0));
  expect(await readUpTo(null, 0)).toEqual(Buffer.alloc(0));
});

// SR-56. The attack: a server that is asked answers without end.
test('a longer body is left at the part that passes the limit', async () => {
  const { body, seen } = bodyOf('ab', 'cd', 'e', 'f', 'g');
  expect(await readUpTo(body, 4)).toBeUndefined();
  expect(seen).toEqual({ read: 3, isLeft: true });
});
