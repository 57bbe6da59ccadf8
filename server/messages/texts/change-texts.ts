import type { EventDraft } from '../../kernel/event.ts';
import type { ResourceId } from '../../kernel/ids.ts';
import type { MailLanguage } from '../../kernel/mail.ts';
import { hashTexts } from '../../kernel/own-texts.ts';
import type { WritePorts } from '../../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { resourceDocument, textsDocument } from '../../resources/documents.ts';
import type { Resource } from '../../resources/resource.ts';
import { refusedOn } from '../../resources/resource-access.ts';
import { type Decision, transact } from '../../store/transact.ts';
import { checkText } from './check-text.ts';

/** Characters of all own texts of a resource in one language: they are part of its sign-in. */
const MAX_TEXTS_LENGTH = 64_000;

type Texts = Readonly<Record<string, string>>;
/** New texts by key; null takes ours back. */
export type TextChanges = Readonly<Record<string, string | null>>;

/** Replaces texts of a resource in one language, or takes ours back. */
export async function changeTexts(
  ports: WritePorts,
  act: RequestContext,
  id: ResourceId,
  { language, changes }: { language: MailLanguage; changes: TextChanges },
): Promise<Result<{ texts: Texts }>> {
  const keys = [resourceDocument.key(id), textsDocument.key(id, language)] as const;
  const [resourceKey, textsKey] = keys;
  return transact(ports, resourceKey.anchor, keys, ([resource, before], now): Decision<Result<{ texts: Texts }>> => {
    if (resource?.value.account !== act.actor.account) return { answer: refusal('RESOURCE_NOT_FOUND') };
    const refused = refusedOn(act, id);
    if (refused) return { answer: refused };
    const old = resource.value.texts?.[language] === undefined ? {} : (before?.value.texts ?? {});
    const texts = editTexts(old, changes, language);
    if (isRefusal(texts)) return { answer: texts };
    const hash = Object.keys(texts).length > 0 ? hashTexts(texts) : undefined;
    if (hash === resource.value.texts?.[language]) return { answer: { texts } };
    const event: EventDraft = { type: 'resource.updated', subject: id, resource: id, changed: ['texts'] };
    const edited = { key: resourceKey, value: withHash(resource.value, language, hash) };
    return {
      answer: { texts },
      write: {
        ...(hash === undefined ? { delete: [textsKey] } : {}),
        put: hash === undefined ? [edited] : [edited, { key: textsKey, value: { hash, texts } }],
        append: [createEvent(act, event, now)],
      },
    };
  });
}

/** The texts after the changes, by sorted keys. A text that was stored by other rules stays until it is changed. */
function editTexts(before: Texts, changes: TextChanges, language: MailLanguage): Result<Texts> {
  const after = new Map(Object.entries(before));
  for (const [key, text] of Object.entries(changes)) {
    if (text === null) {
      after.delete(key);
      continue;
    }
    const checked = checkText(key, text, language);
    if ('problem' in checked) {
      const field = `texts/${key}`;
      return refusal('INPUT_INVALID', { field, detail: `${field}: ${checked.problem}` });
    }
    after.set(key, text);
  }
  const length = [...after].reduce((sum, [key, text]) => sum + key.length + text.length, 0);
  if (length > MAX_TEXTS_LENGTH) {
    const detail = `texts: together longer than ${MAX_TEXTS_LENGTH} characters`;
    return refusal('INPUT_INVALID', { field: 'texts', detail });
  }
  return Object.fromEntries([...after].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function withHash({ texts, ...resource }: Resource, language: MailLanguage, hash: string | undefined): Resource {
  const { [language]: _before, ...others } = texts ?? {};
  const hashes = hash === undefined ? others : { ...others, [language]: hash };
  return Object.keys(hashes).length > 0 ? { ...resource, texts: hashes } : resource;
}
