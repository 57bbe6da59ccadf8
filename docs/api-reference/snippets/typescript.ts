import { type LibraryCall, libraryCall, returnsObject } from './library-call.ts';
import { enclose, literal, TYPESCRIPT } from './literal.ts';
import { addressOf, type ExampleRequest, headersOf } from './request.ts';

/** The client in the examples of the documentation. */
const CLIENT = (url: string) => `import { createClient } from '@countersign/client';

const client = createClient({
  url: '${url}',
  apiKey: process.env.COUNTERSIGN_API_KEY ?? '',
});
`;

export function typescriptCall(request: ExampleRequest): string | undefined {
  const call = libraryCall(request.route);
  return call && `${CLIENT(request.base.replace(/\/v1$/, ''))}\n${statement(call, request)}\n`;
}

function statement({ group, method }: LibraryCall, { id, query, body }: ExampleRequest): string {
  const name = method === 'importFile' ? 'import' : method;
  const target = group === undefined ? `client.${name}` : `client.${group}.${name}`;
  if (method === 'list') return `for await (const item of ${target}()) console.log(item);`;
  const given = [...(id === undefined ? [] : [literal(id, TYPESCRIPT)]), ...argumentsOf(method, body ?? query)];
  const call = `await ${target}(${given.join(', ')})`;
  return returnsObject(method) ? `console.log(${call});` : `${call};`;
}

/** Some methods take what their body holds. */
function argumentsOf(method: string, body: Record<string, unknown>): string[] {
  if (method === 'setLogo') return [`Buffer.from('${body.image}', 'base64')`];
  const inner = { resync: body.otps, check: body.otp, createMany: body.rows }[method] ?? body;
  return Object.keys(body).length > 0 ? [literal(inner, TYPESCRIPT)] : [];
}

export function typescriptHttp(request: ExampleRequest): string {
  const { method, body } = request;
  const headers = headersOf(request).map(({ name, before, secret }) => {
    const key = /-/.test(name) ? `'${name}'` : name;
    return `${key}: \`${before}\${process.env.${secret}}\``;
  });
  if (body) headers.push("'Content-Type': 'application/json'");
  const options = [
    ...(method === 'GET' ? [] : [`method: '${method}'`]),
    ...(headers.length > 0 ? [`headers: ${enclose('{', '}', headers, { indent: 1 })}`] : []),
    ...(body ? [`body: JSON.stringify(${literal(body, TYPESCRIPT, 1)})`] : []),
  ];
  const given = options.length > 0 ? `, ${enclose('{', '}', options)}` : '';
  return `const response = await fetch('${addressOf(request)}'${given});
if (!response.ok) throw new Error(await response.text());
console.log(await response.text());
`;
}
