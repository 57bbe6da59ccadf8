import type { Service } from '../connection/service.ts';
import type { Flag } from '../resources/resource-command.ts';

/** Finds a user's id by any of their names. Ids are returned without a request. */
export async function userIdOf(service: Service, called: string): Promise<string> {
  if (isId(called)) return called;
  const { body } = await service.send('GET', `/v1/users/${encodeURIComponent(called)}`);
  return String((body as { id: unknown }).id);
}

export function isId(text: string): boolean {
  return /^[a-z]{3}_\w{11}$/.test(text);
}

/** Replaces names of users by their ids. */
export async function withUserIds(
  service: Service,
  flags: readonly Flag[],
  values: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const resolved = { ...values };
  for (const { name, type } of flags) {
    const called = values[name];
    if (type === 'user' && typeof called === 'string') resolved[name] = await userIdOf(service, called);
  }
  return resolved;
}
