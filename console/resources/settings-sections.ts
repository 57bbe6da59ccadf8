import { FAILED_ATTEMPTS_BEFORE_LOCK } from '@countersign/protocol/lock-limits';
import type { ComponentChildren } from 'preact';
import type { Choice, Section } from '../edit/inputs.ts';
import { originInputs } from './origin-inputs.ts';
import { readRedirectUri } from './resource.ts';
import { words } from './words.ts';

/** Every kind of token, in the order in which people are offered them. */
const TOKEN_KINDS = ['webauthn', 'totp', 'hotp', 'ocra', 'sms', 'email', 'recovery'] as const;
/** Those that people can set up by themselves. */
const ENROLMENT_KINDS = ['webauthn', 'totp', 'email', 'sms'] as const;
const OWN_DETAILS = ['firstName', 'secondName', 'email'] as const;
const TRAITS = ['language', 'zone', 'platform', 'screen', 'colourDepth', 'browser'] as const;
const HOUR_MS = 3_600_000;

/** The account's filters, by what they look at. */
export interface FilterChoices {
  geo: readonly Choice[];
  time: readonly Choice[];
  ip: readonly Choice[];
}

const kindChoice = (kind: (typeof TOKEN_KINDS)[number]): Choice => ({
  value: kind,
  label: words(`kind_${kind}`),
  ...(kind === 'sms' && { hint: words('kind_smsHint') }),
});

/**
 * Everything about a resource that can be changed, in the order in which people ask for it.
 *
 * @param toFilters links to the filters, below where they are chosen
 */
export function settingsSections(filters: FilterChoices, toFilters: ComponentChildren): Section[] {
  const filter = (name: 'geoFilter' | 'timeFilter' | 'ipFilter', choices: readonly Choice[]) =>
    ({
      name,
      kind: 'select',
      label: words(name),
      choices,
      without: words('noFilter'),
      ...(choices.length === 0 && { hint: words('noFilters') }),
    }) as const;
  return [
    {
      title: words('general'),
      inputs: [
        { name: 'name', kind: 'text', max: 100, label: words('name'), hint: words('nameHint') },
        { name: 'enabled', kind: 'toggle', label: words('enabled'), hint: words('enabledHint') },
      ],
    },
    {
      title: words('where'),
      text: words('whereText'),
      inputs: [
        ...originInputs(),
        {
          name: 'redirectUris',
          kind: 'list',
          most: 20,
          label: words('redirectUris'),
          hint: words('redirectUrisHint'),
          placeholder: 'https://www.example.com/signed-in',
          read: readRedirectUri,
        },
      ],
    },
    {
      title: words('howPeople'),
      text: words('howPeopleText'),
      inputs: [
        {
          name: 'methodPolicy',
          kind: 'one-of',
          label: words('methodPolicy'),
          choices: [
            { value: 'auto', label: words('methodAuto'), hint: words('methodAutoHint') },
            { value: 'password-otp', label: words('methodBoth'), hint: words('methodBothHint') },
            { value: 'password', label: words('methodPassword'), hint: words('methodPasswordHint') },
            { value: 'otp', label: words('methodOtp'), hint: words('methodOtpHint') },
          ],
        },
        {
          name: 'tokenKinds',
          kind: 'some-of',
          label: words('tokenKinds'),
          hint: words('tokenKindsHint'),
          choices: TOKEN_KINDS.map(kindChoice),
        },
        {
          name: 'failedAttemptsBeforeLock',
          kind: 'number',
          min: FAILED_ATTEMPTS_BEFORE_LOCK.least,
          max: FAILED_ATTEMPTS_BEFORE_LOCK.most,
          label: words('threshold'),
          hint: words('thresholdHint'),
        },
        { name: 'passkeySignIn', kind: 'toggle', label: words('passkeySignIn'), hint: words('passkeySignInHint') },
        { name: 'passwordReset', kind: 'toggle', label: words('passwordReset'), hint: words('passwordResetHint') },
      ],
    },
    {
      title: words('ownTokens'),
      text: words('ownTokensText'),
      inputs: [
        {
          name: 'enrolment',
          kind: 'group',
          label: words('enrolment'),
          hint: words('enrolmentHint'),
          initial: { kinds: ['totp'], required: false, postponableUntil: null, unlockByMail: false },
          inputs: [
            {
              name: 'kinds',
              kind: 'some-of',
              isNeeded: true,
              label: words('enrolKinds'),
              choices: ENROLMENT_KINDS.map(kindChoice),
            },
            { name: 'required', kind: 'toggle', label: words('enrolRequired'), hint: words('enrolRequiredHint') },
            {
              name: 'postponableUntil',
              kind: 'instant',
              label: words('enrolPostponable'),
              hint: words('enrolPostponableHint'),
              without: words('notAtAll'),
            },
            { name: 'unlockByMail', kind: 'toggle', label: words('enrolUnlock'), hint: words('enrolUnlockHint') },
          ],
        },
      ],
    },
    {
      title: words('ownPage'),
      text: words('ownPageText'),
      inputs: [
        {
          name: 'selfService',
          kind: 'group',
          label: words('selfService'),
          hint: words('selfServiceHint'),
          initial: { tokens: true, password: true, details: ['firstName', 'secondName', 'email'], browsers: true },
          inputs: [
            { name: 'tokens', kind: 'toggle', label: words('selfTokens'), hint: words('selfTokensHint') },
            { name: 'password', kind: 'toggle', label: words('selfPassword') },
            {
              name: 'details',
              kind: 'some-of',
              label: words('selfDetails'),
              choices: OWN_DETAILS.map((detail) => ({ value: detail, label: words(`self_${detail}`) })),
            },
            { name: 'browsers', kind: 'toggle', label: words('selfBrowsers') },
          ],
        },
      ],
    },
    {
      title: words('filters'),
      text: words('filtersText'),
      inputs: [filter('geoFilter', filters.geo), filter('timeFilter', filters.time), filter('ipFilter', filters.ip)],
      foot: toFilters,
    },
    {
      title: words('browsers'),
      text: words('browsersText'),
      inputs: [
        {
          name: 'environment',
          kind: 'group',
          label: words('environment'),
          hint: words('environmentHint'),
          initial: {
            action: 'demand-otp',
            threshold: 60,
            weights: { language: 15, zone: 20, platform: 20, screen: 20, colourDepth: 5, browser: 20 },
          },
          inputs: [
            {
              name: 'action',
              kind: 'one-of',
              label: words('envAction'),
              choices: [
                { value: 'demand-otp', label: words('envDemand'), hint: words('envDemandHint') },
                { value: 'refuse', label: words('envRefuse') },
              ],
            },
            { name: 'threshold', kind: 'number', min: 1, max: 100, label: words('envThreshold') },
            {
              name: 'weights',
              kind: 'weights',
              max: 100,
              label: words('envWeights'),
              labels: Object.fromEntries(TRAITS.map((trait) => [trait, words(`trait_${trait}`)])),
            },
          ],
        },
      ],
    },
    {
      title: words('results'),
      text: words('resultsText'),
      inputs: [
        {
          name: 'resultLifetimeMs',
          kind: 'duration',
          min: 10_000,
          max: 300_000,
          label: words('resultLifetimeMs'),
          hint: words('resultLifetimeMsHint'),
        },
        {
          name: 'rememberMs',
          kind: 'duration',
          min: 1_000,
          max: 12 * HOUR_MS,
          initial: 8 * HOUR_MS,
          without: words('notAtAll'),
          label: words('rememberMs'),
          hint: words('rememberMsHint'),
        },
      ],
    },
  ];
}
