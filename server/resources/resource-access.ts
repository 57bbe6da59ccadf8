import type { ResourceId } from '../kernel/ids.ts';
import { mayActOn, maySee, maySeeResource } from '../kernel/policy.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Refusal, refusal } from '../kernel/result.ts';
import { readObject } from '../store/records/read-object.ts';
import { resourceDocument } from './documents.ts';
import type { Resource } from './resource.ts';

/** One resource. For an administrator who may not see it, it looks like one that never existed (SR-67). */
export async function showResource(
  ports: ReadPorts,
  { actor }: RequestContext,
  id: ResourceId,
): Promise<{ object: Resource } | Refusal> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  if (!maySeeResource(actor, id)) return refusal('RESOURCE_NOT_FOUND');
  return readObject(ports, actor.account, resourceDocument.key(id), 'RESOURCE_NOT_FOUND');
}

/** Why an action on an existing resource is refused; undefined if it is allowed. */
export function refusedOn(
  { actor }: RequestContext,
  resource: ResourceId,
  may = mayActOn(actor, resource),
): Refusal | undefined {
  if (may) return undefined;
  return refusal(maySeeResource(actor, resource) || !maySee(actor) ? 'FORBIDDEN' : 'RESOURCE_NOT_FOUND');
}
