import { readFileSync } from 'node:fs';
import { settings } from './settings.ts';

const { service, resource, ownPasswords } = settings;
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const page = (title: string, body: string) =>
  `<!doctype html><html lang="en"><title>${escapeHtml(title)}</title><h1>${escapeHtml(title)}</h1>${body}</html>`;

/** The page with the widget. */
export const signInPage = readFileSync(new URL('sign-in.html', import.meta.url), 'utf8')
  .replace('{{ service }}', service)
  .replace('{{ resource }}', resource)
  .replace('{{ own-passwords }}', ownPasswords ? '1' : '');

export const startPage = (refused = '') =>
  page(
    'Juniper shop',
    ownPasswords
      ? `<form method="post" action="/password"><p role="alert">${refused}</p>
<label>Name <input name="name" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button>Continue</button></form>`
      : '<a href="/sign-in">Sign in</a>',
  );

export const accountPage = (login = '') =>
  page(`Hello, ${login}`, '<form method="post" action="/countersign/sign-out"><button>Sign out</button></form>');

export const TRANSFER = 'Two factors within five minutes.';
