import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PublicJwk } from '../kernel/ports/signer.ts';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { verifyAuditExport } from '../platform/jose/audit-statements.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { countSignIns, sealEvents } from '../testing/consuming.ts';
import {
  addResource,
  addUser,
  createFixture,
  type Fixture,
  overwrite,
  PASSWORD,
  read,
  unwrap,
} from '../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../testing/http-service.ts';
import { touches } from '../testing/intercepted-store.ts';
import { userDocument } from '../users/documents.ts';
import { auditChainDocument } from './documents.ts';
import { listSealedEvents } from './list-sealed-events.ts';
import { splitLines } from './log/split-lines.ts';

interface Event {
  id: string;
  segment: number;
  type: string;
  outcome: string;
  at: number;
  actor: { kind: string; id?: string };
  subject?: string;
  [name: string]: unknown;
}
interface Page {
  items: Event[];
  next: string | null;
}

let service: Service;
let scene: Fixture;
let other: Fixture;
let key: string;
let otherKey: string;

const get = async <T>(path: string, as = key): Promise<T> => {
  const response = await service.call(`GET /v1${path}`, { key: as });
  expect(response.status, path).toBe(200);
  return (await response.json()) as T;
};
const signIn = (password: string, user = 'alice', headers: Record<string, string> = {}) =>
  service.call('POST /v1/authentications', {
    key,
    headers,
    body: { resource: scene.resource.id, method: 'password', user, password },
  });

beforeAll(async () => {
  service = await openService('events');
  scene = await createFixture(service.ports, { tokens: [{}], alone: true });
  other = await createFixture(service.ports, { tokens: [{}], alone: true });
  await addUser(service.ports, scene.account, scene.resource, { user: { login: 'bob' } });
  [key, otherKey] = [await service.keyFor(scene.account), await service.keyFor(other.account)];
  service.ports.clock.advance(60_000);
  for (let times = 0; times < 3; times++) expect((await signIn(PASSWORD)).status).toBe(200);
  expect((await signIn('wrong', 'alice', { 'user-agent': '=HYPERLINK("https://evil.example")' })).status).toBe(403);
  expect((await signIn(PASSWORD, 'bob')).status).toBe(200);
  await sealEvents(service.ports);
  await countSignIns(service.ports, { keptDays: 800 });
});
afterAll(() => service.ports.close());

describe('GET /events/sealed', () => {
  interface Sealed {
    items: Event[];
    next: number;
    hasMore: boolean;
  }

  test('continues behind the segments that the caller has, with every event once', async () => {
    const whole = await get<Page>('/events?limit=200');
    const { items, hasMore } = await get<Sealed>('/events/sealed?after=0');
    const idsOf = (events: readonly { id: string }[]) => events.map(({ id }) => id).sort();
    expect([idsOf(items), hasMore]).toEqual([idsOf(whole.items), false]);
    const { actor } = operatorContext(scene.account);
    const followed: { id: string; segment: number }[] = [];
    for (let after = 0, isEnd = false; !isEnd; ) {
      const page = unwrap(await listSealedEvents(service.ports, actor, {}, { after, atOnce: 1 }));
      expect(page.next).toBe(after + 1);
      expect(new Set(page.items.map(({ segment }) => segment))).toEqual(new Set([page.next]));
      followed.push(...page.items);
      after = page.next;
      isEnd = !page.hasMore;
    }
    expect(idsOf(followed)).toEqual(idsOf(whole.items));
    const refused = await get<Sealed>('/events/sealed?after=0&outcome=refused');
    expect(refused.items.map(({ outcome }) => outcome)).toEqual(['refused']);
  });

  test('says where the log ends, and refuses what is beyond', async () => {
    const { items, next, hasMore } = await get<Sealed>('/events/sealed');
    expect([items, hasMore]).toEqual([[], false]);
    expect(await get<Sealed>(`/events/sealed?after=${next}`)).toEqual({ items: [], next, hasMore: false });
    const beyond = await service.call(`GET /v1/events/sealed?after=${next + 1}`, { key });
    expect(await refusalOf(beyond)).toMatchObject({ code: 'INPUT_INVALID' });
  });
});

test('GET /events/sealed ends where every segment has expired', async () => {
  const { ports } = service;
  const chain = auditChainDocument.key(other.account);
  const { number, first } = await read(ports, chain);
  await overwrite(ports, chain, { first: number + 1 });
  const page = await listSealedEvents(ports, operatorContext(other.account).actor, {}, { after: 0 });
  expect(page).toEqual({ items: [], next: number, hasMore: false });
  await overwrite(ports, chain, { first });
});

describe('GET /events', () => {
  test('returns every event of the account, newest first, one page at a time', async () => {
    const whole = await get<Page>('/events?limit=200');
    expect(whole.next).toBeNull();
    expect(whole.items.map(({ at }) => at)).toEqual(whole.items.map(({ at }) => at).sort((a, b) => b - a));
    expect(new Set(whole.items.map(({ type }) => type))).toEqual(
      new Set([
        'authentication',
        'api-key.created',
        'assignment.created',
        'user.created',
        'token.created',
        'resource.created',
        'account.created',
      ]),
    );
    const paged: Event[] = [];
    for (let after = ''; ; ) {
      const page = await get<Page>(`/events?limit=3${after}`);
      expect(page.items.length).toBeLessThanOrEqual(3);
      paged.push(...page.items);
      if (page.next === null) break;
      after = `&after=${page.next}`;
    }
    expect(paged).toEqual(whole.items);
  });

  test('filters by type, outcome, subject, actor, resource, reason and time', async () => {
    const { items } = await get<Page>('/events?limit=200');
    const [newest] = items;
    if (!newest) throw new Error('no events');
    const filters: [string, (event: Event) => boolean][] = [
      ['type=user.created', ({ type }) => type === 'user.created'],
      ['outcome=refused', ({ outcome }) => outcome === 'refused'],
      [`subject=${scene.user.id}`, ({ subject }) => subject === scene.user.id],
      [`actor=${newest.actor.id}`, ({ actor }) => actor.id === newest.actor.id],
      [`resource=${scene.resource.id}`, ({ resource }) => resource === scene.resource.id],
      ['reason=INVALID_CREDENTIALS', ({ reason }) => reason === 'INVALID_CREDENTIALS'],
      [`from=${newest.at}`, ({ at }) => at >= newest.at],
      [`to=${newest.at - 1}`, ({ at }) => at < newest.at],
      [
        `type=authentication&outcome=granted&subject=${scene.user.id}&from=${newest.at}`,
        ({ type, outcome, subject }) => type === 'authentication' && outcome === 'granted' && subject === scene.user.id,
      ],
    ];
    for (const [query, wanted] of filters) {
      const expected = items.filter(wanted);
      expect(expected.length, query).toBeGreaterThan(0);
      expect(expected.length, query).toBeLessThan(items.length);
      expect((await get<Page>(`/events?limit=200&${query}`)).items, query).toEqual(expected);
    }
  });

  test('shows nothing of another account, even with known ids', async () => {
    const otherPage = await get<Page>('/events?limit=200', otherKey);
    expect(otherPage.items.length).toBeGreaterThan(0);
    expect(JSON.stringify(otherPage)).not.toContain(scene.user.id);
    for (const query of [`subject=${scene.user.id}`, `resource=${scene.resource.id}`, 'outcome=granted']) {
      expect((await get<Page>(`/events?${query}`, otherKey)).items).toEqual([]);
    }
  });

  test('refuses unknown filters', async () => {
    for (const query of [
      'type=typo',
      'after=%00',
      'after=e30',
      'subject=alice',
      'from=-1',
      'from=x',
      'typo=1',
      'limit=0',
    ]) {
      expect(await refusalOf(await service.call(`GET /v1/events?${query}`, { key })), query).toEqual({
        status: 422,
        code: 'INPUT_INVALID',
      });
    }
  });
});

describe('GET …/history', () => {
  test('lists the events that name a user or a token, also after its deletion', async () => {
    const { items } = await get<Page>('/events?limit=200');
    const token = scene.tokens[0]?.id ?? '';
    for (const [path, id] of [
      [`/users/${scene.user.id}/events`, scene.user.id],
      [`/tokens/${token}/events`, token],
    ] as const) {
      const naming = items.filter((event) => JSON.stringify(event).includes(id));
      expect(naming.length).toBeGreaterThan(1);
      expect((await get<Page>(path)).items).toEqual(naming);
      const first = await get<Page>(`${path}?limit=1`);
      const second = await get<Page>(`${path}?limit=1&after=${first.next}`);
      expect([...first.items, ...second.items]).toEqual(naming.slice(0, 2));
    }
    const document = userDocument.key(scene.user.id);
    const [kept] = await service.ports.store.getMany([document], service.ports.clock.now());
    const change = { anchor: document.anchor, now: service.ports.clock.now(), expect: [] };
    await service.ports.store.commit({ ...change, operation: 'gone', delete: [document] });
    expect((await get<Page>(`/users/${scene.user.id}/events`)).items.length).toBeGreaterThan(1);
    await service.ports.store.commit({ ...change, operation: 'back', put: [{ key: document, value: kept?.value }] });
  });

  test('responds the same to another account’s user as to an unknown one', async () => {
    const foreign = await service.call(`GET /v1/users/${scene.user.id}/events`, { key: otherKey });
    expect(await refusalOf(foreign)).toEqual({ status: 404, code: 'USER_NOT_FOUND' });
  });
});

describe('GET /events/export', () => {
  const download = async (query: string, as = key) => service.call(`GET /v1/events/export${query}`, { key: as });
  const keys = async () =>
    ((await (await service.call('GET /.well-known/jwks.json')).json()) as { keys: PublicJwk[] }).keys;

  test('SR-34: a changed JSON Lines export is detectable: it verifies with the published keys and holds every event', async () => {
    const response = await download('?format=jsonl');
    expect(response.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="events-${scene.account}.jsonl"`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const report = await verifyAuditExport(splitLines([bytes]), await keys(), { account: scene.account });
    const { items } = await get<Page>('/events?limit=200');
    expect(report).toMatchObject({ ok: true, findings: [], events: items.length });
  });

  test('continues from a given segment', async () => {
    const bytes = new Uint8Array(await (await download('?after=1')).arrayBuffer());
    expect(await verifyAuditExport(splitLines([bytes]), await keys())).toMatchObject({ ok: true, first: 2, events: 0 });
    expect(await refusalOf(await download('?after=99'))).toEqual({ status: 422, code: 'INPUT_INVALID' });
  });

  test('CSV has a row for each event and no formula of an attacker', async () => {
    const response = await download('?format=csv');
    expect(response.headers.get('content-type')).toContain('text/csv');
    const text = await response.text();
    const { items } = await get<Page>('/events?limit=200');
    expect(text.trimEnd().split('\r\n')).toHaveLength(items.length + 1);
    expect(text).toContain('"\'=HYPERLINK(""https://evil.example"")"');
    expect(text).not.toContain(other.account);
  });

  test('CSV has only the events that match the filters, and a chain cannot be filtered', async () => {
    const { items } = await get<Page>('/events?type=authentication&outcome=granted&limit=200');
    const text = await (await download('?format=csv&type=authentication&outcome=granted')).text();
    const ids = text
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((row) => row.split(',', 1)[0]?.replaceAll('"', ''));
    expect(ids.reverse()).toEqual(items.map(({ id }) => id));
    expect(items.length).toBeGreaterThan(0);
    expect(await refusalOf(await download('?type=authentication'))).toEqual({ status: 422, code: 'INPUT_INVALID' });
  });

  test('is refused if it cannot begin, in both formats', async () => {
    service.ports.store.intercept = {
      read: (read) => {
        if (read.some(({ name }) => name.startsWith('segment/'))) throw new StoreUnavailable('the disk is on fire');
      },
    };
    for (const format of ['jsonl', 'csv']) {
      expect(await refusalOf(await download(`?format=${format}`))).toEqual({ status: 503, code: 'UNAVAILABLE' });
    }
    service.ports.store.intercept = {};
  });
});

describe('GET /statistics', () => {
  const query = '?from=2027-01-14&to=2027-01-15';
  interface Statistics {
    days: Record<string, unknown>[];
  }

  test('counts sign-ins by day, of one resource or of all', async () => {
    const today = {
      day: '2027-01-15',
      granted: 4,
      refused: { INVALID_CREDENTIALS: 1 },
      methods: { password: 4 },
      factors: { password: 4 },
      activeUsers: { count: 2, exact: true },
      complete: true,
    };
    const nothing = { granted: 0, refused: {}, methods: {}, factors: {}, activeUsers: { count: 0, exact: true } };
    const expected = [{ day: '2027-01-14', ...nothing, complete: true }, today];
    expect((await get<Statistics>(`/statistics${query}`)).days).toEqual(expected);
    expect((await get<Statistics>(`/statistics${query}&resource=${scene.resource.id}`)).days).toEqual(expected);
    expect((await get<Statistics>('/statistics')).days).toHaveLength(30);
    expect((await get<Statistics>('/statistics')).days.at(-1)).toEqual(today);
    expect((await get<Statistics>('/statistics?days=2')).days).toEqual(expected);
    expect((await get<Statistics>('/statistics?days=1&to=2027-01-14')).days).toEqual(expected.slice(0, 1));
    expect((await get<Statistics>(`/statistics${query}`, otherKey)).days[1]).toEqual({ ...today, ...nothing });
  });

  test('refuses another account’s resource, invalid days and ranges that are too long', async () => {
    const foreign = await service.call(`GET /v1/statistics?resource=${scene.resource.id}`, { key: otherKey });
    expect(await refusalOf(foreign)).toEqual({ status: 404, code: 'RESOURCE_NOT_FOUND' });
    for (const wrong of [
      'from=2027-02-30',
      'from=2027-01-16&to=2027-01-15',
      'from=2026-01-14&to=2027-01-15',
      'to=x',
      'days=0',
      'days=367',
      'days=2&from=2027-01-14',
    ]) {
      const response = await service.call(`GET /v1/statistics?${wrong}`, { key });
      expect(await refusalOf(response), wrong).toEqual({ status: 422, code: 'INPUT_INVALID' });
    }
  });
});

describe('GET /statistics/resources', () => {
  interface ByResource {
    items: Record<string, unknown>[];
    next: string | null;
  }
  const query = '?from=2027-01-14&to=2027-01-15';

  test('sums the days for each resource of this account, by name, one page at a time', async () => {
    const quiet = await addResource(service.ports, scene.account, { name: '  a quiet one' });
    const first = await get<ByResource>(`/statistics/resources${query}&limit=1`);
    expect(first.items).toEqual([{ resource: quiet.id, name: quiet.name, granted: 0, refused: {} }]);
    const rest = await get<ByResource>(`/statistics/resources${query}&after=${first.next}`);
    const { id, name } = scene.resource;
    expect(rest).toEqual({
      items: [{ resource: id, name, granted: 4, refused: { INVALID_CREDENTIALS: 1 } }],
      next: null,
    });
    expect((await get<ByResource>('/statistics/resources')).items.at(-1)).toMatchObject({ granted: 4 });
    const before = await get<ByResource>('/statistics/resources?from=2027-01-13&to=2027-01-14');
    expect(before.items.map(({ granted }) => granted)).toEqual([0, 0]);
    const others = await get<ByResource>(`/statistics/resources${query}`, otherKey);
    expect(others.items).toMatchObject([{ resource: other.resource.id, granted: 0, refused: {} }]);
  });

  test('refuses invalid days and ranges that read too many counters', async () => {
    for (const wrong of ['from=2026-10-01&to=2027-01-15', 'days=93', 'to=x', 'limit=51', 'limit=0', 'after=x']) {
      const response = await service.call(`GET /v1/statistics/resources?${wrong}`, { key });
      expect(await refusalOf(response), wrong).toEqual({ status: 422, code: 'INPUT_INVALID' });
    }
  });
});

test('sealing and counting append no events of their own', async () => {
  const sealing = service.ports.store.commits.filter(
    ({ change }) => touches(change, 'chain') || touches(change, 'statistics') || touches(change, 'consumer'),
  );
  expect(sealing.length).toBeGreaterThan(2);
  for (const { change } of sealing) expect(change.append ?? []).toEqual([]);
});
