import { createShop } from '../shop/create-shop.ts';
import { API_KEY, createFakeService, type FakeService, RESOURCE, SERVICE, SHOP } from './fake-service.ts';

/** The start of the test clock: 25 November 2026, noon UTC. */
export const NOON = Date.UTC(2026, 10, 25, 12);

export interface Scene {
  service: FakeService;
  visitor(): Visitor;
  clock: { now: number };
}

/** A shop in memory, a fake service, and their common clock. */
export async function openShop(): Promise<Scene> {
  const clock = { now: NOON };
  const now = () => clock.now;
  const service = await createFakeService(now);
  const { fetch } = service;
  const shop = createShop({ url: SHOP, service: SERVICE, resource: RESOURCE, apiKey: API_KEY, fetch, now });
  return { service, clock, visitor: () => new Visitor(shop, service) };
}

export interface Look {
  status: number;
  text: string;
  headers: Headers;
  /** The target of a redirect. */
  to: string | null;
}

/** A minimal browser: it keeps cookies, sends an Origin, and remembers the last page. */
export class Visitor {
  /** The cookie header, empty before the first response. Tests copy and swap it as attackers would. */
  cookie = '';
  page = '';
  readonly #shop: ReturnType<typeof createShop>;
  readonly #service: FakeService;

  constructor(shop: ReturnType<typeof createShop>, service: FakeService) {
    this.#shop = shop;
    this.#service = service;
  }

  get(path: string): Promise<Look> {
    return this.send(path, { method: 'GET' });
  }

  /** Posts a form with the token of the last page, as a browser would. */
  post(path: string, fields: Record<string, string> = {}): Promise<Look> {
    const body = new URLSearchParams({ csrf: this.field('csrf'), ...fields });
    return this.send(path, { method: 'POST', body, headers: { origin: SHOP } });
  }

  async send(path: string, init: RequestInit): Promise<Look> {
    const headers = new Headers(init.headers);
    if (this.cookie !== '') headers.set('cookie', this.cookie);
    const answer = await this.#shop.request(path.startsWith('http') ? path : SHOP + path, { ...init, headers });
    const [given] = answer.headers.getSetCookie();
    if (given !== undefined) this.cookie = given.split(';')[0] ?? '';
    const text = await answer.text();
    if (text !== '') this.page = text;
    return { status: answer.status, text, headers: answer.headers, to: answer.headers.get('location') };
  }

  /** The value of a hidden field on the last page. */
  field(name: string): string {
    return this.#found(new RegExp(`name="${name}" value="([^"]*)"`));
  }

  /** An attribute of the widget's element: `nonce`, `resource`, `login-request`. */
  widget(name: string): string {
    return this.#found(new RegExp(`id="countersign"[^>]* data-${name}="([^"]*)"`));
  }

  async signIn(claims: Parameters<FakeService['result']>[0] | Record<string, never> = {}): Promise<Look> {
    await this.get('/sign-in');
    const result = await this.#service.result({ nonce: this.widget('nonce'), ...claims });
    return this.post('/sign-in', { countersign_result: result });
  }

  /** The user whom the shop considers signed in, or undefined. */
  async whoAmI(): Promise<string | undefined> {
    const { status, text } = await this.get('/account');
    return status === 200 ? /Hello, ([^<]*)</.exec(text)?.[1] : undefined;
  }

  #found(shape: RegExp): string {
    const found = shape.exec(this.page)?.[1];
    if (found === undefined) throw new Error(`The page ${/<title>[^<]*/.exec(this.page)} has nothing like ${shape}.`);
    return found;
  }
}
