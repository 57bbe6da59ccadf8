import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { TokenKind } from '@countersign/protocol/tokens';
import type { TransactionField } from '@countersign/protocol/transaction';
import { signingDenial, signingKinds } from '../../authentication/signing.ts';
import type { FlowId, ResourceId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { resourceDocument } from '../../resources/documents.ts';
import type { NewId } from '../../store/records/create-object.ts';
import { loadAssignedTokens } from '../../tokens/load-assigned-tokens.ts';
import { findUser } from '../../users/find-user.ts';
import { storeLoginRequest } from '../start/login-request.ts';
import { countTransaction, draftTransaction, TRANSACTION_LIFETIME_MS } from './draft-transaction.ts';

export interface NewTransaction {
  resource: ResourceId;
  user: string;
  nonce: string;
  /** As received; checked here and never corrected. */
  fields: readonly TransactionField[];
  factors?: TokenKind[] | undefined;
}

/**
 * A host asks a user to confirm an action: single use, five minutes, limited attempts. A user without a fitting token
 * is refused here already; that is checked again when the widget starts, and at every answer.
 */
export async function createTransaction(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>,
  act: RequestContext,
  birth: NewId<FlowId>,
  input: NewTransaction,
): Promise<Result<{ loginRequest: string; transaction: string; expiresAt: number }>> {
  const { account } = act.actor;
  const now = ports.clock.now();
  const drafted = draftTransaction(ports, input.fields);
  if (isRefusal(drafted)) return drafted;
  const [stored] = await ports.store.getMany([resourceDocument.key(input.resource)], now);
  const resource = stored?.value;
  if (resource?.account !== account) return refusal('RESOURCE_NOT_FOUND');
  // A test resource involves no user, so there is nothing to confirm.
  if (resource.testMode !== undefined) return refusal('TEST_RESOURCE');
  const user = await findUser(ports, account, input.user);
  if (!user) return refusal('USER_NOT_FOUND');

  const transaction = { ...drafted.transaction, ...omitUndefined({ kinds: input.factors }) };
  const { tokens } = await loadAssignedTokens(ports, user, resource.id);
  const denial = signingDenial(
    tokens.map(({ value }) => value),
    signingKinds(resource, transaction, user),
    now,
  );
  if (denial) return refusal(denial);
  const tooMany = await countTransaction(ports, user.id);
  if (tooMany) return tooMany;

  const kept = await storeLoginRequest(ports, act, birth, 'transaction.created', {
    resource: resource.id,
    user: user.id,
    ...omitUndefined({ credentialEpoch: user.credentialEpoch }),
    nonce: input.nonce,
    hostCheckedPassword: false,
    transaction,
    expiresAt: now + TRANSACTION_LIFETIME_MS,
  });
  if (isRefusal(kept)) return kept;
  const { loginRequest, request } = kept;
  return { loginRequest, transaction: transaction.hash, expiresAt: request.expiresAt };
}
