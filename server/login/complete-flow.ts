import { flowDocument, loginRequestDocument, resultDocument } from '../flows/documents.ts';
import { type Flow, type LoginRequest, RESULT_GRACE_MS, type ResultRecord } from '../flows/flow.ts';
import { actOf, grantedEvent } from '../flows/flow-events.ts';
import { type ClientInfo, createEvent } from '../kernel/request-context.ts';
import type { Write } from '../store/transact.ts';

/** The single commit that completes a sign-in: flow, record and, if there was one, the used-up login request. */
export function completionWrite(
  flow: Flow,
  result: ResultRecord,
  request: LoginRequest | undefined,
  client: ClientInfo,
  now: number,
): Write {
  const { id } = flow;
  return {
    put: [
      { key: flowDocument.key(id), value: flow, expiresAt: flow.expiresAt },
      { key: resultDocument.key(id), value: result, expiresAt: Math.max(result.expiresAt, now) + RESULT_GRACE_MS },
      ...(request
        ? [{ key: loginRequestDocument.key(id), value: { ...request, usedAt: now }, expiresAt: request.expiresAt }]
        : []),
    ],
    append: [createEvent(actOf(flow, client), grantedEvent(result), now)],
  };
}
