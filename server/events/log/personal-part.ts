import { hash } from 'node:crypto';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountEvent } from '../../kernel/event.ts';

/**
 * The fields of an event that describe the client. A segment's hash covers a commitment to them and not the fields, so
 * that they can be erased and the chain still verifies.
 */
export interface PersonalPart {
  /** 128 random bits: without them the few addresses of a person could be tried against the commitment. */
  readonly salt: string;
  readonly address?: string;
  readonly userAgent?: string;
}

/** An event as it is hashed. */
export type SealedEvent = AccountEvent & {
  /** The commitment to its {@link PersonalPart}. */
  readonly personal?: string;
};

interface EventParts {
  readonly event: SealedEvent;
  readonly personal?: PersonalPart | undefined;
}

/** An event as it is read. */
export type OpenEvent = AccountEvent & {
  /** Address and user agent were erased at the request of the person. */
  readonly erased?: true;
};

/** The event as it is hashed, and the part beside it. Undefined: it has none, and is hashed as it is. */
export function detachPersonal(
  { address, userAgent, ...event }: AccountEvent,
  newSalt: () => string,
): { event: SealedEvent; personal: PersonalPart } | undefined {
  if (address === undefined && userAgent === undefined) return undefined;
  const personal: PersonalPart = { salt: newSalt(), ...omitUndefined({ address, userAgent }) };
  return { event: { ...event, personal: commitmentTo(personal) }, personal };
}

/** The event with its part, or with the mark that it was erased. */
export function openRecord({ event: { personal: commitment, ...event }, personal }: EventParts): OpenEvent {
  if (commitment === undefined) return event;
  if (!personal) return { ...event, erased: true };
  return { ...event, ...omitUndefined({ address: personal.address, userAgent: personal.userAgent }) };
}

/** SHA-256 over the JSON text of the part, base64url. */
export function commitmentTo(personal: object): string {
  return hash('sha256', JSON.stringify(personal), 'base64url');
}

/**
 * True if address and user agent of the event are those of this user, who was at the client. An administrator who
 * changed the user is another person, whose address stays (SR-34).
 */
export function isPersonalDataOf(event: AccountEvent, user: string): boolean {
  return usersAtClient(event).includes(user);
}

/** The users whose erasure removes the personal part of an event. */
export function usersAtClient({ type, actor, subject, related = [] }: AccountEvent): string[] {
  // A backend that signs a user in reports the user's address, not its own.
  if (actor.kind !== 'user' && type !== 'authentication') return [];
  return [...new Set([actor.id, subject, ...related])].filter((id): id is string => id?.startsWith('usr_') === true);
}

/** The records without the personal parts of a user, whose commitments stay. Undefined if there are none. */
export function withoutPersonalData<R extends EventParts>(
  records: readonly R[],
  user: string,
): (R | Omit<R, 'personal'>)[] | undefined {
  let isChanged = false;
  const erased = records.map((record) => {
    const { personal, ...rest } = record;
    if (!personal || !isPersonalDataOf(record.event, user)) return record;
    isChanged = true;
    return rest;
  });
  return isChanged ? erased : undefined;
}
