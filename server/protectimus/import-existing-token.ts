import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { TOKEN_KINDS } from '@countersign/protocol/tokens';
import { readLimitedToken } from '../authentication/read-limited-tokens.ts';
import { verifySecondFactor } from '../authentication/verify-second-factor.ts';
import type { TokenId, UserId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import { mayChangeToken } from '../kernel/policy.ts';
import type { SecretPorts } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { DEFAULT_FAILED_ATTEMPTS_BEFORE_LOCK } from '../resources/resource.ts';
import { namesExactly } from '../store/index-entries.ts';
import { newOperation } from '../store/transact.ts';
import { tokenDocument, tokenIndexes } from '../tokens/documents.ts';
import { showsOwnCodes } from '../tokens/kinds/rules.ts';
import type { NewPin } from '../tokens/store-token.ts';
import type { Token } from '../tokens/token.ts';
import { updateToken } from '../tokens/update-token.ts';

interface ExistingToken {
  serial: string;
  /** Its code. */
  otp: string;
  owner?: UserId | undefined;
  name?: string | undefined;
  pin?: NewPin | undefined;
}

/**
 * Assigns a device that is known by its serial number from the vendor's file and has no owner yet. The code that proves
 * its possession counts like any other: it is used up, and wrong ones lock the token.
 */
export async function importExistingToken(
  ports: SecretPorts,
  act: RequestContext,
  { serial, otp, owner, name, pin }: ExistingToken,
): Promise<Result<{ object: Token }>> {
  const { account } = act.actor;
  const entries = await ports.store.range(tokenIndexes.names(account), { prefix: namesExactly(serial), limit: 20 });
  const keys = [...new Set(entries.map(({ id }) => id))].map((id) => tokenDocument.key(id as TokenId));
  const stored = await ports.store.getMany(keys, ports.clock.now());
  const [free, another] = stored
    .filter((one) => one !== undefined)
    .filter(({ value }) => value.account === account && isFree(value))
    .filter(({ value }) => value.serial !== undefined && normaliseName(value.serial) === normaliseName(serial));
  if (!free) return refusal('TOKEN_NOT_FOUND');
  if (another) return refusal('INPUT_INVALID', { detail: 'serial: several tokens have it' });
  const { id } = free.value;
  if (!mayChangeToken(act.actor, free.value, undefined)) return refusal('FORBIDDEN');
  const checked = await verifySecondFactor(ports, id, {
    method: 'token',
    answer: { kind: 'code', otp },
    accepts: TOKEN_KINDS,
    scope: `known/${id}`,
    userBlocked: false,
    attempt: newOperation(ports),
    createEvent: (outcome) => {
      const now = ports.clock.now();
      return 'refused' in outcome
        ? createEvent(act, { type: 'token.refused', subject: id, outcome: 'refused', reason: outcome.refused }, now)
        : createEvent(act, { type: 'token.updated', subject: id, changed: ['nextCounter'] }, now);
    },
    readTokens: async () => {
      const limit = { failedAttemptsBeforeLock: DEFAULT_FAILED_ATTEMPTS_BEFORE_LOCK };
      return (await readLimitedToken(ports, free.value, limit)).filter(({ value }) => isFree(value));
    },
  });
  if (isRefusal(checked)) return checked;
  return updateToken(ports, act, id, omitUndefined({ owner, name, pin }));
}

function isFree(token: Token): boolean {
  return showsOwnCodes(token) && token.owner === undefined && token.administrator === undefined;
}
