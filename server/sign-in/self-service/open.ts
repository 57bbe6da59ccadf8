import type { Ports } from '../../kernel/ports/ports.ts';
import { type Result, refusal } from '../../kernel/result.ts';
import { passwordDigest } from '../../passwords/password-digest.ts';
import type { Resource } from '../../resources/resource.ts';
import { loadAssignedTokens } from '../../tokens/load-assigned-tokens.ts';
import { assignmentTo, isAssigned } from '../../users/assignments.ts';
import { readUser } from '../../users/find-user.ts';
import { credentialFingerprint } from '../../users/user.ts';
import type { VerifiedFactors } from '../complete-flow.ts';
import type { Flow } from '../flow.ts';
import { isUnchangedSinceOpen, mayBeShown } from './context.ts';
import type { SelfServiceUser } from './self-session.ts';

/**
 * Loads the user for whom the page opens. The confirmed factors must still be valid, because any later change ends the
 * page (SR-4, SR-38).
 */
export async function loadOpener(
  ports: Pick<Ports, 'store' | 'clock'>,
  flow: Flow,
  resource: Resource,
  passed: VerifiedFactors,
): Promise<Result<SelfServiceUser>> {
  const { id } = passed.user;
  const known = id === 'test' ? undefined : await readUser(ports, flow.account, id);
  if (!known) return refusal('ACCESS_DENIED');
  const denied = refusal('ACCESS_DENIED', {}, { about: known.id });
  if (!resource.selfService) return { ...denied, refused: 'SELF_SERVICE_OFF' };
  const { user, tokens } = await loadAssignedTokens(ports, known, resource.id);
  const paired = tokens.map(({ value }) => value);
  if (!user || !isAssigned(assignmentTo(user, resource.id), paired)) return denied;
  // A return leads to the page that was left, and only while nothing has changed since.
  if (!isUnchangedSinceOpen(user, flow)) return { ...denied, refused: 'FLOW_NOT_FOUND' };
  const digest = passed.passwordDigest ?? (flow.passwordVerified ? flow.passwordDigest : undefined);
  if (digest !== undefined && digest !== passwordDigest(user)) return denied;
  const { token } = passed;
  if (token !== undefined && !mayBeShown(token, { user, paired }, resource, ports.clock.now())) return denied;
  return { user: user.id, fingerprint: credentialFingerprint(user) };
}
