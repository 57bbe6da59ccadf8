import { html } from 'hono/html';

/** What the snippets and the JSON of the reference consist of, which all are made by this folder. */
const TEXT = /"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/.source;
const WORDS =
  'import|from|const|await|for|of|in|throw|new|with|as|print|echo|foreach|require|true|false|null|True|False|None|curl';
const PARTS = new RegExp(
  String.raw`(?<k>(?:${TEXT})(?=\s*(?::|=>)))|(?<s>${TEXT})|(?<n>\b\d[\d_.]*\b)|(?<w>\b(?:${WORDS})\b)`,
  'g',
);

/** Source text with its strings, numbers and words marked, for the eye alone. */
export function coloured(source: string) {
  const parts: ReturnType<typeof html>[] = [];
  let end = 0;
  for (const match of source.matchAll(PARTS)) {
    const kind = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined)?.[0] ?? '';
    parts.push(html`${source.slice(end, match.index)}<i class="${kind}">${match[0]}</i>`);
    end = match.index + match[0].length;
  }
  return html`${parts}${source.slice(end)}`;
}

/** Text with `code` in it. */
export function withCode(text: string) {
  return html`${text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
