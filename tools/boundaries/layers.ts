/**
 * The dependency rules. A layer may import its own files, and the layers and packages it names. Everything else is a
 * violation.
 */
export interface Layer {
  /** Layers that it may import, besides itself. */
  readonly layers: readonly LayerName[];
  /** Layers whose types it may import, without running code. */
  readonly types?: readonly LayerName[];
  /**
   * `'declared'`: all that package.json lists. `'shipped'`: only its `dependencies`, for code that runs without the
   * development tools. A list: only these packages (`@scope/*` for a whole scope).
   */
  readonly packages: 'declared' | 'shipped' | readonly string[];
  /** Packages that it may not import, although `packages` would allow it. */
  readonly notPackages?: readonly string[];
  /** It may not use clock, randomness, network or process. */
  readonly noAmbient?: true;
  /** Files that only run in tests or by hand, and are free of layer rules. */
  readonly free?: true;
}

/** Packages that only adapters import; other code uses the port. */
const ADAPTER_PACKAGES = [
  'ioredis',
  'lmdb',
  '@node-rs/argon2',
  '@node-rs/bcrypt',
  'jose',
  'maxmind',
  'aws4fetch',
  'prom-client',
  '@opentelemetry/api',
  '@opentelemetry/core',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace',
  'node:child_process',
];

/** Packages that example sites are built with. */
const EXAMPLE_PACKAGES = [
  ...['@countersign/client', 'hono', '@hono/node-server', 'express', 'express-session'],
  ...['fastify', '@fastify/cookie', '@fastify/formbody', '@fastify/session', 'iron-session', 'node-sqlite3-wasm'],
  ...['node:crypto', 'node:fs'],
] as const;

export const LAYERS = {
  shared: { layers: [], packages: [], noAmbient: true },
  /** The translator and the messages of every language: read by server, widget and console. */
  i18n: { layers: ['shared'], packages: ['node:fs', '@formatjs/icu-messageformat-parser'], noAmbient: true },
  /** The design tokens, for the pages that the server renders. */
  tokens: { layers: [], packages: ['node:fs'], noAmbient: true },
  /** What widget and console both draw with. */
  ui: { layers: ['shared', 'i18n'], packages: ['preact'] },
  /** Ports: the store, the clock, the mailer. */
  ports: { layers: ['features', 'shared', 'i18n'], packages: [] },
  /** Rules, use-cases and routes, one folder per noun. `nature.ts` says what each of their files may do. */
  features: {
    layers: ['ports', 'http', 'shared', 'i18n', 'tokens'],
    packages: 'shipped',
    notPackages: ADAPTER_PACKAGES,
  },
  config: { layers: ['features', 'ports', 'shared'], packages: 'shipped', notPackages: ADAPTER_PACKAGES },
  http: {
    layers: ['features', 'ports', 'config', 'shared', 'tokens'],
    packages: 'shipped',
    notPackages: ADAPTER_PACKAGES,
  },
  /** The API of another product; no other feature depends on it. */
  protectimus: {
    layers: ['features', 'ports', 'config', 'http', 'shared'],
    packages: 'shipped',
    notPackages: ADAPTER_PACKAGES,
  },
  adapters: { layers: ['ports', 'features', 'shared'], packages: 'shipped' },
  /** `app.ts` mounts the routes and knows no adapter. */
  app: {
    layers: ['composition', 'http', 'features', 'protectimus', 'ports', 'config', 'shared'],
    packages: 'shipped',
    notPackages: ADAPTER_PACKAGES,
  },
  /** Starts the service and chooses adapters. */
  composition: {
    layers: ['app', 'adapters', 'http', 'features', 'protectimus', 'ports', 'config', 'shared', 'demoMonth'],
    packages: 'shipped',
  },
  widget: { layers: ['shared', 'ui', 'i18n'], packages: ['preact'] },
  widgetPackage: { layers: ['widget', 'shared'], packages: ['react', 'vue', 'svelte'] },
  /**
   * It embeds the widget as any page does, through the loader, and verifies results as any backend does, through the
   * client.
   */
  console: {
    layers: ['shared', 'clients', 'ui', 'i18n', 'widget'],
    packages: ['preact', 'lucide', 'papaparse', 'uplot', 'uqr', '@scure/base'],
  },
  /** Libraries for backends on any runtime with web standards, so not even Node's modules. */
  clients: { layers: ['shared'], packages: ['jose'] },
  demoSite: { layers: ['clients'], types: ['shared'], packages: 'declared' },
  /** Creates the account of the demo by the use-cases of the server, in the process of the service. */
  demoMonth: { layers: ['features', 'ports', 'shared'], types: ['composition'], packages: ['node:fs'] },
  /** Example sites, which use the client as a package. */
  examples: { layers: [], packages: EXAMPLE_PACKAGES },
  /** Example pages, each a project of its own. */
  examplePages: { layers: [], packages: 'declared' },
  cli: { layers: ['shared', 'clients'], packages: 'shipped' },
  tests: { layers: [], packages: 'declared', free: true },
  workshop: { layers: [], packages: 'declared', free: true },
} as const satisfies Record<string, LayerShape>;

/** `Layer` with plain names, so that the table is checked before its keys have a type. */
type LayerShape = Omit<Layer, 'layers' | 'types'> & { layers: readonly string[]; types?: readonly string[] };

export type LayerName = keyof typeof LAYERS;

const PORTS = /^server\/kernel\/ports\/[\w-]+\.ts$/;
const ADAPTERS = /^server\/(?:platform|store\/(?:lmdb|redis|codec)|messages\/senders)\//;

/** Folders of the server that are not features. */
const SERVER_FOLDERS: Readonly<Record<string, LayerName>> = {
  config: 'config',
  http: 'http',
  protectimus: 'protectimus',
  composition: 'composition',
  jobs: 'composition',
};

/** Nouns of the product: the other folders of the server. */
const FEATURES = new Set([
  'kernel',
  'store',
  'messages',
  'operations',
  'metrics',
  'accounts',
  'administration',
  'administrators',
  'api-keys',
  'authentication',
  'billing',
  'browsers',
  'checklist',
  'events',
  'links',
  'passwords',
  'proof-of-work',
  'resources',
  'sign-in',
  'tokens',
  'user-management',
  'users',
  'webhooks',
]);

const TOP_FOLDERS: Readonly<Record<string, LayerName>> = {
  shared: 'shared',
  ui: 'ui',
  widget: 'widget',
  console: 'console',
  clients: 'clients',
  'demo-site': 'demoSite',
  cli: 'cli',
  e2e: 'tests',
  bench: 'workshop',
  tools: 'workshop',
};

/** Folders at the root without code of a layer. */
const OTHER_TOP_FOLDERS = new Set(['server', 'docs', 'deploy', '.ci', '.github']);

/** Folder names that say nothing about their content. */
const JUNK_DRAWERS = new Set(['helper', 'helpers', 'util', 'utils', 'common', 'misc']);

const TEST_FILE = /\.test\.tsx?$/;

/** The layer of a source file, or what is wrong with its location. */
export function layerOf(path: string): LayerName | { problem: string } {
  const folders = path.split('/').slice(0, -1);
  const [top, second] = folders;
  if (TEST_FILE.test(path) || folders.includes('testing')) return 'tests';
  if (top === undefined) return 'workshop';
  if (top === 'server') return serverLayer(path, second);
  if (top === 'ui' && second === 'i18n') return 'i18n';
  if (path === 'ui/read-tokens.ts') return 'tokens';
  if (top === 'demo-site' && second === 'month') return 'demoMonth';
  if (top === 'docs' && second === 'examples')
    return (folders[2] === 'front-end' && folders[3]) || folders[2] === 'next' ? 'examplePages' : 'examples';
  if (top === 'docs') return 'workshop';
  if (top === 'widget' && second === 'package') return 'widgetPackage';
  return TOP_FOLDERS[top] ?? { problem: `${top}/ is no part of the layout` };
}

function serverLayer(path: string, folder: string | undefined): LayerName | { problem: string } {
  if (folder === undefined) {
    if (path === 'server/app.ts') return 'app';
    if (path === 'server/main.ts' || path === 'server/start.cjs') return 'composition';
    return { problem: 'a file directly in server/; it belongs to a feature' };
  }
  if (PORTS.test(path)) return 'ports';
  if (ADAPTERS.test(path)) return 'adapters';
  const known = SERVER_FOLDERS[folder] ?? (FEATURES.has(folder) ? 'features' : undefined);
  return known ?? { problem: `server/${folder}/ is no part of the server's layout` };
}

/** What is wrong with the folders of a path, or undefined. */
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
