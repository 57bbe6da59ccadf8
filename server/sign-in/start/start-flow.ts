import type { StartedFlow } from '@countersign/protocol/flow';
import { accountDocument } from '../../accounts/documents.ts';
import { accessChecks } from '../../authentication/access.ts';
import { offersPasskeySignIn } from '../../authentication/second-factor.ts';
import { idFromBytes } from '../../kernel/ids.ts';
import { type Result, refusal } from '../../kernel/result.ts';
import { resourceDocument } from '../../resources/documents.ts';
import { originAllowed } from '../../resources/origins.ts';
import type { Resource } from '../../resources/resource.ts';
import { createDiscoverableChallenge } from '../../tokens/kinds/passkey/new-challenge.ts';
import type { FlowAt } from '../flow.ts';
import { createFlow, denyFlow } from '../flow-transitions.ts';
import { sealFlow } from '../stored-flow.ts';
import { presentFlow } from '../view-flow.ts';
import { admitSignInStart } from './admit-start.ts';
import { reportedSignals, type StartFlowInput, type StartFlowNeeds } from './start-flow-input.ts';
import { startRequestedFlow } from './start-requested-flow.ts';

/** Starts a sign-in for the page at `origin`. The response depends on no user, since none is known. */
export async function startFlow(ports: StartFlowNeeds, input: StartFlowInput): Promise<Result<StartedFlow>> {
  const refused = await admitSignInStart(ports, input.client);
  if (refused) return refused;

  const [stored] = await ports.store.getMany([resourceDocument.key(input.resource)], ports.clock.now());
  const resource = stored?.value;
  if (!resource) return refusal('RESOURCE_NOT_FOUND');
  input.client.onAccount?.(resource.account);
  if (!originAllowed(resource, input.origin)) return refusal('ORIGIN_NOT_ALLOWED');

  if (input.purpose === 'self' && (!resource.selfService || resource.testMode || input.loginRequest !== undefined)) {
    return refusal('SELF_SERVICE_OFF');
  }
  return input.loginRequest === undefined
    ? startPlainFlow(ports, resource, input)
    : startRequestedFlow(ports, resource, input, input.loginRequest);
}

/**
 * Starts it without a named user, and writes nothing (SR-65). If sign-in is off, the page is told at once. Filters are
 * checked with the first answer, whose event then reports them.
 */
export async function startPlainFlow(
  ports: StartFlowNeeds,
  resource: Resource,
  input: StartFlowInput,
): Promise<Result<StartedFlow>> {
  const now = ports.clock.now();
  const [account] = await ports.store.getMany([accountDocument.key(resource.account)], now);
  const id = idFromBytes('flw', ports.random.bytes(7));
  const begun = createFlow(id, resource, { ...input, ...reportedSignals(ports, resource, input) }, now);
  const facts = { planActive: account?.value.plan.active === true, resource, filters: [] };
  const [off] = [...accessChecks(facts, () => ({}), now)].flatMap((check) => (check.passed ? [] : [check.code]));
  const { flow, handle } = sealFlow(
    ports,
    'widget-flow',
    off ? denyFlow(begun, off) : withPasskey(ports, begun, resource),
  );
  return { ...(await presentFlow(ports, flow)), handle };
}

/** If users may sign in with a passkey alone, every start includes a passkey challenge beside the login. */
function withPasskey(ports: StartFlowNeeds, flow: FlowAt<'identify'>, resource: Resource): FlowAt<'identify'> {
  return offersPasskeySignIn(resource) ? { ...flow, passkey: createDiscoverableChallenge(ports) } : flow;
}
