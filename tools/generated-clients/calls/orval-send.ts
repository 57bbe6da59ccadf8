declare const process: { argv: string[] };
const [, , baseUrl = '', key = ''] = process.argv;

/** What orval calls its mutator: every generated function sends through it. */
export async function send<T>(path: string, options: RequestInit): Promise<T> {
  const headers = { ...options.headers, authorization: `Bearer ${key}` };
  const response = await fetch(`${baseUrl}${path}`, { ...options, headers });
  return { data: await response.json(), status: response.status, headers: response.headers } as T;
}
