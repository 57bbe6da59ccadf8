import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { ImportError } from '../import-file.ts';
import { instantOf } from '../read-instant.ts';
import { childOf, isElement, textOf, type XmlElement } from './xml.ts';

/** IANA's registry of key usages, from RFC 6030 section 12.6. */
const USAGES = new Set([
  'OTP',
  'CR',
  'Encrypt',
  'Integrity',
  'Verify',
  'Unlock',
  'Decrypt',
  'KeyWrap',
  'Unwrap',
  'Derive',
  'Generate',
]);

const PIN_ATTRIBUTES = new Set([
  'PINKeyId',
  'PINUsageMode',
  'MaxFailedAttempts',
  'MinLength',
  'MaxLength',
  'PINEncoding',
]);

export interface ImportedPolicy {
  expiresAt?: number;
  /** The id of the key that is the PIN in the answers of this one. */
  pinKeyId?: string;
}

/**
 * The parts of a policy that are stored here: the expiry of the key, and its PIN. Anything unknown, or that could not
 * be enforced, forbids the use of the key (RFC 6030 section 5). A PIN that the device itself checks is ignored.
 *
 * @param answers whether the key is one of a device that answers questions
 * @throws ImportError
 */
export function readPolicy(policy: XmlElement, answers: boolean, now: number): ImportedPolicy {
  if (policy.attributes.size > 0 || policy.text.trim() !== '') throw new ImportError('POLICY_UNSUPPORTED');
  const pins: string[] = [];
  for (const element of policy.children) {
    const [isPin, isUsage] = [isElement(element, 'PINPolicy', 'pskc'), isElement(element, 'KeyUsage', 'pskc')];
    const isDate = isElement(element, 'StartDate', 'pskc') || isElement(element, 'ExpiryDate', 'pskc');
    if (!isPin && !isUsage && !isDate) throw new ImportError('POLICY_UNSUPPORTED');
    if (isPin) pins.push(...pinKeyOf(element, answers));
    else if (element.attributes.size > 0) throw new ImportError('POLICY_UNSUPPORTED');
  }
  const usages = policy.children.filter((element) => isElement(element, 'KeyUsage', 'pskc')).map(textOf);
  const understood = usages.every((usage) => USAGES.has(usage));
  if (usages.length > 0 && !(understood && usages.includes(answers ? 'CR' : 'OTP'))) {
    throw new ImportError('POLICY_UNSUPPORTED');
  }
  const [pinKeyId, another] = pins;
  if (another !== undefined) throw new ImportError('POLICY_UNSUPPORTED');
  return { ...readDates(policy, now), ...omitUndefined({ pinKeyId }) };
}

/**
 * `StartDate` and `ExpiryDate`, of a policy or of a device. A token cannot start later here, so a future start is
 * refused.
 */
export function readDates(element: XmlElement, now: number): { expiresAt?: number } {
  const [start, expiry] = [childOf(element, 'StartDate', 'pskc'), childOf(element, 'ExpiryDate', 'pskc')];
  if (start && instantOf(textOf(start)) > now) throw new ImportError('POLICY_UNSUPPORTED');
  return expiry ? { expiresAt: instantOf(textOf(expiry)) } : {};
}

/** The id of the PIN's key if the PIN goes into answers; none for a PIN that the device checks. */
function pinKeyOf(element: XmlElement, answers: boolean): string[] {
  const known = [...element.attributes.keys()].every((name) => PIN_ATTRIBUTES.has(name));
  if (!known || element.children.length > 0) throw new ImportError('POLICY_UNSUPPORTED');
  const mode = element.attributes.get('PINUsageMode');
  if (mode === 'Local') return [];
  const id = element.attributes.get('PINKeyId');
  if (mode !== 'Algorithmic' || !answers || id === undefined) throw new ImportError('POLICY_UNSUPPORTED');
  return [id];
}
