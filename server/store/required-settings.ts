/** Settings of Redis that "a response means durable" rests on. */
export const REQUIRED_SETTINGS = {
  appendonly: 'yes',
  appendfsync: 'always',
  // With `yes` nothing is flushed while the file is rewritten, despite `appendfsync`.
  'no-appendfsync-on-rewrite': 'no',
  'maxmemory-policy': 'noeviction',
} as const;

export type RequiredSetting = keyof typeof REQUIRED_SETTINGS;

/** The promise that `setting` has its required value, as the operator writes it. */
export function promiseOf(setting: RequiredSetting): string {
  return `${setting}=${REQUIRED_SETTINGS[setting]}`;
}

/** Parses `appendonly=yes,appendfsync=always`: settings that the operator promises, each with its required value. */
export function parsePromises(text: string): RequiredSetting[] | undefined {
  const given = text.split(',').map((part) => part.trim());
  const settings = Object.keys(REQUIRED_SETTINGS) as RequiredSetting[];
  const promised = settings.filter((setting) => given.includes(promiseOf(setting)));
  return promised.length === given.length ? promised : undefined;
}
