import type { FlowView } from '@countersign/protocol/flow';
import type { TokenKind } from '@countersign/protocol/tokens';
import type { SubmittedFactors } from '../../authentication/authenticate.ts';
import type { TokenId } from '../../kernel/ids.ts';
import type { Result } from '../../kernel/result.ts';
import type { NewPin } from '../../tokens/store-token.ts';
import type { Fixture } from '../fixtures.ts';
import type { LoginDriver } from '../login-driver.ts';

/** A user's device, and the token for it. */
export interface Device {
  token: TokenId;
  /**
   * Selects this factor in a sign-in that asks for a second factor, and prepares it. The responses may be read any
   * number of times; the right one is the same each time.
   */
  ready(walk: LoginDriver): Promise<ReadyDevice>;
  /** The right input for `POST /v1/authentications`, if this kind can be used there; the same each time. */
  forApi?(): Promise<SubmittedFactors>;
}

export interface ReadyDevice {
  right(): Promise<Result<FlowView>>;
  wrong(): Promise<Result<FlowView>>;
}

/** A kind of token, for the suite that covers all kinds. */
export interface DeviceKind {
  kind: TokenKind;
  takesPin: boolean;
  /** True if a user with only this token is asked for it. Recovery codes only replace another token. */
  demands: boolean;
  /** Creates one for the fixture's user and assigns both together. */
  give(scene: Fixture, pin?: NewPin): Promise<Device>;
}

/** Selects a factor unless it is selected already. */
export async function pick(walk: LoginDriver, factor: string): Promise<void> {
  if (walk.view.factor !== factor) await walk.choose(factor);
}
