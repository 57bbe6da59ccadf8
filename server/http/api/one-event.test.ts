import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AccountEvent } from '../../kernel/event.ts';
import { anotherSession, sessionHeaders } from '../../testing/administrators.ts';
import { type Call, openService, type Service } from '../../testing/http-service.ts';
import {
  addressOf,
  createSampleFixture,
  type Operation,
  operationsOf,
  type SampleScene,
  samples,
} from '../../testing/operations.ts';

let service: Service;
let scene: SampleScene;
const operations = await (async () => {
  const described = await openService('one event, described');
  const all = await operationsOf(described);
  await described.ports.close();
  return all;
})();
beforeAll(async () => {
  service = await openService('one event');
  scene = await createSampleFixture(service);
});
afterAll(() => service.ports.close());

async function credentials({ entrance }: Operation): Promise<Call> {
  if (entrance === 'key') return { key: scene.key };
  if (entrance === 'open') return {};
  return { headers: sessionHeaders(await anotherSession(service.ports, scene.superuser)) };
}

/** Operations that append no event to the account, or change nothing as the sample requests. */
const SILENT: Record<string, string> = {
  'POST /plan': 'the plan that there is already',
  'POST /webhooks/{id}/replay': 'there is nothing to send again',
  'POST /explain': 'a question',
  'POST /resources/{id}/texts/preview': 'a question',
  'POST /resources/{id}/hook/test': 'a question is asked, and nothing changes',
  'POST /mail/test': 'a mail is sent, and nothing changes',
  'POST /environment/check': 'a question',
  'POST /tokens/{id}/resync-questions': 'the answers are the event',
  'POST /session/begin': 'nobody has shown anything yet',
  'POST /session/identify': 'a name is typed: nothing is evaluated',
};
/** Operations that are two changes to those who listen. */
const DOUBLE: readonly string[] = ['POST /users/{id}/erasure', 'POST /users/{id}/lost-device'];
/** Inputs that change something where the sample does not. */
const CHANGED: Record<string, Record<string, unknown>> = { 'PATCH /account': { name: 'Acme & Daughters' } };

// SR-34. The attack: a change without a trace, through a route that appends no event.
test.each(operations.map((operation) => [operation.name, operation] as const))(
  'SR-34: a change leaves a trace: %s appends exactly one event, in one commit with the change',
  async (name, operation) => {
    const sample = await samples[name]?.(scene);
    if (!sample) throw new Error(`no sample for ${name}`);
    const call = await credentials(operation);
    const body = CHANGED[name] ?? sample.body;
    const before = service.ports.store.commits.length;
    const headers = { ...sample.headers, ...call.headers };
    const answer = await service.call(addressOf(operation, sample), { ...call, ...omitUndefined({ body }), headers });
    expect(answer.status).toBe(sample.status);

    const changes = service.ports.store.commits.slice(before).map(({ change }) => change);
    const telling = changes.filter(({ append = [] }) => append.length > 0);
    const events = telling.flatMap(({ append = [] }) => append) as unknown as AccountEvent[];
    if (operation.method === 'GET' || name in SILENT) return expect(events).toEqual([]);
    if (answer.status >= 400) {
      // A factor that was checked and is not enough is an attempt; one that was not checked is none.
      for (const { outcome } of events) expect(outcome).toBe('refused');
      return expect(events.length).toBeLessThanOrEqual(1);
    }
    expect(events).toHaveLength(DOUBLE.includes(name) ? 2 : 1);
    const [event] = events;
    expect(event).toMatchObject({ account: scene.account, at: service.ports.clock.now(), subject: expect.any(String) });
    const actors = {
      key: { kind: 'api-key', id: expect.stringMatching(/^key_/) },
      session: { kind: 'administrator', id: scene.superuser.id },
      // Without a factor the actor is anonymous.
      open: { kind: 'user' },
    };
    expect(event?.actor).toEqual(actors[operation.entrance]);
    const [commit] = telling;
    const written = (commit?.put?.length ?? 0) + (commit?.delete?.length ?? 0);
    // A test event of a webhook only adds a delivery.
    if (name !== 'POST /webhooks/{id}/test') expect(written).toBeGreaterThan(0);
  },
);
