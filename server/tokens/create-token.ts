import type { TokenId } from '../kernel/ids.ts';
import type { SecretPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import type { NewId } from '../store/records/create-object.ts';
import { KIND_ACTIONS, type NewToken } from './kinds/actions.ts';
import type { CreatedToken } from './kinds/kind-actions.ts';

/** Creates a token of any kind that an administrator can create. Its secrets are returned once (SR-21, SR-23). */
export async function createToken(
  ports: SecretPorts,
  act: RequestContext,
  birth: NewId<TokenId>,
  input: NewToken,
): Promise<Result<CreatedToken>> {
  return (await KIND_ACTIONS[input.kind].create?.(ports, act, birth, input)) ?? refusal('TOKEN_KIND_UNFIT');
}
