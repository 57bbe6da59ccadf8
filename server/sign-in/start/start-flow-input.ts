import type { FactorKind, FlowPurpose } from '@countersign/protocol/flow';
import { blindTraits } from '../../browsers/blind-signals.ts';
import type { Environment, ReportedTraits } from '../../browsers/device-fingerprint/browser-signals.ts';
import type { ResourceId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { ClientInfo } from '../../kernel/request-context.ts';
import type { Resource } from '../../resources/resource.ts';
import type { AppReturn } from '../flow.ts';
import type { SignInPorts } from '../step-outcome.ts';
import type { SignInStartNeeds } from './admit-start.ts';

export type StartFlowNeeds = SignInPorts & SignInStartNeeds;

/** The input of a page that starts a flow. */
export interface StartFlowInput {
  resource: ResourceId;
  nonce: string;
  origin: string;
  /** `lrq.<handle>`, from the host's backend. */
  loginRequest?: string;
  /** For the hosted page: named by the login request, and allowed by the resource. */
  redirectUri?: string;
  /** The app that opened the hosted page; checked against the resource. */
  app?: AppReturn;
  /** The second factor that the page remembers this user to prefer. */
  prefer?: FactorKind;
  /** What the page wants besides a sign-in, or instead of it. */
  purpose?: FlowPurpose;
  /** The signals that the browser reports; ignored if the resource does not ask. */
  traits?: ReportedTraits;
  /** The user's client, as the service itself sees it. */
  client: ClientInfo;
}

/** The browser signals that a sign-in stores: none if the resource does not ask for them. */
export function reportedSignals(
  ports: Pick<Ports, 'secrets'>,
  resource: Pick<Resource, 'environment'>,
  { traits, client }: Pick<StartFlowInput, 'traits' | 'client'>,
): { environment?: Environment } {
  if (!resource.environment) return {};
  return { environment: blindTraits(ports, { ...traits, userAgent: client.userAgent }) };
}
