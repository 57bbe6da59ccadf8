import { type LibraryCall, libraryCall, returnsObject, snakeCase } from './library-call.ts';
import { enclose, literal, PYTHON } from './literal.ts';
import { addressOf, type ExampleRequest, headersOf } from './request.ts';

export function pythonCall(request: ExampleRequest): string | undefined {
  const call = libraryCall(request.route);
  return (
    call &&
    `import os
from countersign import Client

client = Client(
  url="${request.base.replace(/\/v1$/, '')}",
  api_key=os.environ["COUNTERSIGN_API_KEY"],
)

${statement(call, request)}
`
  );
}

function statement({ group, method }: LibraryCall, { id, query, body }: ExampleRequest): string {
  const target = ['client', ...(group === undefined ? [] : [snakeCase(group)]), snakeCase(method)].join('.');
  if (method === 'list') return `for item in ${target}():\n  print(item)`;
  const named = (values: Record<string, unknown>) =>
    Object.entries(values).map(([name, value]) => `${snakeCase(name)}=${literal(value, PYTHON, 1)}`);
  if (group === undefined || Object.keys(query).length > 0)
    return print(method, enclose(`${target}(`, ')', named(body ?? query)));
  const given = method === 'createMany' ? body?.rows : body;
  const all = [id, given].filter((one) => one !== undefined).map((one) => literal(one, PYTHON));
  return print(method, `${target}(${all.join(', ')})`);
}

function print(method: string, call: string): string {
  return returnsObject(method) ? `print(${call})` : call;
}

export function pythonHttp(request: ExampleRequest): string {
  const { method, body, access } = request;
  const headers = headersOf(request).map(
    ({ name, before, secret }) => `"${name}": ${before === '' ? '' : `"${before}" + `}os.environ["${secret}"]`,
  );
  if (body) headers.push('"Content-Type": "application/json"');
  const parts = [
    `"${addressOf(request)}"`,
    `method="${method}"`,
    ...(headers.length > 0 ? [`headers=${enclose('{', '}', headers, { indent: 1 })}`] : []),
    ...(body ? [`data=json.dumps(${literal(body, PYTHON, 1)}).encode()`] : []),
  ];
  const imports = [...(body ? ['import json'] : []), ...(access === 'open' ? [] : ['import os'])];
  return `${[...imports, 'from urllib.request import Request, urlopen'].join('\n')}

request = ${enclose('Request(', ')', parts)}
with urlopen(request) as response:
  print(response.read().decode())
`;
}
