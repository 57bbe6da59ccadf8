import { expect, test } from 'vitest';
import { frameMail, mailFrameProblem } from './frame.ts';

const FRAME = `<!doctype html>
<html><head><meta charset="utf-8"><title>Shop</title><style>p{color:#333}</style></head>
<body style="margin:0"><img src="https://shop.example/logo.png" alt="Shop" width="80">
{content}
<p><a href="https://shop.example/">Shop</a> &amp; <a href="mailto:help@shop.example">help</a></p></body></html>
`;
const inBody = (html: string) => `<html><body>{content}${html}</body></html>`;

test('plain markup with one place for the mail is a frame', () => {
  expect(mailFrameProblem(FRAME)).toBeUndefined();
  expect(mailFrameProblem('<html><body><style>p{color:#333}</style>{content}</body></html>')).toBeUndefined();
  expect(frameMail('a{content}b', '<p>$& {content}</p>')).toBe('a<p>$& {content}</p>b');
});

// SR-30. The attack: a frame that runs a script, loads one by a style, or takes the mail out of the text.
test.each([
  '<script>alert(1)</script>',
  '<img src="https://x.example/" onerror="alert(1)">',
  '<img src=x onerror=alert(1)>',
  '<svg onload="alert(1)"></svg>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="java&#115;cript:alert(1)">x</a>',
  '<a href="http://x.example/">x</a>',
  '<iframe src="https://x.example/"></iframe>',
  '<form action="https://x.example/"><input name="code"></form>',
  '<base href="https://x.example/">',
  '<link rel="stylesheet" href="https://x.example/a.css">',
  '<meta http-equiv="refresh" content="0">',
  '<!-- x -->',
  '<style>p{background:url(https://x.example/)}</style>',
  '<style>@import "x"</style>',
  '<style></style',
  '<style><p></style>',
  '<style><body>@import "x"</body></style>',
  '<style><title>@import "x"</title></style>',
  '<p style="background:u\\72l(x)">',
  '<img src="data:text/html,x">',
  '<',
  '>',
  '<p title="a>b">',
  '\0',
])('SR-30: refuses %s', (html) => {
  expect(mailFrameProblem(inBody(html))).toEqual(expect.any(String));
});

test.each([
  '',
  '<html><body></body></html>',
  '<html><body>{content}{content}</body></html>',
  '<html><head><title>{content}</title></head><body></body></html>',
  '<html><head><style>{content}</style></head><body></body></html>',
  '<html><body><p title="{content}"></p></body></html>',
  '<html><head><style><body>{content}</body></style></head></html>',
  '{content}',
  '<html><body></body>{content}</html>',
  `<html><body>{content}${'x'.repeat(50_000)}</body></html>`,
])('refuses %# without one place in the text of its body', (html) => {
  expect(mailFrameProblem(html)).toEqual(expect.any(String));
});

test('names the line', () => {
  expect(mailFrameProblem('<html>\n<body>\n{content}\n<script></script></body></html>')).toBe(
    'line 4 has <script>, which is not allowed',
  );
});
