import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Actor } from './actor.ts';
import { referenceTo } from './actor.ts';
import { API_SCOPES } from './api-scope.ts';
import {
  isEventVisible,
  mayActOn,
  mayAdminister,
  mayAuthenticateEverywhere,
  mayAuthenticateOn,
  mayChangeFilter,
  mayChangeToken,
  mayChangeUser,
  mayChoosePassword,
  mayCreate,
  mayCreateResource,
  mayDelete,
  mayMakeAdministrators,
  maySee,
  maySeeResource,
  visibleResources,
} from './authority.ts';
import { idFromBytes, type ResourceId } from './ids.ts';
import type { Assignment } from './user.ts';

const account = idFromBytes('acc', new Uint8Array(7));
const id = <P extends 'res' | 'adm' | 'key' | 'usr'>(prefix: P, n: number) =>
  idFromBytes(prefix, new Uint8Array(7).fill(n));
const resources = [1, 2, 3, 4].map((n) => id('res', n));
const assignedTo = (list: readonly ResourceId[]) => ({
  assignments: list.map((resource): Assignment => ({ resource, alone: true, tokens: [] })),
});

const superuser: Actor = { kind: 'administrator', account, id: id('adm', 1), role: 'superuser', resources: [] };
const operator: Actor = { kind: 'operator', account };
const person: Actor = { kind: 'user', account, id: id('usr', 1) };
const key = (scopes: 'all' | 'objects', confined?: ResourceId[]): Actor => ({
  kind: 'api-key',
  account,
  id: id('key', 1),
  scopes: scopes === 'all' ? ['authenticate', 'read', 'write', 'administer'] : ['authenticate', 'read', 'write'],
  ...(confined && { resources: confined }),
});

const someResources = fc.subarray(resources);
const administrator = someResources.map(
  (own): Actor => ({ kind: 'administrator', account, id: id('adm', 2), role: 'administrator', resources: own }),
);
const anybody = fc.oneof(
  administrator,
  fc.constantFrom(superuser, operator, person, key('all'), key('objects'), key('all', [id('res', 1)])),
);

describe('administering', () => {
  // SR-27
  test('is the superuser’s, the operator’s, and an unconfined key’s with the scope for it', () => {
    for (const actor of [superuser, operator, key('all')]) expect(mayAdminister(actor)).toBe(true);
    for (const actor of [person, key('objects'), key('all', [id('res', 1)])]) expect(mayAdminister(actor)).toBe(false);
    fc.assert(fc.property(administrator, (actor) => !mayAdminister(actor)));
  });
});

// SR-27
test('SR-27: administrators are made by whoever may administer, read and write', () => {
  fc.assert(
    fc.property(anybody, fc.subarray([...API_SCOPES]), (actor, scopes) => {
      const asked = actor.kind === 'api-key' ? { ...actor, scopes } : actor;
      const needed = ['administer', 'read', 'write'] as const;
      const has = asked.kind !== 'api-key' || needed.every((scope) => asked.scopes.includes(scope));
      expect(mayMakeAdministrators(asked)).toBe(has && mayAdminister(asked));
    }),
  );
});

// SR-41
test('SR-41: no administrator chooses a password, the superuser neither; a site’s backend and the operator do', () => {
  fc.assert(fc.property(administrator, (actor) => !mayChoosePassword(actor)));
  for (const actor of [superuser, person, key('all', [id('res', 1)])]) expect(mayChoosePassword(actor)).toBe(false);
  for (const actor of [operator, key('objects')]) expect(mayChoosePassword(actor)).toBe(true);
});

describe('SR-27: a key that is an administrator’s', () => {
  const through = <A extends Actor>(actor: A) => ({ ...actor, through: id('key', 9) });

  test('authenticates where they may act, which they themselves do nowhere', () => {
    fc.assert(
      fc.property(fc.oneof(administrator, fc.constant(superuser)), fc.constantFrom(...resources), (actor, resource) => {
        expect(mayAuthenticateOn(actor, resource)).toBe(false);
        expect(mayAuthenticateOn(through(actor), resource)).toBe(mayActOn(actor, resource));
        expect(mayAuthenticateEverywhere(through(actor))).toBe(actor === superuser);
      }),
    );
  });

  test('passes on passwords, administers nothing, and leaves alone what they get in with', () => {
    fc.assert(
      fc.property(fc.oneof(administrator, fc.constant(superuser)), (actor) => {
        expect(mayChoosePassword(through(actor))).toBe(true);
        expect(mayAdminister(through(actor))).toBe(false);
        const own = { administrator: id('adm', actor === superuser ? 1 : 2), directResources: [] };
        expect(mayChangeToken(actor, own, undefined)).toBe(true);
        expect(mayChangeToken(through(actor), own, undefined)).toBe(false);
      }),
    );
  });
});

describe('an administrator', () => {
  // SR-27
  test('acts on a resource only when it is among their own', () => {
    fc.assert(
      fc.property(administrator, fc.constantFrom(...resources), (actor, resource) => {
        expect(mayActOn(actor, resource)).toBe(actor.kind === 'administrator' && actor.resources.includes(resource));
      }),
    );
  });

  test('sees and makes users, tokens and filters, and makes no resource', () => {
    fc.assert(fc.property(administrator, (actor) => maySee(actor) && mayCreate(actor) && !mayCreateResource(actor)));
  });

  // SR-27
  test('does not reach into a resource that is not theirs by way of a person or a token assigned there', () => {
    fc.assert(
      fc.property(administrator, someResources, (actor, assigned) => {
        const within = assigned.every((resource) => mayActOn(actor, resource));
        expect(mayChangeUser(actor, assignedTo(assigned))).toBe(within);
        expect(mayChangeToken(actor, { directResources: [] }, assignedTo(assigned))).toBe(within);
        expect(mayChangeToken(actor, { directResources: assigned }, undefined)).toBe(within);
      }),
    );
  });

  test('deletes and bends only what they made', () => {
    fc.assert(
      fc.property(administrator, anybody, (actor, creator) => {
        const own = creator.kind === 'administrator' && creator.id === (actor as { id?: string }).id;
        expect(mayDelete(actor, { createdBy: referenceTo(creator) })).toBe(own);
        expect(mayChangeFilter(actor, { createdBy: referenceTo(creator) })).toBe(own);
        expect(mayDelete(actor, {})).toBe(false);
      }),
    );
  });
});

// SR-42
test('the token with which an administrator gets in is theirs alone, against everybody else', () => {
  const token = { administrator: id('adm', 2), directResources: [] };
  fc.assert(
    fc.property(anybody, (actor) => {
      const owner = actor.kind === 'administrator' && actor.id === token.administrator;
      expect(mayChangeToken(actor, token, undefined)).toBe(owner);
    }),
  );
});

test('a person who signs in administers nothing', () => {
  expect([maySee, mayCreate, mayCreateResource, mayAdminister].some((may) => may(person))).toBe(false);
  expect(mayActOn(person, id('res', 1))).toBe(false);
  expect(mayChangeUser(person, assignedTo([]))).toBe(false);
  expect(mayChangeToken(person, { directResources: [] }, undefined)).toBe(false);
  expect(mayDelete(person, { createdBy: referenceTo(person) })).toBe(false);
});

test('a key confined to resources has no business with the account’s objects', () => {
  const confined = key('all', [id('res', 1)]);
  expect([maySee, mayCreate, mayCreateResource, mayAdminister].some((may) => may(confined))).toBe(false);
  expect(mayChangeUser(confined, assignedTo([]))).toBe(false);
});

describe('SR-67: seeing resources', () => {
  const confined = fc.tuple(someResources, someResources).map(([own, readable]): Actor & { kind: 'administrator' } => ({
    kind: 'administrator',
    account,
    id: id('adm', 2),
    role: 'administrator',
    resources: own,
    readable,
  }));

  test('takes a grant, and acting on one takes that it is seen', () => {
    fc.assert(
      fc.property(confined, fc.constantFrom(...resources), (actor, resource) => {
        const isGranted = [...actor.resources, ...(actor.readable ?? [])].includes(resource);
        expect(maySeeResource(actor, resource)).toBe(isGranted);
        expect(visibleResources(actor)?.has(resource)).toBe(isGranted);
        expect(mayActOn(actor, resource) && !maySeeResource(actor, resource)).toBe(false);
      }),
    );
  });

  test('is the superuser’s, the operator’s and an unconfined key’s everywhere, a confined key’s and a person’s nowhere', () => {
    for (const actor of [superuser, operator, key('objects')]) expect(visibleResources(actor)).toBeUndefined();
    for (const actor of [person, key('all', [id('res', 1)])]) expect(visibleResources(actor)).toEqual(new Set());
  });

  test('decides on events: one that names another resource in whatever part is left out', () => {
    const part = fc.option(fc.constantFrom(...resources, id('usr', 1)), { nil: undefined });
    fc.assert(
      fc.property(confined, part, part, part, (actor, resource, subject, related) => {
        const event = {
          ...(resource?.startsWith('res_') && { resource: resource as ResourceId }),
          ...(subject && { subject }),
          ...(related && { related: [related] }),
        };
        const named = [event.resource, subject, related].filter((one) => one?.startsWith('res_'));
        const isShown = named.every((one) => maySeeResource(actor, one as ResourceId));
        expect(isEventVisible(visibleResources(actor), event)).toBe(isShown);
        expect(isEventVisible(visibleResources(superuser), event)).toBe(true);
      }),
    );
  });
});
