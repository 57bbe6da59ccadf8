import { accountDocument, accountIndexes } from '../../accounts/documents.ts';
import { admitStart, type StartLimits } from '../../flows/admit-start.ts';
import type { Handle } from '../../flows/flow-handle.ts';
import { readByHandle, sealFlow, unsealFlow } from '../../flows/sealed-flow.ts';
import { type AccountId, idFromBytes, parseId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { ClientInfo } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { administratorFlowDocument, sessionDocument } from '../documents.ts';
import { type AdministratorFlow, newAdministratorFlow } from './administrator-flow.ts';

/** Far above what teams do. Counted apart from people, whose flood keeps no administrator out. */
const BEGINNINGS: StartLimits = {
  name: 'administrator-flows',
  perAddress: 120,
  perNetwork: 600,
  perSecond: 500,
};

/** Begins an administrator's sign-in, and writes nothing (SR-65). An installation with one account need not be told which. */
export async function beginSignIn(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>,
  input: { account?: AccountId; client: ClientInfo },
): Promise<Result<{ flow: AdministratorFlow; handle: string }>> {
  const refused = await admitStart(ports, input.client, BEGINNINGS);
  if (refused) return refused;
  const found = await accountOf(ports, input.account);
  if (isRefusal(found)) return found;
  const id = idFromBytes('flw', ports.random.bytes(7));
  return sealFlow(ports, 'administrator-flow', newAdministratorFlow(id, found, ports.clock.now()));
}

/** The account that is named, or the only one. */
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

/** Where a sign-in stands, for whoever holds its handle. */
export async function readSignIn(
  ports: Pick<Ports, 'store' | 'clock' | 'secrets'>,
  text: unknown,
): Promise<Result<{ flow: AdministratorFlow }>> {
  const flow = await readByHandle(ports, administratorFlowDocument.key, text, (handle) => openSignIn(ports, handle));
  return flow ? { flow } : refusal('FLOW_NOT_FOUND');
}

/** A sign-in that nothing has answered yet. */
export async function openSignIn(
  ports: Pick<Ports, 'store' | 'clock' | 'secrets'>,
  handle: Handle,
): Promise<AdministratorFlow | undefined> {
  const flow = await unsealFlow<AdministratorFlow>(ports, 'administrator-flow', handle);
  // No session has its name, which would outlive the sign-in.
  const [session] = flow ? await ports.store.getMany([sessionDocument.key(flow.id)], ports.clock.now()) : [];
  return session ? undefined : flow;
}
