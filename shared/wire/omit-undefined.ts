/** The members whose value can be undefined become optional. */
type OmitUndefined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * Leaves out the members that are undefined, so that an optional field is absent.
 *
 * @example const input = { resource, ...omitUndefined({ user, address: client?.address }) };
 */
export function omitUndefined<T extends object>(members: T): OmitUndefined<T> {
  for (const key in members) if (members[key] === undefined) return copyDefined(members);
  // A complete object needs no copy.
  return members as OmitUndefined<T>;
}

function copyDefined<T extends object>(members: T): OmitUndefined<T> {
  const defined: Partial<T> = {};
  for (const key in members) if (members[key] !== undefined) defined[key] = members[key];
  return defined as object as OmitUndefined<T>;
}
