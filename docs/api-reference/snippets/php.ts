import { type LibraryCall, libraryCall, returnsObject } from './library-call.ts';
import { enclose, literal, PHP } from './literal.ts';
import { addressOf, type ExampleRequest, headersOf } from './request.ts';

export function phpCall(request: ExampleRequest): string | undefined {
  const call = libraryCall(request.route);
  return (
    call &&
    `<?php
require 'vendor/autoload.php';

$client = new Countersign\\Client(
  url: '${request.base.replace(/\/v1$/, '')}',
  apiKey: getenv('COUNTERSIGN_API_KEY'),
);

${statement(call, request)}
`
  );
}

const METHOD_NAMES: Readonly<Record<string, string>> = {
  password: 'Password',
  otp: 'Otp',
  'password-otp': 'PasswordOtp',
  token: 'Token',
};

function statement({ group, method }: LibraryCall, { id, query, body }: ExampleRequest): string {
  const target = ['$client', ...(group === undefined ? [] : [group]), method].join('->');
  if (method === 'list') return `foreach (${target}() as $item) {\n  var_dump($item);\n}`;
  if (group === undefined) {
    const named = Object.entries(body ?? {}).map(([name, value]) => {
      const isMethod = method === 'authenticate' && name === 'method';
      const written = isMethod ? `Countersign\\Method::${METHOD_NAMES[String(value)]}` : literal(value, PHP, 1);
      return `${name}: ${written}`;
    });
    return dump(method, enclose(`${target}(`, ')', named));
  }
  const given = method === 'createMany' ? body?.rows : (body ?? (Object.keys(query).length > 0 ? query : undefined));
  const all = [id, given].filter((one) => one !== undefined).map((one) => literal(one, PHP));
  return dump(method, `${target}(${all.join(', ')})`);
}

function dump(method: string, call: string): string {
  return returnsObject(method) ? `var_dump(${call});` : `${call};`;
}

export function phpHttp(request: ExampleRequest): string {
  const { method, body } = request;
  const headers = headersOf(request).map(({ name, before, secret }) => `'${name}: ${before}' . getenv('${secret}')`);
  if (body) headers.push("'Content-Type: application/json'");
  const options = [
    `CURLOPT_CUSTOMREQUEST => '${method}'`,
    ...(headers.length > 0 ? [`CURLOPT_HTTPHEADER => ${enclose('[', ']', headers, { indent: 1 })}`] : []),
    ...(body ? [`CURLOPT_POSTFIELDS => json_encode(${literal(body, PHP, 1)})`] : []),
    'CURLOPT_RETURNTRANSFER => true',
  ];
  return `<?php
$request = curl_init('${addressOf(request)}');
curl_setopt_array($request, ${enclose('[', ']', options)});
echo curl_exec($request);
`;
}
