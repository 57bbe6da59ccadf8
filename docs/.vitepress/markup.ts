import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderMermaidSVG } from 'beautiful-mermaid';
import { createCssVariablesTheme } from 'shiki';
import type { MarkdownEnv, MarkdownRenderer, UserConfig } from 'vitepress';

type Markup = NonNullable<UserConfig['markdown']>;
type CodeTransformer = NonNullable<Markup['codeTransformers']>[number];

export const CODE_THEME = createCssVariablesTheme({ name: 'countersign', variablePrefix: '--code-' });

/** The service's policy allows no style attributes, so colours of code are classes. */
export const colourByClass: CodeTransformer = {
  name: 'colour-by-class',
  preprocess(_code, options) {
    // By default the rest of a line that takes half a second has no colours, so a busy machine would build other pages.
    options.tokenizeTimeLimit = 0;
  },
  pre(node) {
    delete node.properties.style;
  },
  span(node) {
    const [, name] = /^color:var\(--code-([\w-]+)\)$/.exec(`${node.properties.style ?? ''}`) ?? [];
    if (name !== undefined) node.properties.class = `code-${name}`;
    delete node.properties.style;
  },
};

/** Columns are aligned by a class. The heading of a column without one is an empty cell, which is no heading. */
export function tidyTables(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push('tidy-tables', ({ tokens }) => {
    for (const [index, token] of tokens.entries()) {
      const [, side] = /^text-align:(\w+)$/.exec(token.attrGet('style') ?? '') ?? [];
      if (side !== undefined) token.attrs = [['class', `cell-${side}`]];
      if (token.type !== 'th_open' || tokens[index + 1]?.content !== '') continue;
      for (const cell of tokens.slice(index, index + 3)) cell.tag &&= 'td';
    }
  });
}

/** Diagrams are drawn when the site is built. Their colours are in the stylesheet. */
export function drawDiagrams(markdown: MarkdownRenderer): void {
  const { fence } = markdown.renderer.rules;
  if (!fence) throw new Error('The renderer has no rule for fenced blocks.');
  markdown.renderer.rules.fence = (tokens, index, options, env, self) => {
    const token = tokens[index];
    if (token?.info.trim() !== 'mermaid') return fence(tokens, index, options, env, self);
    // What flows to the right is too wide for a phone, and flows down there.
    const narrow = token.content.replace(/^flowchart LR$/m, 'flowchart TD');
    const drawn = narrow === token.content ? [''] : ['wide', 'narrow'];
    const drawings = drawn.map((width) => draw(width === 'narrow' ? narrow : token.content, width, `${width}${index}`));
    return `<figure class="diagram" tabindex="0" v-pre>${drawings.join('')}</figure>\n`;
  };
}

/** @param id makes the ids of its markers unique in the page */
function draw(diagram: string, width: string, id: string): string {
  const drawn = renderMermaidSVG(diagram)
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replaceAll(/ style="[^"]*"/g, '')
    .replaceAll(/(id="|url\(#)([\w-]+)/g, `$1$2-${id}`)
    .replace('<svg', `<svg class="${width}"`);
  // The library leaves out, without a word, what it does not understand.
  const lost = [...diagram.matchAll(/->>.*?: (.+)$/gm)].find(([, message = '']) => !drawn.includes(`>${message}<`));
  if (lost) throw new Error(`The diagram lacks the message "${lost[1]}".`);
  return drawn;
}

/**
 * A picture that exists for both colour schemes is shown in the page's. Documents name the light one. With its size, the
 * page has room for it before it has loaded, and a link to a heading leads there.
 */
export function drawPictures(markdown: MarkdownRenderer): void {
  const { image } = markdown.renderer.rules;
  if (!image) throw new Error('The renderer has no rule for images.');
  markdown.renderer.rules.image = (tokens, index, options, env, self) => {
    const token = tokens[index];
    if (!token) return '';
    const source = token.attrGet('src') ?? '';
    const { path, realPath = path } = env as MarkdownEnv;
    const fileOf = (src: string) => join(dirname(realPath), src);
    const draw = (src: string, scheme?: string) => {
      const { width, height } = pngSize(readFileSync(fileOf(src)));
      token.attrSet('src', src);
      token.attrSet('width', `${width}`);
      token.attrSet('height', `${height}`);
      if (scheme) token.attrSet('class', `only-${scheme}`);
      return image(tokens, index, options, env, self);
    };
    const dark = source.replace(/-light\.png$/, '-dark.png');
    return dark !== source && existsSync(fileOf(dark)) ? draw(source, 'light') + draw(dark, 'dark') : draw(source);
  };
}

/** PNG (W3C) 5.2 and 11.2.1: the size is in IHDR, which follows the signature. In pixels. */
export function pngSize(png: Buffer): { width: number; height: number } {
  if (png.toString('latin1', 12, 16) !== 'IHDR') throw new Error('Pictures in documents are PNG files.');
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}
