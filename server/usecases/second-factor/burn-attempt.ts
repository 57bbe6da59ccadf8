import type { AccountId } from '../../domain/ids.ts';
import { normaliseName } from '../../domain/names.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import type { Json } from '../../ports/store.ts';
import { inTurn } from '../in-turn.ts';
import { newOperation } from '../transact.ts';

/** Names that nobody holds count under a MAC, so that the store keeps no list of what people mistyped. */
export function unknownSubject(ports: Pick<Ports, 'secrets'>, account: AccountId, name: string): string {
  const mac = ports.secrets.mac('unknown-name', JSON.stringify([account, normaliseName(name)]));
  return `unknown/${Buffer.from(mac).toString('base64url')}`;
}

/**
 * One durable commit that changes nothing but may tell of itself. A one-time password that has nothing to be checked
 * against costs what a counted failure costs, so that the clock does not tell who exists and who has a working token
 * (SR-17).
 */
export async function burnAttempt(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  subject: string,
  event?: Json,
): Promise<void> {
  const now = ports.clock.now();
  const key = documents.burntAttempt(subject);
  await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [],
    put: [{ key, value: { at: now }, expiresAt: now + KEPT_MS }],
    ...(event !== undefined && { append: [event] }),
  });
}

/**
 * A one-time password for a name that nobody holds. It waits in line as one for a person does: otherwise whoever sends
 * more at once than may wait would be told by the first OVERLOADED, or by answers that come one after the other, that
 * there is a person (SR-17).
 */
export async function burnUnknown(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>,
  account: AccountId,
  name: string,
  event?: Json,
): Promise<void> {
  const subject = unknownSubject(ports, account, name);
  await inTurn(ports.store, factorLine(subject), () => burnAttempt(ports, subject, event));
}

/** Where one-time passwords of a person, or for a name of nobody's, wait for one another. */
export function factorLine(subject: string): string {
  return `otp/${subject}`;
}

const KEPT_MS = 60_000;
