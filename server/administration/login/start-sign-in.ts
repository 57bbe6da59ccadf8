import { accountDocument, accountIndexes } from '../../accounts/documents.ts';
import { type AccountId, idFromBytes, parseId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { ClientInfo } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { admitStart, type StartLimits } from '../../sign-in/start/admit-start.ts';
import { type Handle, readByHandle, sealFlow, unsealFlow } from '../../sign-in/stored-flow.ts';
import { administratorFlowDocument, sessionDocument } from '../documents.ts';
import { type AdministratorFlow, newAdministratorFlow } from './administrator-flow.ts';

/**
 * Far above the needs of a team. Counted apart from users, so that a flood of users does not lock administrators out.
 */
const START_LIMITS: StartLimits = {
  name: 'administrator-flows',
  perAddress: 120,
  perNetwork: 600,
  perSecond: 500,
};

/**
 * Starts an administrator's sign-in without a write (SR-65). The account may be left out if the installation has only
 * one.
 */
export async function startSignIn(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>,
  input: { account?: AccountId; client: ClientInfo },
): Promise<Result<{ flow: AdministratorFlow; handle: string }>> {
  const refused = await admitStart(ports, input.client, START_LIMITS);
  if (refused) return refused;
  const found = await accountOf(ports, input.account);
  if (isRefusal(found)) return found;
  const id = idFromBytes('flw', ports.random.bytes(7));
  return sealFlow(ports, 'administrator-flow', newAdministratorFlow(id, found, ports.clock.now()));
}

/** The named account, or the only one. */
export async function accountOf(
  ports: Pick<Ports, 'store' | 'clock'>,
  named: AccountId | undefined,
): Promise<Result<{ account: AccountId }>> {
  const [only, another] = named ? [] : await ports.store.range(accountIndexes.created(), { limit: 2 });
  if (another) return refusal('ACCOUNT_NEEDED');
  const id = named ?? parseId('acc', only?.id);
  if (!id) return refusal('ACCOUNT_NOT_FOUND');
  const [account] = await ports.store.getMany([accountDocument.key(id)], ports.clock.now());
  return account ? { account: id } : refusal('ACCOUNT_NOT_FOUND');
}

/** The state of a sign-in, for the holder of its handle. */
export async function readSignIn(
  ports: Pick<Ports, 'store' | 'clock' | 'secrets'>,
  text: unknown,
): Promise<Result<{ flow: AdministratorFlow }>> {
  const flow = await readByHandle(ports, administratorFlowDocument.key, text, (handle) => openSignIn(ports, handle));
  return flow ? { flow } : refusal('FLOW_NOT_FOUND');
}

/** A sign-in before its first answer. */
export async function openSignIn(
  ports: Pick<Ports, 'store' | 'clock' | 'secrets'>,
  handle: Handle,
): Promise<AdministratorFlow | undefined> {
  const flow = await unsealFlow<AdministratorFlow>(ports, 'administrator-flow', handle);
  // The flow is not open if a session of the same name exists, because the session outlives it.
  const [session] = flow ? await ports.store.getMany([sessionDocument.key(flow.id)], ports.clock.now()) : [];
  return session ? undefined : flow;
}
