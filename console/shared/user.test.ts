import type { SessionView } from '@countersign/protocol/session';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Actor, ROLES } from '../../server/kernel/actor.ts';
import {
  mayChangeToken as mayChangeTokenThere,
  mayChangeUser as mayChangeUserThere,
  mayDelete as mayDeleteThere,
  mayHelpToken as mayHelpTokenThere,
  mayHelpUser as mayHelpUserThere,
  maySeeResource,
} from '../../server/kernel/policy.ts';
import { resourceId } from '../../server/testing/samples.ts';
import { stateOnceEnabled as stateOnceEnabledThere, tokenState } from '../../server/tokens/lockout.ts';
import {
  type Creator,
  canChangeToken,
  canChangeUser,
  canDelete,
  canHelpToken,
  canHelpUser,
  stateOf,
  stateOnceEnabled,
  type User,
} from './user.ts';

const NOW = 1_000_000;

test('computes the state of a token as the service does', () => {
  const lock = fc.constantFrom(null, { reason: 'otp-failures', at: 1 } as const);
  const expiresAt = fc.option(fc.constantFrom(NOW - 1, NOW, NOW + 1), { nil: undefined });
  const needsResync = fc.constantFrom(undefined, true as const);
  fc.assert(
    fc.property(lock, fc.boolean(), expiresAt, needsResync, (locked, enabled, expires, resync) => {
      const more = { ...(expires !== undefined && { expiresAt: expires }), ...(resync && { needsResync: resync }) };
      const there = tokenState({ enabled, ...more, ...(locked && { lock: locked }) }, NOW);
      expect(stateOf({ enabled, locked, ...more }, NOW)).toBe(there);
      const onceEnabled = stateOnceEnabledThere({ ...more, ...(locked && { lock: locked }) }, NOW);
      expect(stateOnceEnabled({ locked, ...more }, NOW)).toBe(onceEnabled);
    }),
  );
});

// SR-27: the service decides; the console offers only what it would not refuse.
test('SR-27: offers a role only what the service allows it', () => {
  const resources = [1, 2, 3].map(resourceId);
  const someOf = fc.subarray(resources);
  const role = fc.constantFrom(...ROLES);
  const maker = fc.constantFrom<Creator>(
    { kind: 'operator' },
    { kind: 'administrator', id: 'adm_00000000001' },
    { kind: 'administrator', id: 'adm_00000000002' },
    { kind: 'api-key', id: 'adm_00000000001' },
  );
  const holder = fc.constantFrom(undefined, 'adm_00000000001', 'adm_00000000002');
  fc.assert(
    fc.property(role, someOf, someOf, someOf, maker, holder, (is, own, direct, assigned, createdBy, administrator) => {
      const session = { administrator: { id: 'adm_00000000001', role: is, resources: own } } as unknown as SessionView;
      const actor = { kind: 'administrator', id: 'adm_00000000001', role: is, resources: own } as unknown as Actor;
      const owner = { assignments: assigned.map((resource) => ({ resource, alone: true, tokens: [] })) };
      const token = { directResources: direct, createdBy, ...(administrator && { administrator }) };
      const there = token as never;
      expect(canChangeUser(session, owner as Pick<User, 'assignments'>)).toBe(mayChangeUserThere(actor, owner));
      expect(canChangeToken(session, token, owner)).toBe(mayChangeTokenThere(actor, there, owner));
      expect(canDelete(session, token)).toBe(mayDeleteThere(actor, there));
      expect(canHelpUser(session, owner as Pick<User, 'assignments'>)).toBe(mayHelpUserThere(actor, owner));
      expect(canHelpToken(session, token, owner)).toBe(mayHelpTokenThere(actor, there, owner));
    }),
  );
});

// SR-67: use at a resource that the administrator cannot see also blocks a change.
test('SR-67: use at resources that are only counted blocks a change', () => {
  const resources = [1, 2, 3].map(resourceId);
  const someOf = fc.subarray(resources);
  fc.assert(
    fc.property(someOf, someOf, someOf, someOf, (own, readable, direct, assigned) => {
      const administrator = { id: 'adm_00000000001', role: 'administrator', resources: own };
      const session = { administrator } as unknown as SessionView;
      const actor = { kind: 'administrator', ...administrator, readable } as unknown as Actor;
      const shown = (all: typeof resources) => all.filter((resource) => maySeeResource(actor, resource));
      const hidden = (all: typeof resources) => {
        const otherResources = all.length - shown(all).length;
        return otherResources === 0 ? {} : { otherResources };
      };
      const assignmentsOf = (all: typeof resources) =>
        all.map((resource) => ({ resource, alone: true, tokens: [] as string[] }));
      const owner = { assignments: assignmentsOf(shown(assigned)), ...hidden(assigned) };
      const ownerThere = { assignments: assignmentsOf(assigned) } as never;
      const token = { directResources: shown(direct), ...hidden(direct) };
      expect(canChangeUser(session, owner)).toBe(mayChangeUserThere(actor, ownerThere));
      const there = { directResources: direct } as never;
      expect(canChangeToken(session, token, owner)).toBe(mayChangeTokenThere(actor, there, ownerThere));
    }),
  );
});
