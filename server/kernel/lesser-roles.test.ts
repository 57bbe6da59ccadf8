import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountId, resourceId } from '../testing/samples.ts';
import { type Actor, referenceTo } from './actor.ts';
import { idFromBytes } from './ids.ts';
import {
  actsWithin,
  mayActOn,
  mayAdminister,
  mayAuthenticateOn,
  mayChangeFilter,
  mayChangeToken,
  mayChangeUser,
  mayChoosePassword,
  mayCreate,
  mayCreateResource,
  mayDelete,
  mayHandOver,
  mayHelpToken,
  mayHelpUser,
} from './policy.ts';

const account = accountId(1);
const id = <P extends 'adm' | 'key'>(prefix: P, n: number) => idFromBytes(prefix, new Uint8Array(7).fill(n));
const someResources = fc.subarray([1, 2, 3].map(resourceId));
const assignedTo = (list: ReturnType<typeof resourceId>[]) => ({ assignments: list.map((resource) => ({ resource })) });

// SR-27. The attack: the help desk or a reader uses what they made in an earlier role, a key of theirs, or a user whom no
// resource, or another one too, protects.
describe('SR-27: a lesser role', () => {
  const lesser = fc
    .tuple(someResources, fc.constantFrom('help-desk' as const, 'read-only' as const), fc.boolean())
    .map(([own, role, isBackend]): Actor & { kind: 'administrator' } => ({
      ...{ kind: 'administrator', account, id: id('adm', 2), role, resources: own },
      ...(isBackend && { through: id('key', 9) }),
    }));

  test('creates, changes, deletes, authenticates and administers nothing', () => {
    fc.assert(
      fc.property(lesser, someResources, (actor, assigned) => {
        const object = { createdBy: referenceTo(actor), directResources: assigned };
        expect([mayAdminister, mayCreate, mayCreateResource, mayChoosePassword].some((may) => may(actor))).toBe(false);
        expect(assigned.some((one) => mayActOn(actor, one) || mayAuthenticateOn(actor, one))).toBe(false);
        expect(mayChangeUser(actor, assignedTo(assigned))).toBe(false);
        expect(mayChangeToken(actor, object, undefined)).toBe(false);
        expect(mayDelete(actor, object) || mayChangeFilter(actor, object)).toBe(false);
        expect(mayHandOver(actor, true)).toBe(false);
      }),
    );
  });

  test('helps, if it is the help desk, users and tokens of its resources alone', () => {
    fc.assert(
      fc.property(lesser, someResources, (actor, assigned) => {
        const isWithin = assigned.every((one) => actor.resources.includes(one));
        const helps = actor.role === 'help-desk' && assigned.length > 0 && isWithin;
        expect(mayHelpUser(actor, assignedTo(assigned))).toBe(helps);
        expect(mayHelpToken(actor, { directResources: assigned }, undefined)).toBe(helps);
        expect(mayHelpToken(actor, { directResources: [] }, assignedTo(assigned))).toBe(helps);
        expect(mayHelpToken(actor, { directResources: assigned, administrator: id('adm', 3) }, undefined)).toBe(false);
        expect(actsWithin(actor)).toEqual(actor.role === 'help-desk' ? actor.resources : []);
      }),
    );
  });
});
