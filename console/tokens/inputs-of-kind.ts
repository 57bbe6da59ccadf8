import type { Input } from '../edit/inputs.ts';
import type { Fields } from '../service/conflict.ts';
import type { TokenKind } from '../shared/user.ts';
import { words as common } from '../shell/words.ts';
import { secretMistake } from './first-code.ts';
import { words } from './words.ts';

/**
 * Of `?kind=`: a device with a number on it is one of the first two, begun with what it comes with. Passkeys are made by
 * the device of whom they let in.
 */
export const WAYS = ['totp', 'hotp', 'hardware', 'ocra', 'sms', 'email', 'recovery'] as const;
export type WayIn = (typeof WAYS)[number];

export function isWay(text: string | null): text is WayIn {
  return WAYS.some((one) => one === text);
}

const DAY_MS = 86_400_000;

export function addressInput(kind: 'sms' | 'email'): Input {
  const isPhone = kind === 'sms';
  return {
    name: 'to',
    kind: 'text',
    max: isPhone ? 16 : 100,
    label: words(isPhone ? 'toPhone' : 'toEmail'),
    hint: words(isPhone ? 'toPhoneHint' : 'toEmailHint'),
    check: (text) =>
      (isPhone ? /^\+[0-9]{8,15}$/ : /^[^@\s]+@[^@\s]+$/).test(text.trim())
        ? undefined
        : words(isPhone ? 'toPhoneBad' : 'toEmailBad'),
  };
}

export function pinInputs(): Input[] {
  return [
    {
      name: 'digits',
      kind: 'text',
      max: 4,
      label: words('pinDigits'),
      hint: words('pinDigitsHint'),
      check: (text) => (/^[0-9]{4}$/.test(text) ? undefined : words('pinDigitsBad')),
    },
    {
      name: 'position',
      kind: 'one-of',
      label: words('pinWhere'),
      choices: [
        { value: 'before', label: words('pinBefore') },
        { value: 'after', label: words('pinAfter') },
      ],
    },
  ];
}

/** What is asked for a token that is made in this way. */
export function inputsOf(way: WayIn): Input[] {
  const name: Input = { name: 'name', kind: 'text', max: 100, label: words('name'), hint: words('nameHint') };
  const serial: Input = {
    name: 'serial',
    kind: 'text',
    max: 64,
    label: words('serial'),
    hint: words('serialHint'),
    ...(way !== 'hardware' && { without: common('none') }),
  };
  const secret: Input = {
    name: 'secret',
    kind: 'text',
    max: 128,
    label: words('secret'),
    hint: words(way === 'hardware' || way === 'ocra' ? 'secretDeviceHint' : 'secretHint'),
    ...(way !== 'hardware' && { without: common('none') }),
    check: secretMistake,
  };
  const digits: Input = { name: 'digits', kind: 'select', label: words('digits'), choices: choices('6', '8') };
  const algorithm: Input = {
    name: 'algorithm',
    kind: 'select',
    label: words('algorithm'),
    hint: words('algorithmHint'),
    choices: choices('SHA1', 'SHA256', 'SHA512'),
  };
  const period: Input = {
    name: 'periodMs',
    kind: 'duration',
    min: 30_000,
    max: DAY_MS,
    label: words('period'),
    hint: words('periodHint'),
  };
  const counter: Input = {
    name: 'counter',
    kind: 'number',
    min: 0,
    max: Number.MAX_SAFE_INTEGER - 1000,
    label: words('counter'),
    hint: words('counterHint'),
  };
  const pin: Input = {
    name: 'pin',
    kind: 'group',
    label: words('pin'),
    hint: words('pinText'),
    inputs: pinInputs(),
    initial: { digits: '', position: 'before' },
  };
  switch (way) {
    case 'totp':
      return [name, digits, algorithm, period, pin];
    case 'hotp':
      return [name, digits, algorithm, counter, pin];
    case 'hardware':
      return [
        serial,
        {
          name: 'kind',
          kind: 'one-of',
          label: words('counts'),
          choices: [
            { value: 'totp', label: words('countsTime'), hint: words('countsTimeHint') },
            { value: 'hotp', label: words('countsEvents'), hint: words('countsEventsHint') },
          ],
        },
        secret,
        name,
        digits,
        algorithm,
        period,
        counter,
        pin,
      ];
    case 'ocra':
      return [
        name,
        {
          name: 'suite',
          kind: 'text',
          max: 100,
          label: words('suite'),
          hint: words('suiteHint'),
        },
        serial,
        secret,
        counter,
        {
          name: 'suitePin',
          kind: 'text',
          max: 16,
          label: words('suitePin'),
          hint: words('suitePinHint'),
          without: common('none'),
          check: (text) => (/^[0-9]{4,16}$/.test(text) ? undefined : words('suitePinBad')),
        },
        pin,
      ];
    case 'sms':
    case 'email':
      return [
        addressInput(way),
        { ...name, kind: 'text', max: 100, without: common('none'), hint: words('nameSentHint') },
        pin,
      ];
    case 'recovery':
      return [name];
  }
}

export function initialOf(way: WayIn, name: string): Fields {
  const values: Fields = {
    name: way === 'sms' || way === 'email' ? null : name,
    serial: null,
    secret: null,
    digits: '6',
    algorithm: 'SHA1',
    periodMs: 30_000,
    counter: 0,
    pin: null,
    kind: 'totp',
    suite: 'OCRA-1:HOTP-SHA1-6:QN08',
    suitePin: null,
    to: '',
  };
  const asked = inputsOf(way).map((input) => input.name);
  return Object.fromEntries(Object.entries(values).filter(([key]) => asked.includes(key)));
}

/** As it is sent: what was left empty is left out, and what belongs to the other kind of device too. */
export function bodyOf(way: WayIn, values: Fields, owner: string | undefined): Fields {
  const kind: TokenKind = way === 'hardware' ? (values.kind as TokenKind) : way;
  const { digits, periodMs, counter, secret, serial, to, ...rest } = values;
  const trimmed = (value: unknown) => (typeof value === 'string' ? value.trim() : value);
  const all: Fields = {
    ...rest,
    kind,
    serial: trimmed(serial),
    to: trimmed(to),
    secret: typeof secret === 'string' ? secret.replace(/[\s-]/g, '').toUpperCase() : secret,
    digits: digits === undefined ? undefined : Number(digits),
    periodMs: kind === 'totp' ? periodMs : undefined,
    counter: kind === 'totp' ? undefined : counter,
    owner,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null));
}

function choices(...values: string[]) {
  return values.map((value) => ({ value, label: value }));
}
