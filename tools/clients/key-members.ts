import type { ObjectType } from './types.ts';

/** What a response must have to be taken for the type: its id, or all that is always there. A newer service may add others. */
export function keyMembers(type: ObjectType | undefined): string[] {
  const names = (type?.members ?? []).filter(({ isOptional }) => !isOptional).map(({ name }) => name);
  return names.includes('id') ? ['id'] : names;
}
