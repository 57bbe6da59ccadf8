import type { FactorKind, FactorOption } from '@countersign/protocol/flow';
import type { OtpAlgorithm } from '@countersign/protocol/tokens';
import type { EventFactor } from '../../kernel/event.ts';
import type { Refusal } from '../../kernel/result.ts';
import type { SealedSecret } from '../../store/define-document.ts';
import type { DeclaredToken } from '../import/declared-token.ts';
import type { ImportedRecord, ImportedToken } from '../import/import-file.ts';
import type { SecondAnswer } from '../second-answer.ts';
import type { OtpDigits, Token } from '../token.ts';

/** What the API shows of a kind, beside the fields of every token. */
export interface ShownOfKind {
  algorithm?: OtpAlgorithm;
  digits?: OtpDigits;
  periodMs?: number;
  suite?: string;
  codesLeft?: number;
  discoverable?: boolean;
  synced?: boolean;
}

/** How a row of an import file becomes a token. */
export interface ImportRules<I extends ImportedToken = ImportedToken> {
  /**
   * The token of a row, within the bounds of a token created by hand.
   *
   * @throws ImportError with the first flaw
   */
  read(record: ImportedRecord, kind: I['kind'], said: DeclaredToken): I;
  /** Rows that agree in these, the kind, the serial number and the seed are one token. */
  identity(token: I): readonly unknown[];
}

/** The rules of a kind whose codes are made from a seed. */
export interface SeedRules<T extends Token> {
  /** Tokens with the same seed and the same moving factor share their spent codes; digits and hash do not matter. */
  movingFactor(factor: T['factor']): string;
  /** The first moving factor after all codes that are used up, or that were shown too early and stay refused. */
  firstUnused(token: T): number;
  /** The step of the device's clock, if used codes can be forgotten once their steps are past. */
  stepMs(factor: T['factor']): number | undefined;
}

/**
 * The rules of a kind of token, all of them pure. The methods receive tokens of this kind only, because they are looked
 * up by the token's kind.
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
  /** Resources have to enable it explicitly (SR-48, NIST SP 800-63B-4 3.1.3.3). */
  readonly isRestricted: boolean;
  /** It proves access to the mailbox, which is nothing new after a password reset by mail (SR-69). */
  readonly isMailbox: boolean;
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
  readonly eventFactor: Exclude<EventFactor, 'password' | 'mailed-code'>;
  /** Its owner types a PIN of this service with the code, if it has one. */
  readonly canHavePin: boolean;
  /** It contains its owner's id, so it cannot be given to another user. */
  readonly isBoundToOwner: boolean;
  /** A restore leaves it with no codes at all, so it needs no lock. */
  readonly isVoidAfterRestore: boolean;
  /** Of kinds with a seed. */
  readonly seed?: SeedRules<T>;
  /** Absent: it cannot be imported. */
  readonly import?: ImportRules;
  /** The token after a restore: no code counts that may have been used since the backup (SR-62). */
  restore(token: T, now: number): T;
  present(token: T): ShownOfKind;
  /** Its sealed fields. */
  sealedSecrets?(token: T): SealedSecret[];
  /** Where its codes are sent. */
  address?(token: T): string;
  /** The token with another address for its codes. Absent: its codes are not sent. */
  withAddress?(token: T, to: string): T | Refusal;
  /** Tokens with the same option id are answered together. */
  option(token: T): FactorOption;
  /** Whether an answer of its form can be meant for this token. Default: yes. */
  matches?(token: T, answer: SecondAnswer): boolean;
}
