import { rateKey } from '../../domain/addresses.ts';
import { type AdministratorFlow, newAdministratorFlow } from '../../domain/administrator-flow.ts';
import { type AccountId, idFromBytes, parseId } from '../../domain/ids.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { indexes } from '../../ports/indexes.ts';
import { ABSENT } from '../../ports/store.ts';
import type { Whence } from '../act.ts';
import { hashSecret, newSecret, parseHandle, secretMatches, writeHandle } from '../flow/flow-handle.ts';
import { newOperation } from '../transact.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';

/** Far above what a team behind one address does. */
const SIGN_INS_PER_MINUTE = 120;

/** Begins an administrator's sign-in. An installation with one account need not be told which. */
export async function beginSignIn(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  input: { account?: AccountId; whence: Whence },
): Promise<Verdict<{ flow: AdministratorFlow; handle: string }>> {
  const now = ports.clock.now();
  const { address } = input.whence;
  const from = address === undefined ? 'unknown' : rateKey(address);
  const rate = await ports.store.increment(`administrator-flows/${from}`, 60_000, SIGN_INS_PER_MINUTE, now);
  if (!rate.allowed) return refusal('RATE_LIMITED', { retryAfterMs: rate.resetAt - now });
  const found = await accountOf(ports, input.account);
  if (isRefusal(found)) return found;

  const id = idFromBytes('flw', ports.random.bytes(7));
  const secret = newSecret(ports);
  const flow = newAdministratorFlow(id, { account: found.account, handleHash: hashSecret(secret) }, now);
  const key = documents.administratorFlow(id);
  const outcome = await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    // No session either, which outlives its sign-in and has its name.
    expect: [
      { key, version: ABSENT },
      { key: documents.session(id), version: ABSENT },
    ],
    put: [{ key, value: flow, expiresAt: flow.expiresAt }],
  });
  return outcome === 'committed' ? { flow, handle: writeHandle(id, secret) } : refusal('CONTENTION');
}

/** The account that is named, or the only one. */
export async function accountOf(
  ports: Pick<Ports, 'store' | 'clock'>,
  named: AccountId | undefined,
): Promise<Verdict<{ account: AccountId }>> {
  const [only, another] = named ? [] : await ports.store.range(indexes.accounts(), { limit: 2 });
  if (another) return refusal('ACCOUNT_NEEDED');
  const id = named ?? parseId('acc', only?.id);
  if (!id) return refusal('ACCOUNT_NOT_FOUND');
  const [account] = await ports.store.getMany([documents.account(id)], ports.clock.now());
  return account ? { account: id } : refusal('ACCOUNT_NOT_FOUND');
}

/** Where a sign-in stands, for whoever holds its handle. */
export async function readSignIn(
  ports: Pick<Ports, 'store' | 'clock'>,
  handle: unknown,
): Promise<Verdict<{ flow: AdministratorFlow }>> {
  const parsed = parseHandle(handle);
  if (!parsed) return refusal('FLOW_NOT_FOUND');
  const [flow] = await ports.store.getMany([documents.administratorFlow(parsed.id)], ports.clock.now());
  return flow && secretMatches(parsed.secret, flow.value.handleHash) ? { flow: flow.value } : refusal('FLOW_NOT_FOUND');
}
