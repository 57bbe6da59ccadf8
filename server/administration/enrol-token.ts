import type { Account } from '../accounts/account.ts';
import { accountDocument } from '../accounts/documents.ts';
import { type Administrator, actorOf } from '../administrators/administrator.ts';
import { administratorDocument } from '../administrators/documents.ts';
import type { EventDraft } from '../kernel/event.ts';
import { type AccountId, type AdministratorId, idFromBytes, type TokenId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type ClientInfo, createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../kernel/result.ts';
import { reindex } from '../store/index-entries.ts';
import { createObject } from '../store/records/create-object.ts';
import { transact } from '../store/transact.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { APP_TOKEN, type AppSeed, appText, newAppSeed, openAppSeed } from '../tokens/kinds/oath/enrol-app.ts';
import { verifyOtp } from '../tokens/kinds/oath/verify-otp.ts';
import { storeSpentSeed } from '../tokens/spent-seeds.ts';
import type { Token } from '../tokens/token.ts';
import { newRecoveryCodes } from './codes.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

/** A draft that becomes a token with its first right code. */
export function newEnrolment(ports: Pick<Ports, 'random' | 'secrets'>, account: AccountId): AppSeed {
  return newAppSeed(ports, account, idFromBytes('tok', ports.random.bytes(7)));
}

export function showEnrolment(
  ports: Pick<Ports, 'secrets'>,
  { id: account, name }: Pick<Account, 'id' | 'name'>,
  email: string,
  enrolment: AppSeed,
): { otpauthUri: string; secret: string } {
  const { secret, uri } = appText(ports, enrolment, { account, login: email, site: `Countersign ${name}` });
  return { otpauthUri: uri, secret };
}

/**
 * Creates the token of an enrolment whose first code is right, and makes it the administrator's token, with new
 * recovery codes. The token is written first: a crash in between leaves a token that signs in no administrator.
 *
 * @param edit checks the current administrator, and may change other fields
 */
export async function enrolToken(
  ports: Needs,
  owner: Pick<Administrator, 'account' | 'id'>,
  enrolment: AppSeed,
  otp: string,
  client: ClientInfo,
  edit: (administrator: Administrator, account: Account) => Administrator | Refusal,
): Promise<Result<{ administrator: Administrator; recoveryCodes: string[]; replaced: TokenId | undefined }>> {
  const { account, id } = owner;
  const now = ports.clock.now();
  const judged = verifyOtp({ ...APP_TOKEN, nextCounter: 0 }, openAppSeed(ports, account, enrolment), otp, now);
  if (judged.verdict !== 'accepted') return refusal('OTP_WRONG');
  const act: RequestContext = { actor: actorOf({}, { account, id, grants: [], role: 'administrator' }), ...client };
  const token = newToken(owner, enrolment, judged.counter + 1, now);
  const made = await createObject(ports, act, 'token.created', { id: token.id }, tokenDocument.key(token.id), token);
  // Left by an interrupted attempt. Its code is used up, so the next sign-in starts over.
  if (isRefusal(made)) return refusal('ACCESS_DENIED');

  const { codes, macs } = newRecoveryCodes(ports, id);
  const keys = [administratorDocument.key(account, id), accountDocument.key(account)] as const;
  type Enrolled = { administrator: Administrator; recoveryCodes: string[]; replaced: TokenId | undefined };
  const enrolled = await transact<typeof keys, Result<Enrolled>>(ports, account, keys, ([stored, home], now) => {
    const edited = stored && home ? edit(stored.value, home.value) : refusal('ACCESS_DENIED');
    if (isRefusal(edited)) return { answer: edited };
    const administrator: Administrator = { ...edited, token: token.id, recovery: { macs, failures: 0 } };
    const event: EventDraft = { type: 'administrator.updated', subject: id, changed: ['recovery', 'token'] };
    return {
      answer: { administrator, recoveryCodes: codes, replaced: edited.token },
      write: { put: [{ key: keys[0], value: administrator }], append: [createEvent(act, event, now)] },
    };
  });
  const gone = isRefusal(enrolled) ? token.id : enrolled.replaced;
  if (gone !== undefined) await dropToken(ports, act, gone, id);
  return enrolled;
}

function newToken(
  { account, id }: Pick<Administrator, 'account' | 'id'>,
  enrolment: AppSeed,
  nextCounter: number,
  now: number,
): Token {
  return {
    id: enrolment.token,
    account,
    name: 'Administrator',
    ...APP_TOKEN,
    sealedSecret: enrolment.sealedSecret,
    nextCounter,
    administrator: id,
    epoch: 0,
    enabled: true,
    failures: 0,
    directResources: [],
    createdAt: now,
    createdBy: { kind: 'administrator', id },
  };
}

/** Deletes a token that the administrator no longer uses. Does nothing if the token was not theirs. */
export async function dropToken(ports: Needs, act: RequestContext, id: TokenId, of: AdministratorId): Promise<void> {
  const key = tokenDocument.key(id);
  // Its codes are no longer accepted, so the counter stays as it is read here.
  const [held] = await ports.store.getMany([key], ports.clock.now());
  if (held?.value.administrator === of) await storeSpentSeed(ports, held.value);
  await transact(ports, key.anchor, [key], ([token], now) => {
    if (token?.value.administrator !== of) return { answer: undefined };
    return {
      answer: undefined,
      write: {
        delete: [key],
        index: reindex(key, token.value, undefined),
        append: [createEvent(act, { type: 'token.deleted', subject: id }, now)],
      },
    };
  });
}
