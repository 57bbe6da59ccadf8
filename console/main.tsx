import { render } from 'preact';
import { App } from './app.tsx';
import { english, loadTexts } from './i18n/texts.ts';
import { takeSecret } from './links/link-secret.ts';
import { createClient } from './service/client.ts';
import { createVisit, type Stage } from './visit.ts';
import './styles/page.css';
import './styles/alone.css';
import './styles/forms.css';
import './styles/enrolment.css';
import './styles/inside.css';
import './styles/paper.css';

/** How often it is looked whether an unused session is over. */
const LOOK_MS = 10_000;

// Before anything else: until then the secret of a link stands in the address bar.
const secret = takeSecret(window);

const client = createClient(
  (...request) => fetch(...request),
  (answer) => visit.hear(answer),
);
let texts = english;
const visit = createVisit({
  client,
  path: () => location.pathname,
  setPath: (path, replace) => (replace ? history.replaceState(null, '', path) : history.pushState(null, '', path)),
  show(stage: Stage) {
    render(<App client={client} texts={texts} visit={visit} stage={stage} />, document.body);
  },
});

// Another link may be pasted into the same tab, which loads nothing anew.
addEventListener('popstate', () => {
  const another = takeSecret(window);
  return another === '' ? visit.follow() : visit.start(another);
});
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && visit.checkTime());
setInterval(() => visit.checkTime(), LOOK_MS);
loadTexts(navigator.languages).then((loaded) => {
  texts = loaded;
  document.documentElement.lang = texts.lang;
  return visit.start(secret);
});
