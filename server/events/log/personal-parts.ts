import type { AccountEvent } from '../../kernel/event.ts';
import { commitmentTo, usersAtClient } from './personal-part.ts';

/**
 * Checks the personal parts of an export: each is as it was sealed, or was erased for a user whose erasure is an event
 * of the chain. Its memory grows with the erased users.
 */
export class PersonalParts {
  /** Records without their part. */
  erased = 0;
  readonly #erasedUsers = new Set<string>();
  /** The first line without its part, by the users whose erasure explains it. */
  readonly #missing = new Map<string, { line: number; users: readonly string[] }>();

  /** Takes a record. Returns what is wrong with its part. */
  take(line: number, event: object, part: unknown): string | undefined {
    if (!isEvent(event)) return 'a record without an actor';
    if (event.type === 'user.erased' && event.subject !== undefined) this.#erasedUsers.add(event.subject);
    const { personal: commitment } = event;
    if (commitment === undefined) return part === undefined ? undefined : 'a personal part that was not sealed';
    if (part === undefined) {
      this.erased += 1;
      const users = usersAtClient(event);
      const name = users.join();
      if (!this.#missing.has(name)) this.#missing.set(name, { line, users });
      return undefined;
    }
    const isSealed = typeof part === 'object' && part !== null && commitmentTo(part) === commitment;
    return isSealed ? undefined : 'address and user agent are not what was sealed';
  }

  /** The first lines whose part is missing without an erasure. */
  unexplained(): number[] {
    return [...this.#missing.values()]
      .filter(({ users }) => !users.some((user) => this.#erasedUsers.has(user)))
      .map(({ line }) => line);
  }
}

/** As far as it is read here: the file can hold anything. */
function isEvent(event: object): event is AccountEvent & { personal?: unknown } {
  const { actor, subject, related } = event as Partial<Record<keyof AccountEvent, unknown>>;
  return (
    typeof actor === 'object' &&
    actor !== null &&
    (!('id' in actor) || typeof actor.id === 'string') &&
    (subject === undefined || typeof subject === 'string') &&
    (related === undefined || (Array.isArray(related) && related.every((id) => typeof id === 'string')))
  );
}
