import type { Environment } from '../../domain/environment/traits.ts';
import type { Resource } from '../../domain/resource.ts';
import type { Ports } from '../../ports/index.ts';
import type { FlowBeginning } from '../flow/flow-beginning.ts';
import { blindTraits } from './blind-traits.ts';

/** What a sign-in keeps of its browser: nothing at all where the resource does not ask. */
export function seenAtBeginning(
  ports: Pick<Ports, 'secrets'>,
  resource: Pick<Resource, 'environment'>,
  { traits, whence }: Pick<FlowBeginning, 'traits' | 'whence'>,
): { environment?: Environment } {
  if (!resource.environment) return {};
  return { environment: blindTraits(ports, { ...traits, userAgent: whence.userAgent }) };
}
