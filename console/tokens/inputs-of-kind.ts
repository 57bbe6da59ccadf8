import { OTP_ALGORITHMS, type PinPosition, type TokenKind } from '@countersign/protocol/tokens';
import { choicesOf, type Input } from '../edit/inputs.ts';
import type { Fields } from '../service/conflict.ts';
import { t as common } from '../shell/i18n.ts';
import { secretError } from './first-code.ts';
import { t } from './i18n.ts';

/**
 * The values of `?kind=`. `hardware` is a TOTP or HOTP device with a printed serial number and secret. Passkeys are
 * missing because only the user's own device can create one.
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
    label: t(isPhone ? 'toPhone' : 'toEmail'),
    hint: t(isPhone ? 'toPhoneHint' : 'toEmailHint'),
    check: (text) =>
      (isPhone ? /^\+[0-9]{8,15}$/ : /^[^@\s]+@[^@\s]+$/).test(text.trim())
        ? undefined
        : t(isPhone ? 'toPhoneBad' : 'toEmailBad'),
  };
}

export function pinInputs(): Input[] {
  return [
    {
      name: 'digits',
      kind: 'text',
      max: 4,
      label: t('pinDigits'),
      hint: t('pinDigitsHint'),
      check: (text) => (/^[0-9]{4}$/.test(text) ? undefined : t('pinDigitsBad')),
    },
    {
      name: 'position',
      kind: 'one-of',
      label: t('pinWhere'),
      choices: choicesOf<PinPosition>({ before: { label: t('pinBefore') }, after: { label: t('pinAfter') } }),
    },
  ];
}

/** The inputs for a new token of this kind. */
export function inputsOf(way: WayIn): Input[] {
  const name: Input = { name: 'name', kind: 'text', max: 100, label: t('name'), hint: t('nameHint') };
  const serial: Input = {
    name: 'serial',
    kind: 'text',
    max: 64,
    label: t('serial'),
    hint: t('serialHint'),
    ...(way !== 'hardware' && { without: common('none') }),
  };
  const secret: Input = {
    name: 'secret',
    kind: 'text',
    max: 128,
    label: t('secret'),
    hint: t(way === 'hardware' || way === 'ocra' ? 'secretDeviceHint' : 'secretHint'),
    ...(way !== 'hardware' && { without: common('none') }),
    check: secretError,
  };
  const digits: Input = { name: 'digits', kind: 'select', label: t('digits'), choices: choices('6', '8') };
  const algorithm: Input = {
    name: 'algorithm',
    kind: 'select',
    label: t('algorithm'),
    hint: t('algorithmHint'),
    choices: choices(...OTP_ALGORITHMS),
  };
  const period: Input = {
    name: 'periodMs',
    kind: 'duration',
    min: 30_000,
    max: DAY_MS,
    label: t('period'),
    hint: t('periodHint'),
  };
  const counter: Input = {
    name: 'counter',
    kind: 'number',
    min: 0,
    max: Number.MAX_SAFE_INTEGER - 1000,
    label: t('counter'),
    hint: t('counterHint'),
  };
  const pin: Input = {
    name: 'pin',
    kind: 'group',
    label: t('pin'),
    hint: t('pinText'),
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
          label: t('counts'),
          choices: [
            { value: 'totp', label: t('countsTime'), hint: t('countsTimeHint') },
            { value: 'hotp', label: t('countsEvents'), hint: t('countsEventsHint') },
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
          label: t('suite'),
          hint: t('suiteHint'),
        },
        serial,
        secret,
        counter,
        {
          name: 'suitePin',
          kind: 'text',
          max: 16,
          label: t('suitePin'),
          hint: t('suitePinHint'),
          without: common('none'),
          check: (text) => (/^[0-9]{4,16}$/.test(text) ? undefined : t('suitePinBad')),
        },
        pin,
      ];
    case 'sms':
    case 'email':
      return [
        addressInput(way),
        { ...name, kind: 'text', max: 100, without: common('none'), hint: t('nameSentHint') },
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

/** Builds the request body, without empty fields and those of the other kind of device. */
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
