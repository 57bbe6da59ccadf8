import type { RefusalCode } from '@countersign/protocol/codes';
import type { TokenKind } from '@countersign/protocol/tokens';
import type { TokenId } from '../../kernel/ids.ts';
import type { MailLanguage } from '../../kernel/mail.ts';
import type { CodePorts, Ports, SecretPorts, WritePorts } from '../../kernel/ports/ports.ts';
import type { Json } from '../../kernel/ports/store.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import type { Result } from '../../kernel/result.ts';
import type { NewId } from '../../store/records/create-object.ts';
import type { Challenge, PreparedChallenge } from '../challenge.ts';
import type { Candidate, FactorCheck } from '../factor-check.ts';
import type { PrepareContext, PrepareNeeds } from '../prepare-context.ts';
import type { SecondAnswer } from '../second-answer.ts';
import type { Token } from '../token.ts';
import type { Transaction } from '../transaction.ts';
import type { KindEnrolment, TokenDraft } from './kind-enrolment.ts';
import type { CodeCheck } from './oath/check-otp.ts';

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

/** A new token, with the secrets that are shown once. */
export interface CreatedToken {
  token: Token;
  once: { secret?: string; otpauthUri?: string; recoveryCodes?: string[] };
}

export type ResyncResult =
  | { kind: 'found'; next: Token }
  | { kind: 'not-found' }
  | { kind: 'refused'; code: Extract<RefusalCode, 'TOKEN_KIND_UNFIT' | 'NOTHING_ASKED'> };

/**
 * What a kind of token does. Its methods receive tokens of this kind and answers of its form only, because they are
 * looked up by the token's kind.
 */
export interface TokenKindActions<
  T extends Token = Token,
  A extends SecondAnswer = SecondAnswer,
  I extends { kind: TokenKind } = { kind: TokenKind },
  D extends TokenDraft = TokenDraft,
> {
  /** How users set one up. Absent: only administrators create it. */
  readonly enrol?: KindEnrolment<D>;
  /** Creates a token for an administrator. Absent: only its owner can set it up. */
  create?(ports: SecretPorts, act: RequestContext, birth: NewId<TokenId>, input: I): Promise<Result<CreatedToken>>;
  /** Verifies an answer. Nothing is written here: the verdict contains what an accepted answer uses up. */
  verify(
    ports: Pick<Ports, 'secrets'>,
    token: T,
    answer: A,
    now: number,
    asked: Pick<Candidate, 'challenge' | 'scope' | 'isOnly'>,
  ): FactorCheck | Promise<FactorCheck>;
  /**
   * Prepares the challenge of a sign-in. Absent: its codes need none.
   *
   * @param tokens those behind the picked option, in any state
   */
  prepare?(ports: PrepareNeeds, context: PrepareContext, tokens: readonly T[]): Promise<Result<PreparedChallenge>>;
  /** Creates a challenge that a backend requests. Absent: the API cannot challenge it. */
  challenge?(ports: CodePorts, act: RequestContext, order: ChallengeOrder<T>): Promise<Result<ApiChallenge>>;
  /**
   * Finds its counter or clock by two consecutive codes, or by its responses to the two challenges. Absent: it has none.
   *
   * @param challenges those of the resynchronisation, if they exist
   */
  resync?(
    ports: Pick<Ports, 'secrets'>,
    token: T,
    challenges: readonly (Challenge | undefined)[],
    otps: readonly [string, string],
    now: number,
  ): ResyncResult;
  /** Creates a challenge of a resynchronisation. Absent: two codes are enough, or it has no counter or clock. */
  askResync?(ports: WritePorts, token: T, scope: string): Promise<Result<{ question: string; expiresAt: number }>>;
  /** The verdict of a sign-in on a code, which it does not use up. Absent: a check would use it up. */
  checkCode?(ports: Pick<Ports, 'secrets'>, token: T, typed: string, now: number): CodeCheck;
  /** Cleans up after the token has been deleted. */
  afterDeletion?(ports: WritePorts, token: T): Promise<void>;
}
