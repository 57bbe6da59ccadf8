import { parseStrictJson } from '../results/strict-json.ts';
import { bodyKind } from './check-post.ts';
import type { SiteRefusal } from './respond.ts';

const MAX_BYTES = 16 * 1024;

export interface Body {
  readonly kind: 'json' | 'form' | 'empty';
  readonly members: ReadonlyMap<string, unknown>;
}

/** The body of a post: a form, JSON, or nothing. */
export async function readBody(request: Request): Promise<Body | SiteRefusal> {
  const text = await readText(request);
  if (text === undefined) return 'BODY_TOO_LARGE';
  const kind = bodyKind(request);
  if (text === '') return { kind: kind === 'form' ? 'form' : 'empty', members: new Map() };
  if (!kind) return 'MEDIA_TYPE_UNSUPPORTED';
  return kind === 'form' ? readForm(text) : readJson(text);
}

function readForm(text: string): Body | SiteRefusal {
  const fields = [...new URLSearchParams(text)];
  const members = new Map(fields);
  return members.size === fields.length ? { kind: 'form', members } : 'DUPLICATE_NAME';
}

function readJson(text: string): Body | SiteRefusal {
  try {
    // A name that stands twice is refused: readers differ about which one counts.
    const value: unknown = parseStrictJson(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'JSON_INVALID';
    return { kind: 'json', members: new Map(Object.entries(value)) };
  } catch {
    return 'JSON_INVALID';
  }
}

/** Undefined for more than the bound, whatever Content-Length says; no more than that is read. */
async function readText({ body }: Request): Promise<string | undefined> {
  if (!body) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > MAX_BYTES) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}
