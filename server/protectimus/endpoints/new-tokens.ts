import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { OTP_ALGORITHMS, type OtpAlgorithm } from '@countersign/protocol/tokens';
import { type IdPrefix, idFromBytes, idNumber } from '../../kernel/ids.ts';
import { isRefusal, type Result } from '../../kernel/result.ts';
import { createToken } from '../../tokens/create-token.ts';
import { enrolSuite } from '../../tokens/kinds/ocra/enrol-suite.ts';
import { verifyOcraAnswer } from '../../tokens/kinds/ocra/verify-ocra-answer.ts';
import { isAddressFor } from '../../tokens/kinds/sent/out-of-band-code.ts';
import {
  HARDWARE_TYPES,
  type ProtectimusType,
  SOFTWARE_TYPES,
  type SoftwareType,
} from '../../tokens/protectimus-types.ts';
import type { OtpDigits } from '../../tokens/token.ts';
import type { User } from '../../users/user.ts';
import { variantShowing, variantsOf } from '../device-variants.ts';
import type { Endpoint, EndpointRequest } from '../endpoint.ts';
import { importExistingToken } from '../import-existing-token.ts';
import { plainPhone } from '../phone-numbers.ts';
import { invalid, missing, ProtocolError } from '../protocol-error.ts';
import { maybeUserOf, USER_FIELDS } from '../resolve.ts';
import { KEY_FORMATS, readSeed } from '../seeds.ts';
import type { Shape } from './envelope.ts';
import type { Fields } from './fields.ts';

const COMMON = [...USER_FIELDS, 'serial', 'name', 'secret', 'otp', 'pin', 'pinOtpFormat'];
/** Maximum length of a token's serial number. */
const SERIAL_LENGTH = 64;
/** Question format of a challenge-response device: that of the dialect's hardware of that type. */
const QUESTION_SUITE = 'QN08';

/** Parameters of every new token. */
interface Common {
  owner: User | undefined;
  serial: string | undefined;
  name: string | undefined;
  pin: ReturnType<Fields['pin']>;
}

function birthOf<P extends IdPrefix>({ ports }: EndpointRequest, prefix: P) {
  return { id: idFromBytes(prefix, ports.random.bytes(7)) };
}

async function commonOf(request: EndpointRequest): Promise<Result<Common>> {
  const { fields } = request;
  const [serial, name, pin] = [fields.label('serial', 100), fields.label('name'), fields.pin()];
  const found = await maybeUserOf(request);
  return isRefusal(found) ? found : { owner: found.user, serial, name, pin };
}

function digitsOf(fields: Fields): OtpDigits | undefined {
  const text = fields.oneOf('otpLength', ['6', '8']);
  return text === undefined ? undefined : text === '8' ? 8 : 6;
}

function record({ owner, serial, name, pin }: Common, madeAs: ProtectimusType) {
  // If truncated, two serial numbers could become one, and neither could be found by its own.
  if (serial !== undefined && serial.length > SERIAL_LENGTH) {
    throw new ProtocolError('INVALID_PARAMETER_LENGTH', `serial: at most ${SERIAL_LENGTH} characters`);
  }
  return {
    name: name ?? serial ?? madeAs,
    madeAs,
    ...omitUndefined({ owner: owner?.id, serial, pin }),
  };
}

function made(outcome: Result<{ token: { id: string } }>): Result<Shape> {
  return isRefusal(outcome) ? outcome : { id: idNumber(outcome.token.id) };
}

/** Libraries omit the plus. */
function internationalPhone(text: string): string {
  const phone = plainPhone(text);
  return phone.startsWith('+') ? phone : `+${phone}`;
}

/**
 * Codes are sent to the serial number; the seed and code from libraries are the same for every user and are ignored.
 */
async function sentToken(
  request: EndpointRequest,
  type: 'SMS' | 'MAIL',
  { serial, ...common }: Common,
): Promise<Result<Shape>> {
  if (serial === undefined) throw missing('serial');
  const kind = type === 'SMS' ? 'sms' : 'email';
  const to = kind === 'sms' ? internationalPhone(serial) : serial;
  if (!isAddressFor(kind, to)) throw invalid('serial', kind === 'sms' ? 'a phone number' : 'an email address');
  const { name, ...rest } = record({ ...common, serial: undefined }, type);
  const input = { ...rest, kind, to, ...(common.name !== undefined && { name }) } as const;
  return made(await createToken(request.ports, request.act, birthOf(request, 'tok'), input));
}

async function appToken(
  request: EndpointRequest,
  type: Exclude<SoftwareType, 'SMS' | 'MAIL'>,
  common: Common,
): Promise<Result<Shape>> {
  const { fields } = request;
  const secret = readSeed(fields.needed('secret'), 'BASE32');
  if (!secret) throw invalid('secret', 'base32 of 10 to 64 bytes');
  const isSmart = type === 'PROTECTIMUS_SMART';
  const keyType = fields.oneOf('keyType', ['HOTP', 'TOTP']);
  const digits = digitsOf(fields);
  if (isSmart && keyType === undefined) throw missing('keyType');
  if (isSmart && digits === undefined) throw missing('otpLength');
  const input = {
    ...record(common, type),
    kind: isSmart && keyType === 'HOTP' ? 'hotp' : 'totp',
    algorithm: 'SHA1',
    digits: digits ?? 6,
    periodMs: 30_000,
    counter: 0,
    secret,
    shown: fields.needed('otp'),
  } as const;
  return made(await createToken(request.ports, request.act, birthOf(request, 'tok'), input));
}

async function software(request: EndpointRequest): Promise<Result<Shape>> {
  const type = request.fields.oneOf('type', SOFTWARE_TYPES);
  if (type === undefined) throw missing('type');
  const common = await commonOf(request);
  if (isRefusal(common)) return common;
  return type === 'SMS' || type === 'MAIL' ? sentToken(request, type, common) : appToken(request, type, common);
}

async function hardware(request: EndpointRequest): Promise<Result<Shape>> {
  const { ports, act, fields } = request;
  const type = fields.oneOf('type', HARDWARE_TYPES);
  if (type === undefined) throw missing('type');
  const serial = fields.needed('serial');
  const existed = fields.flag('existed') ?? false;
  const common = await commonOf(request);
  if (isRefusal(common)) return common;
  if (existed) {
    const otp = fields.needed('otp');
    const { owner, name, pin } = common;
    const taken = await importExistingToken(ports, act, { serial, otp, owner: owner?.id, name, pin });
    return isRefusal(taken) ? taken : { id: idNumber(taken.object.id) };
  }
  const secret = fields.needed('secret');
  if (type === 'PROTECTIMUS_ULTRA') {
    // It shows no code by itself, and this endpoint has no question, so no code can prove it.
    const seed = readSeed(secret, 'HEX') ?? readSeed(secret, 'BASE32');
    if (!seed) throw invalid('secret', 'hexadecimal or base32 of 10 to 64 bytes');
    return questionToken(request, record(common, type), { secret: seed, algorithm: 'SHA1', digits: 6 });
  }
  const otp = fields.needed('otp');
  const device = variantShowing(variantsOf(type, secret, otp), otp, ports.clock.now());
  if (!device) throw invalid('otp', 'not a code of a device of this type with this secret');
  const { factor, algorithm, digits } = device;
  const input = {
    ...record(common, type),
    kind: factor.kind,
    algorithm,
    digits,
    periodMs: factor.kind === 'totp' ? factor.periodMs : 30_000,
    counter: 0,
    secret: device.secret,
    shown: otp,
  } as const;
  return made(await createToken(ports, act, birthOf(request, 'tok'), input));
}

async function questionToken(
  request: EndpointRequest,
  about: ReturnType<typeof record>,
  device: {
    secret: Uint8Array;
    algorithm: OtpAlgorithm;
    digits: OtpDigits;
    counter?: number | undefined;
    proof?: { challenge: string; otp: string };
  },
): Promise<Result<Shape>> {
  const { ports, act } = request;
  const { secret, algorithm, digits, counter, proof } = device;
  const text = `OCRA-1:HOTP-${algorithm}-${digits}:${counter === undefined ? '' : 'C-'}${QUESTION_SUITE}`;
  const enrolled = enrolSuite(text);
  if (enrolled.kind === 'refused') throw new TypeError(`${text} is not taken: ${enrolled.reason}`);
  const { suite } = enrolled;
  const place = { suite, nextCounter: counter ?? 0, driftSteps: 0 };
  const proven =
    proof && verifyOcraAnswer(place, secret, { question: proof.challenge, answer: proof.otp }, ports.clock.now());
  if (proven && proven.verdict !== 'accepted') throw invalid('otp', 'not the answer of this device to this challenge');
  const nextCounter = proven?.verdict === 'accepted' ? proven.nextCounter : (counter ?? 0);
  const input = { ...about, kind: 'ocra', suite, counter: nextCounter, secret } as const;
  return made(await createToken(ports, act, birthOf(request, 'tok'), input));
}

async function unify(request: EndpointRequest): Promise<Result<Shape>> {
  const { ports, act, fields } = request;
  const type = fields.oneOf('unifyType', ['OATH_HOTP', 'OATH_TOTP', 'OATH_OCRA']);
  if (type === undefined) throw missing('unifyType');
  const algorithm = fields.oneOf('unifyKeyAlgo', OTP_ALGORITHMS);
  if (algorithm === undefined) throw missing('unifyKeyAlgo');
  const format = fields.oneOf('unifyKeyFormat', KEY_FORMATS);
  if (format === undefined) throw missing('unifyKeyFormat');
  const secret = readSeed(fields.needed('secret'), format);
  if (!secret) throw invalid('secret', `10 to 64 bytes in ${format}`);
  const otp = fields.needed('otp');
  const digits = digitsOf(fields) ?? (otp.length === 8 ? 8 : 6);
  const counter = fields.whole('counter', 0, Number.MAX_SAFE_INTEGER - 1000);
  const common = await commonOf(request);
  if (isRefusal(common)) return common;
  const about = record(common, 'UNIFY_OATH_TOKEN');
  if (type === 'OATH_OCRA') {
    const challenge = fields.needed('challenge');
    if (!/^[0-9]{4,8}$/.test(challenge)) throw invalid('challenge', '4 to 8 digits');
    return questionToken(request, about, { secret, algorithm, digits, counter, proof: { challenge, otp } });
  }
  const kind = type === 'OATH_HOTP' ? 'hotp' : 'totp';
  const device = { kind, algorithm, digits, periodMs: 30_000, counter: counter ?? 0, secret, shown: otp } as const;
  return made(await createToken(ports, act, birthOf(request, 'tok'), { ...about, ...device }));
}

export const newTokenRows: readonly Endpoint[] = [
  {
    method: 'POST',
    path: 'token-service/tokens/software',
    fields: [...COMMON, 'type', 'otpLength', 'keyType'],
    answer: software,
  },
  { method: 'POST', path: 'token-service/tokens/hardware', fields: [...COMMON, 'type', 'existed'], answer: hardware },
  {
    method: 'POST',
    path: 'token-service/tokens/unify',
    fields: [...COMMON, 'unifyType', 'unifyKeyAlgo', 'unifyKeyFormat', 'otpLength', 'counter', 'challenge'],
    answer: unify,
  },
];
