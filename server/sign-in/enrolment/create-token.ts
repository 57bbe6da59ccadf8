import type { TokenId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { createEvent } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { reindex } from '../../store/index-entries.ts';
import { type Decision, transact } from '../../store/transact.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { KIND_ACTIONS } from '../../tokens/kinds/actions.ts';
import type { FirstProof } from '../../tokens/kinds/kind-enrolment.ts';
import type { PasskeyNeeds } from '../../tokens/kinds/passkey/new-challenge.ts';
import { newRecord } from '../../tokens/new-record.ts';
import { ownTokenName } from '../../tokens/own-token-name.ts';
import type { RecoveryToken, Token } from '../../tokens/token.ts';
import type { User } from '../../users/user.ts';
import { assignEnrolledToken, type DraftOwner } from './assign-token.ts';
import { countTry } from './count-try.ts';
import { discardDraft } from './discard-draft.ts';
import { recoveryCodesOf } from './show-enrolment.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'> & PasskeyNeeds;

/**
 * Creates a token after its first valid proof and assigns the user with it, and with recovery codes if they have none.
 * The tokens are stored first: after a crash in between, they sign in no user, the same flow continues, and the doctor
 * finds the ones that no flow completes.
 *
 * @param threshold the resource's `failedAttemptsBeforeLock`
 */
export async function createEnrolledToken(
  ports: Needs,
  own: DraftOwner,
  proof: FirstProof,
  threshold: number,
): Promise<Result<{ user: User; token: Token }>> {
  const made = await createByKind(ports, own, proof, threshold);
  if (isRefusal(made)) return made;
  const ids = [made.token.id];
  const { recovery } = own.flow.enrolling;
  if (recovery !== undefined) ids.push((await createRecoverySet(ports, own, recovery)).id);
  const assigned = await assignEnrolledToken(ports, own, ids);
  if (!isRefusal(assigned)) return { ...assigned, token: made.token };
  // If the assignment is refused, discard the new tokens.
  for (const id of ids) await discardDraft(ports, own.act, id, own.user);
  return assigned;
}

/** Each kind accepts its own proof only. A proof that can be guessed is counted before it is verified (SR-2). */
async function createByKind(
  ports: Needs,
  own: DraftOwner,
  proof: FirstProof,
  threshold: number,
): Promise<Result<{ token: Token }>> {
  const { making, user } = own;
  const { enrol } = KIND_ACTIONS[making.kind];
  if (!enrol || !(enrol.proof in proof)) return refusal('STEP_NOT_EXPECTED');
  if (enrol.refuseProof) {
    const refused = await enrol.refuseProof(ports, own, making);
    if (refused) return refused;
    const counted = await countTry(ports, user.id, threshold);
    if (isRefusal(counted)) return counted;
  }
  return enrol.create(ports, own, making, proof);
}

function createRecoverySet(ports: Needs, own: DraftOwner, id: TokenId): Promise<Token> {
  const { macs } = recoveryCodesOf(ports, own.flow, id);
  const key = tokenDocument.key(id);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Token> => {
    if (stored) return { answer: stored.value };
    const record = newRecord(own, { id, name: ownTokenName(own.names, 'recovery') }, now);
    const token: RecoveryToken = { ...record, factor: { kind: 'recovery', macs } };
    const append = [createEvent(own.act, { type: 'token.created', subject: id }, now)];
    const put = [{ key, value: token }];
    return { answer: token, write: { put, index: reindex(key, undefined, token), append } };
  });
}
