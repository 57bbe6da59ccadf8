import { describe, expect, test } from 'vitest';
import { tokenInput } from '../../server/tokens/token-fields.ts';
import { validateInput } from '../edit/inputs.ts';
import type { Fields } from '../service/conflict.ts';
import { bodyOf, initialOf, inputsOf, isWay, WAYS, type WayIn } from './inputs-of-kind.ts';

const OWNER = 'usr_01k8dq9z2mp';
const SECRET = 'gezd gnbv gy3t qojq gezd gnbv gy3t qojq';
/** The values to fill in where the initial ones are not enough. */
const FILLED: Partial<Record<WayIn, Fields>> = {
  hardware: { serial: ' 0815-4711 ', secret: SECRET },
  sms: { to: '+4915112345678' },
  email: { to: 'maria@example.com' },
};

describe.each(WAYS)('a new token of kind %s', (way) => {
  const values = { ...initialOf(way, 'Phone'), ...FILLED[way] };

  test('is accepted by the service if the form finds no error', () => {
    expect(inputsOf(way).flatMap((input) => validateInput(input, values[input.name]) ?? [])).toEqual([]);
    const parsed = tokenInput.safeParse(bodyOf(way, values, OWNER));
    expect(parsed.error?.issues ?? []).toEqual([]);
    expect(parsed.data?.owner).toBe(OWNER);
  });

  test('has the required fields of the service, and no others', () => {
    expect(Object.keys(initialOf(way, 'Phone')).sort()).toEqual(
      inputsOf(way)
        .map(({ name }) => name)
        .sort(),
    );
  });
});

test('a hardware device sends the fields of its kind, and its secret without blanks', () => {
  const values = { ...initialOf('hardware', 'Fob'), ...FILLED.hardware, counter: 7 };
  expect(bodyOf('hardware', values, undefined)).toEqual({
    kind: 'totp',
    name: 'Fob',
    serial: '0815-4711',
    secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
    digits: 6,
    algorithm: 'SHA1',
    periodMs: 30_000,
  });
  expect(bodyOf('hardware', { ...values, kind: 'hotp' }, undefined)).toMatchObject({ kind: 'hotp', counter: 7 });
  expect(bodyOf('hardware', { ...values, kind: 'hotp' }, undefined)).not.toHaveProperty('periodMs');
});

test('accepts only known kinds in the address', () => {
  expect([...WAYS, 'webauthn', '', null, 'constructor'].filter(isWay)).toEqual([...WAYS]);
});
