import { API_SCOPES, type ApiScope } from '@countersign/protocol/api-keys';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Grant } from '../../administrators/administrator.ts';
import type { GivenRole } from '../../kernel/actor.ts';
import { parseId } from '../../kernel/ids.ts';
import { filterDocument } from '../../resources/documents.ts';
import {
  addAdministrator,
  anotherSession,
  type FixtureAdministrator,
  sessionHeaders,
} from '../../testing/administrators.ts';
import { openOnEachStore } from '../../testing/each-store.ts';
import { addResource, overwrite } from '../../testing/fixtures.ts';
import { type Call, refusalOf } from '../../testing/http-service.ts';
import { type OperationClass, operationClasses } from '../../testing/operation-classes.ts';
import {
  addressOf,
  createSampleFixture,
  type Operation,
  type Sample,
  type SampleScene,
  samples,
} from '../../testing/operations.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { userDocument } from '../../users/documents.ts';

// SR-27: every kind of caller sends every operation of the OpenAPI document, on either store. The expected response
// follows from the operation's class; an operation without one fails here.
const MANAGERS = ['superuser', 'in scope', 'out of scope', 'creator', 'stranger'] as const;
const PEOPLE = [...MANAGERS, 'help desk', 'help desk out of scope', 'read-only'] as const;
type Person = (typeof PEOPLE)[number];
const KEYS = API_SCOPES.map((scope) => `key: ${scope}` as const);
const CALLERS = [...PEOPLE, ...KEYS, 'key: confined', 'nobody'] as const;
type Caller = (typeof CALLERS)[number];

describe.each(await openOnEachStore('role-matrix'))('on $store', ({ service, operations }) => {
  let scene: SampleScene;
  let people: Record<Person, FixtureAdministrator>;
  let keys: Record<string, string>;

  beforeAll(async () => {
    const { ports } = service;
    scene = await createSampleFixture(service);
    const { account } = scene;
    const [resource, elsewhere] = [scene.resource.id, (await addResource(ports, account)).id];
    const admin = (email: string, grants: Grant[], role?: GivenRole) =>
      addAdministrator(ports, account, { email, grants, ...omitUndefined({ role }) });
    const elsewhereOnly: Grant[] = [
      { resource, allowed: false },
      { resource: elsewhere, allowed: true },
    ];
    people = {
      superuser: scene.superuser,
      'in scope': await admin('in@acme.example', [{ resource, allowed: true }]),
      // Assigned here without the right, and with the right elsewhere: neither allows the action.
      'out of scope': await admin('out@acme.example', elsewhereOnly),
      creator: await admin('creator@acme.example', []),
      'help desk': await admin('help@acme.example', [{ resource, allowed: true }], 'help-desk'),
      'help desk out of scope': await admin('helpless@acme.example', elsewhereOnly, 'help-desk'),
      'read-only': await admin('reader@acme.example', [{ resource, allowed: true }], 'read-only'),
      stranger: (await createSampleFixture(service)).superuser,
    };
    keys = {
      'key: confined': await service.keyFor(account, [...API_SCOPES], [elsewhere]),
    };
    for (const scope of API_SCOPES) keys[`key: ${scope}`] = await service.keyFor(account, [scope]);
  });
  afterAll(() => service.ports.close());

  const isPerson = (caller: Caller): caller is Person => (PEOPLE as readonly string[]).includes(caller);

  async function credentials(caller: Caller): Promise<Call> {
    if (isPerson(caller)) return { headers: sessionHeaders(await anotherSession(service.ports, people[caller])) };
    return caller === 'nobody' ? {} : { key: keys[caller] };
  }

  /** The expected response to a caller: success as in the sample, or a refusal with a code. */
  function expected(operation: Operation, sample: Sample, caller: Caller): string {
    const kind = classOf(operation);
    if (kind === 'open') return 'taken';
    if (kind === 'open-to-pages') return isPerson(caller) || caller === 'nobody' ? 'taken' : 'SESSION_NEEDED';
    if (kind === 'self' || kind === 'superuser-self') {
      if (!isPerson(caller)) return 'SESSION_NEEDED';
      if (kind === 'self') return 'taken';
      if (caller === 'stranger') return 'taken';
      return caller === 'superuser' ? 'taken' : 'FORBIDDEN';
    }
    if (caller === 'nobody') return 'API_KEY_MISSING';
    if (!isPerson(caller)) {
      const scope = caller.slice('key: '.length) as ApiScope | 'confined';
      if (scope !== operation.scope) return 'SCOPE_MISSING';
      return kind === 'grants' ? 'FORBIDDEN' : 'taken';
    }
    if (kind === 'key-only') return 'FORBIDDEN';
    // Each row of a bulk request has its own outcome; see the matrix of keys.
    if (operation.path.startsWith('/bulk/')) return 'taken';
    // Another account's superuser: its objects look like unknown ones.
    if (caller === 'stranger') return mentions(sample) ? 'absent' : 'taken';
    // SR-67: without a grant a resource looks like an unknown one.
    if (['sees-resource', 'acts-on-resource', 'helps-on-resource'].includes(kind) && caller === 'creator')
      return 'RESOURCE_NOT_FOUND';
    // No administrator has a grant of that sample's resource.
    if (kind === 'deletes-resource') return caller === 'superuser' ? 'taken' : 'RESOURCE_NOT_FOUND';
    const allowed: Record<Exclude<typeof kind, 'key-only' | 'deletes-resource'>, readonly Person[]> = {
      sees: PEOPLE,
      'sees-resource': PEOPLE,
      'sees-all': ['superuser'],
      creates: MANAGERS,
      'creates-resource': ['superuser'],
      'acts-on-resource': ['superuser', 'in scope'],
      'changes-assigned': ['superuser', 'in scope'],
      'helps-on-resource': ['superuser', 'in scope', 'help desk'],
      'helps-assigned': ['superuser', 'in scope', 'help desk'],
      deletes: ['superuser', 'creator'],
      administers: ['superuser'],
      grants: ['superuser'],
    };
    return allowed[kind].includes(caller) ? 'taken' : 'FORBIDDEN';
  }

  function classOf({ name }: Operation): OperationClass {
    const kind = operationClasses[name];
    if (!kind) throw new Error(`no class for ${name}: add one to server/testing/operation-classes.ts`);
    return kind;
  }

  function mentions({ id, query, body }: Sample): boolean {
    return id !== undefined || query !== undefined || /(res|usr|tok|flt)_/.test(JSON.stringify(body ?? {}));
  }

  /** As if the creator had created it. */
  async function giveTo({ id }: FixtureAdministrator, object: string | undefined): Promise<void> {
    const createdBy = { kind: 'administrator', id } as const;
    const [user, token, filter] = [parseId('usr', object), parseId('tok', object), parseId('flt', object)];
    if (user) await overwrite(service.ports, userDocument.key(user), { createdBy });
    if (token) await overwrite(service.ports, tokenDocument.key(token), { createdBy });
    if (filter) await overwrite(service.ports, filterDocument.key(filter), { createdBy });
  }

  test('SR-27: no operation goes unchecked: each has a class, and each class an operation', () => {
    expect(operations.map(({ name }) => name).sort()).toEqual(Object.keys(operationClasses).sort());
  });

  describe.each(operations.map((operation) => [operation.name, operation] as const))('SR-27: %s', (_, operation) => {
    test.each(CALLERS)('called by %s', async (caller) => {
      const make = samples[operation.name];
      if (!make) throw new Error(`no sample for ${operation.name}`);
      const sample = await make(scene);
      if (classOf(operation) === 'deletes') await giveTo(people.creator, sample.id);
      const call = await credentials(caller);
      const headers = { ...sample.headers, ...call.headers };
      const body = sample.body && { body: sample.body };
      const response = await service.call(addressOf(operation, sample), { ...call, ...body, headers });

      const answer = expected(operation, sample, caller);
      if (answer === 'taken') {
        expect(response.status).toBe(sample.status);
        if (sample.code) expect(await refusalOf(response)).toMatchObject({ code: sample.code });
      } else if (answer === 'absent') {
        expect(await refusalOf(response)).toMatchObject({ status: 404, code: expect.stringMatching(/_NOT_FOUND$/) });
      } else {
        expect(await refusalOf(response)).toMatchObject({ code: answer });
      }
    });
  });

  describe('SR-27: rows of bulk requests', () => {
    const ROWS: Record<string, (scene: SampleScene) => object> = {
      assignments: ({ resource, user }) => ({ resource: resource.id, user: user.id }),
      tokens: ({ user }) => ({ name: 'phone', kind: 'totp', owner: user.id }),
      users: () => ({ login: 'with-a-password', password: 'a password that somebody chose' }),
    };
    test.each(['in scope', 'out of scope', 'creator', 'stranger', 'help desk', 'read-only'] as const)(
      'for %s have the outcome of a single request, in a dry run and for real',
      async (who) => {
        const refused = who === 'in scope' ? undefined : who === 'stranger' ? 404 : 403;
        const expected = { assignments: who === 'creator' ? 404 : refused, tokens: refused, users: 403 };
        for (const [kind, status] of Object.entries(expected)) {
          for (const dryRun of [true, false]) {
            const call = await credentials(who);
            const body = { rows: [ROWS[kind]?.(scene)], dryRun };
            const response = await service.call(`POST /v1/bulk/${kind}`, { ...call, body });
            const { rows } = (await response.json()) as { rows: { status: number }[] };
            expect(rows[0]?.status, `${kind}, dry run: ${dryRun}`).toBe(status ?? (dryRun ? 200 : 201));
          }
        }
      },
    );
  });

  describe('SR-27: lists', () => {
    test.each(
      operations.filter(({ name }) => /^GET \/[\w-]+$/.test(name) && name !== 'GET /session').map(({ name }) => name),
    )('%s shows another account’s superuser nothing of this account', async (name) => {
      const seen = async (who: Person): Promise<string[]> => {
        const call = await credentials(who);
        const answer = await service.call(`GET /v1${name.slice('GET '.length)}`, call);
        return (await answer.text()).match(/\b[a-z]{3}_[0-3][0-9a-hjkmnp-tv-z]{10}\b/g) ?? [];
      };
      const [ours, theirs] = [await seen('superuser'), await seen('stranger')];
      expect(ours.filter((id) => theirs.includes(id))).toEqual([]);
      expect(theirs).not.toContain(scene.account);
    });
  });

  describe('SR-28: privilege escalation', () => {
    test.each([
      ['PATCH', 'role', 'superuser'],
      ['PATCH', 'superuser', true],
      ['PATCH', 'state', 'active'],
      ['PATCH', 'sessionEpoch', 0],
      ['PATCH', 'passwordHash', '$argon2id$'],
      ['PATCH', 'token', null],
      ['PATCH', 'email', 'evil@acme.example'],
      ['POST', 'role', 'superuser'],
      ['POST', 'superuser', true],
      ['POST', 'state', 'active'],
      ['POST', 'account', 'acc_00000000000'],
    ])('%s refuses an administrator with %s', async (method, field, value) => {
      const [call, who] = [await credentials('superuser'), people['in scope']];
      const before = service.ports.store.commits.length;
      const route = method === 'PATCH' ? `PATCH /v1/administrators/${who.id}` : 'POST /v1/invitations';
      const fields = method === 'PATCH' ? { name: 'Ada' } : { email: 'new@acme.example', name: 'Ada' };
      const response = await service.call(route, { ...call, body: { ...fields, [field]: value } });
      expect(await refusalOf(response)).toEqual({ status: 422, code: 'INPUT_INVALID' });
      expect(service.ports.store.commits.length).toBe(before);
    });
  });
});
