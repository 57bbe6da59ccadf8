import { createHmac } from 'node:crypto';
import type { LongText } from './vector-case.ts';

export interface Header {
  name: string;
  value: string;
}

/** Text (sent as UTF-8), a long text, or bytes. */
export type Body = string | LongText | { base64: string };

/** 15 January 2027, 08:00:00 UTC, in milliseconds. */
export const NOW = 1_800_000_000_000;
export const ID = 'dlv_0_1_01k8dq9z2mp';
export const [KEY, NEXT_KEY, FOREIGN_KEY] = [1, 2, 3].map((first) =>
  Uint8Array.from({ length: 32 }, (_, at) => first + 7 * at),
);
export const SECRET = secretOf(KEY);
export const NEXT = secretOf(NEXT_KEY);
export const EVENT = {
  type: 'user.updated',
  at: NOW - 60_000,
  data: {
    account: 'acc_01k8dq9z2mp',
    actor: { kind: 'operator' },
    subject: 'usr_2v6m0c4x9ta',
    changed: ['email'],
    outcome: 'done',
  },
};
export const MESSAGE = { type: EVENT.type, timestamp: new Date(EVENT.at).toISOString(), data: EVENT.data };
export const BODY = JSON.stringify(MESSAGE);

interface Signing {
  id?: string;
  at?: number;
  body?: string | Uint8Array;
  keys?: (Uint8Array | undefined)[];
}

export function header(name: string, value: string): Header {
  return { name, value };
}

export function headers(signing: Signing = {}): Header[] {
  const { id = ID, at = NOW } = signing;
  return [
    header('webhook-id', id),
    header('webhook-timestamp', String(at / 1000)),
    header('webhook-signature', signatureOf(signing)),
  ];
}

export function signatureOf({ id = ID, at = NOW, body = BODY, keys = [KEY] }: Signing = {}): string {
  const signing = Buffer.concat([Buffer.from(`${id}.${at / 1000}.`), Buffer.from(body)]);
  return keys.map((key) => `v1,${hmac(key, signing)}`).join(' ');
}

export function hmac(key: Uint8Array = new Uint8Array(), text: string | Uint8Array): string {
  return createHmac('sha256', key).update(text).digest('base64');
}

export function secretOf(key: Uint8Array = new Uint8Array()): string {
  return `whsec_${Buffer.from(key).toString('base64')}`;
}

export function bytesOf(body: Body): Uint8Array {
  if (typeof body === 'string') return Buffer.from(body);
  if ('base64' in body) return Buffer.from(body.base64, 'base64');
  return Buffer.from(body.prefix + body.repeat.repeat(body.times) + body.suffix);
}

/** 32 bytes leave two unused bits in the last character. */
export function spellLoosely(base64: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return `${base64.slice(0, -2)}${alphabet.charAt(alphabet.indexOf(base64.charAt(42)) | 1)}=`;
}
