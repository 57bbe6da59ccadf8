import { refusal } from '../../kernel/result.ts';
import type { EnrolmentKind } from '../../resources/enrolment-policy.ts';
import type { Step } from '../step.ts';
import { currentKinds, readEnrolmentContext } from './context.ts';
import { setEnrolmentKind } from './enrolment-transitions.ts';
import { startTokenCreation } from './start-token-creation.ts';

/**
 * The user picks the kind of token to set up, one that the policy allows, or goes back to the choice. An unfinished
 * token is discarded; nothing is sent.
 */
export const selectKind: Step<'enrol', { kind?: EnrolmentKind | undefined }> = {
  at: ['enrol'],
  leadsTo: [],
  async handle(ports, { flow, resource }, { kind }) {
    const standing = await readEnrolmentContext(ports, flow, resource);
    const kinds = standing && (await currentKinds(ports, flow, resource, standing.user));
    if (!standing || !kinds) return { refusal: refusal('ACCESS_DENIED') };
    // The browser picks among the kinds that it was offered.
    if (kind !== undefined && !kinds.includes(kind)) return { refusal: refusal('STEP_NOT_EXPECTED') };
    const making = kind === undefined ? undefined : startTokenCreation(ports, kind, standing.user);
    return { move: (held) => setEnrolmentKind(held, kinds, making) };
  },
};
