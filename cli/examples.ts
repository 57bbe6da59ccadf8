import type { Command } from 'commander';

const [RESOURCE, USER, TOKEN, FILTER] = ['res_01k8dq9z2mp', 'usr_01k8dq9z2mp', 'tok_01k8dq9z2mp', 'flt_01k8dq9z2mp'];
const [KEY, WEBHOOK, ACCOUNT] = ['key_01k8dq9z2mp', 'whk_01k8dq9z2mp', 'acc_01k8dq9z2mp'];

/** An example of every command, as it is typed. A test runs each through a shell and the parser. */
const EXAMPLES: Readonly<Record<string, string>> = {
  serve: 'countersign serve --demo',
  setup: 'countersign setup',
  credit: `countersign credit --account ${ACCOUNT} --amount 4900 --reference invoice-17`,
  backup: 'countersign backup --encrypt-to age1… countersign.backup',
  restore: 'countersign restore --identity key.txt countersign.backup',
  'forget-secrets': 'countersign forget-secrets',
  doctor: 'countersign doctor --mend',
  'audit verify': 'countersign audit verify events.jsonl --keys jwks.json',
  'courier test': 'countersign courier test --to +4915112345678',
  'rotate signing-key': 'countersign rotate signing-key',
  'rotate master-key begin': 'countersign rotate master-key begin',
  'rotate master-key status': 'countersign rotate master-key status',
  'rotate master-key finish': 'countersign rotate master-key finish',
  'store move': 'countersign store move --to-file redis-url.txt',
  'clock status': 'countersign clock status',
  'clock accept': 'countersign clock accept',
  'breached-passwords build': 'countersign breached-passwords build --from pwned.txt --out breached.filter',
  'breached-passwords check': 'countersign breached-passwords check breached.filter',
  'resource list': 'countersign resource list --all',
  'resource show': `countersign resource show ${RESOURCE}`,
  'resource create': "countersign resource create --name 'Shop' --origin https://shop.example",
  'resource update': `countersign resource update ${RESOURCE} --origin https://shop.example,https://www.shop.example`,
  'resource delete': `countersign resource delete ${RESOURCE}`,
  'resource set-logo': `countersign resource set-logo ${RESOURCE} --image logo.png`,
  'resource remove-logo': `countersign resource remove-logo ${RESOURCE}`,
  'resource texts': `countersign resource texts ${RESOURCE} --language de`,
  'resource set-texts': `countersign resource set-texts ${RESOURCE} --language en --texts '{"mail.hello":"Hi,"}'`,
  'resource preview-text': `countersign resource preview-text ${RESOURCE} --language en --key mail.hello --text 'Hi,'`,
  'user list': 'countersign user list --search ad',
  'user show': 'countersign user show ada',
  'user create': "printf 'correct horse battery' | countersign user create --login ada --password-stdin",
  'user update': 'countersign user update ada --blocked true',
  'user delete': 'countersign user delete ada',
  'user reset-password': 'countersign user reset-password ada --language de',
  'user enrol-link': `countersign user enrol-link ada --resource ${RESOURCE}`,
  'user link': 'countersign user link --user ada --kind password --delivery hand-over --valid-for 7d',
  'user environments': 'countersign user environments ada',
  'user forget-environments': 'countersign user forget-environments ada',
  'user trusted-browsers': 'countersign user trusted-browsers ada',
  'user end-trust': 'countersign user end-trust ada',
  'user erasure': `countersign user erasure ${USER}`,
  'user history': 'countersign user history ada --outcome refused',
  'user export': 'countersign user export ada --output ada.json',
  'user erase': 'countersign user erase ada --confirm ada',
  'user send-links': 'countersign user send-links --without-password',
  'token list': 'countersign token list --owner ada',
  'token show': `countersign token show ${TOKEN}`,
  'token create': 'countersign token create --name "Ada\'s phone" --kind totp --owner ada',
  'token update': `countersign token update ${TOKEN} --locked false`,
  'token delete': `countersign token delete ${TOKEN}`,
  'token resync-questions': `countersign token resync-questions ${TOKEN}`,
  'token resync': `printf '755224 287082' | countersign token resync ${TOKEN} --codes-stdin`,
  'token check': `printf '755224' | countersign token check ${TOKEN} --code-stdin`,
  'token history': `countersign token history ${TOKEN}`,
  'filter list': 'countersign filter list',
  'filter show': `countersign filter show ${FILTER}`,
  'filter create': "countersign filter create --name 'Alps' --kind geo --mode allow --countries AT,CH --unlocated deny",
  'filter update': `countersign filter update ${FILTER} --countries AT,CH,LI`,
  'filter delete': `countersign filter delete ${FILTER}`,
  'admin list': 'countersign admin list',
  'admin show': 'countersign admin show grace@example.com',
  'admin update': `countersign admin update grace@example.com --grants ${RESOURCE}:assigned`,
  'admin remove': 'countersign admin remove grace@example.com',
  'admin invite': `countersign admin invite --email grace@example.com --name Grace --grants ${RESOURCE}`,
  'admin invitations': 'countersign admin invitations',
  'admin resend': 'countersign admin resend grace@example.com',
  'admin withdraw': 'countersign admin withdraw grace@example.com',
  'admin recover': 'countersign admin recover ada@example.com',
  'key list': 'countersign key list',
  'key show': `countersign key show ${KEY}`,
  'key create': `countersign key create --name 'Shop backend' --scopes authenticate --resources ${RESOURCE} --lifetime 90d`,
  'key update': `countersign key update ${KEY} --enabled false`,
  'key delete': `countersign key delete ${KEY}`,
  'key rotate': `countersign key rotate ${KEY} --overlap 24h`,
  'webhook list': 'countersign webhook list',
  'webhook show': `countersign webhook show ${WEBHOOK}`,
  'webhook create':
    'countersign webhook create --target https://shop.example/events --events user.created,user.updated',
  'webhook update': `countersign webhook update ${WEBHOOK} --enabled false`,
  'webhook delete': `countersign webhook delete ${WEBHOOK}`,
  'webhook rotate': `countersign webhook rotate ${WEBHOOK} --overlap 24h`,
  'webhook test': `countersign webhook test ${WEBHOOK}`,
  'webhook deliveries': `countersign webhook deliveries ${WEBHOOK} --state dead`,
  'webhook replay': `countersign webhook replay ${WEBHOOK} --deliveries dead`,
  'account list': 'countersign account list',
  'account create': "countersign account create --name 'Acme'",
  'account deletions': 'countersign account deletions',
  'account show': 'countersign account show',
  'account update': "countersign account update --name 'Acme'",
  'account delete': `countersign account delete ${ACCOUNT} --confirm ${ACCOUNT}`,
  'plan show': 'countersign plan show',
  'plan list': 'countersign plan list',
  'plan choose': 'countersign plan choose --name Free',
  'event list': 'countersign event list --type authentication --outcome refused --watch',
  'event export': 'countersign event export --format csv --from 2026-01-01 --output events.csv',
  balance: 'countersign balance',
  ledger: 'countersign ledger --all',
  checklist: 'countersign checklist',
  'mail-status': 'countersign mail-status',
  'mail-test': 'countersign mail-test --to ada@example.com',
  statistics: `countersign statistics --resource ${RESOURCE}`,
  'resource-statistics': 'countersign resource-statistics',
  explain: `countersign explain --resource ${RESOURCE} --user ada`,
  assign: `countersign assign --resource ${RESOURCE} --user ada --token ${TOKEN}`,
  unassign: `countersign unassign --resource ${RESOURCE} --user ada`,
  'import users': 'countersign import users users.csv --dry-run',
  'import tokens': 'countersign import tokens tokens.csv',
  'export users': 'countersign export users --format jsonl > users.jsonl',
  'export tokens': 'countersign export tokens > tokens.csv',
  'migrate keycloak': 'countersign migrate keycloak realm.json --dry-run',
  'migrate auth0': 'countersign migrate auth0 users.ndjson --passwords passwords.ndjson --dry-run',
  'migrate firebase': 'countersign migrate firebase users.json --hash-config hash-config.txt --dry-run',
  'migrate better-auth': 'countersign migrate better-auth users.jsonl --secrets secrets.txt --dry-run',
  'migrate clerk': 'countersign migrate clerk users.csv --dry-run',
  'migrate privacyidea': 'countersign migrate privacyidea tokens.csv --dry-run',
  'migrate protectimus': 'countersign migrate protectimus --from https://api.protectimus.com --login ada@example.com',
  completion: 'source <(countersign completion bash)',
};

/** The commands that do something, by the words that call them. */
export function leavesOf(command: Command, before: readonly string[] = []): [path: string, leaf: Command][] {
  return command.commands.flatMap((inner): [string, Command][] => {
    const path = [...before, inner.name()];
    return inner.commands.length > 0 ? leavesOf(inner, path) : [[path.join(' '), inner]];
  });
}

/** Puts its example below the help of every command. */
export function addExamples(program: Command): void {
  for (const [path, leaf] of leavesOf(program)) {
    const example = EXAMPLES[path];
    if (example !== undefined) leaf.addHelpText('after', `\nExample:\n  ${example}`);
  }
}

export function exampleOf(path: string): string | undefined {
  return EXAMPLES[path];
}
