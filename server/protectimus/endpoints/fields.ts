import type { Context } from 'hono';
import type { AppEnv } from '../../http/context.ts';
import { queryOf } from '../../http/query.ts';
import { canonicalAddress } from '../../kernel/addresses.ts';
import { type IdPrefix, parseIdNumber } from '../../kernel/ids.ts';
import { PIN_DIGITS } from '../../tokens/kinds/oath/format.ts';
import { invalid, missing, ProtocolError } from '../protocol-error.ts';

const FORM = /^application\/x-www-form-urlencoded(?:[ \t]*;[ \t]*charset=(?:utf-8|"utf-8"))?[ \t]*$/i;
/** Client libraries send an absent value in several ways: not at all, empty, or as their language's null. */
const ABSENT = /^null$/i;
/** The only parameter that may occur several times. */
const REPEATED = 'resourceIds';
const MAX_PARAMETERS = 100;
const MAX_TEXT_LENGTH = 200;
const MAX_LISTED_IDS = 200;
const DEFAULT_LIMIT = 10;
/** Maximum offset in a list. */
const MAX_START = 100_000;

/** The parameters of one request, from its form or its query. Only those of the endpoint (SR-28), each once (SR-57). */
export class Fields {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(parameters: URLSearchParams, known: readonly string[]) {
    const values = new Map<string, string[]>();
    let count = 0;
    for (const [name, value] of parameters) {
      count += 1;
      if (count > MAX_PARAMETERS) throw new ProtocolError('INVALID_PARAMETER', 'too many parameters');
      if (!known.includes(name)) throw invalid(name.slice(0, 50), 'there is no such parameter here');
      if (value === '') continue;
      const before = values.get(name);
      if (before && name !== REPEATED) throw invalid(name, 'it is there twice');
      values.set(name, [...(before ?? []), value]);
    }
    this.#values = values;
  }

  /** Empty is absent. */
  text(name: string, max: number = MAX_TEXT_LENGTH): string | undefined {
    const [value] = this.#values.get(name) ?? [];
    if (value !== undefined && value.length > max) {
      throw new ProtocolError('INVALID_PARAMETER_LENGTH', `${name}: at most ${max} characters`);
    }
    return value;
  }

  needed(name: string, max?: number): string {
    const value = this.text(name, max);
    if (value === undefined) throw missing(name);
    return value;
  }

  /** One line of display text. */
  label(name: string, max: number = 100): string | undefined {
    const value = this.text(name, max);
    if (value !== undefined && (value.trim() === '' || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(value))) {
      throw invalid(name, 'one line of text');
    }
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined || ABSENT.test(value)) return undefined;
    if (value !== 'true' && value !== 'false') throw invalid(name, 'true or false');
    return value === 'true';
  }

  whole(name: string, from: number, to: number): number | undefined {
    const value = this.text(name);
    if (value === undefined || ABSENT.test(value)) return undefined;
    const number = /^[0-9]{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= from && number <= to)) throw invalid(name, `a whole number from ${from} to ${to}`);
    return number;
  }

  oneOf<const V extends string>(name: string, values: readonly V[]): V | undefined {
    const value = this.text(name);
    if (value === undefined || ABSENT.test(value)) return undefined;
    const found = values.find((one) => one === value);
    if (!found) throw invalid(name, `one of ${values.join(', ')}`);
    return found;
  }

  /**
   * An object's number, as an id. Libraries that cannot omit an id send 0 or `null` beside a name. An impossible number
   * is treated like an unknown one: it becomes an id that no object has.
   */
  id<P extends IdPrefix>(name: string, prefix: P) {
    const value = this.text(name);
    if (value === undefined || value === '0' || ABSENT.test(value)) return undefined;
    return idOf(name, prefix, value);
  }

  neededId<P extends IdPrefix>(name: string, prefix: P) {
    const id = this.id(name, prefix);
    if (id === undefined) throw missing(name);
    return id;
  }

  /** Several numbers: separated by commas, or as a repeated parameter. */
  ids<P extends IdPrefix>(name: string, prefix: P) {
    const values = (this.#values.get(name) ?? []).flatMap((value) => value.slice(0, 10_000).split(','));
    const numbers = values.map((value) => value.trim()).filter((value) => value !== '' && !ABSENT.test(value));
    if (numbers.length > MAX_LISTED_IDS) throw invalid(name, `at most ${MAX_LISTED_IDS}`);
    return numbers.map((value) => idOf(name, prefix, value));
  }

  /** Of the user who signs in, as the site saw it. */
  address(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined || ABSENT.test(value)) return undefined;
    const address = canonicalAddress(value);
    if (address === undefined) throw invalid(name, 'an IPv4 or IPv6 address');
    return address;
  }

  /** Four digits and their position, both or neither. */
  pin(): { digits: string; position: 'before' | 'after' } | undefined {
    const raw = this.text('pin');
    const digits = raw === undefined || ABSENT.test(raw) ? undefined : raw;
    const format = this.oneOf('pinOtpFormat', ['PIN_BEFORE_OTP', 'PIN_AFTER_OTP']);
    if (digits === undefined && format === undefined) return undefined;
    if (digits === undefined) throw missing('pin');
    if (format === undefined) throw missing('pinOtpFormat');
    if (digits.length !== PIN_DIGITS) throw new ProtocolError('INVALID_PARAMETER_LENGTH', `pin: ${PIN_DIGITS} digits`);
    if (!/^[0-9]+$/.test(digits)) throw invalid('pin', `${PIN_DIGITS} digits`);
    return { digits, position: format === 'PIN_BEFORE_OTP' ? 'before' : 'after' };
  }

  /** The requested part of a list. Values beyond a bound are clamped, as libraries expect. */
  part(): { start: number; limit: number } {
    const limit = this.#cut('limit', 1, MAX_LISTED_IDS) ?? DEFAULT_LIMIT;
    return { start: this.#cut('start', 0, MAX_START) ?? 0, limit };
  }

  #cut(name: string, from: number, to: number): number | undefined {
    const value = this.text(name);
    if (value === undefined || ABSENT.test(value)) return undefined;
    if (!/^-?[0-9]+$/.test(value)) throw invalid(name, 'a whole number');
    return Math.min(Math.max(Number(value), from), to);
  }
}

function idOf<P extends IdPrefix>(name: string, prefix: P, value: string) {
  if (!/^[0-9]{1,19}$/.test(value)) throw invalid(name, 'a whole number');
  const id = parseIdNumber(prefix, value.replace(/^0+(?=[0-9])/, ''));
  return id ?? nothing(prefix);
}

/** The number 0, which no random id has. */
function nothing<P extends IdPrefix>(prefix: P) {
  const id = parseIdNumber(prefix, '0');
  if (!id) throw new TypeError('0 is the number of an id');
  return id;
}

/** The id of a number in a path. */
export function pathId<P extends IdPrefix>(prefix: P, number: string) {
  return idOf('id', prefix, number);
}

/** The parameters as sent: of the form if there is a body, else of the query. */
export async function readFields(c: Context<AppEnv>, known: readonly string[]): Promise<Fields> {
  const query = new URLSearchParams(queryOf(c.req.url));
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return new Fields(query, known);
  if (query.size > 0) throw new ProtocolError('INVALID_PARAMETER', 'parameters go into the body');
  const text = await c.req.text();
  if (text === '') return new Fields(new URLSearchParams(), known);
  if (!FORM.test(c.req.header('content-type') ?? '')) {
    throw new ProtocolError('INVALID_PARAMETER', 'the body has to be application/x-www-form-urlencoded');
  }
  return new Fields(new URLSearchParams(text), known);
}
