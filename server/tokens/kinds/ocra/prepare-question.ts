import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ResourceId } from '../../../kernel/ids.ts';
import type { WritePorts } from '../../../kernel/ports/ports.ts';
import type { RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import type { PreparedChallenge } from '../../challenge.ts';
import type { PrepareContext } from '../../prepare-context.ts';
import type { OcraToken } from '../../token.ts';
import type { ApiChallenge, ChallengeOrder } from '../kind-actions.ts';
import { createOcraChallenge } from './create-ocra-challenge.ts';
import { parseSuite } from './suite.ts';

/** Creates the question of a device for a sign-in. */
export async function prepareQuestion(
  ports: WritePorts,
  { flow, resource, transaction, expiresAt }: PrepareContext,
  [token]: readonly OcraToken[],
): Promise<Result<PreparedChallenge>> {
  if (!token) return refusal('NOTHING_ASKED');
  const asked = await createOcraChallenge(ports, {
    token: token.id,
    scope: flow,
    resource: resource.id,
    transaction,
    until: expiresAt,
  });
  return isRefusal(asked) ? asked : { question: asked.question };
}

/** Creates the question of a device for a backend. */
export function createApiQuestion(
  ports: WritePorts,
  _act: RequestContext,
  { token, resource, scope, transaction, createEvent }: ChallengeOrder<OcraToken>,
): Promise<Result<ApiChallenge>> {
  const order = { token: token.id, scope, resource: resource.id, transaction };
  return createOcraChallenge(ports, { ...order, ...omitUndefined({ createEvent }) });
}

/** A resynchronisation belongs to no resource. */
const NO_RESOURCE = '' as ResourceId;

/** Creates a question of a resynchronisation. */
export async function createResyncQuestion(
  ports: WritePorts,
  { id, factor }: OcraToken,
  scope: string,
): Promise<Result<{ question: string; expiresAt: number }>> {
  const suite = parseSuite(factor.suite);
  if (!suite?.counter && !suite?.time) return refusal('TOKEN_KIND_UNFIT');
  return createOcraChallenge(ports, { token: id, scope, resource: NO_RESOURCE });
}
