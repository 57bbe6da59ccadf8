import { createHash } from 'node:crypto';
import type { EventDraft } from '../kernel/event.ts';
import type { ResourceId } from '../kernel/ids.ts';
import type { ReadPorts, WritePorts } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { reindex } from '../store/index-entries.ts';
import { type Decision, transact, type Write } from '../store/transact.ts';
import { logoDocument, resourceDocument } from './documents.ts';
import { type Logo, readLogo } from './logo.ts';
import type { Resource } from './resource.ts';
import { refusedOn } from './resource-access.ts';

type LogoChange = Result<{ object: Resource }>;

/** Sets the logo of a resource, in place of the previous one. The format is read from the bytes. */
export async function setLogo(
  ports: WritePorts,
  act: RequestContext,
  id: ResourceId,
  bytes: Uint8Array,
): Promise<LogoChange> {
  const facts = readLogo(bytes);
  const hash = createHash('sha256').update(bytes).digest('hex');
  const logo = facts && { type: facts.type, hash, image: Buffer.from(bytes).toString('base64') };
  return change(ports, act, id, (resource) => {
    if (!logo) return refusal('LOGO_INVALID');
    return { object: { ...resource, logo: hash }, keep: { put: [{ key: logoDocument.key(id), value: logo }] } };
  });
}

export async function removeLogo(ports: WritePorts, act: RequestContext, id: ResourceId): Promise<LogoChange> {
  return change(ports, act, id, ({ logo: _gone, ...rest }) => ({
    object: rest,
    keep: { delete: [logoDocument.key(id)] },
  }));
}

/** Resource and image share an anchor, so there is never one without the other. */
function change(
  ports: WritePorts,
  act: RequestContext,
  id: ResourceId,
  edit: (resource: Resource) => Result<{ object: Resource; keep: Pick<Write, 'put' | 'delete'> }>,
): Promise<LogoChange> {
  const key = resourceDocument.key(id);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<LogoChange> => {
    if (stored?.value.account !== act.actor.account) return { answer: refusal('RESOURCE_NOT_FOUND') };
    const refused = refusedOn(act, id);
    if (refused) return { answer: refused };
    const edited = edit(stored.value);
    if ('refused' in edited) return { answer: edited };
    const { object, keep } = edited;
    if (object.logo === stored.value.logo) return { answer: { object: stored.value } };
    const event: EventDraft = { type: 'resource.updated', subject: id, resource: id, changed: ['logo'] };
    return {
      answer: { object },
      write: {
        ...keep,
        put: [{ key, value: object }, ...(keep.put ?? [])],
        index: reindex(key, stored.value, object),
        append: [createEvent(act, event, now)],
      },
    };
  });
}

/** Reads the logo with this hash, if it is the resource's current one. Any other hash finds nothing. */
export async function readLogoOf(ports: ReadPorts, id: ResourceId, hash: string): Promise<Logo | undefined> {
  const [resource, logo] = await ports.store.getMany(
    [resourceDocument.key(id), logoDocument.key(id)],
    ports.clock.now(),
  );
  return resource?.value.logo === hash && logo?.value.hash === hash ? logo.value : undefined;
}
