import type { UserId } from '../../kernel/ids.ts';
import { mayAdminister } from '../../kernel/policy.ts';
import type { ReadPorts } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { type Result, refusal } from '../../kernel/result.ts';
import { readObject } from '../../store/records/read-object.ts';
import { erasureDocument } from './documents.ts';
import type { Erasure } from './erasure.ts';

/** How far the erasure of a user is. */
export async function readErasure(
  ports: ReadPorts,
  { actor }: RequestContext,
  id: UserId,
): Promise<Result<{ object: Erasure }>> {
  if (!mayAdminister(actor)) return refusal('FORBIDDEN');
  return readObject(ports, actor.account, erasureDocument.key(id), 'USER_NOT_FOUND');
}
