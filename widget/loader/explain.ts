import { CountersignFault } from './fault.ts';
import type { MountOptions } from './options.ts';

/** Loaded only by pages on which something fails. */
const PROBE_TIMEOUT_MS = 5_000;
/** How long a knock may take after the load event: both are tasks of the page, from different queues. */
const KNOCK_DELAY_MS = 1_000;
/** As the service makes ids. */
export const RESOURCE_ID = /^res_[0-3][0-9a-hjkmnp-tv-z]{10}$/;

/** Several widgets on a page may have the same fault. */
const printed = new Set<string>();

/**
 * What became of a second frame: the page's policy blocked it, it knocked, the service refused it to this origin, or
 * it was lost.
 */
export type ProbeOutcome = 'blocked' | 'knocked' | 'refused' | 'lost';

/** What the page passed, and where it is. */
export interface Facts {
  service: string;
  origin: string;
  /** Origin of the loader. */
  script: string;
  /** What `mount` was called with. */
  target: unknown;
  options: Partial<MountOptions>;
}

/**
 * Prints one line with the cause and a link to its explanation. A development build of the package throws it.
 *
 * @param line the loader's own line, `Countersign CODE: address#CODE`
 * @returns whether the service refuses this page, so that loading the frame again cannot help
 */
export async function explain(line: string, target: unknown, options: MountOptions): Promise<boolean> {
  const [, code = '', address = ''] = /^\w+ (\w+): (.*)#/s.exec(line) ?? [];
  const service = address.split('/', 3).join('/');
  const facts: Facts = { service, origin, script: new URL(import.meta.url).origin, target, options };
  const report = ([cause, text]: [code: string, text: string]) => print(address, cause, text);
  if (code !== 'LOAD_FAILED') report([code, whatIsWrong(code, facts)]);
  else if (!RESOURCE_ID.test(options.resource ?? '') || (await isRefused(facts))) {
    report(whyNotLoaded(facts, 'refused'));
    return true;
  } else probe(facts).then((outcome) => report(whyNotLoaded(facts, outcome)));
  return false;
}

function print(address: string, cause: string, text: string): void {
  const explained = `Countersign ${cause}: ${text} ${address}#${cause}`;
  if (!text || printed.has(explained)) return;
  printed.add(explained);
  if (import.meta.env.DEV) reportError(new CountersignFault(cause, text, `${address}#${cause}`));
  else console.error(explained);
}

/** Empty for a code that is no fault of the page. */
export function whatIsWrong(code: string, { service, origin, target, options }: Facts): string {
  const { resource, nonce } = options;
  switch (code) {
    case 'TARGET_INVALID':
      return typeof target === 'string'
        ? `No element matches ${JSON.stringify(target)}. Call mount after the element is in the page.`
        : 'mount was called without an element.';
    case 'OPTIONS_INVALID':
      return resource
        ? 'The option service does not begin with https:// or http://.'
        : 'The option resource is missing.';
    case 'NONCE_FAILED':
      return 'The function nonce or loginRequest failed. The message of the event error has the reason.';
    case 'NONCE_INVALID':
      if (nonce === undefined || nonce === null) return 'The option nonce is missing.';
      return `The ${typeof nonce === 'function' ? 'function nonce returned something other than' : 'option nonce is not'} 16 to 256 characters of A-Z a-z 0-9 _ . ~ -.`;
    case 'ORIGIN_NOT_ALLOWED':
      return `${service} has no resource ${resource} that allows the origin ${origin}. Add exactly this origin to the resource.`;
    default:
      return '';
  }
}

/** The cause of `LOAD_FAILED`, with its text. */
export function whyNotLoaded(facts: Facts, outcome: ProbeOutcome): [code: string, text: string] {
  const { service, script, options } = facts;
  const seconds = (options.loadTimeoutMs ?? 10_000) / 1_000;
  if (options.mode === 'popup')
    return ['SCRIPT_BLOCKED', `A script of ${service} did not load. Add ${service} to script-src in the page's CSP.`];
  if (outcome === 'blocked')
    return ['FRAME_BLOCKED', `The CSP of this page blocks the sign-in. Add ${service} to frame-src.`];
  if (outcome === 'knocked')
    return ['LOAD_FAILED', `The frame of ${service} is there, but its script did not answer within ${seconds} s.`];
  if (!RESOURCE_ID.test(options.resource ?? ''))
    return [
      'RESOURCE_UNKNOWN',
      `${JSON.stringify(options.resource)} is not the id of a resource, such as res_01k8dq9z2mp.`,
    ];
  if (script !== service)
    return [
      'SERVICE_DIFFERS',
      `The script is from ${script}, but the option service is ${service}, which shows no sign-in.`,
    ];
  if (outcome === 'refused') return ['ORIGIN_NOT_ALLOWED', whatIsWrong('ORIGIN_NOT_ALLOWED', facts)];
  return ['LOAD_FAILED', `The frame of ${service} did not answer within ${seconds} s. Is it blocked on its way?`];
}

/**
 * Asks the service whether it refuses the frame to this origin, which it would not say of another one. The build writes
 * `facts` into the address of `allowed.ts`.
 */
async function isRefused(facts: Facts): Promise<boolean> {
  const { service, origin, script } = facts;
  // Only a script of the same host may run here, and a browser names no origin to its own host.
  if (script !== service || origin === service) return false;
  return import('./allowed.ts').then(
    (answer) => !answer.default,
    () => false,
  );
}

/** Opens the frame once more, unseen, and watches what becomes of it. */
function probe({ service, options }: Facts): Promise<ProbeOutcome> {
  const frame = document.createElement('iframe');
  const listening = new AbortController();
  const { signal } = listening;
  return new Promise<ProbeOutcome>((resolve) => {
    const isOurs = ({ blockedURI, disposition, effectiveDirective }: SecurityPolicyViolationEvent) =>
      disposition === 'enforce' && effectiveDirective === 'frame-src' && blockedURI.startsWith(service);
    document.addEventListener('securitypolicyviolation', (event) => isOurs(event) && resolve('blocked'), { signal });
    addEventListener(
      'message',
      ({ source, origin }) => source === frame.contentWindow && origin === service && resolve('knocked'),
      { signal },
    );
    frame.addEventListener('load', () => setTimeout(resolve, KNOCK_DELAY_MS, 'lost'));
    setTimeout(resolve, PROBE_TIMEOUT_MS, 'lost');
    frame.hidden = true;
    frame.sandbox = 'allow-scripts allow-same-origin';
    frame.src = `${service}/widget/v1/frame?resource=${options.resource}&origin=${origin}`;
    document.body.append(frame);
  }).finally(() => {
    listening.abort();
    frame.remove();
  });
}
