import type { MailLanguage } from '../../kernel/mail.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { Json } from '../../kernel/ports/store.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import type { Result } from '../../kernel/result.ts';
import type { PreparedChallenge } from '../challenge.ts';
import type { Candidate, FactorVerdict, VerifyNeeds } from '../factor-check.ts';
import type { PrepareContext, PrepareNeeds } from '../prepare-context.ts';
import type { SecondAnswer } from '../second-answer.ts';
import type { Token } from '../token.ts';
import type { Transaction } from '../transaction.ts';

/** A backend's request for a challenge of one token. */
export interface ChallengeOrder<T extends Token = Token> {
  token: T;
  resource: PrepareContext['resource'];
  /** `apiScope` of the resource, or the scope of signatures. */
  scope: string;
  language: MailLanguage;
  transaction?: Transaction;
  /** Further subjects of the event. */
  related: readonly string[];
  /** Returns a recent code's challenge, if it is too early for another, instead of CODE_LIMIT. */
  reuseRecent?: true | undefined;
  /** Creates the event of the request, for a kind that records none of its own. */
  createEvent?: (now: number) => Json;
}

export interface ApiChallenge {
  /** Where the code was sent, masked. */
  to?: string;
  /** For the user's device. */
  question?: string;
  expiresAt: number;
}

/**
 * What a kind of token does. Its methods receive tokens of this kind and answers of its form only, because they are
 * looked up by the token's kind.
 */
export interface TokenKindActions<T extends Token = Token, A extends SecondAnswer = SecondAnswer> {
  /** Verifies an answer. Nothing is written here: the verdict contains what an accepted answer uses up. */
  verify(
    ports: VerifyNeeds,
    token: T,
    answer: A,
    now: number,
    asked: Pick<Candidate, 'challenge' | 'scope'>,
  ): FactorVerdict | Promise<FactorVerdict>;
  /**
   * Prepares the challenge of a sign-in. Absent: its codes need none.
   *
   * @param tokens those behind the picked option, in any state
   */
  prepare?(ports: PrepareNeeds, context: PrepareContext, tokens: readonly T[]): Promise<Result<PreparedChallenge>>;
  /** Creates a challenge that a backend requests. Absent: the API cannot challenge it. */
  challenge?(
    ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'codes'>,
    act: RequestContext,
    order: ChallengeOrder<T>,
  ): Promise<Result<ApiChallenge>>;
}
