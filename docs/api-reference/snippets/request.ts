import type { ApiDescription, Entry } from '../description.ts';
import { examplesIn } from '../description.ts';

/** A request as the snippets of all languages send it. */
export interface ExampleRequest {
  /** As the tables of the libraries name it: `GET /users/{id}`. */
  route: string;
  method: string;
  /** Of the service, with `/v1`. */
  base: string;
  /** With its parameter filled in. */
  path: string;
  /** That parameter. */
  id: string | undefined;
  query: Record<string, unknown>;
  body: Record<string, unknown> | undefined;
  /** Who may call it: an API key, an administrator's session alone, or everyone. */
  access: 'key' | 'session' | 'open';
}

/** The request of an operation with the examples of its parameters and the first example of its body. */
export function exampleRequest(api: ApiDescription, { method, path, operation }: Entry): ExampleRequest {
  const { parameters = [], requestBody, security = [] } = operation;
  const examples = (where: string, isShown: (required: boolean) => boolean) =>
    Object.fromEntries(
      parameters
        .filter((one) => one.in === where && isShown(one.required === true))
        .map(({ name = '', schema = {} }) => [name, schema.example ?? schema.enum?.[0] ?? '']),
    );
  const [id] = Object.values(examples('path', () => true));
  const body = examplesIn(requestBody)[0]?.value;
  return {
    route: `${method} ${path}`,
    method,
    base: api.servers?.[0]?.url ?? '',
    path: path.replace(/\{\w+\}/, () => encodeURIComponent(String(id))),
    id: id === undefined ? undefined : String(id),
    // What is deleted without an id is named by all that the query can say.
    query: examples('query', (required) => required || (method === 'DELETE' && id === undefined)),
    body: typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined,
    access: security[0]?.apiKey ? 'key' : security[0]?.session ? 'session' : 'open',
  };
}

export function addressOf({ base, path, query }: ExampleRequest): string {
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString();
  return `${base}${path}${search === '' ? '' : `?${search}`}`;
}

/** The headers besides the type of the body, with the secrets as `secret` writes them. */
export function headersOf({ access, method }: ExampleRequest): { name: string; before: string; secret: string }[] {
  if (access === 'open') return [];
  if (access === 'key') return [{ name: 'Authorization', before: 'Bearer ', secret: 'COUNTERSIGN_API_KEY' }];
  const session = { name: 'Cookie', before: '__Host-countersign=', secret: 'SESSION' };
  return method === 'GET' ? [session] : [session, { name: 'X-CSRF-Token', before: '', secret: 'CSRF_TOKEN' }];
}
