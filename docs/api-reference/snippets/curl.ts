import { addressOf, type ExampleRequest, headersOf } from './request.ts';

export function curl(request: ExampleRequest): string {
  const { method, body } = request;
  const address = addressOf(request);
  const isPlain = method === 'GET' || (method === 'POST' && body !== undefined);
  const parts = [
    `curl${isPlain ? '' : ` -X ${method}`} ${/[?&]/.test(address) ? inShell(address) : address}`,
    ...headersOf(request).map(({ name, before, secret }) => `-H "${name}: ${before}$${secret}"`),
    ...(body ? ["-H 'Content-Type: application/json'", `-d ${inShell(JSON.stringify(body, null, 2))}`] : []),
  ];
  return parts.join(' \\\n  ');
}

function inShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
