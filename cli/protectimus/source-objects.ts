import { CodedError } from '@countersign/protocol/coded-error';
import { FAILED_ATTEMPTS_BEFORE_LOCK } from '@countersign/protocol/lock-limits';
import { numberIn, objectOf } from './source.ts';

/** Objects of the source account, with its own numbers. */
export interface SourceResource {
  id: number;
  name: string;
  failedAttemptsBeforeLock: number;
  /** Names of filters, whose rules cannot be read. */
  filters: string[];
}

export interface SourceUser {
  id: number;
  login: string;
  email: string | undefined;
  phone: string | undefined;
  firstName: string | undefined;
  secondName: string | undefined;
  apiSupport: boolean;
}

export interface SourceToken {
  id: number;
  name: string;
  type: string;
  /** For MAIL and SMS, the address or number. */
  serial: string | undefined;
  enabled: boolean;
  apiSupport: boolean;
  owner: number | undefined;
  /** It belongs to an administrator. */
  isStaffs: boolean;
}

/** An unreadable object in the report. */
export interface UnreadableObject {
  number: number | undefined;
  name: string;
  detail: string;
}

/** Longer than any valid name. Longer texts are refused, not cut. */
const MAX_TEXT_LENGTH = 200;

class InvalidField extends CodedError {
  readonly code = 'FIELD_INVALID';
}

/** The object, or what is wrong with it: one unreadable object does not affect the others. */
export type ReadResult<T> = { object: T } | { unread: UnreadableObject };

export function readResource(raw: unknown): ReadResult<SourceResource> {
  return readObject(raw, 'name', (from) => {
    const { least, usual, most } = FAILED_ATTEMPTS_BEFORE_LOCK;
    const failures = readInteger(from, 'failedAttemptsBeforeLock') ?? usual;
    const filters = (['geo', 'time'] as const).flatMap((kind) => {
      const isThere = readInteger(from, `${kind}FilterId`) || readBoolean(from, `${kind}FilterEnabled`, false);
      return isThere ? [`${kind}: ${readText(from, `${kind}FilterName`) ?? ''}`] : [];
    });
    return {
      id: readNumber(from),
      name: readRequiredText(from, 'name'),
      // Clamp a limit that we do not support.
      failedAttemptsBeforeLock: Math.min(most, Math.max(least, failures)),
      filters,
    };
  });
}

export function readUser(raw: unknown): ReadResult<SourceUser> {
  return readObject(raw, 'login', (from) => ({
    id: readNumber(from),
    login: readRequiredText(from, 'login'),
    email: readText(from, 'email'),
    phone: readText(from, 'phoneNumber'),
    firstName: readText(from, 'firstName'),
    secondName: readText(from, 'secondName'),
    apiSupport: readBoolean(from, 'apiSupport', true),
  }));
}

export function readToken(raw: unknown): ReadResult<SourceToken> {
  return readObject(raw, 'name', (from) => ({
    id: readNumber(from),
    name: readText(from, 'name') ?? '',
    type: readRequiredText(from, 'type'),
    serial: readText(from, 'serialNumber'),
    // A token that does not say it is enabled is not.
    enabled: readBoolean(from, 'enabled', false),
    apiSupport: readBoolean(from, 'apiSupport', true),
    owner: readInteger(from, 'userId') || undefined,
    isStaffs: (readInteger(from, 'clientStaffId') ?? 0) > 0,
  }));
}

function readObject<T>(raw: unknown, name: string, read: (from: Record<string, unknown>) => T): ReadResult<T> {
  const from = objectOf(raw);
  if (!from) return { unread: { number: undefined, name: '', detail: 'not an object' } };
  try {
    return { object: read(from) };
  } catch (error) {
    if (!(error instanceof InvalidField)) throw error;
    const called = from[name];
    const id = numberIn(from.id);
    return {
      unread: {
        number: Number.isSafeInteger(id) ? id : undefined,
        name: typeof called === 'string' ? called.slice(0, MAX_TEXT_LENGTH) : '',
        detail: error.message,
      },
    };
  }
}

function readNumber(from: Record<string, unknown>): number {
  const id = readInteger(from, 'id');
  if (id === undefined || id === 0) throw new InvalidField('id: missing');
  return id;
}

function readInteger(from: Record<string, unknown>, name: string): number | undefined {
  const value = from[name];
  if (value === undefined || value === null || value === '') return undefined;
  const given = typeof value === 'string' && /^[0-9]{1,16}$/.test(value) ? Number(value) : value;
  if (typeof given !== 'number' || !Number.isSafeInteger(given) || given < 0)
    throw new InvalidField(`${name}: not a number`);
  return given;
}

function readRequiredText(from: Record<string, unknown>, name: string): string {
  const value = readText(from, name);
  if (value === undefined) throw new InvalidField(`${name}: missing`);
  return value;
}

function readText(from: Record<string, unknown>, name: string): string | undefined {
  const value = from[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new InvalidField(`${name}: not a text`);
  if (value.length > MAX_TEXT_LENGTH) throw new InvalidField(`${name}: too long`);
  return value;
}

function readBoolean(from: Record<string, unknown>, name: string, otherwise: boolean): boolean {
  const value = from[name];
  if (value === undefined || value === null || value === '') return otherwise;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new InvalidField(`${name}: not true or false`);
}
