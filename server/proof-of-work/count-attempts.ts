import type { AccountId, ResourceId } from '../kernel/ids.ts';
import type { Ports, WritePorts } from '../kernel/ports/ports.ts';
import { type ClientInfo, createEvent } from '../kernel/request-context.ts';
import { HOUR_MS, MINUTE_MS } from '../kernel/time.ts';
import { newOperation } from '../store/transact.ts';
import { addressOf, notePressure } from './pressure.ts';

/** What is usual in a minute. An office behind one address stays below the first on a Monday morning. */
const USUAL = {
  failures: { perAddress: 30, perResource: 120 },
  resets: { perAddress: 3, perResource: 30 },
} as const;

/** A resource. */
interface Attacked {
  id: ResourceId;
  account: AccountId;
}

/**
 * Counts wrong answers to sign-ins, and requests for a reset, by resource and by address. An attack that comes from many
 * addresses shows only at its resource. Once an hour, the resource's account learns of it.
 */
export async function countAttempt(
  ports: WritePorts & Pick<Ports, 'proofOfWork'>,
  attempt: keyof typeof USUAL,
  resource: Attacked,
  client: ClientInfo,
): Promise<void> {
  if ((ports.proofOfWork ?? 'off') === 'off') return;
  const now = ports.clock.now();
  const { perAddress, perResource } = USUAL[attempt];
  const count = async (target: `resource/${ResourceId}` | `address/${string}`, usual: number) => {
    const counted = await ports.store.increment(`${attempt}/${target}`, MINUTE_MS, usual, now);
    notePressure(ports, target, counted.count / usual, now);
    return counted.count;
  };
  const [ofResource] = await Promise.all([
    count(`resource/${resource.id}`, perResource),
    count(`address/${addressOf(client)}`, perAddress),
  ]);
  // Only one request of all processes gets this number.
  if (ofResource === perResource) await reportAttack(ports, resource, now);
}

async function reportAttack(
  ports: WritePorts & Pick<Ports, 'proofOfWork'>,
  { id, account }: Attacked,
  now: number,
): Promise<void> {
  // Nothing is refused, so no count is beyond a limit.
  const noticed = await ports.store.increment(`attack-notices/${id}`, HOUR_MS, Number.MAX_SAFE_INTEGER, now);
  if (noticed.count > 1) return;
  const act = { actor: { kind: 'service', account } } as const;
  await ports.store.commit({
    anchor: id,
    operation: newOperation(ports),
    now,
    expect: [],
    append: [createEvent(act, { type: 'resource.attacked', subject: id, resource: id }, now)],
  });
}
