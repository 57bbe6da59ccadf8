import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { readStrictJson } from '../../../kernel/strict-json.ts';
import { isMetadata, type Metadata } from '../../../users/metadata.ts';

/** What a site's hook decided. `unreadable`: the answer is none, and the hook's failure rule applies. */
type HookDecision =
  | { kind: 'allowed'; claims?: Metadata }
  | { kind: 'denied'; reason?: string }
  | { kind: 'unreadable' };

/** A whole answer of at most {@link MAX_ANSWER_BYTES}. */
interface HookAnswer {
  status: number;
  /** The header `Content-Type`. */
  type: string | undefined;
  body: Uint8Array;
}

export const MAX_ANSWER_BYTES = 4096;

const UNREADABLE: HookDecision = { kind: 'unreadable' };

/**
 * Reads the answer of a hook: 2xx, `application/json`, and exactly `{allow: true, claims?}` or `{allow: false, reason?}`.
 * A denial counts whatever stands beside it: a slip in its reason must not let the failure rule allow the sign-in.
 */
export function readDecision({ status, type, body }: HookAnswer): HookDecision {
  if (status < 200 || status > 299 || !isJson(type)) return UNREADABLE;
  const reading = readStrictJson(body);
  if (!reading.ok || typeof reading.value !== 'object' || reading.value === null) return UNREADABLE;
  const { allow, claims, reason, ...others }: Record<string, unknown> = { ...reading.value };
  if (allow === false) return { kind: 'denied', ...omitUndefined({ reason: plainText(reason) }) };
  if (allow !== true || reason !== undefined || Object.keys(others).length > 0) return UNREADABLE;
  if (claims === undefined) return { kind: 'allowed' };
  if (!isMetadata(claims)) return UNREADABLE;
  return { kind: 'allowed', ...(Object.keys(claims).length > 0 && { claims }) };
}

function isJson(type: string | undefined): boolean {
  return /^application\/json(?:\s*;|$)/i.test(type ?? '');
}

/** Control characters, halves of surrogate pairs, and characters that turn the direction of the text around them. */
const UNFIT = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu;

/** A reason as one line of plain text. Undefined: there is none. */
function plainText(reason: unknown): string | undefined {
  if (typeof reason !== 'string') return undefined;
  return reason.replace(UNFIT, ' ').trim() || undefined;
}

const SHOWN_CHARACTERS = 200;

/** As much of a reason as the widget shows; the event has all of it. */
export function shownReason(reason: string): string {
  const characters = [...reason];
  return characters.length <= SHOWN_CHARACTERS ? reason : `${characters.slice(0, SHOWN_CHARACTERS).join('')}…`;
}
