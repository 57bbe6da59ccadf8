import type { FlowBegun } from '../../../shared/wire/flow.ts';
import { rateKey } from '../../domain/addresses.ts';
import type { Flow } from '../../domain/flow.ts';
import { denied, newFlow } from '../../domain/flow-steps.ts';
import { idFromBytes } from '../../domain/ids.ts';
import { originAllowed } from '../../domain/origins.ts';
import type { Resource } from '../../domain/resource.ts';
import { offersPasskeySignIn } from '../../domain/webauthn/passkey-request.ts';
import { documents } from '../../ports/documents.ts';
import { ABSENT } from '../../ports/store.ts';
import { eventOf, type Whence } from '../act.ts';
import { readAccess } from '../authentication/read-access.ts';
import { seenAtBeginning } from '../environment/seen-at-beginning.ts';
import { askAnybody } from '../passkeys/new-challenge.ts';
import { newOperation } from '../transact.ts';
import { isRefusal, type Refusal, refusal, type Verdict } from '../verdict.ts';
import { beginRequestedFlow } from './begin-requested-flow.ts';
import type { BeginFlowNeeds, FlowBeginning } from './flow-beginning.ts';
import { actOf, refusedEvent } from './flow-events.ts';
import { hashSecret, newSecret, writeHandle } from './flow-handle.ts';
import { presentFlow } from './view-flow.ts';

/** Flows that one address may begin in a minute; a large office behind one address stays below it. */
const FLOWS_PER_MINUTE = 600;

/** Begins a sign-in for the page at `origin`. Says nothing that depends on a person, since none is known. */
export async function beginFlow(ports: BeginFlowNeeds, input: FlowBeginning): Promise<Verdict<FlowBegun>> {
  const refused = await admitBeginning(ports, input.whence);
  if (refused) return refused;

  const [stored] = await ports.store.getMany([documents.resource(input.resource)], ports.clock.now());
  const resource = stored?.value;
  if (!resource) return refusal('RESOURCE_NOT_FOUND');
  if (!originAllowed(resource, input.origin)) return refusal('ORIGIN_NOT_ALLOWED');

  if (input.purpose === 'self' && (!resource.selfService || resource.testMode || input.loginRequest !== undefined)) {
    return refusal('SELF_SERVICE_OFF');
  }
  return input.loginRequest === undefined
    ? beginPlain(ports, resource, input)
    : beginRequestedFlow(ports, resource, input, input.loginRequest);
}

/** Refuses an address that has begun too many. */
export async function admitBeginning(
  ports: Pick<BeginFlowNeeds, 'store' | 'clock'>,
  { address }: Whence,
): Promise<Refusal | undefined> {
  const now = ports.clock.now();
  // Whoever has no address shares one count: a proxy that forgets to say must not open the gate for everybody.
  const from = address === undefined ? 'unknown' : rateKey(address);
  const rate = await ports.store.increment(`flows/${from}`, 60_000, FLOWS_PER_MINUTE, now);
  return rate.allowed ? undefined : refusal('RATE_LIMITED', { retryAfterMs: rate.resetAt - now });
}

/** Begins it for nobody in particular. */
export async function beginPlain(
  ports: BeginFlowNeeds,
  resource: Resource,
  input: FlowBeginning,
): Promise<Verdict<FlowBegun>> {
  const access = await readAccess(ports, resource.id, input.whence.address);
  const now = ports.clock.now();
  const secret = newSecret(ports);
  const id = idFromBytes('flw', ports.random.bytes(7));
  const asked = { ...input, ...seenAtBeginning(ports, resource, input), handleHash: hashSecret(secret) };
  const begun = newFlow(id, resource, asked, now);
  const flow = isRefusal(access) ? denied(begun, access.refused) : withPasskey(ports, begun, access.resource);

  const key = documents.flow(id);
  const outcome = await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [{ key, version: ABSENT }],
    put: [{ key, value: flow, expiresAt: flow.expiresAt }],
    ...(isRefusal(access) && { append: [eventOf(actOf(flow, input.whence), refusedEvent(flow, access), now)] }),
  });
  // 52 random bits met a living flow: as good as never, and beginning again is free.
  if (outcome === 'conflict') return refusal('CONTENTION');
  return { ...(await presentFlow(ports, flow)), handle: writeHandle(id, secret) };
}

/** Where people may sign in with a passkey alone, everybody is asked for one beside their name. */
function withPasskey(ports: BeginFlowNeeds, flow: Flow, resource: Resource): Flow {
  return offersPasskeySignIn(resource) ? { ...flow, passkey: askAnybody(ports) } : flow;
}
