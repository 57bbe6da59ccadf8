import { blindTraits } from '../browsers/blind-signals.ts';
import type { Environment } from '../browsers/device-fingerprint/browser-signals.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Resource } from '../resources/resource.ts';
import type { StartFlowInput } from './start-flow-input.ts';

/** The browser signals that a sign-in stores: none if the resource does not ask for them. */
export function seenAtBeginning(
  ports: Pick<Ports, 'secrets'>,
  resource: Pick<Resource, 'environment'>,
  { traits, client }: Pick<StartFlowInput, 'traits' | 'client'>,
): { environment?: Environment } {
  if (!resource.environment) return {};
  return { environment: blindTraits(ports, { ...traits, userAgent: client.userAgent }) };
}
