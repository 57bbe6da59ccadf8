import type { EnrolView, FlowView } from '@countersign/protocol/flow';
import type { PasskeyAttestation } from '@countersign/protocol/passkey';
import type { EnrolmentKind } from '@countersign/protocol/tokens';
import type { CodeChannel } from '../../kernel/code-channel.ts';
import type { AccountId, FlowId, TokenId } from '../../kernel/ids.ts';
import type { Ports, ReadPorts, SecretPorts } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import type { Refusal, Result } from '../../kernel/result.ts';
import type { User } from '../../users/user.ts';
import type { OwnNames } from '../own-token-name.ts';
import type { Token } from '../token.ts';
import type { PasskeyNeeds } from './passkey/new-challenge.ts';
import type { PresentedPasskey } from './passkey/passkey-challenge.ts';

/** The factors that a user has shown before an enrolment. */
export type EnrolmentBasis =
  /** The password, and nothing else. */
  | 'password'
  /** The password, according to the site, which asks for a second factor alone. */
  | 'site-password'
  /**
   * The password, and a recovery code if the user has any, in place of a token that an administrator has deactivated. It
   * rests on the password alone where there are no recovery codes.
   */
  | 'replacement'
  /** All factors that the resource demands, including a second one. */
  | 'second-factor'
  /** A link that an administrator had mailed to the user, and the password if there is one. */
  | 'link';

/** Whether a thief of the password could show as much. */
export function restsOnPassword(basis: EnrolmentBasis): boolean {
  return basis === 'password' || basis === 'site-password' || basis === 'replacement';
}

/** Proof that the user has the device of a new token: a code that it shows or receives, or the new passkey. */
export type FirstProof = { otp: string } | { response: PasskeyAttestation };

/** A token that is being set up, as the flow stores it. */
export interface TokenDraft {
  kind: EnrolmentKind;
  token: TokenId;
}

/** A user who sets up a token during a sign-in. */
export interface Enroller {
  /** The user's. */
  act: RequestContext;
  flow: { id: FlowId; account: AccountId; origin: string; expiresAt: number };
  user: User;
  names: OwnNames;
}

/** What a user can set up depends on these. */
export interface EnrolmentState {
  user: User;
  /** Every token of the user. */
  owned: readonly Token[];
  basis: EnrolmentBasis;
  /** The channels that codes can be sent through. */
  channels: readonly CodeChannel[];
}

type MethodOf<V> = V extends { kind: EnrolmentKind } ? Omit<V, 'kinds' | 'mayWait' | 'until' | 'fromSelf'> : never;
/** What the page shows of a kind that is being set up. */
export type EnrolmentMethodView = MethodOf<EnrolView>;

/** How a user sets up a token of a kind. */
export interface KindEnrolment<D extends TokenDraft = TokenDraft> {
  readonly proof: 'otp' | 'response';
  /** Whether the user can set one up now, on any resource. */
  isAvailable(kind: D['kind'], state: EnrolmentState): boolean;
  /** Sends nothing, and stores nothing outside the flow. */
  start(ports: Pick<Ports, 'random' | 'secrets'>, kind: D['kind'], token: TokenId, user: User): D;
  /** Undefined if the user is gone: the next response reports it. */
  show(
    ports: Pick<Ports, 'store' | 'clock' | 'secrets'> & PasskeyNeeds,
    draft: D,
    of: { account: AccountId; user: User['id']; login: string; site: string },
  ): Promise<EnrolmentMethodView | undefined>;
  /** Where its first code was sent. */
  showSent?(draft: D, now: number): FlowView['sent'];
  /** Refuses a proof that cannot be right. Present: the proof can be guessed, so each one is counted (SR-2). */
  refuseProof?(ports: ReadPorts, own: Enroller, draft: D): Promise<Refusal | undefined>;
  /** Verifies the proof, and uses it up in the commit that creates the token (SR-1). */
  create(
    ports: SecretPorts & PasskeyNeeds,
    own: Enroller,
    draft: D,
    proof: FirstProof,
  ): Promise<Result<{ token: Token }>>;
  /** Whether it may still be set up, given the user's current data. Default: yes. */
  isStillAllowed?(draft: D, user: User): boolean;
  /** The draft after a wrong proof, if that voids it. */
  renew?(ports: Pick<Ports, 'random'>, draft: D): D;
  /** The data of a new passkey. */
  shownPasskey?(token: Token): PresentedPasskey | undefined;
}
