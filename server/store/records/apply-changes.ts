import { omitUndefined } from '@countersign/protocol/omit-undefined';

/** New values of some fields. `null` removes an optional field; an undefined one stays as it is. */
export type FieldChanges<T> = {
  [K in keyof T]?: T[K] | (object extends Pick<T, K> ? null : never) | undefined;
};

export function applyChanges<T extends object>(object: T, changes: FieldChanges<T>): T {
  const changed = Object.entries({ ...object, ...omitUndefined(changes) });
  return Object.fromEntries(changed.filter(([name]) => changes[name as keyof T] !== null)) as object as T;
}
