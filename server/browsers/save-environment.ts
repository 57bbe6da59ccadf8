import type { ResourceId } from '../kernel/ids.ts';
import { mayAuthenticateEverywhere, mayAuthenticateOn } from '../kernel/policy.ts';
import type { SecretPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { resourceDocument } from '../resources/documents.ts';
import { readObject } from '../store/records/read-object.ts';
import { findUser } from '../users/find-user.ts';
import { blindTraits } from './blind-signals.ts';
import type { ReportedTraits } from './device-fingerprint/browser-signals.ts';
import { rememberEnvironment } from './remember-environment.ts';

/**
 * Remembers a browser that a host's backend vouches for: the user has signed in there by the host's own means. Without
 * a resource it counts on all of them, so a key that is restricted to some has to name one.
 */
export async function saveEnvironment(
  ports: SecretPorts,
  act: RequestContext,
  input: { user: string; resource?: ResourceId | undefined; environment: ReportedTraits },
): Promise<Result<{ saved: true }>> {
  const { actor } = act;
  const { resource } = input;
  const may = resource === undefined ? mayAuthenticateEverywhere(actor) : mayAuthenticateOn(actor, resource);
  if (!may) return refusal('SCOPE_MISSING');
  if (resource !== undefined) {
    const found = await readObject(ports, actor.account, resourceDocument.key(resource), 'RESOURCE_NOT_FOUND');
    if (isRefusal(found)) return found;
  }
  const user = await findUser(ports, actor.account, input.user);
  if (!user) return refusal('USER_NOT_FOUND');
  const blinded = blindTraits(ports, input.environment);
  if (Object.keys(blinded).length === 0) return refusal('INPUT_INVALID', { detail: 'environment: tells nothing' });
  await rememberEnvironment(ports, act, { user: user.id, resource, blinded });
  return { saved: true };
}
