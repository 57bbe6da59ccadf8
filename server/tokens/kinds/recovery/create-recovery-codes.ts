import type { TokenId } from '../../../kernel/ids.ts';
import type { SecretPorts } from '../../../kernel/ports/ports.ts';
import type { RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import type { NewId } from '../../../store/records/create-object.ts';
import { type NewTokenRecord, storeToken } from '../../store-token.ts';
import type { RecoveryToken } from '../../token.ts';
import type { CreatedToken } from '../kind-actions.ts';
import { newRecoverySet } from './verify-recovery.ts';

export interface NewRecoveryToken extends NewTokenRecord {
  kind: 'recovery';
}

/** Creates a set of recovery codes, shown once. They replace a token, so they need an owner. */
export async function createRecoveryCodes(
  ports: SecretPorts,
  act: RequestContext,
  birth: NewId<TokenId>,
  input: NewRecoveryToken,
): Promise<Result<{ token: RecoveryToken; codes: string[] }>> {
  if (input.owner === undefined) return refusal('INPUT_INVALID', { detail: 'owner: whose codes they are' });
  const { codes, macs } = newRecoverySet(ports, { account: act.actor.account, id: birth.id }, birth.madeWith);
  const made = await storeToken(
    ports,
    act,
    birth,
    input,
    (record): RecoveryToken => ({ ...record, factor: { kind: 'recovery', macs } }),
  );
  return isRefusal(made) ? made : { token: made.token, codes };
}

/** The same for the API. */
export async function createByApi(
  ports: SecretPorts,
  act: RequestContext,
  birth: NewId<TokenId>,
  input: NewRecoveryToken,
): Promise<Result<CreatedToken>> {
  const made = await createRecoveryCodes(ports, act, birth, input);
  return isRefusal(made) ? made : { token: made.token, once: { recoveryCodes: made.codes } };
}
