import { readFile } from 'node:fs/promises';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { UsageError } from '../connection/service.ts';
import { readJsonArray } from '../transfer/json-array.ts';
import { sizeOf } from '../transfer/rows.ts';
import { nameOf, textOf } from './fields.ts';
import { sourceUser } from './source-user.ts';
import type { Gap, LeftOut, SourceUser, System } from './system.ts';

/** The parameters of the project, as the console shows them. */
interface HashConfig {
  signerKey: string;
  saltSeparator: string;
  rounds: number;
  memoryCost: number;
}

/** Firebase: the JSON of `auth:export` in firebase-tools 13. It leaves out second factors. */
export const firebase: System = {
  name: 'firebase',
  description: 'users and password hashes from auth:export of Firebase',
  options: [['--hash-config <file>', 'the password hash parameters of the project, as the console shows them']],
  async open(file, { hashConfig }) {
    const config = hashConfig === undefined ? undefined : await readHashConfig(hashConfig);
    return { rows: () => readJsonArray(file, '$.users.*'), userOf: (fields) => firebaseUser(fields, config) };
  },
};

export function firebaseUser(fields: Record<string, unknown>, config: HashConfig | undefined): SourceUser | LeftOut {
  const id = textOf(fields.localId);
  if (id === undefined) throw new Error('localId: missing');
  return sourceUser({
    id,
    email: textOf(fields.email),
    isEmailVerified: fields.emailVerified === true,
    phone: textOf(fields.phoneNumber),
    // Firebase gives a user only numbers that received its code.
    isPhoneVerified: true,
    firstName: nameOf(fields.displayName),
    blocked: fields.disabled === true,
    password: hashOf(fields, config),
  });
}

/** What stands in place of the hash if the caller may not read it. */
const REDACTED = Buffer.from('REDACTED').toString('base64');

function hashOf(fields: Record<string, unknown>, config: HashConfig | undefined): Record<string, unknown> | Gap {
  const gap = (detail?: string): Gap => ({ what: 'password', code: 'PASSWORD_MISSING', ...omitUndefined({ detail }) });
  const hash = textOf(fields.passwordHash);
  if (hash === undefined) return gap();
  if (hash === REDACTED) return gap('redacted: export as an owner of the project');
  if (!config) return gap('give the hash parameters with --hash-config');
  return { format: 'firebase-scrypt', hash, salt: textOf(fields.salt) ?? '', ...config };
}

/** Its lines are `name: value,`. */
async function readHashConfig(file: string): Promise<HashConfig> {
  await sizeOf(file);
  const text = await readFile(file, 'utf8');
  const parameter = (name: string, shape: RegExp) => {
    const [, value = ''] = new RegExp(`^\\s*${name}:\\s*"?([A-Za-z0-9+/=_]*)"?,?\\s*$`, 'm').exec(text) ?? [];
    if (!shape.test(value)) throw new UsageError(`${file}: ${name} is missing or malformed`);
    return value;
  };
  parameter('algorithm', /^SCRYPT$/);
  return {
    signerKey: parameter('base64_signer_key', /^[A-Za-z0-9+/]{20,}={0,2}$/),
    saltSeparator: parameter('base64_salt_separator', /^[A-Za-z0-9+/]+={0,2}$/),
    rounds: Number(parameter('rounds', /^[1-9]\d?$/)),
    memoryCost: Number(parameter('mem_cost', /^[1-9]\d?$/)),
  };
}
