/**
 * Who may know whom. This table is the architecture: a layer may import its own files, the layers it names, and the
 * packages it names. Everything else is a violation.
 */
export interface Layer {
  /** Layers that it may import, besides itself. */
  readonly layers: readonly LayerName[];
  /** Layers whose types it may name, though nothing of them reaches the running code. */
  readonly types?: readonly LayerName[];
  /**
   * `'declared'`: whatever package.json lists. `'shipped'`: only its `dependencies`, for what runs without the
   * development tools. A list: just these packages (`@scope/*` for all of a scope).
   */
  readonly packages: 'declared' | 'shipped' | readonly string[];
  /** Packages it may not have though `packages` would let it. */
  readonly notPackages?: readonly string[];
  /** Ambient things (clock, chance, network, process) that may not be touched here. */
  readonly noAmbient?: 'all' | 'clock-and-chance';
  /** Files that only run in tests or by hand: layering does not bind them. */
  readonly free?: true;
}

/** Libraries that compute and do nothing else. */
const PURE_PACKAGES = [
  '@bufbuild/protobuf',
  '@otplib/*',
  '@scure/base',
  '@simplewebauthn/server',
  '@zxcvbn-ts/language-common',
  'csv-parse',
  'ipaddr.js',
  'node:crypto',
  'node:net',
  'saxes',
  'tldts',
  'uqr',
];

/** What stands behind a port; whoever is not an adapter goes through the port. */
const BEHIND_PORTS = ['ioredis', 'lmdb', '@node-rs/argon2', '@node-rs/bcrypt', 'jose', 'maxmind', 'node:child_process'];

/** Of Node's own modules, the domain may use what is a function of its arguments: no randomness, no sockets. */
export const PURE_NAMES: Readonly<Record<string, readonly string[]>> = {
  'node:crypto': ['createDecipheriv', 'createHash', 'createHmac', 'pbkdf2', 'timingSafeEqual'],
  'node:net': ['isIP', 'isIPv4', 'isIPv6'],
};

export const LAYERS = {
  shared: { layers: [], packages: [], noAmbient: 'all' },
  domain: { layers: ['shared'], packages: PURE_PACKAGES, noAmbient: 'all' },
  ports: { layers: ['domain', 'shared'], packages: [] },
  usecases: { layers: ['domain', 'ports', 'shared'], packages: PURE_PACKAGES, noAmbient: 'clock-and-chance' },
  config: { layers: ['domain', 'ports', 'shared'], packages: 'shipped', notPackages: BEHIND_PORTS },
  http: {
    layers: ['usecases', 'domain', 'ports', 'config', 'shared'],
    packages: 'shipped',
    notPackages: BEHIND_PORTS,
  },
  adapters: { layers: ['ports', 'domain', 'shared'], packages: 'shipped' },
  /** `server/app.ts` and its neighbours: they put routes together, and know no adapter. */
  app: {
    layers: ['http', 'usecases', 'domain', 'ports', 'config', 'shared'],
    packages: 'shipped',
    notPackages: BEHIND_PORTS,
  },
  /** `server/main.ts`, the composition root, `server/start.cjs`, which starts it, and the command that needs no ports. */
  main: { layers: ['app', 'adapters', 'http', 'usecases', 'domain', 'ports', 'config', 'shared'], packages: 'shipped' },
  widget: { layers: ['shared'], packages: ['preact'] },
  widgetReact: { layers: ['widget', 'shared'], packages: ['react', 'react-dom'] },
  /** It holds the widget as any page does, by the loader, and judges results as any backend does, by the client. */
  console: {
    layers: ['shared', 'clients', 'widget'],
    packages: ['preact', 'lucide', 'papaparse', 'uplot', 'uqr', '@scure/base'],
  },
  /** Libraries for other people's backends: any runtime with web standards, so not even Node's own modules. */
  clients: { layers: [], types: ['shared'], packages: ['jose'] },
  demoSite: { layers: ['clients'], types: ['shared'], packages: 'declared' },
  /** Sites of other people, who have the client as a package. */
  examples: { layers: [], packages: ['@countersign/client', '@hono/node-server', 'hono'] },
  cli: { layers: ['shared', 'clients'], packages: 'shipped' },
  tests: { layers: [], packages: 'declared', free: true },
  workshop: { layers: [], packages: 'declared', free: true },
} as const satisfies Record<string, LayerShape>;

/** `Layer` with plain names, so that the table can be checked before its own keys have a type. */
type LayerShape = Omit<Layer, 'layers' | 'types'> & { layers: readonly string[]; types?: readonly string[] };

export type LayerName = keyof typeof LAYERS;

/** What chooses adapters and starts something with them. */
const START_FILES = new Set(
  [
    'main.ts',
    'start.cjs',
    'open-ports.ts',
    'open-code-courier.ts',
    'serve.ts',
    'operate.ts',
    'set-up.ts',
    'restore.ts',
    'audit.ts',
    'audit-command.ts',
  ].map((file) => `server/${file}`),
);

const SERVER_FOLDERS: Readonly<Record<string, LayerName>> = {
  domain: 'domain',
  ports: 'ports',
  usecases: 'usecases',
  config: 'config',
  http: 'http',
  adapters: 'adapters',
  testing: 'tests',
};

const TOP_FOLDERS: Readonly<Record<string, LayerName>> = {
  shared: 'shared',
  widget: 'widget',
  console: 'console',
  clients: 'clients',
  'demo-site': 'demoSite',
  cli: 'cli',
  e2e: 'tests',
  bench: 'workshop',
  tools: 'workshop',
};

/** Folders at the root that hold no layer of code. */
const OTHER_TOP_FOLDERS = new Set(['server', 'docs', '.ci', '.github']);

/** Names under which everything and nothing can be put. */
const JUNK_DRAWERS = new Set(['helper', 'helpers', 'util', 'utils', 'common', 'misc']);

const TEST_FILE = /\.test\.tsx?$/;

/** The layer of a source file, or what is wrong with the place where it lies. */
export function layerOf(path: string): LayerName | { problem: string } {
  const folders = path.split('/').slice(0, -1);
  const [top, second] = folders;
  if (TEST_FILE.test(path) || folders.includes('testing')) return 'tests';
  if (top === undefined) return 'workshop';
  if (top === 'server') {
    if (second === undefined) return START_FILES.has(path) ? 'main' : 'app';
    return SERVER_FOLDERS[second] ?? { problem: `server/${second}/ is no part of the server's layout` };
  }
  if (top === 'docs') return second === 'examples' ? 'examples' : 'workshop';
  if (top === 'widget' && (second === 'react' || /\/react\.tsx?$/.test(path))) return 'widgetReact';
  return TOP_FOLDERS[top] ?? { problem: `${top}/ is no part of the layout` };
}

/** What is wrong with the folders on the way to a file of any kind, or undefined. */
export function folderProblem(path: string): string | undefined {
  const folders = path.split('/').slice(0, -1);
  const junk = folders.find((folder) => JUNK_DRAWERS.has(folder));
  if (junk !== undefined) return `a folder called ${junk} says nothing; name it after what it holds`;
  const top = folders[0];
  if (top !== undefined && TOP_FOLDERS[top] === undefined && !OTHER_TOP_FOLDERS.has(top)) {
    return `${top}/ is no part of the layout; name its layer in tools/boundaries/layers.ts first`;
  }
  return undefined;
}
