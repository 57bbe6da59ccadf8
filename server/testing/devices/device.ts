import type { FlowView } from '@countersign/protocol/flow';
import type { Shown } from '../../authentication/authenticate.ts';
import type { TokenId } from '../../kernel/ids.ts';
import type { Result } from '../../kernel/result.ts';
import type { NewPin } from '../../tokens/create-token.ts';
import type { TokenKind } from '../../tokens/token.ts';
import type { Fixture } from '../fixtures.ts';
import type { LoginDriver } from '../login-driver.ts';

/** Something in a person's hand that answers, and the token that stands for it. */
export interface Device {
  token: TokenId;
  /**
   * Picks this way in a sign-in that asks for a second factor, and gets ready what that takes. The answers may be given any
   * number of times; the right one is the same each time.
   */
  ready(walk: LoginDriver): Promise<Readied>;
  /** What is right for `POST /v1/authentications`, where this kind can be shown there; the same each time. */
  forApi?(): Promise<Shown>;
}

export interface Readied {
  right(): Promise<Result<FlowView>>;
  wrong(): Promise<Result<FlowView>>;
}

/** A kind of token, for the suite that all of them pass. */
export interface DeviceKind {
  kind: TokenKind;
  takesPin: boolean;
  /** Whether a person who has nothing else is asked for it. Recovery codes only stand in for something. */
  demands: boolean;
  /** Makes one for the person of the scene and assigns them together with it. */
  give(scene: Fixture, pin?: NewPin): Promise<Device>;
}

/** Picks a way, unless it is the one that is asked for already. */
export async function pick(walk: LoginDriver, factor: string): Promise<void> {
  if (walk.view.factor !== factor) await walk.choose(factor);
}
