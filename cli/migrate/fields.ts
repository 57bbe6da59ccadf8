/** Reads fields of records that another system wrote. */

/** The text, or undefined if it is empty or none. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A name of a person. A longer one would refuse the whole user. */
export function nameOf(value: unknown): string | undefined {
  const name = textOf(value);
  return name !== undefined && name.length <= 100 ? name : undefined;
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An object; an empty one for anything else. */
export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** The object in a JSON text; an empty one for anything else. */
export function jsonIn(value: unknown): Record<string, unknown> {
  try {
    return typeof value === 'string' ? objectOf(JSON.parse(value)) : {};
  } catch {
    return {};
  }
}
