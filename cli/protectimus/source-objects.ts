import { FAILED_ATTEMPTS_BEFORE_LOCK } from '@countersign/protocol/lock-limits';
import { numberIn, objectOf } from './source.ts';

/** What is read of an account elsewhere. The numbers are its own. */
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
  /** Of MAIL and SMS the address or number. */
  serial: string | undefined;
  enabled: boolean;
  apiSupport: boolean;
  owner: number | undefined;
  /** An administrator signs in with it. */
  isStaffs: boolean;
}

/** What an object that cannot be read is called in the report. */
export interface Unread {
  number: number | undefined;
  name: string;
  detail: string;
}

/** Longer than any name here may be; what is longer is refused rather than cut. */
const LONGEST_TEXT = 200;

class Unfit extends Error {}

/** The object, or what is wrong with it: one that is broken spoils no other. */
export type Read<T> = { object: T } | { unread: Unread };

export function readResource(raw: unknown): Read<SourceResource> {
  return reading(raw, 'name', (from) => {
    const { least, usual, most } = FAILED_ATTEMPTS_BEFORE_LOCK;
    const failures = whole(from, 'failedAttemptsBeforeLock') ?? usual;
    const filters = (['geo', 'time'] as const).flatMap((kind) => {
      const isThere = whole(from, `${kind}FilterId`) || truth(from, `${kind}FilterEnabled`, false);
      return isThere ? [`${kind}: ${text(from, `${kind}FilterName`) ?? ''}`] : [];
    });
    return {
      id: number(from),
      name: needed(from, 'name'),
      // A limit of before that is not one of ours becomes the nearest.
      failedAttemptsBeforeLock: Math.min(most, Math.max(least, failures)),
      filters,
    };
  });
}

export function readUser(raw: unknown): Read<SourceUser> {
  return reading(raw, 'login', (from) => ({
    id: number(from),
    login: needed(from, 'login'),
    email: text(from, 'email'),
    phone: text(from, 'phoneNumber'),
    firstName: text(from, 'firstName'),
    secondName: text(from, 'secondName'),
    apiSupport: truth(from, 'apiSupport', true),
  }));
}

export function readToken(raw: unknown): Read<SourceToken> {
  return reading(raw, 'name', (from) => ({
    id: number(from),
    name: text(from, 'name') ?? '',
    type: needed(from, 'type'),
    serial: text(from, 'serialNumber'),
    // What does not say that it counts does not count.
    enabled: truth(from, 'enabled', false),
    apiSupport: truth(from, 'apiSupport', true),
    owner: whole(from, 'userId') || undefined,
    isStaffs: (whole(from, 'clientStaffId') ?? 0) > 0,
  }));
}

function reading<T>(raw: unknown, name: string, read: (from: Record<string, unknown>) => T): Read<T> {
  const from = objectOf(raw);
  if (!from) return { unread: { number: undefined, name: '', detail: 'not an object' } };
  try {
    return { object: read(from) };
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    const called = from[name];
    const id = numberIn(from.id);
    return {
      unread: {
        number: Number.isSafeInteger(id) ? id : undefined,
        name: typeof called === 'string' ? called.slice(0, LONGEST_TEXT) : '',
        detail: error.message,
      },
    };
  }
}

function number(from: Record<string, unknown>): number {
  const id = whole(from, 'id');
  if (id === undefined || id === 0) throw new Unfit('id: missing');
  return id;
}

function whole(from: Record<string, unknown>, name: string): number | undefined {
  const value = from[name];
  if (value === undefined || value === null || value === '') return undefined;
  const given = typeof value === 'string' && /^[0-9]{1,16}$/.test(value) ? Number(value) : value;
  if (typeof given !== 'number' || !Number.isSafeInteger(given) || given < 0) throw new Unfit(`${name}: not a number`);
  return given;
}

function needed(from: Record<string, unknown>, name: string): string {
  const value = text(from, name);
  if (value === undefined) throw new Unfit(`${name}: missing`);
  return value;
}

function text(from: Record<string, unknown>, name: string): string | undefined {
  const value = from[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new Unfit(`${name}: not a text`);
  if (value.length > LONGEST_TEXT) throw new Unfit(`${name}: too long`);
  return value;
}

function truth(from: Record<string, unknown>, name: string, otherwise: boolean): boolean {
  const value = from[name];
  if (value === undefined || value === null || value === '') return otherwise;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw new Unfit(`${name}: not true or false`);
}
