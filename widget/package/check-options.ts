import { type Facts, RESOURCE_ID, whatIsWrong, whyNotLoaded } from '../loader/explain.ts';
import { CountersignFault } from '../loader/fault.ts';
import type { MountOptions } from '../loader/options.ts';

const NONCE = /^[\w.~-]{16,256}$/;

/**
 * Checks what can be checked before the widget loads. Only development builds call it.
 *
 * @throws {CountersignFault}
 */
export function checkOptions(target: unknown, options: Partial<MountOptions>): void {
  const { resource = '', nonce, service = '' } = options;
  const address = `${service}`.split('/', 3).join('/');
  const facts: Facts = { service: address, origin, script: address, target, options };
  const fault = (code: string, text: string) => {
    const link = `${address}/widget/v1/help?resource=${resource}&origin=${origin}#${code}`;
    return new CountersignFault(code, text, address.startsWith('http') ? link : '');
  };
  const element = typeof target === 'string' ? document.querySelector(target) : target;
  if (!element) throw fault('TARGET_INVALID', whatIsWrong('TARGET_INVALID', facts));
  // A bundle is from no service.
  if (!resource || !/^https?:\/\/[^/]/.test(service))
    throw fault('OPTIONS_INVALID', whatIsWrong('OPTIONS_INVALID', facts));
  if (!RESOURCE_ID.test(resource)) throw fault(...whyNotLoaded(facts, 'lost'));
  if (typeof nonce !== 'function' && !NONCE.test(nonce ?? ''))
    throw fault('NONCE_INVALID', whatIsWrong('NONCE_INVALID', facts));
}
