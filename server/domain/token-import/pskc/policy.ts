import { Flawed } from '../import-file.ts';
import { instantOf } from '../read-instant.ts';
import { childOf, isElement, textOf, type XmlElement } from './xml.ts';

/** IANA's registry of key usages, as RFC 6030 section 12.6 fills it. */
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

/**
 * What a policy leaves to be kept here: until when the key may be used. Whatever is not understood, or could not be kept,
 * forbids the use of the key (RFC 6030 section 5). A PIN that the device itself checks concerns nobody else.
 *
 * @throws Flawed
 */
export function readPolicy(policy: XmlElement, now: number): { expiresAt?: number } {
  if (policy.attributes.size > 0 || policy.text.trim() !== '') throw new Flawed('POLICY_UNSUPPORTED');
  for (const element of policy.children) {
    const [isPin, isUsage] = [isElement(element, 'PINPolicy', 'pskc'), isElement(element, 'KeyUsage', 'pskc')];
    const isDate = isElement(element, 'StartDate', 'pskc') || isElement(element, 'ExpiryDate', 'pskc');
    if (!isPin && !isUsage && !isDate) throw new Flawed('POLICY_UNSUPPORTED');
    if (isPin) judgePin(element);
    else if (element.attributes.size > 0) throw new Flawed('POLICY_UNSUPPORTED');
  }
  const usages = policy.children.filter((element) => isElement(element, 'KeyUsage', 'pskc')).map(textOf);
  const understood = usages.every((usage) => USAGES.has(usage));
  if (usages.length > 0 && !(understood && usages.includes('OTP'))) throw new Flawed('POLICY_UNSUPPORTED');
  return readDates(policy, now);
}

/** `StartDate` and `ExpiryDate`, of a policy or of a device. Nothing here begins to count later, so that is refused. */
export function readDates(element: XmlElement, now: number): { expiresAt?: number } {
  const [start, expiry] = [childOf(element, 'StartDate', 'pskc'), childOf(element, 'ExpiryDate', 'pskc')];
  if (start && instantOf(textOf(start)) > now) throw new Flawed('POLICY_UNSUPPORTED');
  return expiry ? { expiresAt: instantOf(textOf(expiry)) } : {};
}

function judgePin(element: XmlElement): void {
  const known = [...element.attributes.keys()].every((name) => PIN_ATTRIBUTES.has(name));
  const local = element.attributes.get('PINUsageMode') === 'Local';
  if (!known || !local || element.children.length > 0) throw new Flawed('POLICY_UNSUPPORTED');
}
