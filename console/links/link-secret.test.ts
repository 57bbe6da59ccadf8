import { describe, expect, test } from 'vitest';
import { accountOf, takeSecret } from './link-secret.ts';

function addressOf(href: string) {
  const { hash, pathname, search } = new URL(href);
  const replaced: unknown[][] = [];
  const history = { state: null, replaceState: (...change: unknown[]) => void replaced.push(change) };
  return { address: { location: { hash, pathname, search }, history }, replaced };
}

describe('the secret of a link', () => {
  // SR-35
  test('SR-35: is removed from the address bar in place, so that neither bar nor history keeps it', () => {
    const { address, replaced } = addressOf('https://auth.example/setup?x=1#c2VjcmV0');
    expect(takeSecret(address)).toBe('c2VjcmV0');
    expect(replaced).toEqual([[null, '', '/setup?x=1']]);
  });

  test('is empty without a secret, and the address stays', () => {
    const { address, replaced } = addressOf('https://auth.example/setup');
    expect(takeSecret(address)).toBe('');
    expect(replaced).toEqual([]);
  });

  test('names the account it leads to, if it is complete', () => {
    const whole = `01k8dq9z2mp.0a1b2c3d4e5.${'A'.repeat(32)}`;
    expect(accountOf(whole)).toBe('acc_01k8dq9z2mp');
    for (const other of ['', 'A'.repeat(32), whole.slice(1), `${whole}x`, whole.toUpperCase(), `../x.${whole}`]) {
      expect(accountOf(other)).toBeUndefined();
    }
  });
});
