import type { EnrolmentKind } from '@countersign/protocol/tokens';
import { refusal } from '../../kernel/result.ts';
import { currentKinds, readEnrolmentContext } from '../enrolment/context.ts';
import { setEnrolmentKind } from '../enrolment/enrolment-transitions.ts';
import { startTokenCreation } from '../enrolment/start-token-creation.ts';
import type { StepContext } from '../step.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';

/**
 * The user picks the kind of token to set up, one that the policy allows, or goes back to the choice. An unfinished
 * token is discarded; nothing is sent.
 */
export async function selectEnrolmentKind(
  ports: StepPorts,
  { flow, resource }: StepContext<'enrol'>,
  { kind }: { kind?: EnrolmentKind | undefined },
): Promise<StepOutcome<'enrol'>> {
  const standing = await readEnrolmentContext(ports, flow, resource);
  const kinds = standing && (await currentKinds(ports, flow, resource, standing.user));
  if (!standing || !kinds) return { refusal: refusal('ACCESS_DENIED') };
  // The browser picks among the kinds that it was offered.
  if (kind !== undefined && !kinds.includes(kind)) return { refusal: refusal('STEP_NOT_EXPECTED') };
  const making = kind === undefined ? undefined : startTokenCreation(ports, kind, standing.user);
  return { move: (held) => setEnrolmentKind(held, kinds, making) };
}
