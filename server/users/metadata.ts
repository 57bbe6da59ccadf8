import type { ClaimValue } from '@countersign/protocol/result';
import { METADATA_LIMITS } from '@countersign/protocol/user-columns';

/** What a site stores with a user: a JSON object of texts, numbers and truth values. */
export type Metadata = Readonly<Record<string, ClaimValue>>;

const KEY = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;

/** True for a name that metadata can have: no language gives it a meaning of its own (SR-57). */
export function isMetadataKey(name: string): boolean {
  return KEY.test(name) && !(name in {}) && name !== 'prototype';
}

/** True if the value can be stored as metadata: its names, its depth of two, its number of keys and its size. */
export function isMetadata(value: unknown): value is Metadata {
  return (
    isObject(value, (one) => isScalar(one) || isList(one) || isObject(one, isScalar)) &&
    Object.keys(value).length <= METADATA_LIMITS.keys &&
    Buffer.byteLength(JSON.stringify(value)) <= METADATA_LIMITS.bytes
  );
}

function isObject(value: unknown, isValue: (value: unknown) => boolean): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([name, one]) => isMetadataKey(name) && isValue(one));
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isScalar);
}

/** Half a surrogate pair would make the result unreadable to the verifiers. */
function isScalar(value: unknown): boolean {
  if (typeof value === 'string') return !/\p{Cs}/u.test(value);
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}
