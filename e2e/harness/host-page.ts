/** Options of `Countersign.mount` that are plain data. */
export type MountData = Record<string, unknown> & { resource: string; nonce: string };

export interface HostPage {
  service: string;
  body?: string;
  /** Runs after the loader. */
  script?: string;
  /** BCP 47. */
  lang?: string;
  /** For a Content-Security-Policy. */
  cspNonce?: string;
}

/** A page as an integrator would write it. */
export function hostPage({ service, body = '', script = '', lang = 'en', cspNonce }: HostPage): string {
  const nonce = cspNonce === undefined ? '' : ` nonce="${cspNonce}"`;
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Harbour &amp; Co.</title>
<script src="${service}/widget/v1/countersign.js"></script>
</head>
<body>
<main><h1>Harbour &amp; Co.</h1><p><button type="button">Help</button></p>${body}</main>
<script${nonce}>${RECORD}${script}</script>
</body>
</html>`;
}

/** Records every event of every widget, as `[name, detail, id of the element]`. */
const RECORD = `window.heard = []; window.widgets = {};
for (const name of ['ready', 'change', 'success', 'error', 'expire', 'timeout', 'close', 'loaderror'])
  document.addEventListener('countersign:' + name, ({ detail, target }) => heard.push([name, detail ?? null, target.id]));
`;

/** Mounts a widget into the element of that id. */
export function mountScript(id: string, options: MountData): string {
  return `widgets[${json(id)}] = Countersign.mount(${json(`#${id}`)}, ${json(options)});\n`;
}

/** JSON that is safe in a script element. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
