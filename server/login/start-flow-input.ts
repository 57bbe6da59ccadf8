import type { FactorKind, FlowPurpose } from '@countersign/protocol/flow';
import type { SaidTraits } from '../browsers/device-fingerprint/browser-signals.ts';
import type { ResourceId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { ClientInfo } from '../kernel/request-context.ts';

export type StartFlowNeeds = Pick<Ports, 'store' | 'clock' | 'random' | 'geo' | 'signer' | 'secrets' | 'codes'> & {
  issuer: string;
  rpId?: string | undefined;
};

/** What a page says when it begins a flow. */
export interface StartFlowInput {
  resource: ResourceId;
  nonce: string;
  origin: string;
  /** `lrq.<handle>`, from the host's backend. */
  loginRequest?: string;
  /** On our own page: what the login request names, and what the resource allows. */
  redirectUri?: string;
  /** The second factor that the page remembers this person to prefer. */
  prefer?: FactorKind;
  /** What the page wants besides a sign-in, or in its place. */
  purpose?: FlowPurpose;
  /** What the browser says of itself; of no interest where the resource does not ask. */
  traits?: SaidTraits;
  /** The person's, as the service itself sees it. */
  client: ClientInfo;
}
