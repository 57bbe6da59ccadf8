import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT, pageOf } from './pages.ts';

/** A document, by its path in the project, and what the navigation calls it. */
type Entry = readonly [document: string, text: string];

interface Reader {
  readonly text: string;
  /** Of the card on the first page. */
  readonly details: string;
  /** The first is where the card leads. */
  readonly entries: readonly [Entry, ...Entry[]];
}

export const READERS: readonly Reader[] = [
  {
    text: 'Site owners',
    details: 'Put the sign-in on your page: ten lines, your colours, your language.',
    entries: [
      ['docs/quickstart.md', 'Quickstart'],
      ['docs/site-owners.md', 'Embed the widget'],
      ['docs/sign-in-options.md', 'Ways to sign in'],
      ['docs/self-service.md', 'Self-service'],
      ['docs/appearance.md', 'Appearance'],
      ['docs/web-component.md', 'Web component'],
      ['docs/react.md', 'React'],
      ['docs/vue.md', 'Vue'],
      ['docs/svelte.md', 'Svelte'],
      ['docs/angular.md', 'Angular'],
      ['docs/examples/front-end/README.md', 'Example pages'],
      ['docs/troubleshooting.md', 'Troubleshooting'],
      ['docs/texts.md', 'Your own texts'],
      ['docs/text-keys.md', 'Text keys'],
      ['docs/users.md', 'For your users'],
    ],
  },
  {
    text: 'Developers',
    details: 'Verify results, add a second factor to your own passwords, call the API.',
    entries: [
      ['docs/backend-developers.md', 'Verify the result'],
      ['docs/second-factor.md', 'Second factor, step-up'],
      ['docs/hosted-page.md', 'Hosted page'],
      ['docs/native-apps.md', 'Native apps'],
      ['docs/webhooks.md', 'Webhooks and hook'],
      ['docs/api.md', 'The API with curl'],
      ['docs/api-errors.md', 'Errors and retries'],
      ['docs/refusal-codes.md', 'Refusal codes'],
      ['clients/README.md', 'Client libraries'],
      ['clients/typescript/README.md', 'TypeScript'],
      ['clients/python/README.md', 'Python'],
      ['docs/sign-in-node.md', 'Express, Fastify, Hono, Next.js'],
      ['docs/sign-in-python.md', 'Django, Flask'],
      ['clients/php/README.md', 'PHP'],
      ['docs/sign-in-php.md', 'PHP, Laravel, Symfony'],
      ['clients/java/README.md', 'Java'],
      ['docs/sign-in-java.md', 'Jakarta Servlet'],
      ['clients/PARITY.md', 'Libraries compared'],
      ['widget/README.md', 'The widget from npm'],
      ['docs/protectimus.md', 'Protectimus API'],
    ],
  },
  {
    text: 'Operators',
    details: 'Run the service: one process, your store, backups, monitoring, upgrades.',
    entries: [
      ['docs/operations/install.md', 'Install'],
      ['docs/operators.md', 'Overview'],
      ['docs/operations/first-start.md', 'First start'],
      ['docs/configuration.md', 'Configuration'],
      ['docs/operations/proxy-and-tls.md', 'Proxy and TLS'],
      ['docs/operations/store.md', 'Store'],
      ['docs/operations/keys.md', 'Keys'],
      ['docs/operations/backup.md', 'Backup and restore'],
      ['docs/operations/upgrade.md', 'Upgrades'],
      ['docs/operations/messages.md', 'Mail and SMS'],
      ['docs/operations/attack-protection.md', 'Attack protection'],
      ['docs/operations/security-checklist.md', 'Security checklist'],
      ['docs/operations/health.md', 'Health and logs'],
      ['docs/operations/monitoring.md', 'Monitoring'],
      ['docs/operations/series.md', 'Series'],
      ['docs/operations/alerts.md', 'Alerts'],
      ['docs/operations/audit-feed.md', 'Audit feed'],
      ['docs/operations/processes.md', 'Several processes'],
      ['docs/operations/high-availability.md', 'High availability'],
      ['docs/scale.md', 'Scale'],
      ['docs/operations/personal-data.md', 'Personal data'],
      ['docs/operations/plans.md', 'Plans and payments'],
      ['docs/moving-in.md', 'Move in'],
      ['docs/moving-from-protectimus.md', 'Migrate from Protectimus'],
      ['docs/operations/npm.md', 'The service from npm'],
    ],
  },
  {
    text: 'Administrators',
    details: 'Users, tokens, filters and events, in the console or from a shell.',
    entries: [
      ['docs/console.md', 'The console'],
      ['docs/help-users.md', 'Help a user'],
      ['docs/command-line.md', 'The command line'],
      ['docs/commands.md', 'All commands'],
      ['docs/importing-tokens.md', 'Import tokens'],
      ['docs/audit.md', 'Audit log and statistics'],
    ],
  },
];

/** For reviewers and contributors. */
const REVIEW: readonly Entry[] = [
  ['README.md', 'What it is'],
  ['CHANGELOG.md', 'Changelog'],
  ['SECURITY.md', 'Security policy'],
  ['server/README.md', 'Map of the server'],
  ['docs/sign-in-rules.md', 'How a sign-in runs'],
  ['docs/threat-model.md', 'Threat model'],
  ['docs/threat-model/guessing.md', 'Guessing and lockout'],
  ['docs/threat-model/recovery.md', 'Lost factors and links'],
  ['docs/threat-model/server.md', 'Server and data'],
  ['docs/security-requirements.md', 'Security requirements'],
  ['docs/data-dictionary.md', 'Data dictionary'],
  ['docs/glossary.md', 'Glossary'],
  ['bench/README.md', 'Benchmarks'],
  ['bench/results/latest.md', 'Latest measurements'],
  ['CONTRIBUTING.md', 'Contributing'],
  ['docs/development/add-an-endpoint.md', 'Walkthroughs'],
  ['docs/decisions/README.md', 'Decisions'],
  ['docs/mutation-scores.md', 'Mutation scores'],
  ['shared/vectors/README.md', 'Test vectors'],
];

/** Every document that the navigation names. Those of `FOLDERS` name themselves. */
export const NAMED_DOCUMENTS: readonly string[] = [...READERS.flatMap(({ entries }) => entries), ...REVIEW].map(
  ([document]) => document,
);

/** Folders whose documents are listed by their titles, next to each other and not on other pages: they are many. */
const FOLDERS = { development: 'Walkthroughs', decisions: 'Decisions' };

/** Folders that need no entries. */
export const LISTED_FOLDERS: readonly string[] = Object.keys(FOLDERS).map((folder) => `docs/${folder}`);

/** By where a page is. The groups do not fold: the theme makes a button of a folding one, with a button inside. */
export function sidebar() {
  const review = group('Reviewers and contributors', REVIEW);
  const ofContributors = Object.entries(FOLDERS).map(([folder, text]) => group(text, titled(`docs/${folder}`)));
  return {
    ...Object.fromEntries(Object.keys(FOLDERS).map((folder) => [`/${folder}/`, [...ofContributors, review]])),
    '/': [...READERS.map(({ text, entries }) => group(text, entries)), review],
  };
}

export function linkTo(document: string): string {
  return `/${pageOf(document).replace(/(?:index)?\.md$/, '')}`;
}

function group(text: string, entries: readonly Entry[]) {
  return { text, items: entries.map(([document, text]) => ({ text, link: linkTo(document) })) };
}

function titled(folder: string): Entry[] {
  return readdirSync(join(PROJECT, folder))
    .filter((name) => name.endsWith('.md'))
    .sort((one, other) => (one === 'README.md' ? -1 : other === 'README.md' ? 1 : one.localeCompare(other)))
    .map((name) => {
      const document = `${folder}/${name}`;
      const [, title = name] = /^# (.+)$/m.exec(readFileSync(join(PROJECT, document), 'utf8')) ?? [];
      return [document, title];
    });
}

/** The front matter of the first page, whose text is in `docs/index.md`. */
export const HOME = {
  layout: 'home-page',
  sidebar: false,
  hero: {
    name: 'Countersign',
    text: 'Two-factor authentication that you host',
    tagline: 'A widget on your page, a signed result for your backend, and one process to run.',

    actions: [
      { theme: 'brand', text: 'Quickstart', link: linkTo('docs/quickstart.md') },
      { theme: 'alt', text: 'Install the service', link: linkTo('docs/operations/install.md') },
    ],
  },
  features: READERS.map(({ text, details, entries: [[first]] }) => ({ title: text, details, link: linkTo(first) })),
};
