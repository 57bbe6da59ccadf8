/** A link or an image, as written. */
export interface Link {
  readonly target: string;
  readonly line: number;
}

/** A code span or a line of a code block. */
export interface Code {
  readonly text: string;
  readonly line: number;
  readonly block: boolean;
}

export interface Markdown {
  readonly links: readonly Link[];
  readonly code: readonly Code[];
  /** Anchors of the headings, by GitHub's rule. */
  readonly anchors: ReadonlySet<string>;
  /** Headings in order, with their depth. */
  readonly headings: readonly { depth: number; text: string }[];
}

/** Reads the parts of a Markdown text that make claims. Supports what our documents use, not all of Markdown. */
export function readMarkdown(text: string): Markdown {
  const links: Link[] = [];
  const code: Code[] = [];
  const headings: { depth: number; text: string }[] = [];
  const anchors = new Set<string>();
  let fence: string | undefined;

  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1;
    const mark = /^\s*(`{3,}|~{3,})/.exec(raw)?.[1];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
      fence = fence === undefined ? mark : undefined;
      continue;
    }
    if (fence !== undefined || /^(?: {4}|\t)(?!\s*(?:[-*+]|\d+\.) )/.test(raw)) {
      code.push({ text: raw.trim(), line, block: true });
      continue;
    }
    for (const span of raw.matchAll(/(`+)(.+?)\1(?!`)/g)) {
      code.push({ text: (span[2] ?? '').trim(), line, block: false });
    }
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(raw);
    if (heading !== null) {
      const title = heading[2] ?? '';
      headings.push({ depth: (heading[1] ?? '').length, text: title });
      anchors.add(freeSlug(slug(title), anchors));
    }
    const prose = raw.replace(/(`+)(.+?)\1(?!`)/g, '');
    for (const id of prose.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) anchors.add(id[1] ?? '');
    for (const pattern of [
      /\]\(\s*<?([^)<>\s]+)>?(?:\s+["'][^)]*)?\)/g,
      /^\s*\[[^\]]+\]:\s+<?([^\s>]+)>?/g,
      /<(?:img|a|source)\b[^>]*\b(?:src|href|srcset)="([^"]+)"/g,
    ]) {
      for (const match of prose.matchAll(pattern)) links.push({ target: match[1] ?? '', line });
    }
  }
  return { links, code, anchors, headings };
}

/** GitHub's anchor of a heading: lower case, without punctuation, a dash for each space. */
export function slug(title: string): string {
  return title
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

function freeSlug(wanted: string, taken: ReadonlySet<string>): string {
  let candidate = wanted;
  for (let n = 1; taken.has(candidate); n += 1) candidate = `${wanted}-${n}`;
  return candidate;
}
