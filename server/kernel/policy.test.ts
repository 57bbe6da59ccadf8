import { API_SCOPES } from '@countersign/protocol/api-keys';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Assignment } from '../users/user.ts';
import { type Actor, referenceTo } from './actor.ts';
import { idFromBytes, type ResourceId } from './ids.ts';
import {
  actsWithin,
  isEventVisible,
  isOwnUser,
  mayActOn,
  mayAdminister,
  mayAuthenticateEverywhere,
  mayAuthenticateOn,
  mayBook,
  mayChangeFilter,
  mayChangeToken,
  mayChangeUser,
  mayChoosePassword,
  mayCreate,
  mayCreateResource,
  mayDelete,
  mayGrant,
  mayHandOver,
  mayHandToken,
  mayHelpOn,
  mayHelpToken,
  mayHelpUser,
  mayIdentifyUsers,
  mayMakeAdministrators,
  maySee,
  maySeeBalance,
  maySeeResource,
  mayUse,
  visibleResources,
} from './policy.ts';

const account = idFromBytes('acc', new Uint8Array(7));
const id = <P extends 'res' | 'adm' | 'key' | 'usr'>(prefix: P, n: number) =>
  idFromBytes(prefix, new Uint8Array(7).fill(n));
const resources = [1, 2, 3, 4].map((n) => id('res', n));
const assignedTo = (list: readonly ResourceId[]) => ({
  assignments: list.map((resource): Assignment => ({ resource, alone: true, tokens: [] })),
});

const superuser: Actor = { kind: 'administrator', account, id: id('adm', 1), role: 'superuser', resources: [] };
const operator: Actor = { kind: 'operator', account };
const service: Actor = { kind: 'service', account };
const user: Actor = { kind: 'user', account, id: id('usr', 1) };
const key = (scopes: 'all' | 'objects', confined?: ResourceId[]): Actor => ({
  kind: 'api-key',
  account,
  id: id('key', 1),
  scopes: scopes === 'all' ? ['authenticate', 'read', 'write', 'administer'] : ['authenticate', 'read', 'write'],
  ...omitUndefined({ resources: confined }),
});

const someResources = fc.subarray(resources);
const administrator = someResources.map(
  (own): Actor => ({ kind: 'administrator', account, id: id('adm', 2), role: 'administrator', resources: own }),
);
const anyActor = fc.oneof(
  administrator,
  fc.constantFrom(superuser, operator, user, key('all'), key('objects'), key('all', [id('res', 1)])),
);

describe('administering', () => {
  // SR-27
  test('is a right of the superuser, the operator and an unlimited key with the scope', () => {
    for (const actor of [superuser, operator, key('all')]) expect(mayAdminister(actor)).toBe(true);
    for (const actor of [user, key('objects'), key('all', [id('res', 1)])]) expect(mayAdminister(actor)).toBe(false);
    fc.assert(fc.property(administrator, (actor) => !mayAdminister(actor)));
  });
});

test('SR-27: only callers who may administer, read and write create administrators', () => {
  fc.assert(
    fc.property(anyActor, fc.subarray([...API_SCOPES]), (actor, scopes) => {
      const scoped = actor.kind === 'api-key' ? { ...actor, scopes } : actor;
      const needed = ['administer', 'read', 'write'] as const;
      const has = scoped.kind !== 'api-key' || needed.every((scope) => scoped.scopes.includes(scope));
      expect(mayMakeAdministrators(scoped)).toBe(has && mayAdminister(scoped));
    }),
  );
});

test('SR-41: no administrator, not even the superuser, chooses a password; a site’s backend and the operator do', () => {
  fc.assert(fc.property(administrator, (actor) => !mayChoosePassword(actor)));
  for (const actor of [superuser, user, key('all', [id('res', 1)])]) expect(mayChoosePassword(actor)).toBe(false);
  for (const actor of [operator, key('objects')]) expect(mayChoosePassword(actor)).toBe(true);
});

describe('SR-27: an administrator’s own key', () => {
  const through = <A extends Actor>(actor: A) => ({ ...actor, through: id('key', 9) });

  test('authenticates on their resources, which they themselves cannot', () => {
    fc.assert(
      fc.property(fc.oneof(administrator, fc.constant(superuser)), fc.constantFrom(...resources), (actor, resource) => {
        expect(mayAuthenticateOn(actor, resource)).toBe(false);
        expect(mayAuthenticateOn(through(actor), resource)).toBe(mayActOn(actor, resource));
        expect(mayAuthenticateEverywhere(through(actor))).toBe(actor === superuser);
      }),
    );
  });

  test('passes on passwords, administers nothing, and cannot change their sign-in', () => {
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
  test('acts only on their own resources', () => {
    fc.assert(
      fc.property(administrator, fc.constantFrom(...resources), (actor, resource) => {
        expect(mayActOn(actor, resource)).toBe(actor.kind === 'administrator' && actor.resources.includes(resource));
      }),
    );
  });

  test('sees and creates users, tokens and filters, and creates no resource', () => {
    fc.assert(fc.property(administrator, (actor) => maySee(actor) && mayCreate(actor) && !mayCreateResource(actor)));
  });

  // SR-27
  test('gets no access to another resource through a user or a token assigned there', () => {
    fc.assert(
      fc.property(administrator, someResources, (actor, assigned) => {
        const within = assigned.every((resource) => mayActOn(actor, resource));
        expect(mayChangeUser(actor, assignedTo(assigned))).toBe(within);
        expect(mayChangeToken(actor, { directResources: [] }, assignedTo(assigned))).toBe(within);
        expect(mayChangeToken(actor, { directResources: assigned }, undefined)).toBe(within);
      }),
    );
  });

  test('deletes and changes only what they created', () => {
    fc.assert(
      fc.property(administrator, anyActor, (actor, creator) => {
        const own = creator.kind === 'administrator' && creator.id === (actor as { id?: string }).id;
        expect(mayDelete(actor, { createdBy: referenceTo(creator) })).toBe(own);
        expect(mayChangeFilter(actor, { createdBy: referenceTo(creator) })).toBe(own);
      }),
    );
  });
});

// SR-42
test('an administrator’s sign-in token is theirs alone, whatever the other caller’s rights', () => {
  const token = { administrator: id('adm', 2), directResources: [] };
  fc.assert(
    fc.property(anyActor, (actor) => {
      const owner = actor.kind === 'administrator' && actor.id === token.administrator;
      expect(mayChangeToken(actor, token, undefined)).toBe(owner);
    }),
  );
});

test('a user who signs in administers nothing', () => {
  expect([maySee, mayCreate, mayCreateResource, mayAdminister].some((may) => may(user))).toBe(false);
  expect(mayActOn(user, id('res', 1))).toBe(false);
  expect(mayChangeUser(user, assignedTo([]))).toBe(false);
  expect(mayChangeToken(user, { directResources: [] }, undefined)).toBe(false);
  expect(mayDelete(user, { createdBy: referenceTo(user) })).toBe(false);
});

// The attack: an administrator of one resource gives a user the id under which a site knows another one's customer.
test('SR-67: what sites keep of a user is set by callers without limits alone', () => {
  for (const actor of [superuser, operator, key('objects')]) expect(mayIdentifyUsers(actor)).toBe(true);
  for (const actor of [user, key('all', [id('res', 1)])]) {
    expect(mayIdentifyUsers(actor)).toBe(false);
    expect(actsWithin(actor)).toEqual([]);
  }
  fc.assert(fc.property(administrator, (actor) => !mayIdentifyUsers(actor)));
});

test('a key limited to resources has no access to the account’s objects', () => {
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

  test('requires a grant, and acting on one requires seeing it', () => {
    fc.assert(
      fc.property(confined, fc.constantFrom(...resources), (actor, resource) => {
        const isGranted = [...actor.resources, ...(actor.readable ?? [])].includes(resource);
        expect(maySeeResource(actor, resource)).toBe(isGranted);
        expect(visibleResources(actor)?.has(resource)).toBe(isGranted);
        expect(mayActOn(actor, resource) && !maySeeResource(actor, resource)).toBe(false);
      }),
    );
  });

  test('is a right of the superuser, the operator and an unlimited key everywhere, and of a limited key and a user nowhere', () => {
    for (const actor of [superuser, operator, key('objects')]) {
      expect(visibleResources(actor)).toBeUndefined();
      expect(maySeeResource(actor, id('res', 1))).toBe(true);
    }
    for (const actor of [user, key('all', [id('res', 1)])]) expect(visibleResources(actor)).toEqual(new Set());
    fc.assert(
      fc.property(administrator, (actor) => {
        expect(visibleResources(actor)).toEqual(new Set(actor.kind === 'administrator' ? actor.resources : []));
      }),
    );
  });

  test('decides on events: one that names another resource in any field is left out', () => {
    const part = fc.option(fc.constantFrom(...resources, id('usr', 1)), { nil: undefined });
    fc.assert(
      fc.property(confined, part, part, part, (actor, resource, subject, related) => {
        const event = {
          ...(resource?.startsWith('res_') && { resource: resource as ResourceId }),
          ...omitUndefined({ subject }),
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

describe('SR-27: the complete table for each kind of actor', () => {
  const R1 = id('res', 1);
  const one: Actor = {
    kind: 'administrator',
    account,
    id: id('adm', 2),
    role: 'administrator',
    resources: [R1],
  };
  const everything = {
    administers: true,
    sees: true,
    seesBalance: true,
    creates: true,
    createsResources: true,
    acts: true,
    actsElsewhere: true,
    changesUser: true,
    changesUserElsewhere: true,
    changesToken: true,
    helpsOn: true,
    helpsUser: true,
    helpsToken: true,
    handsOver: true,
    deletes: true,
    authenticates: true,
    authenticatesElsewhere: true,
    authenticatesEverywhere: true,
    books: false,
  };
  const nothing = Object.fromEntries(Object.keys(everything).map((name) => [name, false]));

  test.each<[string, Actor, Record<string, boolean>]>([
    ['the operator', operator, { ...everything, books: true }],
    ['the service itself', service, { ...everything, books: true }],
    ['an unconfined key with all scopes', key('all'), everything],
    ['an unconfined key', key('objects'), { ...everything, administers: false }],
    ['a key confined to a resource', key('all', [R1]), { ...nothing, authenticates: true }],
    ['a person who signs in', user, nothing],
    [
      'the superuser',
      superuser,
      { ...everything, authenticates: false, authenticatesElsewhere: false, authenticatesEverywhere: false },
    ],
    [
      'an administrator',
      one,
      {
        ...nothing,
        sees: true,
        seesBalance: true,
        creates: true,
        acts: true,
        changesUser: true,
        changesToken: true,
        helpsOn: true,
        helpsUser: true,
        helpsToken: true,
        handsOver: true,
      },
    ],
    [
      'the help desk',
      { ...one, role: 'help-desk' },
      {
        ...nothing,
        sees: true,
        seesBalance: true,
        helpsOn: true,
        helpsUser: true,
        helpsToken: true,
        handsOver: true,
      },
    ],
    ['an administrator who only reads', { ...one, role: 'read-only' }, { ...nothing, sees: true, seesBalance: true }],
  ])('%s', (_who, actor, may) => {
    expect({
      administers: mayAdminister(actor),
      sees: maySee(actor),
      seesBalance: maySeeBalance(actor),
      creates: mayCreate(actor),
      createsResources: mayCreateResource(actor),
      acts: mayActOn(actor, R1),
      actsElsewhere: mayActOn(actor, id('res', 2)),
      changesUser: mayChangeUser(actor, assignedTo([R1])),
      changesUserElsewhere: mayChangeUser(actor, assignedTo([R1, id('res', 2)])),
      changesToken: mayChangeToken(actor, { directResources: [R1] }, assignedTo([R1])),
      helpsOn: mayHelpOn(actor, R1),
      helpsUser: mayHelpUser(actor, assignedTo([R1])),
      helpsToken: mayHelpToken(actor, { directResources: [R1] }, assignedTo([R1])),
      handsOver: mayHelpUser(actor, assignedTo([R1])) && mayHandOver(actor, false),
      deletes: mayDelete(actor, { createdBy: { kind: 'operator' } }),
      authenticates: mayAuthenticateOn(actor, R1),
      authenticatesElsewhere: mayAuthenticateOn(actor, id('res', 2)),
      authenticatesEverywhere: mayAuthenticateEverywhere(actor),
      books: mayBook(actor),
    }).toEqual(may);
    // Whatever the rights, an administrator's sign-in token is replaced, never deleted, and opens nothing else.
    expect(mayDelete(actor, { administrator: id('adm', 1), createdBy: referenceTo(actor) })).toBe(false);
  });

  test('a key gives only its own scopes, all others give any', () => {
    expect(mayGrant(key('objects'), ['read', 'write'])).toBe(true);
    expect(mayGrant(key('objects'), ['read', 'administer'])).toBe(false);
    for (const actor of [superuser, operator, service]) expect(mayGrant(actor, [...API_SCOPES])).toBe(true);
  });

  test('only an actor of the same kind and id is the creator of an object', () => {
    expect(mayDelete(one, { createdBy: referenceTo(one) })).toBe(true);
    expect(mayDelete(one, { createdBy: { kind: 'administrator' } })).toBe(false);
    expect(mayDelete(one, { createdBy: { kind: 'api-key', id: id('adm', 2) } })).toBe(false);
    expect(mayDelete(user, { createdBy: referenceTo(user) })).toBe(false);
  });

  test('an administrator’s sign-in token cannot be assigned', () => {
    expect(mayHandToken({})).toBe(true);
    expect(mayHandToken({ administrator: id('adm', 1) })).toBe(false);
  });

  test('a user is only themselves', () => {
    expect(isOwnUser(user, id('usr', 1))).toBe(true);
    expect(isOwnUser(user, id('usr', 2))).toBe(false);
    expect(isOwnUser({ kind: 'user', account }, undefined)).toBe(false);
    expect(isOwnUser(superuser, id('adm', 1) as never)).toBe(false);
  });
});

// SR-41, SR-67
test('SR-41: a link is taken by those who may choose the password, and by others where no mail reaches the user', () => {
  fc.assert(
    fc.property(anyActor, (actor) => {
      expect(mayHandOver(actor, true)).toBe(mayChoosePassword(actor));
      expect(mayHandOver(actor, false)).toBe(true);
      const within = actsWithin(actor);
      for (const resource of resources) expect(within?.includes(resource) ?? true).toBe(mayActOn(actor, resource));
    }),
  );
});

test('only an API key authenticates and consumes, and one for some resources on these alone', () => {
  const key = { kind: 'api-key', account: 'acc_00000000001', id: 'key_00000000001', scopes: ['authenticate'] } as const;
  const [one, other] = ['res_00000000001', 'res_00000000002'] as const;
  expect(mayUse(key, one)).toBe(true);
  expect(mayUse({ ...key, resources: [one] }, one)).toBe(true);
  expect(mayUse({ ...key, resources: [one] }, other)).toBe(false);
  expect(mayUse({ kind: 'operator', account: key.account }, one)).toBe(false);
  expect(mayUse({ kind: 'service', account: key.account }, one)).toBe(false);
});
