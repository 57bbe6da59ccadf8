import { API_SCOPES, type ApiScope, type KeyKind } from '@countersign/protocol/api-keys';
import type { Choice, Input } from '../edit/inputs.ts';
import type { Fields } from '../service/conflict.ts';
import { t } from './i18n.ts';

export const API_KEYS = '/console/api-keys';

/** The only scope of a key that is limited to resources. */
const CONFINED_SCOPE: ApiScope = 'authenticate';

/** An API key as the API shows it. */
export interface ApiKey extends Fields {
  id: string;
  name: string;
  prefix: string;
  scopes: readonly ApiScope[];
  resources: readonly string[] | null;
  kind: KeyKind;
  /** For a key of kind `protectimus`: the user name it is sent with, and the addresses it is accepted from. */
  login: string | null;
  addressRanges: readonly string[] | null;
  enabled: boolean;
  expiresAt: number;
  formerUntil: number | null;
  lastUsedAt: number | null;
  createdAt: number;
}

export interface KeyWithSecret {
  key: ApiKey;
  text: string;
}

/** The longest lifetime of a key. */
export const MAX_LIFETIME_MS = 3650 * 86_400_000;
const SOON_MS = 30 * 86_400_000;

export type KeyState = 'active' | 'off' | 'expired' | 'soon';

/** The state of a key, for its badge. */
export function stateOf({ enabled, expiresAt }: Pick<ApiKey, 'enabled' | 'expiresAt'>, now: number): KeyState {
  if (expiresAt <= now) return 'expired';
  if (!enabled) return 'off';
  return expiresAt - now < SOON_MS ? 'soon' : 'active';
}

const MAX_RANGES = 50;
/** Checks the shape only; the service validates the address. */
const RANGE = /^[0-9a-f:.]{2,45}(?:\/[0-9]{1,3})?$/i;

/** The addresses that a Protectimus key is accepted from. */
export function rangesInput(hint: string): Input {
  const read = (text: string) => (RANGE.test(text.trim()) ? { value: text.trim() } : { mistake: t('notARange') });
  return {
    name: 'addressRanges',
    kind: 'list',
    maxItems: MAX_RANGES,
    placeholder: '203.0.113.7',
    label: t('ranges'),
    hint,
    read,
  };
}

/** Settings of an existing Protectimus key. Its rights are those of its administrator. */
export function protectimusInputs({ addressRanges }: Pick<ApiKey, 'addressRanges'>): Input[] {
  return [nameInput(), ...(addressRanges === null ? [] : [rangesInput(t('rangesKept'))])];
}

export function nameInput(): Input {
  return { name: 'name', kind: 'text', max: 100, label: t('name'), hint: t('nameHint') };
}

/** The inputs for both a new and an existing key. */
export function inputsOf(resources: readonly Choice[]): Input[] {
  const confinement: Input = {
    name: 'resources',
    kind: 'some-of',
    without: t('resources'),
    label: t('resources'),
    hint: t('resourcesHint'),
    choices: resources,
    isExcluded: (_, { scopes }) => (scopes as readonly ApiScope[]).some((scope) => scope !== CONFINED_SCOPE),
  };
  return [
    nameInput(),
    {
      name: 'scopes',
      kind: 'some-of',
      isNeeded: true,
      label: t('scopes'),
      hint: t('scopesHint'),
      choices: API_SCOPES.map((scope) => ({ value: scope, label: t(scope), hint: t(`${scope}Hint`) })),
      isExcluded: (scope, values) => values.resources !== null && scope !== CONFINED_SCOPE,
    },
    ...(resources.length === 0 ? [] : [confinement]),
  ];
}
