import type { FactorKind, FactorOption } from '@countersign/protocol/flow';
import type { EventFactor } from '../../kernel/event.ts';
import type { SecondAnswer } from '../second-answer.ts';
import type { Token } from '../token.ts';

/**
 * The rules of a kind of token. They are pure. Its methods receive tokens of this kind only, because they are looked up
 * by the token's kind.
 */
export interface TokenKindRules<T extends Token = Token> {
  /** The factor that a sign-in shows it as. */
  readonly factor: FactorKind;
  /** The step of a sign-in that asks for it. */
  readonly step: 'otp' | 'recovery' | 'passkey';
  /** The form of its answers. */
  readonly answer: SecondAnswer['kind'];
  /** It replaces another token's code, but never requires one, and is never asked for first. */
  readonly isSubstitute: boolean;
  /** It has a stored challenge, and accepts no answer without one. */
  readonly isChallenged: boolean;
  /** Its option before the user is known, the same for every name (SR-17). Absent: it is not offered then. */
  readonly anonymousOption?: FactorOption;
  /**
   * How many characters of a transaction its answer can be bound to. Absent: its answers are valid for anything, so they
   * confirm no transaction.
   */
  readonly transactionMax?: number;
  /** RFC 8176 method references of a code. Those of a passkey come from its response. */
  readonly methods: readonly string[];
  /** The factor as the event of a sign-in names it. */
  readonly eventFactor: Exclude<EventFactor, 'password'>;
  /** Tokens with the same option id are answered together. */
  option(token: T): FactorOption;
  /** Whether an answer of its form can be meant for this token. Default: yes. */
  matches?(token: T, answer: SecondAnswer): boolean;
}
