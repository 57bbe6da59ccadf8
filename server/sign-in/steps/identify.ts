import { setLogin } from '../flow-transitions.ts';
import type { StepContext } from '../step.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';

/** Records the login. No user is looked up: the next step is the same for every name (SR-17). */
export async function identify(
  _ports: StepPorts,
  { resource }: StepContext<'identify'>,
  { login }: { login: string },
): Promise<StepOutcome<'identify'>> {
  return { move: (flow) => setLogin(flow, login, resource) };
}
