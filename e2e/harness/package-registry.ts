import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const MODULES = resolve(import.meta.dirname, '../../node_modules');
const run = promisify(execFile);

/** A registry on loopback that has the packages installed here, so that npm installs a package without the network. */
export async function startRegistry(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(async ({ url: path = '', headers: { host } }, response) => {
    const name = decodeURIComponent(path.slice(1)).replace(/\.tgz$/, '');
    const folder = join(MODULES, name);
    const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
    // What is for another platform is not installed here, and optional.
    if (text === undefined) return void response.writeHead(404).end('{}');
    if (path.endsWith('.tgz')) {
      const args = [
        // Read once: time counts, and not size.
        '--use-compress-program=gzip -1',
        '-cf',
        '-',
        '--exclude=*.map',
        '--exclude=*.mmdb.br',
        '--transform=s,^\\.,package,',
        '-C',
        folder,
        '.',
      ];
      const { stdout } = await run('tar', args, { encoding: 'buffer', maxBuffer: 2 ** 26 });
      return void response.end(stdout);
    }
    const manifest = JSON.parse(text) as { version: string };
    const version = { ...manifest, dist: { tarball: `http://${host}${path}.tgz` } };
    const packument = { name, 'dist-tags': { latest: manifest.version }, versions: { [manifest.version]: version } };
    return void response.end(JSON.stringify(packument));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((closed) => void server.close(() => closed())),
  };
}
