import type { Redis } from 'ioredis';

/** One key of Redis with its content, in base64: ids may be no text. */
type Content =
  | { key: string; string: string }
  | { key: string; hash: Record<string, string> }
  | { key: string; stream: [id: string, fields: string[]][] }
  | { key: string; set: string[] };

const encode = (bytes: Buffer): string => bytes.toString('base64');
const decode = (text: string): Buffer => Buffer.from(text, 'base64');

/**
 * The lasting keys of a server, a line of JSON each: the format of a dump that Redis makes belongs to its version. What
 * expires is left out, as it would be gone by the time that it is read.
 */
export async function readContent(client: Redis): Promise<string[]> {
  const lines: string[] = [];
  for (const key of await client.keysBuffer('*')) {
    if ((await client.pttl(key)) !== -1) continue;
    const content = { key: encode(key), ...(await readKey(client, key)) };
    lines.push(JSON.stringify(content));
  }
  return lines.sort();
}

async function readKey(client: Redis, key: Buffer): Promise<object> {
  switch (await client.type(key)) {
    case 'string':
      return { string: encode((await client.getBuffer(key)) ?? Buffer.alloc(0)) };
    case 'hash':
      return { hash: await client.hgetall(key) };
    case 'stream':
      return { stream: await client.xrange(key, '-', '+') };
    case 'zset':
      return { set: (await client.zrangeBuffer(key, '0', '-1')).map(encode) };
    default:
      throw new TypeError('the store writes no key of this type');
  }
}

/** Writes them to an empty server. */
export async function writeContent(client: Redis, lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    const content = JSON.parse(line) as Content;
    const key = decode(content.key);
    if ('string' in content) await client.set(key, decode(content.string));
    else if ('hash' in content) await client.hset(key, content.hash);
    else if ('set' in content)
      await client.call('zadd', key, ...content.set.flatMap((member) => ['0', decode(member)]));
    else for (const [id, fields] of content.stream) await client.xadd(key, id, ...fields);
  }
}
