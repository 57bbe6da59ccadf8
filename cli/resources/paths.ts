/** The part of an object that a name such as `rule.mode` addresses. */
export function partOf(object: Readonly<Record<string, unknown>>, name: string): unknown {
  let part: unknown = object;
  for (const key of name.split('.')) {
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, key)) return undefined;
    part = (part as Record<string, unknown>)[key];
  }
  return part;
}

/** Sets that part, creating the objects around it. */
export function withPart(
  object: Readonly<Record<string, unknown>>,
  name: string,
  value: unknown,
): Record<string, unknown> {
  const [key = '', ...rest] = name.split('.');
  if (rest.length === 0) return { ...object, [key]: value };
  const inner = object[key];
  const around = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
  return { ...object, [key]: withPart(around, rest.join('.'), value) };
}
