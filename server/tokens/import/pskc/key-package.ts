import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { DRIFT_MAX_STEPS } from '../../kinds/oath/otp-window.ts';
import type { DeclaredQuestions, DeclaredToken } from '../declared-token.ts';
import { ImportError } from '../import-file.ts';
import { base64Decode } from '../seed-format.ts';
import { readDates, readPolicy } from './policy.ts';
import { type Encrypted, readEncrypted } from './protection.ts';
import { childOf, neededChild, textOf, textOfChild, type XmlElement } from './xml.ts';

/** A key as written in a container, its seed still encrypted. */
export interface PskcKey {
  id: string;
  said: DeclaredToken;
  seed: SeedAsGiven;
  /** The id of the key that is the PIN of an OCRA suite. */
  pinKeyId?: string;
  driftLeftOut: boolean;
}

export type SeedAsGiven = { plain: Uint8Array } | { encrypted: Encrypted; mac?: Uint8Array };

/** The kind of a PIN, which is no token: the device checks it, or it goes into its answers. */
export const PIN = 'pin';

/** The registered names, those of the earlier drafts, and the first ones. The text after `ocra` is its suite. */
const ALGORITHM =
  /^(?:urn:ietf:params:xml:ns:keyprov:pskc[:#]|http:\/\/www\.ietf\.org\/keyprov\/pskc#)(hotp|totp|pin|ocra)(-1:.{1,64})?$/i;

/** The algorithm of a package's key; undefined if it is unknown. */
export function kindOf(key: XmlElement): string | undefined {
  return ALGORITHM.exec(key.attributes.get('Algorithm') ?? '')?.[1]?.toLowerCase();
}

/** The key of a package. @throws ImportError if there is none, or more than one */
export function keyOf(keyPackage: XmlElement): XmlElement {
  return neededChild(keyPackage, 'Key', 'pskc');
}

/** For users to find the token by; undefined if it cannot be read. */
export function serialOf(keyPackage: XmlElement): string | undefined {
  const device = childOf(keyPackage, 'DeviceInfo', 'pskc');
  return (device && textOfChild(device, 'SerialNo', 'pskc')) ?? keyOf(keyPackage).attributes.get('Id');
}

/** @throws ImportError */
export function readKeyPackage(keyPackage: XmlElement, now: number): PskcKey {
  const key = keyOf(keyPackage);
  const id = key.attributes.get('Id');
  if (id === undefined || id === '') throw new ImportError('PSKC_STRUCTURE');
  const kind = kindOf(key);
  if (kind === undefined) throw new ImportError('KIND_UNSUPPORTED');
  const device = childOf(keyPackage, 'DeviceInfo', 'pskc');
  const answers = kind === 'ocra';
  const policy = childOf(key, 'Policy', 'pskc');
  const kept = policy ? readPolicy(policy, answers, now) : {};
  const ends = [...(device ? [readDates(device, now).expiresAt] : []), kept.expiresAt].filter(
    (end) => end !== undefined,
  );
  const serial = serialOf(keyPackage);
  const manufacturer = device && textOfChild(device, 'Manufacturer', 'pskc');
  const data = neededChild(key, 'Data', 'pskc');
  const parameters = childOf(key, 'AlgorithmParameters', 'pskc');
  const drift = readDrift(data);
  const followed = Math.abs(drift) <= DRIFT_MAX_STEPS;
  return {
    id,
    said: {
      kind,
      name: textOfChild(key, 'FriendlyName', 'pskc') ?? [manufacturer, serial].filter(Boolean).join(' '),
      serial,
      ...(answers
        ? { suite: readSuite(key, parameters), ...readFormats(parameters) }
        : { algorithm: parameters && textOfChild(parameters, 'Suite', 'pskc'), digits: readDigits(parameters) }),
      periodSeconds: plainValue(data, 'TimeInterval'),
      // RFC 6030 section 10.1 requires a counter for HOTP, and its figure 7 has none: assume a new device.
      counter: plainValue(data, 'Counter') ?? '0',
      driftSteps: followed ? drift : 0,
      ...(ends.length > 0 && { expiresAt: Math.min(...ends) }),
    },
    seed: readSeed(data),
    ...omitUndefined({ pinKeyId: kept.pinKeyId }),
    driftLeftOut: !followed,
  };
}

/** A PIN that an OCRA suite may use. @throws ImportError if it cannot be read, or has a policy of its own */
export function readPin(keyPackage: XmlElement): { id: string | undefined; seed: SeedAsGiven } {
  const key = keyOf(keyPackage);
  if (childOf(key, 'Policy', 'pskc')) throw new ImportError('POLICY_UNSUPPORTED');
  return { id: key.attributes.get('Id'), seed: readSeed(neededChild(key, 'Data', 'pskc')) };
}

/** Written in `Suite`, or after the name of the algorithm as in the drafts; both have to agree. */
function readSuite(key: XmlElement, parameters: XmlElement | undefined): string | undefined {
  const behind = ALGORITHM.exec(key.attributes.get('Algorithm') ?? '')?.[2];
  const named = behind === undefined ? undefined : `OCRA${behind}`;
  const said = parameters && textOfChild(parameters, 'Suite', 'pskc');
  if (named !== undefined && said !== undefined && named !== said) throw new ImportError('SUITE_CONTRADICTED');
  return said ?? named;
}

/** The formats of questions and answers besides the suite (RFC 6030 section 4.3.4). */
function readFormats(parameters: XmlElement | undefined): Pick<DeclaredToken, 'digits' | 'questions'> {
  const response = parameters && childOf(parameters, 'ResponseFormat', 'pskc');
  const challenge = parameters && childOf(parameters, 'ChallengeFormat', 'pskc')?.attributes;
  const questions: DeclaredQuestions | undefined = challenge && {
    encoding: challenge.get('Encoding'),
    least: challenge.get('Min'),
    most: challenge.get('Max'),
    checked: hasCheckDigit(challenge),
  };
  return { ...(response && { digits: readDigits(parameters) }), ...omitUndefined({ questions }) };
}

/** The length of codes, which is required (RFC 6030 section 10.1); codes must be digits only. */
function readDigits(parameters: XmlElement | undefined): string {
  const format = parameters && childOf(parameters, 'ResponseFormat', 'pskc');
  const attributes = format?.attributes;
  if (attributes?.get('Encoding') !== 'DECIMAL' || hasCheckDigit(attributes))
    throw new ImportError('DIGITS_UNSUPPORTED');
  return attributes.get('Length') ?? '';
}

function hasCheckDigit(attributes: XmlElement['attributes']): boolean {
  const checked = attributes.get('CheckDigit') ?? attributes.get('CheckDigits') ?? 'false';
  return !['false', '0'].includes(checked);
}

function readSeed(data: XmlElement): SeedAsGiven {
  const secret = childOf(data, 'Secret', 'pskc');
  if (!secret) throw new ImportError('SEED_MISSING');
  const [plain, encrypted] = [childOf(secret, 'PlainValue', 'pskc'), childOf(secret, 'EncryptedValue', 'pskc')];
  const mac = childOf(secret, 'ValueMAC', 'pskc');
  if (plain && (encrypted || mac)) throw new ImportError('PSKC_STRUCTURE');
  if (plain) {
    const bytes = base64Decode(textOf(plain));
    if (bytes === undefined) throw new ImportError(textOf(plain) === '' ? 'SEED_MISSING' : 'SEED_MALFORMED');
    return { plain: bytes };
  }
  if (!encrypted) throw new ImportError('SEED_MISSING');
  const code = mac && base64Decode(textOf(mac));
  if (mac && code === undefined) throw new ImportError('MAC_WRONG');
  return { encrypted: readEncrypted(encrypted), ...omitUndefined({ mac: code }) };
}

/** An unencrypted number beside the seed. */
function plainValue(data: XmlElement, name: string): string | undefined {
  const element = childOf(data, name, 'pskc');
  if (!element) return undefined;
  if (childOf(element, 'EncryptedValue', 'pskc')) throw new ImportError('VALUE_ENCRYPTED');
  return textOfChild(element, 'PlainValue', 'pskc');
}

/** In time intervals (RFC 6030 section 4.1). */
function readDrift(data: XmlElement): number {
  const text = plainValue(data, 'TimeDrift') ?? '0';
  if (!/^[+-]?[0-9]{1,9}$/.test(text)) throw new ImportError('ROW_MALFORMED');
  return Number(text);
}
