import { exportEvents } from '../events/export-events.ts';
import { openRecord } from '../events/log/personal-part.ts';
import type { AuditRecord } from '../events/log/segment.ts';
import type { AccountEvent } from '../kernel/event.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { Ports, WritePorts } from '../kernel/ports/ports.ts';
import type { Json, Store } from '../kernel/ports/store.ts';
import { loadSigningKeys } from '../platform/jose/load-signing-keys.ts';
import { createSigner } from '../platform/jose/signer.ts';
import { createSecretBox } from '../platform/secret-box/secret-box.ts';
import { newOperation } from '../store/transact.ts';
import { operatorContext } from './as-operator.ts';
import { unwrap } from './fixtures.ts';
import { InterceptedStore } from './intercepted-store.ts';
import { accountId, resourceId, tokenId, userId } from './samples.ts';
import { FakeClock, ISSUER, START, seededRandom } from './test-ports.ts';

export type StreamPorts = Pick<Ports, 'random' | 'signer' | 'archive'> & { store: InterceptedStore; clock: FakeClock };

/** The ports of event consumers, over any store. */
export async function streamPortsOver(
  store: Store,
  seed: string,
  archive?: Ports['archive'],
): Promise<StreamPorts & { second: StreamPorts }> {
  const clock = new FakeClock();
  const random = seededRandom(seed);
  const secrets = createSecretBox(new Uint8Array(32));
  const keys = await loadSigningKeys(
    { store: new InterceptedStore(store), clock, random, secrets },
    { algorithm: 'ES256' },
  );
  const signer = createSigner({ issuer: ISSUER, keys, now: () => clock.now() });
  const first = { store: new InterceptedStore(store), clock, random, signer, archive };
  return { ...first, second: { ...first, store: new InterceptedStore(store) } };
}

/** An event derived from a number: of one of three accounts, a change or an attempt, within three days. */
export function sampleEvent(number: number): AccountEvent {
  const account = accountId(1 + (number % 3));
  const at = START + (number % 7) * 10 * 3_600_000;
  const user = userId(number % 5);
  if (number % 4 === 0) {
    return { type: 'user.updated', at, account, actor: { kind: 'operator' }, subject: user, outcome: 'done' };
  }
  const attempt = {
    type: 'authentication',
    at,
    account,
    actor: { kind: 'user', id: user },
    subject: user,
    resource: resourceId(number % 2),
    userAgent: 'Browser\u2028"\n',
  } as const;
  return number % 4 === 1
    ? { ...attempt, outcome: 'refused', reason: number % 8 === 1 ? 'OTP_WRONG' : 'FILTER_DENIED', factors: [] }
    : { ...attempt, outcome: 'granted', factors: ['password', 'otp'], related: [tokenId(number % 6)], otp: 'verified' };
}

/** Appends events like a change on that anchor. */
export async function append(
  { store, clock, random }: WritePorts,
  anchor: string,
  events: readonly AccountEvent[],
): Promise<void> {
  await store.commit({
    anchor,
    operation: newOperation({ clock, random }),
    now: clock.now(),
    expect: [],
    append: events as unknown as readonly Json[],
  });
}

export async function linesOfExport(ports: StreamPorts, account: AccountId, after = 0): Promise<string[]> {
  const { text } = unwrap(await exportEvents(ports, operatorContext(account).actor, { format: 'jsonl', after }));
  let whole = '';
  for await (const piece of text) whole += piece;
  return whole.split('\n').slice(0, -1);
}

/** The events of an export, in its order. */
export function eventsIn(lines: readonly string[]): { id: string; event: AccountEvent }[] {
  return lines.flatMap((line) => {
    const parsed = JSON.parse(line) as Partial<AuditRecord>;
    return parsed.id !== undefined && parsed.event ? [{ id: parsed.id, event: openRecord(parsed as AuditRecord) }] : [];
  });
}
