import type { Redis } from 'ioredis';

/** Lowest versions without the known remote code execution in Lua (CVE-2025-49844), per release line. */
export const SAFE_VERSIONS = {
  redis: ['7.2.11', '7.4.6', '8.0.4', '8.2.2'],
  valkey: ['7.2.11', '8.0.6', '8.1.4'],
} as const;

/** What the promise "an answer means durable" rests on. */
const REQUIRED = {
  appendonly: 'yes',
  appendfsync: 'always',
  // With `yes` nothing is flushed while the file is rewritten, whatever `appendfsync` says.
  'no-appendfsync-on-rewrite': 'no',
  'maxmemory-policy': 'noeviction',
} as const;

export interface ServerReport {
  /** `redis 8.0.4` */
  readonly server: string;
  /** Why the server must not be used unless weak durability is allowed. */
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

/** Looks at one server's kind, version and settings. Rejects only when the server does not answer. */
export async function inspectServer(node: Redis): Promise<ServerReport> {
  const [info, settings] = await Promise.all([node.info('server'), readSettings(node)]);
  const { product, version } = readVersion(info);
  const warnings = isKnownWeak(product, version)
    ? [
        `${product} ${version} is older than the fix for CVE-2025-49844 (${SAFE_VERSIONS[product].join(', ')}), unless your distribution has backported it`,
      ]
    : [];
  return { server: `${product} ${version}`, refusals: judgeSettings(settings), warnings };
}

/** Valkey reports an old `redis_version` for compatibility, so it is told by `server_name`. */
export function readVersion(info: string): { product: 'redis' | 'valkey'; version: string } {
  const fields = new Map(
    info.split(/\r?\n/).map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    }),
  );
  return fields.get('server_name') === 'valkey'
    ? { product: 'valkey', version: fields.get('valkey_version') ?? '0' }
    : { product: 'redis', version: fields.get('redis_version') ?? '0' };
}

export function isKnownWeak(product: 'redis' | 'valkey', version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const lines = SAFE_VERSIONS[product].map((safe) => safe.split('.').map(Number));
  const line = lines.find(([safeMajor, safeMinor]) => safeMajor === major && safeMinor === minor);
  if (line) return patch < (line[2] ?? 0);
  // A line that never got the fix is weak; one after the newest known line has it.
  const [newestMajor = 0, newestMinor = 0] = lines.at(-1) ?? [];
  return major < newestMajor || (major === newestMajor && minor < newestMinor);
}

/** Setting -> value; undefined when the server does not let us see. */
async function readSettings(node: Redis): Promise<Map<string, string> | undefined> {
  try {
    const flat = (await node.config('GET', ...Object.keys(REQUIRED))) as string[];
    const settings = new Map<string, string>();
    for (let at = 0; at + 1 < flat.length; at += 2) settings.set(String(flat[at]), String(flat[at + 1]));
    return settings;
  } catch (error) {
    // Forbidden by ACL, or the command is renamed away, as some hosted services do.
    if (error instanceof Error && /^(NOPERM|ERR unknown command)/.test(error.message)) return undefined;
    throw error;
  }
}

export function judgeSettings(settings: ReadonlyMap<string, string> | undefined): string[] {
  if (!settings) {
    return [
      'CONFIG GET is forbidden for this Redis user, so its durability cannot be verified (grant it with: ACL SETUSER <user> +config|get)',
    ];
  }
  return Object.entries(REQUIRED)
    .filter(([name, required]) => settings.get(name) !== required)
    .map(([name, required]) => `${name} is "${settings.get(name) ?? 'unknown'}" and must be "${required}"`);
}
