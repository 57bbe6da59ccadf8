export interface Grant {
  resource: string;
  allowed: boolean;
}

/** Reads grants: assigned and allowed, or only assigned: `res_…,res_…:assigned`. */
export function readGrants(texts: readonly string[]): Grant[] | undefined {
  const read = texts.map((one) => /^([^:]+)(:assigned)?$/.exec(one));
  if (read.some((one) => one === null)) return undefined;
  return read.map((one) => ({ resource: one?.[1] ?? '', allowed: one?.[2] === undefined }));
}

/** Writes grants as `--grants` takes them; undefined if the value is not a list of grants. */
export function writeGrants(value: unknown): string | undefined {
  if (!Array.isArray(value) || !value.every(isGrant)) return undefined;
  return value.map(({ resource, allowed }) => (allowed ? resource : `${resource}:assigned`)).join(',');
}

function isGrant(value: unknown): value is Grant {
  const { resource, allowed } = Object(value) as Record<string, unknown>;
  return typeof resource === 'string' && typeof allowed === 'boolean';
}
