import { type IncomingHttpHeaders, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A visitor of a site without a browser, who can send what no browser would: any target, method and header. */
export class Visitor {
  readonly #origin: string;
  #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Another visitor with the cookies of this one: as they are now, whatever happens to them later. */
  copy(): Visitor {
    const thief = new Visitor(this.#origin);
    thief.#cookies = new Map(this.#cookies);
    return thief;
  }

  /** `target` stands in the request line as it is. */
  send(method: string, target: string, headers: Record<string, string> = {}, body = ''): Promise<Answer> {
    const { hostname, port } = new URL(this.#origin);
    const all = {
      ...(this.cookie && { cookie: this.cookie }),
      'content-length': `${Buffer.byteLength(body)}`,
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, method, path: target, headers: all, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => {
          for (const line of response.headers['set-cookie'] ?? []) this.#keep(line);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  get(target: string): Promise<Answer> {
    return this.send('GET', target);
  }

  /** As a script of the site posts. */
  async post(route: string, body: object, headers: Record<string, string> = {}) {
    const own = { origin: this.#origin, 'content-type': 'application/json', ...headers };
    const answer = await this.send('POST', `/countersign/${route}`, own, JSON.stringify(body));
    return { ...answer, json: readJson(answer.text) };
  }

  /** As a form of the site posts. */
  form(target: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
    const own = { origin: this.#origin, 'content-type': 'application/x-www-form-urlencoded', ...headers };
    return this.send('POST', target, own, new URLSearchParams(fields).toString());
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
    const isGone = /;\s*max-age=0\b/i.test(line) || /;\s*expires=thu, 01[ -]jan[ -]1970/i.test(line);
    if (isGone) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

function readJson(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
