import { hash } from 'node:crypto';
import { idNumber, type UserId } from '../../kernel/ids.ts';

/**
 * Number of different users: exact up to {@link EXACT_UP_TO}, an estimate in bounded space beyond it (HyperLogLog with
 * 4096 registers: a standard error of 1.6 %). Adding a user twice changes nothing.
 */
export type DistinctUsers =
  /** The numbers in their ids. */
  | { readonly ids: readonly number[] }
  /** One byte per register, base64. */
  | { readonly registers: string };

export const EXACT_UP_TO = 1000;
export const NO_USERS: DistinctUsers = { ids: [] };

const INDEX_BITS = 12;
const REGISTERS = 1 << INDEX_BITS;
/** Bits of the hash whose leading zeros are counted. */
const RANK_BITS = 40;

export function addUsers(to: DistinctUsers, users: Iterable<UserId>): DistinctUsers {
  return addNumbers(to, Array.from(users, idNumber));
}

/** The union of both. */
export function joinUsers(one: DistinctUsers, other: DistinctUsers): DistinctUsers {
  if ('ids' in other) return addNumbers(one, other.ids);
  if ('ids' in one) return addNumbers(other, one.ids);
  const registers = decode(other.registers);
  return { registers: encode(decode(one.registers).map((rank, at) => Math.max(rank, registers[at] ?? 0))) };
}

function addNumbers(to: DistinctUsers, numbers: readonly number[]): DistinctUsers {
  if ('ids' in to) {
    const ids = new Set([...to.ids, ...numbers]);
    if (ids.size <= EXACT_UP_TO) return ids.size === to.ids.length ? to : { ids: [...ids] };
    return { registers: encode(sketch(new Uint8Array(REGISTERS), ids)) };
  }
  return { registers: encode(sketch(decode(to.registers), numbers)) };
}

/** Ertl's improved estimator (arXiv:1702.01284, algorithm 6), which has no bias between small and large counts. */
export function countUsers(users: DistinctUsers): { count: number; exact: boolean } {
  if ('ids' in users) return { count: users.ids.length, exact: true };
  const histogram = new Uint16Array(RANK_BITS + 2);
  for (const rank of decode(users.registers)) histogram[rank] = (histogram[rank] ?? 0) + 1;
  const of = (rank: number) => histogram[rank] ?? 0;
  let z = REGISTERS * tau(1 - of(RANK_BITS + 1) / REGISTERS);
  for (let rank = RANK_BITS; rank >= 1; rank--) z = 0.5 * (z + of(rank));
  z += REGISTERS * sigma(of(0) / REGISTERS);
  return { count: Math.round((REGISTERS * REGISTERS) / (2 * Math.LN2 * z)), exact: false };
}

function sketch(registers: Uint8Array, numbers: Iterable<number>): Uint8Array {
  for (const number of numbers) {
    // As hexadecimal text, which Node gives faster than bytes.
    const digest = hash('sha256', String(number));
    const index = Number.parseInt(digest.slice(0, 4), 16) >> (16 - INDEX_BITS);
    const bits = Number.parseInt(digest.slice(4, 4 + RANK_BITS / 4), 16);
    const rank = bits === 0 ? RANK_BITS + 1 : RANK_BITS - Math.floor(Math.log2(bits));
    registers[index] = Math.max(rank, registers[index] ?? 0);
  }
  return registers;
}

function sigma(x: number): number {
  let [power, weight, sum, before] = [x, 1, x, Number.NaN];
  while (sum !== before) {
    before = sum;
    power *= power;
    sum += power * weight;
    weight += weight;
  }
  return sum;
}

function tau(x: number): number {
  let [root, weight, sum, before] = [x, 1, 1 - x, Number.NaN];
  while (sum !== before) {
    before = sum;
    root = Math.sqrt(root);
    weight *= 0.5;
    sum -= (1 - root) ** 2 * weight;
  }
  return sum / 3;
}

function encode(registers: Uint8Array): string {
  return Buffer.from(registers).toString('base64');
}

function decode(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}
