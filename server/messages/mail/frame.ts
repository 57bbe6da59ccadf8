/** Where the mail goes. */
const CONTENT = '{content}';
const MAX_FRAME_LENGTH = 50_000;

const ELEMENTS = new Set(
  'html head title meta style body div p span a b strong i em br hr img table thead tbody tfoot tr td th h1 h2 h3 h4 ul ol li center small'.split(
    ' ',
  ),
);
const ATTRIBUTES = new Set(
  'align alt bgcolor border cellpadding cellspacing charset class colspan content dir height href id lang name role rowspan src style title valign width'.split(
    ' ',
  ),
);
/** Text, or one whole tag whose values are all in double quotes, so that no client reads another structure. */
const PIECE = /<!doctype html>|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*\/?>|[^<>]+/iy;
const ATTRIBUTE = /([a-z-]+)(?:="([^"]*)")?/gi;

/**
 * What is wrong with the operator's HTML around mails; undefined if it can be used: plain markup without scripts, forms
 * and comments, with one place for the mail in the text of its body.
 */
export function mailFrameProblem(html: string): string | undefined {
  if (html.length > MAX_FRAME_LENGTH) return `is longer than ${MAX_FRAME_LENGTH} characters`;
  if (/[^\P{Cc}\t\r\n]/u.test(html)) return 'has control characters';
  if (html.split(CONTENT).length !== 2) return `must have ${CONTENT} once`;
  /** The open element whose text is no markup. */
  let raw = '';
  let isInBody = false;
  let isPlaced = false;
  for (let at = 0; at < html.length; ) {
    const line = html.slice(0, at).split('\n').length;
    PIECE.lastIndex = at;
    const [piece, slash, name = '', attributes = ''] = PIECE.exec(html) ?? [];
    if (piece === undefined) return `line ${line} is no plain markup: quote values, and write &lt; for <`;
    at += piece.length;
    const element = name.toLowerCase();
    if (element === '') {
      if (piece.includes(CONTENT)) isPlaced = isInBody && raw === '';
      if (raw === 'style' && /@import|url\s*\(|expression\s*\(|\\/i.test(piece))
        return `line ${line} has a style that loads something`;
      continue;
    }
    if (!ELEMENTS.has(element)) return `line ${line} has <${element}>, which is not allowed`;
    const problem = attributeProblem(attributes);
    if (problem !== undefined) return `line ${line} has ${problem}`;
    if (raw !== '' && !(slash === '/' && element === raw)) return `line ${line} has markup in a <${raw}>`;
    if (element === 'style' || element === 'title') raw = slash === '/' ? '' : element;
    else if (element === 'body') isInBody = slash !== '/';
  }
  return isPlaced ? undefined : `must have ${CONTENT} in the text of its <body>`;
}

function attributeProblem(attributes: string): string | undefined {
  for (const [, name = '', value = ''] of attributes.matchAll(ATTRIBUTE)) {
    const attribute = name.toLowerCase();
    if (!ATTRIBUTES.has(attribute)) return `the attribute ${attribute}, which is not allowed`;
    if (/[&{}]/.test(value) && (attribute === 'href' || attribute === 'src')) return `an ${attribute} with &, { or }`;
    if (attribute === 'href' && !/^(?:https:\/\/|mailto:)/i.test(value)) return 'a link that is not https or mailto';
    if (attribute === 'src' && !/^https:\/\//i.test(value)) return 'an image that is not https';
    if (attribute === 'style' && /url\s*\(|expression\s*\(|[\\&]/i.test(value)) return 'a style that loads something';
  }
  return undefined;
}

/** The frame around the mail, which is markup already. */
export function frameMail(frame: string, content: string): string {
  const [before = '', after = ''] = frame.split(CONTENT);
  return before + content + after;
}
