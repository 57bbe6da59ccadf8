import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FilterId } from '../../kernel/ids.ts';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { isRefusal } from '../../kernel/result.ts';
import {
  authenticate,
  createFilter,
  createResource,
  operatorContext,
  updateResource,
} from '../../testing/as-operator.ts';
import { addResource, birth, createFixture, type Fixture, PASSWORD, read, unwrap } from '../../testing/fixtures.ts';
import { touches } from '../../testing/intercepted-store.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { deleteResource } from '../delete-resource.ts';
import { filterDocument, resourceDocument } from '../documents.ts';
import { createFilter as createFilterAs } from './create-filter.ts';
import { deleteFilter } from './delete-filter.ts';
import { ATTACHING_MS } from './filter-usage.ts';
import { updateFilter } from './update-filter.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('filters-in-use');
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const OFFICE = { kind: 'ip', mode: 'allow', ranges: ['203.0.113.0/24'] } as const;
const rule = () => ({ ...OFFICE, ranges: [...OFFICE.ranges] });
async function addFilter({ account }: Fixture): Promise<FilterId> {
  return unwrap(await createFilter(ports, birth(ports, 'flt'), account, { name: 'office', rule: rule() })).filter.id;
}
const attach = ({ account, resource }: Fixture, ipFilter: FilterId | null, over = ports) =>
  updateResource(over, account, resource.id, { ipFilter });
const remove = ({ account }: Fixture, filter: FilterId, over = ports) =>
  deleteFilter(over, operatorContext(account), filter);
const IN_USE = { refused: 'FILTER_IN_USE' };
const DOWN = new StoreUnavailable('no answer');

describe('a filter that a resource uses', () => {
  test('cannot be deleted until the last resource removes it or is deleted', async () => {
    const scene = await createFixture(ports);
    const filter = await addFilter(scene);
    const second = await addResource(ports, scene.account, { ipFilter: filter });
    unwrap(await attach(scene, filter));
    expect(await remove(scene, filter)).toEqual(IN_USE);
    unwrap(await attach(scene, null));
    expect(await remove(scene, filter)).toEqual(IN_USE);
    unwrap(await deleteResource(ports, operatorContext(scene.account), second.id));
    expect(await remove(scene, filter)).toEqual({ deleted: true });
    expect(await attach(scene, filter)).toMatchObject({ refused: 'FILTER_NOT_FOUND' });
    expect(await remove(scene, filter)).toEqual({ refused: 'FILTER_NOT_FOUND' });
  });

  test('can be replaced by another, and is then free', async () => {
    const scene = await createFixture(ports);
    const [first, second] = [await addFilter(scene), await addFilter(scene)];
    unwrap(await attach(scene, first));
    unwrap(await attach(scene, second));
    expect(await remove(scene, first)).toEqual({ deleted: true });
    expect(await remove(scene, second)).toEqual(IN_USE);
  });

  test('is free after an attachment that was refused for another reason', async () => {
    const scene = await createFixture(ports);
    const filter = await addFilter(scene);
    const refused = await updateResource(ports, scene.account, scene.resource.id, {
      ipFilter: filter,
      geoFilter: filter,
    });
    expect(refused).toMatchObject({ refused: 'INPUT_INVALID' });
    expect(await remove(scene, filter)).toEqual({ deleted: true });
  });

  test('in any race between an attachment and a deletion, one of them is refused', async () => {
    for (let hops = 0; hops < 12; hops++) {
      const scene = await createFixture(ports);
      const filter = await addFilter(scene);
      const replica = ports.replica();
      const late = async () => {
        for (let hop = 0; hop < hops; hop++) await replica.store.getMany([filterDocument.key(filter)], 0);
        return remove(scene, filter, replica);
      };
      const [attached, deleted] = await Promise.all([attach(scene, filter), late()]);
      expect([isRefusal(attached), isRefusal(deleted)].filter(Boolean), `${hops}`).toHaveLength(1);
      const { ipFilter } = await read(ports, resourceDocument.key(scene.resource.id));
      expect(ipFilter).toBe(isRefusal(attached) ? undefined : filter);
    }
  });

  test('in any race between attaching, removing and deleting, no resource is left with a deleted filter', async () => {
    for (let round = 0; round < 30; round++) {
      const scene = await createFixture(ports);
      const filter = await addFilter(scene);
      if (round % 2 === 0) unwrap(await attach(scene, filter));
      const later = async (hops: number, work: (over: TestPorts) => Promise<unknown>) => {
        const replica = ports.replica();
        for (let hop = 0; hop < hops; hop++) await replica.store.getMany([filterDocument.key(filter)], 0);
        return work(replica);
      };
      const [attached] = await Promise.all([
        attach(scene, filter),
        later(round % 7, (over) => attach(scene, null, over)),
        later(round % 5, (over) => remove(scene, filter, over)),
        later(round % 11, (over) => remove(scene, filter, over)),
      ]);
      const { ipFilter } = await read(ports, resourceDocument.key(scene.resource.id));
      const [there] = await ports.store.getMany([filterDocument.key(filter)], ports.clock.now());
      if (ipFilter) {
        expect(isRefusal(attached)).toBe(false);
        expect(there?.value.holders?.map(({ resource }) => resource)).toEqual([scene.resource.id]);
      }
    }
  });

  test('after an interrupted attachment, can be deleted once the attachment cannot continue', async () => {
    const scene = await createFixture(ports);
    const filter = await addFilter(scene);
    ports.store.intercept = { commit: (change, go) => (touches(change, 'resource') ? Promise.reject(DOWN) : go()) };
    await expect(attach(scene, filter)).rejects.toThrow(DOWN);
    ports.store.intercept = {};
    expect(await remove(scene, filter)).toEqual(IN_USE);
    ports.clock.advance(ATTACHING_MS);
    expect(await remove(scene, filter)).toEqual({ deleted: true });
  });

  test('after an interrupted creation, is free a minute later', async () => {
    const scene = await createFixture(ports);
    const filter = await addFilter(scene);
    ports.store.intercept = { commit: (change, go) => (touches(change, 'resource') ? Promise.reject(DOWN) : go()) };
    const settings = { ...scene.resource, ipFilter: filter };
    await expect(createResource(ports, birth(ports, 'res'), scene.account, settings)).rejects.toThrow(DOWN);
    ports.store.intercept = {};
    ports.clock.advance(ATTACHING_MS);
    expect(await remove(scene, filter)).toEqual({ deleted: true });
  });

  test('that is missing nevertheless (lost data) denies', async () => {
    const scene = await createFixture(ports);
    const filter = await addFilter(scene);
    unwrap(await attach(scene, filter));
    const key = filterDocument.key(filter);
    const now = ports.clock.now();
    await ports.store.commit({ anchor: key.anchor, operation: filter, now, expect: [], delete: [key] });
    const request = { account: scene.account, resource: scene.resource.id, user: 'alice', address: '203.0.113.7' };
    expect(await authenticate(ports, { ...request, method: 'password', password: PASSWORD })).toEqual({
      refused: 'FILTER_DENIED',
    });
    unwrap(await attach(scene, null));
  });
});

describe('a change of a filter', () => {
  test('changes the rules of the resources that use it', async () => {
    const scene = await createFixture(ports);
    const filter = await addFilter(scene);
    unwrap(await attach(scene, filter));
    const request = { account: scene.account, resource: scene.resource.id, user: 'alice', method: 'password' } as const;
    const from = (address: string) => authenticate(ports, { ...request, password: PASSWORD, address });
    expect(await from('198.51.100.1')).toEqual({ refused: 'FILTER_DENIED' });
    const changes = { rule: { ...rule(), ranges: ['198.51.100.1'] } };
    const changed = unwrap(await updateFilter(ports, operatorContext(scene.account), filter, changes)).object;
    expect(changed.rule).toEqual({ ...OFFICE, ranges: ['198.51.100.1/32'] });
    expect(await from('198.51.100.1')).toMatchObject({ method: 'password' });
    expect(await from('203.0.113.7')).toEqual({ refused: 'FILTER_DENIED' });
  });

  test('keeps its kind, and needs a valid rule', async () => {
    const scene = await createFixture(ports);
    const filter = await addFilter(scene);
    const act = operatorContext(scene.account);
    const other = { kind: 'geo', mode: 'allow', countries: ['AT'], unlocated: 'deny' } as const;
    const kind = await updateFilter(ports, act, filter, { rule: { ...other, countries: [...other.countries] } });
    expect(kind).toMatchObject({ refused: 'INPUT_INVALID', field: 'rule/kind' });
    const empty = await updateFilter(ports, act, filter, { rule: { ...rule(), ranges: [] } });
    expect(empty).toMatchObject({ refused: 'INPUT_INVALID', field: 'rule' });
    expect((await read(ports, filterDocument.key(filter))).rule).toEqual(OFFICE);
  });

  test('is allowed to the superuser and its creator, and so is its deletion', async () => {
    const scene = await createFixture(ports);
    const { account, resource } = scene;
    const administrator = (id: 'adm_00000000001' | 'adm_00000000002'): RequestContext => ({
      actor: { kind: 'administrator', account, id, role: 'administrator', resources: [resource.id] },
    });
    const [maker, other] = [administrator('adm_00000000001'), administrator('adm_00000000002')];
    const made = await createFilterAs(ports, maker, birth(ports, 'flt'), { name: 'own', rule: rule() });
    const { id } = unwrap(made).filter;
    expect(await updateFilter(ports, other, id, { name: 'theirs' })).toEqual({ refused: 'FORBIDDEN' });
    expect(await deleteFilter(ports, other, id)).toEqual({ refused: 'FORBIDDEN' });
    expect(unwrap(await updateFilter(ports, maker, id, { name: 'mine' })).object.name).toBe('mine');
    expect(await deleteFilter(ports, maker, id)).toEqual({ deleted: true });
  });
});

describe('SR-27: the creator of a filter who acts on some resources', () => {
  const OPEN = { kind: 'ip', mode: 'allow', ranges: ['0.0.0.0/0'] } as const;
  const made = async (scene: Fixture, resources: Fixture['resource']['id'][]) => {
    const { account } = scene;
    const id = birth(ports, 'adm').id;
    const act: RequestContext = { actor: { kind: 'administrator', account, id, role: 'administrator', resources } };
    const filter = unwrap(
      await createFilterAs(ports, act, birth(ports, 'flt'), { name: 'office', rule: rule() }),
    ).filter;
    return { act, filter: filter.id };
  };
  const open = (act: RequestContext, filter: FilterId) =>
    updateFilter(ports, act, filter, { rule: { ...OPEN, ranges: [...OPEN.ranges] } });

  test('cannot change the rules of another administrator’s resource that uses it; of their own they can', async () => {
    const scene = await createFixture(ports);
    const elsewhere = await addResource(ports, scene.account);
    const { act, filter } = await made(scene, [elsewhere.id]);
    unwrap(await attach(scene, filter));
    expect(await open(act, filter)).toEqual({ refused: 'FORBIDDEN' });
    expect((await read(ports, filterDocument.key(filter))).rule).toEqual(rule());
    unwrap(await updateFilter(ports, act, filter, { name: 'the office' }));
    unwrap(await open(operatorContext(scene.account), filter));
    unwrap(await updateResource(ports, scene.account, elsewhere.id, { ipFilter: filter }));
    unwrap(await attach(scene, null));
    unwrap(await updateFilter(ports, act, filter, { rule: rule() }));
  });

  test('nor those of a resource that attaches the filter at the same moment', async () => {
    const scene = await createFixture(ports);
    const { act, filter } = await made(scene, []);
    const other = ports.replica();
    let attached = false;
    ports.store.intercept.commit = async (change, go) => {
      if (!attached && touches(change, 'filter')) {
        attached = true;
        unwrap(await attach(scene, filter, other));
      }
      return go();
    };
    expect(await open(act, filter)).toEqual({ refused: 'FORBIDDEN' });
    expect((await read(ports, filterDocument.key(filter))).rule).toEqual(rule());
  });
});
