import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ResultClaims } from '@countersign/protocol/result';
import { firstLoginDocument } from '../../accounts/documents.ts';
import { authenticationDocument } from '../../authentication/documents.ts';
import { callDependency } from '../../kernel/dependency.ts';
import { parseId, type ResourceId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { isSameSecret } from '../../kernel/secret-token.ts';
import { resourceDocument } from '../../resources/documents.ts';
import { recordOnce } from '../../store/record-once.ts';
import { transact } from '../../store/transact.ts';
import { isRealSignIn } from '../commit-step.ts';
import { resultDocument } from '../documents.ts';
import { RESULT_GRACE_MS, type ResultRecord } from '../flow.ts';
import { rememberedUntil, rememberResult } from '../start/remembered-sign-in.ts';
import { type ExpectedOrigin, isFromExpectedOrigin, mustNameOrigin } from './expected-origin.ts';
import { validateResult } from './validate-result.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'signer' | 'reportFault'>;

/**
 * Uses a result up. Keyed on its `jti`, never on the JWT's text, which is malleable; the record created with `done` is
 * the authority, so a result without one, or with a used one, is refused (SR-10). It comes from where the caller expects
 * it (SR-80). User, password, assignment, resource and plan must still be valid when it is used up (SR-4, SR-39).
 */
export async function consumeResult(
  ports: Needs,
  act: RequestContext,
  input: ExpectedOrigin & {
    resource: ResourceId;
    result: string;
    nonce: string;
    /** Hash of the transaction that the result has to confirm. Without it the result has to be that of a sign-in. */
    transaction?: string | undefined;
    acceptTest?: boolean | undefined;
  },
): Promise<Result<{ claims: ResultClaims }>> {
  const { account } = act.actor;
  const claims = await callDependency('verifying a result', () =>
    ports.signer.verify(input.result, { audience: input.resource, now: ports.clock.now() }),
  );
  if (!claims || !isSameSecret(claims.nonce, input.nonce)) return refusal('RESULT_INVALID');
  // A caller that does not ask for tests gets none, whatever the claims.
  if (claims.test && input.acceptTest !== true) return refusal('RESULT_TEST');
  const id = parseId('flw', claims.jti);
  if (!id) return refusal('RESULT_INVALID');

  const [resource, record] = await ports.store.getMany(
    [resourceDocument.key(input.resource), resultDocument.key(id)],
    ports.clock.now(),
  );
  if (resource?.value.account !== account) return refusal('RESOURCE_NOT_FOUND');
  if (mustNameOrigin(resource.value, input)) return refusal('ORIGIN_REQUIRED', { field: 'origin' });
  if (!isFromExpectedOrigin(claims, input)) return refusal('RESULT_ORIGIN');
  if (!record || record.value.consumedAt !== undefined) return refusal('RESULT_USED');
  const { value } = record;
  if (
    value.account !== account ||
    value.resource !== input.resource ||
    value.user !== claims.sub ||
    value.test !== claims.test ||
    (value.app !== undefined) !== (claims.app === true)
  ) {
    return refusal('RESULT_INVALID');
  }
  // Neither replaces the other: a sign-in confirms nothing, and a user who confirmed a payment did not ask to sign in.
  if (value.transaction !== input.transaction || claims.txn !== value.transaction) {
    return refusal('TRANSACTION_WRONG');
  }
  const fallen = await validateResult(ports, value);
  if (fallen) return fallen;

  const key = resultDocument.key(id);
  const consumed = await transact<readonly [typeof key], Result<{ claims: ResultClaims }>>(
    ports,
    key.anchor,
    [key],
    ([current], at) => {
      if (!current || current.value.consumedAt !== undefined) return { answer: refusal('RESULT_USED') };
      if (current.value.withdrawnAt !== undefined) return { answer: refusal('RESULT_REVOKED') };
      // The used-up record stays as long as the JWT could still be presented.
      const used = { ...current.value, consumedAt: at };
      // A confirmation is no sign-in that another could build on.
      const earlier =
        used.user === 'test' || used.transaction !== undefined
          ? undefined
          : rememberResult({ ...used, user: used.user });
      const expiresAt = earlier && rememberedUntil(earlier, resource.value.rememberMs ?? 0);
      const subject = used.test ? {} : { subject: used.user };
      return {
        answer: { claims },
        write: {
          put: [
            { key, value: used, expiresAt: used.expiresAt + RESULT_GRACE_MS },
            ...(expiresAt === undefined ? [] : [{ key: authenticationDocument.key(id), value: earlier, expiresAt }]),
          ],
          append: [createEvent(act, { type: 'result.consumed', ...subject, ...about(used) }, at)],
        },
      };
    },
  );
  if (isRefusal(consumed)) return consumed;
  // They are stored elsewhere, so they may have changed between the read and the commit. The result is used up either
  // way.
  const late = await validateResult(ports, value);
  if (late) return late;
  if (isRealSignIn(value, claims.iss)) void recordOnce(ports, firstLoginDocument.key(account));
  return consumed;
}

function about({ resource, transaction }: ResultRecord) {
  return { resource, ...omitUndefined({ transaction }) };
}
