import '@countersign/ui/tokens.css';
import '@countersign/ui/form.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { english, loadTexts } from './i18n/texts.ts';
import { takeSecret } from './links/link-secret.ts';
import { type Preferences, readPreferences, savePreferences } from './preferences.ts';
import { createRouter, type Stage } from './router.ts';
import { createClient } from './service/client.ts';
import { createQueryCache } from './service/query-cache.ts';
import { createDrafts } from './shell/drafts.ts';
import './styles/page.css';
import './styles/standalone.css';
import './styles/forms.css';
import './styles/enrolment.css';
import './styles/print.css';

/** How often to check whether an unused session has expired. */
const POLL_INTERVAL_MS = 10_000;

// Run first: until then the secret of a link is visible in the address bar.
const secret = takeSecret(window);

const client = createClient(
  (...request) => fetch(...request),
  (answer) => router.onAnswer(answer),
);
const reads = createQueryCache(client);
const drafts = createDrafts();
let preferences = readPreferences(() => localStorage);
let texts = english;
let stage: Stage = { kind: 'loading' };

const router = createRouter({
  client,
  href: () => location.pathname + location.search,
  setHref: (href, replace) => (replace ? history.replaceState(null, '', href) : history.pushState(null, '', href)),
  show(next: Stage) {
    stage = next;
    if (stage.kind === 'inside') drafts.setOwner(stage.session.administrator.id);
    // Cached responses belong to the user who requested them.
    else if (stage.kind !== 'loading') reads.clear();
    draw();
  },
});

function draw(): void {
  render(<App {...{ client, reads, drafts, texts, router, stage, preferences, setPreferences }} />, document.body);
}

async function setPreferences(changes: Partial<Preferences>): Promise<void> {
  preferences = { ...preferences, ...changes };
  savePreferences(preferences, () => localStorage);
  if (preferences.theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = preferences.theme;
  await loadLanguage();
  draw();
}

async function loadLanguage(): Promise<void> {
  const { language } = preferences;
  texts = await loadTexts(language === undefined ? navigator.languages : [language]);
  document.documentElement.lang = texts.lang;
}

// Pasting another link into the same tab does not reload the page.
addEventListener('popstate', () => {
  const another = takeSecret(window);
  return another === '' ? router.follow() : router.start(another);
});
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && router.checkTime());
setInterval(() => router.checkTime(), POLL_INTERVAL_MS);
loadLanguage().then(() => router.start(secret));
