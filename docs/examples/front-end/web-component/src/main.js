import { createSignIn } from './sign-in.js';

const page = document.getElementById('app');

function show(login) {
  const heading = document.createElement('h1');
  heading.textContent = login ? `Hello, ${login}` : 'Please sign in';
  page.replaceChildren(heading, login ? signOut() : createSignIn(show));
}

function signOut() {
  const form = Object.assign(document.createElement('form'), { method: 'post', action: '/sign-out' });
  form.innerHTML = '<button type="submit">Sign out</button>';
  return form;
}

show(await (await fetch('/session')).text());
