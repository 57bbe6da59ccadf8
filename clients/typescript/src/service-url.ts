import { parseUrl } from '@countersign/protocol/parse-url';
import { CountersignError } from './error.ts';

/**
 * The service's address without a slash at its end, once it is certain that what is sent there is encrypted or stays on
 * this machine.
 */
export function parseServiceUrl(option: string, value: unknown): string {
  const url = typeof value === 'string' ? parseUrl(value) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new CountersignError('OPTION_INVALID', `"${option}" must be an absolute https URL.`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new CountersignError('OPTION_INVALID', `"${option}" must have no credentials, query or fragment.`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new CountersignError('OPTION_INVALID', `"${option}" must use https: only loopback may do without.`);
  }
  return url.origin + url.pathname.replace(/\/$/, '');
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    // URL has already turned 127.1, 0x7f000001 and the like into four plain numbers.
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}
