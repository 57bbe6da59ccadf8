import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCharacter } from '../testing/any-character.ts';
import { CONSOLE_ROUTES, routeAt } from './console-routes.ts';

const ID = 'res_01k8dq9z2mp';

test.each([
  ['/console', 'home', {}],
  ['/console/resources', 'resources', {}],
  ['/console/resources/new', 'resources', { page: 'new' }],
  [`/console/resources/${ID}`, 'resources', { id: ID }],
  [`/console/resources/${ID}/embed`, 'resources', { id: ID, tab: 'embed' }],
  [`/console/resources/${ID}/settings/sign-in`, 'resources', { id: ID, section: 'sign-in' }],
])('%s is %s', (path, route, params) => {
  expect(routeAt(path)).toEqual({ route, params });
});

describe('is not a route:', () => {
  test.each([
    '/console/',
    '/console/resources/',
    '/console/resources/newer',
    '/console/resources/:id',
    `/console/resources/${ID}/`,
    `/console/resources/${ID}/settings`,
    `/console/resources/${ID}/settings/embed`,
    `/console/resources/${ID}/embed/more`,
    `/console/resources/${ID}x`,
    `/console/resources/${ID}/appearance|embed`,
    `/console/resources/${ID}%2fembed`,
    '/console/resources/res_01k8dq9z2mu',
    '/console/__proto__',
  ])('%s', (path) => {
    expect(routeAt(path)).toBeUndefined();
  });
});

test('a parameter is an id or one of its route’s words, for any address', () => {
  const words = Object.values(CONSOLE_ROUTES)
    .flat()
    .flatMap((pattern) => pattern.match(/[a-z-]+/g) ?? []);
  const part = fc.oneof(fc.string({ unit: anyCharacter }), fc.constantFrom(ID, ...words));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
      const found = routeAt(`/console/${parts.join('/')}`);
      for (const value of Object.values(found?.params ?? {})) expect([...words, ID]).toContain(value);
    }),
  );
});
