import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A site that embeds the widget, on another site than the service: `127.0.0.1` beside `localhost`. */
export interface HostSite {
  origin: string;
  /** Fields of the last form that was posted here. */
  posted: URLSearchParams[];
  /** Puts a page there; answers its address. */
  put(html: string, headers?: Record<string, string>): string;
  close(): Promise<void>;
}

export async function startHostSite(): Promise<HostSite> {
  const pages = new Map<string, { html: string; headers: Record<string, string> }>();
  const posted: URLSearchParams[] = [];
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      posted.push(new URLSearchParams(Buffer.concat(chunks).toString()));
      response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Posted</title>');
      return;
    }
    const page = pages.get(request.url ?? '');
    response
      .writeHead(page ? 200 : 404, { 'content-type': 'text/html; charset=utf-8', ...page?.headers })
      .end(page?.html ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    posted,
    put(html, headers = {}) {
      const path = `/page-${pages.size + 1}`;
      pages.set(path, { html, headers });
      return origin + path;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A page as an integrator would write it. `script` runs after the loader. */
export function hostPage(service: string, body: string, script = '', dark = false): string {
  return `<!doctype html>
<html lang="en"${dark ? ' style="color-scheme: dark"' : ''}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Host</title>
<script src="${service}/widget/v1/countersign.js"></script>
</head>
<body>
<main>${body}</main>
<script>${script.replaceAll('</', '<\\/')}</script>
</body>
</html>`;
}
