import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ResourceId, TokenId } from '../../../kernel/ids.ts';
import type { WritePorts } from '../../../kernel/ports/ports.ts';
import type { Json } from '../../../kernel/ports/store.ts';
import { type Result, refusal } from '../../../kernel/result.ts';
import { MINUTE_MS } from '../../../kernel/time.ts';
import { type Decision, transact } from '../../../store/transact.ts';
import type { Challenge } from '../../challenge.ts';
import { challengeDocument, tokenDocument } from '../../documents.ts';
import { isOcra } from '../../token.ts';
import type { Transaction } from '../../transaction.ts';
import { CHALLENGE_BYTES, challengeOfHash, makeChallenge } from './challenge.ts';
import { type OcraSuite, parseSuite } from './suite.ts';

/** Enough time to type a question into a device, and its answer back. */
export const QUESTION_LIFETIME_MS = 5 * MINUTE_MS;

export interface OcraChallenge {
  token: TokenId;
  /** The sign-in, or `apiScope` of the resource. */
  scope: string;
  resource: ResourceId;
  /** The transaction that an answer confirms; its question is the same however often it is requested. */
  transaction?: Transaction | undefined;
  /** The latest expiry, whatever the question's own lifetime. */
  until?: number | undefined;
  /** Creates the event, if the request itself is recorded. */
  createEvent?: (now: number) => Json;
}

/**
 * Creates a question for a token (SR-45). Another one in the same scope replaces the first, whose answer is void from
 * then on; failures stay counted. The question of a transaction is derived from its hash: it stays the same, and stays
 * used up once answered.
 */
export async function createOcraChallenge(
  ports: WritePorts,
  { token: id, scope, resource, transaction, until = Number.POSITIVE_INFINITY, createEvent }: OcraChallenge,
): Promise<Result<{ question: string; expiresAt: number }>> {
  const keys = [tokenDocument.key(id), challengeDocument.key(id, scope)] as const;
  const random = ports.random.bytes(CHALLENGE_BYTES);
  type Answer = Result<{ question: string; expiresAt: number }>;
  return transact(ports, id, keys, ([stored, asked], now): Decision<Answer> => {
    const token = stored?.value;
    const suite = token && isOcra(token) ? parseSuite(token.factor.suite) : undefined;
    if (!token || !suite) return { answer: refusal('NOTHING_ASKED') };
    const question = transaction ? questionOf(suite, transaction) : makeChallenge(suite, random);
    const before = asked?.value;
    if (transaction && before?.kind === 'ocra' && before.question === question) {
      return { answer: { question, expiresAt: before.expiresAt } };
    }
    const expiresAt = Math.min(now + QUESTION_LIFETIME_MS, until);
    const challenge: Challenge = {
      kind: 'ocra',
      token: id,
      account: token.account,
      resource,
      question,
      ...omitUndefined({ transaction: transaction?.hash }),
      createdAt: now,
      expiresAt,
    };
    const put = [{ key: keys[1], value: challenge, expiresAt }];
    const write = { put, ...(createEvent && { append: [createEvent(now)] }) };
    return { answer: { question, expiresAt }, write };
  });
}

function questionOf(suite: OcraSuite, { hash, nonce }: Transaction): string {
  return challengeOfHash(suite, Buffer.from(hash, 'hex'), Buffer.from(nonce, 'base64url'));
}
