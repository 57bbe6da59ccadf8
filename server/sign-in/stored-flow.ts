import type { AccountId, FlowId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { DocumentKey, DocumentReader } from '../kernel/ports/store.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import type { ClientContext } from '../kernel/secret-context.ts';
import { hashSecret, parseSecretToken, secretMatches, writeSecretToken } from '../kernel/secret-token.ts';
import { appRedirectAllowed } from '../resources/app-redirect-uris.ts';
import { resourceDocument } from '../resources/documents.ts';
import { originAllowed } from '../resources/origins.ts';
import { restorationDocument } from '../store/documents.ts';
import type { RequestPorts } from '../store/request-ports.ts';
import { transact, type Write } from '../store/transact.ts';
import { flowDocument, flowStartedDocument, loginRequestDocument, resultDocument } from './documents.ts';
import type { Flow } from './flow.ts';
import { type Conversation, claimStep, holdsClaim, releaseClaim } from './flow-transitions.ts';

/**
 * An id with a secret: `flw_….<secret>`. Only the hash of the secret is stored. It has 192 random bits, or is a sealed
 * flow.
 */
export interface Handle {
  id: FlowId;
  secret: string;
}

/** The parts of a sealed flow are bounded and stay below this length; see `sealed-flow.test.ts`. */
const SECRET = /^[A-Za-z0-9_-]{32,5000}$/;

export function writeHandle(id: FlowId, secret: string): string {
  return writeSecretToken(id, secret);
}

export function parseHandle(text: unknown): Handle | undefined {
  return parseSecretToken('flw', text, SECRET);
}

/** The login request that a host's backend received: `lrq.` and the handle. */
export function parseLoginRequest(text: string): Handle | undefined {
  return text.startsWith('lrq.') ? parseHandle(text.slice('lrq.'.length)) : undefined;
}

/** A stored conversation: identified by its flow and continued with the handle. */
interface StoredConversation extends Conversation {
  id: FlowId;
  account?: AccountId;
  handleHash: string;
  createdAt: number;
  expiresAt: number;
}

type KeyOf<F> = (id: FlowId) => DocumentKey<F>;

/** The kind of flow: a handle of one kind opens none of the other. */
type FlowKind = ClientContext['kind'];

/**
 * A sign-in is stored with its first answer. Until then its handle holds the whole flow, sealed: a start writes
 * nothing, so a flood of starts does not fill the store (SR-65). The first answer stores it under the handle's id, with
 * a mark that this handle was started; the mark lives as long as the handle, so that it cannot start twice.
 *
 * @returns the flow as its first answer will find it, and the handle that holds it
 */
export function sealFlow<F extends StoredConversation>(
  ports: Pick<Ports, 'secrets'>,
  kind: FlowKind,
  flow: F,
): { flow: F; handle: string } {
  const sealed = ports.secrets.sealForClient(Buffer.from(JSON.stringify(flow)), { kind, id: flow.id });
  return { flow: { ...flow, handleHash: hashSecret(sealed) }, handle: writeHandle(flow.id, sealed) };
}

/** The flow in a valid handle. Undefined for every other handle. */
export async function unsealFlow<F extends StoredConversation>(
  ports: Pick<Ports, 'clock' | 'secrets'> & { store: DocumentReader },
  kind: FlowKind,
  { id, secret }: Handle,
): Promise<F | undefined> {
  const plain = ports.secrets.openFromClient(secret, { kind, id });
  if (!plain) return undefined;
  const flow = JSON.parse(Buffer.from(plain).toString()) as F;
  const now = ports.clock.now();
  if (now >= flow.expiresAt) return undefined;
  // A restored store does not know which earlier handles were started (SR-62).
  const [restoration] = await ports.store.getMany([restorationDocument.key()], now);
  if (restoration && flow.createdAt <= restoration.value.startedAt) return undefined;
  return { ...flow, handleHash: hashSecret(secret) };
}

/** Reads what {@link claimFlowStep} needs in one trip. A flow that no step has started is in its handle. */
export async function readFlowAhead(
  ports: RequestPorts<Pick<Ports, 'store' | 'clock'>>,
  { handle: text, seq }: { handle: unknown; seq: number },
): Promise<void> {
  const id = parseHandle(text)?.id;
  if (id === undefined) return;
  const first = seq === 0 ? [restorationDocument.key()] : [];
  await ports.store.readAhead([flowDocument.key(id), flowStartedDocument.key(id), ...first], ports.clock.now());
}

/** What a commit of a step reads. */
export function flowKeys(id: FlowId) {
  return [flowDocument.key(id), loginRequestDocument.key(id), resultDocument.key(id)] as const;
}

/** A sign-in through the widget or on a hosted page that has no answer yet. */
export async function openFlow(
  ports: Pick<Ports, 'clock' | 'secrets'> & { store: DocumentReader; issuer: string },
  handle: Handle,
): Promise<Flow | undefined> {
  const flow = await unsealFlow<Flow>(ports, 'widget-flow', handle);
  if (!flow) return undefined;
  const [resource] = await ports.store.getMany([resourceDocument.key(flow.resource)], ports.clock.now());
  if (!resource) return undefined;
  // The lists may have become shorter since. Hosted pages are on none.
  const { app, origin } = flow;
  const isAllowed = app
    ? appRedirectAllowed(resource.value, app.redirectUri, ports.issuer)
    : origin === ports.issuer || originAllowed(resource.value, origin);
  return isAllowed ? flow : undefined;
}

/** The flow that the handle continues, or is about to start. */
export function readFlow(
  ports: Pick<Ports, 'store' | 'clock' | 'secrets'> & { issuer: string },
  text: unknown,
): Promise<Flow | undefined> {
  return readByHandle(ports, flowDocument.key, text, (handle) => openFlow(ports, handle));
}

/** @param open the contents of a handle whose flow is not stored yet */
export async function readByHandle<F extends StoredConversation>(
  { store, clock }: Pick<Ports, 'clock'> & { store: DocumentReader },
  keyOf: KeyOf<F>,
  text: unknown,
  open: (handle: Handle) => Promise<F | undefined>,
): Promise<F | undefined> {
  const handle = parseHandle(text);
  if (!handle) return undefined;
  const { id, secret } = handle;
  const [flow, begun] = await store.getMany([keyOf(id), flowStartedDocument.key(id)] as const, clock.now());
  if (flow) return secretMatches(secret, flow.value.handleHash) ? flow.value : undefined;
  return begun ? undefined : open(handle);
}

/**
 * Takes a step for one attempt, so that only one of several simultaneous answers is evaluated.
 *
 * @param open the contents of a handle whose flow is not stored yet: the claim stores it. Absent: no flow starts with
 * this step
 */
export async function claimFlowStep<F extends StoredConversation>(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  keyOf: KeyOf<F>,
  answer: { handle: unknown; seq: number; steps: readonly F['step'][]; attempt: string; client?: ClientInfo },
  open?: (handle: Handle) => Promise<F | undefined>,
): Promise<Result<{ flow: F }>> {
  const handle = parseHandle(answer.handle);
  if (!handle) return refusal('FLOW_NOT_FOUND');
  const [key, mark] = [keyOf(handle.id), flowStartedDocument.key(handle.id)];
  const claim = (sealed?: F) =>
    transact<readonly [typeof key, typeof mark], Result<{ flow: F }>>(
      ports,
      key.anchor,
      [key, mark],
      ([stored, begun], now) => {
        const flow = (stored?.value as F | undefined) ?? (begun ? undefined : sealed);
        if (!flow || !secretMatches(handle.secret, flow.handleHash)) return { answer: refusal('FLOW_NOT_FOUND') };
        if (flow.account !== undefined) answer.client?.onAccount?.(flow.account);
        const claimed = claimStep(flow, answer, now);
        if ('refused' in claimed) return { answer: refusal(claimed.refused) };
        const put = putFlow(keyOf, claimed.flow).put ?? [];
        const marked = { key: mark, value: { at: now }, expiresAt: flow.expiresAt };
        return { answer: claimed, write: { put: stored ? put : [...put, marked] } };
      },
    );
  const held = await claim();
  if (!open || !isRefusal(held) || held.refused !== 'FLOW_NOT_FOUND') return held;
  const sealed = await open(handle);
  return sealed ? claim(sealed) : held;
}

/**
 * A failed evaluation decided nothing: the step is free again, and what was counted stays counted. Never rejects, so
 * that the caller throws what failed first: a claim that is not released ends by itself.
 */
export async function releaseStep<F extends StoredConversation>(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'reportFault'>,
  keyOf: KeyOf<F>,
  id: FlowId,
  attempt: string,
): Promise<void> {
  const key = keyOf(id);
  const release = transact(ports, key.anchor, [key], ([stored]) => {
    const flow = stored?.value as F | undefined;
    return flow && holdsClaim(flow, attempt)
      ? { answer: undefined, write: putFlow(keyOf, releaseClaim(flow)) }
      : { answer: undefined };
  });
  await release.catch((error: unknown) => ports.reportFault('freeing a step', error));
}

export function putFlow<F extends StoredConversation>(keyOf: KeyOf<F>, flow: F): Write {
  return { put: [{ key: keyOf(flow.id), value: flow, expiresAt: flow.expiresAt }] };
}
