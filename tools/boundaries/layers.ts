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
  /** Touches no clock, chance, network or process. */
  readonly noAmbient?: true;
  /** Files that only run in tests or by hand: layering does not bind them. */
  readonly free?: true;
}

/** What stands behind a port; whoever is not an adapter goes through the port. */
const ADAPTER_PACKAGES = [
  'ioredis',
  'lmdb',
  '@node-rs/argon2',
  '@node-rs/bcrypt',
  'jose',
  'maxmind',
  'node:child_process',
];

export const LAYERS = {
  shared: { layers: [], packages: [], noAmbient: true },
  /** What the rest of the server asks of the outside: the store, the clock, the mailer. */
  ports: { layers: ['features', 'shared'], packages: [] },
  /** Rules, use-cases and routes, a folder for each noun. `nature.ts` says which of them may do what. */
  features: { layers: ['ports', 'http', 'shared'], packages: 'shipped', notPackages: ADAPTER_PACKAGES },
  config: { layers: ['features', 'ports', 'shared'], packages: 'shipped', notPackages: ADAPTER_PACKAGES },
  http: { layers: ['features', 'ports', 'config', 'shared'], packages: 'shipped', notPackages: ADAPTER_PACKAGES },
  /** The dialect of another product; nothing of ours leans on it. */
  protectimus: {
    layers: ['features', 'ports', 'config', 'http', 'shared'],
    packages: 'shipped',
    notPackages: ADAPTER_PACKAGES,
  },
  adapters: { layers: ['ports', 'features', 'shared'], packages: 'shipped' },
  /** `app.ts` puts routes together and knows no adapter. */
  app: {
    layers: ['composition', 'http', 'features', 'protectimus', 'ports', 'config', 'shared'],
    packages: 'shipped',
    notPackages: ADAPTER_PACKAGES,
  },
  /** What starts the service and chooses adapters. */
  composition: {
    layers: ['app', 'adapters', 'http', 'features', 'protectimus', 'ports', 'config', 'shared'],
    packages: 'shipped',
  },
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

const PORTS = /^server\/kernel\/ports\/[\w-]+\.ts$/;
const ADAPTERS = /^server\/(?:platform|store\/(?:lmdb|redis|codec)|messages\/senders)\//;

/** Folders of the server that are no feature. */
const SERVER_FOLDERS: Readonly<Record<string, LayerName>> = {
  config: 'config',
  http: 'http',
  protectimus: 'protectimus',
  composition: 'composition',
  jobs: 'composition',
};

/** Nouns of the product: what the server's other folders are called. */
const FEATURES = new Set([
  'kernel',
  'store',
  'messages',
  'accounts',
  'administrators',
  'api-keys',
  'authentication',
  'backup',
  'browsers',
  'checklist',
  'enrolment',
  'events',
  'filters',
  'flows',
  'login',
  'maintenance',
  'passwords',
  'records',
  'resources',
  'self-service',
  'tokens',
  'transactions',
  'users',
  'webhooks',
]);

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
  if (top === 'server') return serverLayer(path, second);
  if (top === 'docs') return second === 'examples' ? 'examples' : 'workshop';
  if (top === 'widget' && (second === 'react' || /\/react\.tsx?$/.test(path))) return 'widgetReact';
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
