import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { refusalOf } from '../../testing/refusal.ts';
import {
  type Answer,
  deafSilence,
  json,
  networkFailure,
  scriptedFetch,
  silence,
} from '../../testing/scripted-fetch.ts';
import { VECTORS } from '../../testing/vectors.ts';
import { createKeySet, type KeySet } from './key-set.ts';

const CACHE = 600_000;
const STALE = 3_600_000;
const COOLDOWN = 30_000;

const [first, second] = VECTORS.jwks.keys.filter((key) => key.alg === 'ES256' && key.use === 'sig');
const FIRST = String(first?.kid);
const SECOND = String(second?.kid);
const onlyFirst = json({ keys: [first] });
const onlySecond = json({ keys: [second] });
const both = json({ keys: [first, second] });
const down: Answer = () => new Response('down', { status: 503 });

let now = 1_000_000;
beforeEach(() => {
  now = 1_000_000;
});

function keySet(...answers: Answer[]): { keys: KeySet; fetches: () => number } {
  const { fetch, requests } = scriptedFetch(...answers);
  const options = { fetch, now: () => now, cacheMs: CACHE, maxStaleMs: STALE, cooldownMs: COOLDOWN, timeoutMs: 5000 };
  return { keys: createKeySet({ url: 'https://auth.example/jwks', ...options }), fetches: () => requests.length };
}

describe('keys in memory', () => {
  test('are fetched once for many results', async () => {
    const { keys, fetches } = keySet(both);
    for (const kid of [FIRST, SECOND, FIRST]) expect(await keys.find(kid)).toMatchObject({ algorithm: 'ES256' });
    expect(fetches()).toBe(1);
  });

  test('are fetched once for many results at the same time', async () => {
    const { keys, fetches } = keySet(both);
    const found = await Promise.all(Array.from({ length: 50 }, (_, i) => keys.find(i % 2 ? FIRST : SECOND)));
    expect(found.every((key) => key?.algorithm === 'ES256')).toBe(true);
    expect(fetches()).toBe(1);
  });

  test('are asked for without credentials and without following redirects', async () => {
    const { fetch, requests } = scriptedFetch(both);
    const options = { fetch, now: () => now, cacheMs: CACHE, maxStaleMs: STALE, cooldownMs: COOLDOWN, timeoutMs: 5000 };
    await createKeySet({ url: 'https://auth.example/jwks', ...options }).find(FIRST);
    expect(requests[0]?.init.redirect).toBe('manual');
    expect(requests[0]?.headers.get('authorization')).toBeNull();
  });

  test('are fetched again once they are old, and a withdrawn key no longer serves', async () => {
    const { keys, fetches } = keySet(both, onlySecond);
    await keys.find(FIRST);
    now += CACHE - 1;
    expect(await keys.find(FIRST)).toBeDefined();
    expect(fetches()).toBe(1);
    now += 1;
    expect(await keys.find(FIRST)).toBeUndefined();
    expect(fetches()).toBe(2);
  });
});

// SR-58
describe('rotation', () => {
  test('a result by a key published since is accepted at once', async () => {
    const { keys, fetches } = keySet(onlyFirst, both);
    await keys.find(FIRST);
    now += COOLDOWN;
    expect(await keys.find(SECOND)).toBeDefined();
    expect(fetches()).toBe(2);
  });

  test('many results by the new key at the same time are one fetch', async () => {
    const { keys, fetches } = keySet(onlyFirst, both);
    await keys.find(FIRST);
    now += COOLDOWN;
    const found = await Promise.all(Array.from({ length: 20 }, () => keys.find(SECOND)));
    expect(found.every(Boolean)).toBe(true);
    expect(fetches()).toBe(2);
  });
});

describe('an attacker who invents names of keys', () => {
  test('causes one fetch per cooldown, however many', async () => {
    const { keys, fetches } = keySet(both);
    for (let i = 0; i < 100; i++) expect(await keys.find(`invented-${i}`)).toBeUndefined();
    expect(fetches()).toBe(1);
    now += COOLDOWN;
    await Promise.all(Array.from({ length: 100 }, (_, i) => keys.find(`more-${i}`)));
    for (let i = 0; i < 100; i++) await keys.find(`again-${i}`);
    expect(fetches()).toBe(2);
  });

  test('does not make the service’s outage worse, nor keep good results out', async () => {
    const { keys, fetches } = keySet(both, down);
    await keys.find(FIRST);
    now += COOLDOWN;
    for (let i = 0; i < 50; i++) {
      expect((await refusalOf(keys.find(`invented-${i}`))).code).toBe('JWKS_UNAVAILABLE');
      expect(await keys.find(FIRST)).toBeDefined();
    }
    expect(fetches()).toBe(2);
  });
});

describe('when the service does not answer', () => {
  test('old keys serve for a while, and no longer', async () => {
    const { keys } = keySet(both, networkFailure());
    await keys.find(FIRST);
    now += CACHE + STALE - 1;
    expect(await keys.find(FIRST)).toBeDefined();
    now += 1;
    expect((await refusalOf(keys.find(FIRST))).code).toBe('JWKS_UNAVAILABLE');
  });

  test('it is asked again ever less often, at first soon', async () => {
    const { keys, fetches } = keySet(down);
    const askedAt: number[] = [];
    for (const begin = now; now < begin + 100_000; now += 500) {
      const before = fetches();
      await refusalOf(keys.find(FIRST));
      if (fetches() > before) askedAt.push(now - begin);
    }
    expect(askedAt).toEqual([0, 1000, 3000, 7000, 15_000, 31_000, 61_000, 91_000]);
  });

  test('the first good answer ends it', async () => {
    const { keys } = keySet(down, networkFailure(), both);
    await refusalOf(keys.find(FIRST));
    now += 1000;
    await refusalOf(keys.find(FIRST));
    now += 2000;
    expect(await keys.find(FIRST)).toBeDefined();
    expect(await keys.find('unknown')).toBeUndefined();
  });

  test('a clock set back does not stretch the life of old keys', async () => {
    const { keys, fetches } = keySet(both, onlySecond);
    await keys.find(FIRST);
    now -= 10 * CACHE;
    expect(await keys.find(FIRST)).toBeUndefined();
    expect(fetches()).toBe(2);
  });
});

describe('an answer that is no key set', () => {
  const withoutKid = { ...first, kid: undefined };
  const tooMany = Array.from({ length: 33 }, (_, i) => ({ ...first, kid: `k${i}` }));
  test.each<[string, Answer]>([
    ['not JSON', () => new Response('<html>')],
    ['null', json(null)],
    ['a list', json([first])],
    ['no keys', json({ keys: [] })],
    ['keys that are no list', json({ keys: { [FIRST]: first } })],
    ['keys that are no objects', json({ keys: [null, 1, 'key', []] })],
    ['no kid', json({ keys: [withoutKid] })],
    ['more keys than any service has', json({ keys: tooMany })],
    ['a private key', json({ keys: [{ ...first, d: 'AAAA' }] })],
    ['a point that is not on the curve', json({ keys: [{ ...first, x: first?.y }] })],
    ['a curve that is not the algorithm’s', json({ keys: [{ ...first, crv: 'P-384' }] })],
    ['another algorithm', json({ keys: [{ ...first, alg: 'ES384' }] })],
    ['not for verifying', json({ keys: [{ ...first, key_ops: ['sign'] }] })],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } })],
    ['an error with keys in it', json({ keys: [first] }, 500)],
    ['endless', () => new Response(endless())],
  ])('%s', async (_name, answer) => {
    const { keys } = keySet(answer);
    expect((await refusalOf(keys.find(FIRST))).code).toBe('JWKS_UNAVAILABLE');
  });

  test('does not push out the keys in memory', async () => {
    const { keys } = keySet(both, json({ keys: [] }));
    await keys.find(FIRST);
    now += CACHE;
    expect(await keys.find(FIRST)).toBeDefined();
  });

  test('two keys of one name: neither serves, the others do', async () => {
    const { keys } = keySet(json({ keys: [first, second, { ...second, kid: FIRST }] }));
    expect(await keys.find(FIRST)).toBeUndefined();
    expect(await keys.find(SECOND)).toBeDefined();
  });

  test('keys that cannot be used are passed over', async () => {
    const { keys } = keySet(json({ keys: [{ kty: 'AKP', alg: 'ML-DSA-44', kid: 'new' }, null, first] }));
    expect(await keys.find(FIRST)).toBeDefined();
    expect(await keys.find('new')).toBeUndefined();
  });
});

describe('an answer that takes too long', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each<[string, Answer]>([
    ['no answer', silence],
    ['no answer, from a fetch that cannot be ended', deafSilence],
    ['a body that never ends', () => new Response(new ReadableStream({}))],
  ])('%s', async (_name, answer) => {
    const { keys } = keySet(answer);
    const refusal = refusalOf(keys.find(FIRST));
    await vi.advanceTimersByTimeAsync(5000);
    expect((await refusal).code).toBe('JWKS_UNAVAILABLE');
    expect(vi.getTimerCount()).toBe(0);
  });
});

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(16_384).fill(32));
    },
  });
}
