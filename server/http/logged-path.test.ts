import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCharacter } from '../../shared/testing/any-character.ts';
import { createPathFilter } from './logged-path.ts';

const filter = createPathFilter(() => ['/v1/users/:id/password-reset', '/widget/:path{.+}', '/*', '/api/v1/tokens/#']);

// SR-35: a backend that asks for a user by name, or a proxy that was set up wrong, puts logins into paths.
describe('a logged path', () => {
  test.each([
    ['/v1/users/mira@shop.example', '/v1/users/…'],
    ['/v1/users/mira', '/v1/users/…'],
    ['/v1/users/+4915112345678/password-reset', '/v1/users/…/password-reset'],
    ['/v1/users/usr_01k8dq9z2mp', '/v1/users/usr_01k8dq9z2mp'],
    ['/api/v1/tokens/4711', '/api/v1/tokens/…'],
    ['/auth/v1/users', '/…/v1/users'],
    ['/widget/frame-1a2b.js', '/widget/…'],
    ['/:id/{.+}/#', '/…/…/…'],
    ['/', '/'],
  ])('of %s is %s', (path, logged) => {
    expect(filter(path)).toBe(logged);
  });

  test('holds nothing else that a client chose, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: anyCharacter })), (parts) => {
        const allowed = new Set(['', '…', 'v1', 'users', 'password-reset', 'widget', 'api', 'tokens']);
        for (const segment of filter(`/${parts.join('/')}`).split('/')) expect(allowed).toContain(segment);
      }),
    );
  });

  test('is short, and ends with no part of a word', () => {
    const long = filter(`/v1/users/${'users/'.repeat(5000)}`);
    expect(long.length).toBeLessThan(300);
    expect(long.endsWith('/users/…')).toBe(true);
    expect(filter(`/${'x'.repeat(8000)}`)).toBe('/…');
  });
});
