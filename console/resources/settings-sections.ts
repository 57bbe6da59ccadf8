import { FAILED_ATTEMPTS_BEFORE_LOCK } from '@countersign/protocol/lock-limits';
import {
  type BreachPolicy,
  type EnvironmentAction,
  type FirstFactor,
  type MethodPolicy,
  OWN_DETAILS,
  PROFILE_FIELDS,
  TRAITS,
} from '@countersign/protocol/resources';
import { ENROLMENT_KINDS, TOKEN_KINDS, type TokenKind } from '@countersign/protocol/tokens';
import type { ComponentChildren } from 'preact';
import { type Choice, choicesOf, type Input, type Section } from '../edit/inputs.ts';
import { t } from './i18n.ts';
import { originInputs } from './origin-inputs.ts';
import { readAppRedirectUri, readMetadataKey, readRedirectUri } from './resource.ts';

const HOUR_MS = 3_600_000;

/** The account's filters, by kind. */
export interface FilterChoices {
  geo: readonly Choice[];
  time: readonly Choice[];
  ip: readonly Choice[];
}

const kindChoice = (kind: TokenKind): Choice => ({
  value: kind,
  label: t(`kind_${kind}`),
  ...(kind === 'sms' && { hint: t('kind_smsHint') }),
});

/** Whether users set up tokens themselves, for new and existing resources. */
export function enrolmentInput({ required }: { required: boolean }): Input {
  return {
    name: 'enrolment',
    kind: 'group',
    label: t('enrolment'),
    hint: t('enrolmentHint'),
    initial: { kinds: ['totp'], required, postponableUntil: null, unlockByMail: false, passkeyUpgrade: false },
    inputs: [
      {
        name: 'kinds',
        kind: 'some-of',
        isNeeded: true,
        label: t('enrolKinds'),
        choices: ENROLMENT_KINDS.map(kindChoice),
      },
      { name: 'required', kind: 'toggle', label: t('enrolRequired'), hint: t('enrolRequiredHint') },
      {
        name: 'postponableUntil',
        kind: 'instant',
        label: t('enrolPostponable'),
        hint: t('enrolPostponableHint'),
        without: t('notAtAll'),
      },
      { name: 'unlockByMail', kind: 'toggle', label: t('enrolUnlock'), hint: t('enrolUnlockHint') },
      { name: 'passkeyUpgrade', kind: 'toggle', label: t('enrolUpgrade'), hint: t('enrolUpgradeHint') },
    ],
  };
}

interface SettingsSection extends Section {
  id: string;
}

/**
 * Every setting of a resource, in the order in which administrators need them.
 *
 * @param toFilters links to the filters, shown below their inputs
 */
export function settingsSections(filters: FilterChoices, toFilters: ComponentChildren): SettingsSection[] {
  return [
    {
      id: 'general',
      title: t('general'),
      inputs: [
        { name: 'name', kind: 'text', max: 100, label: t('name'), hint: t('nameHint') },
        { name: 'enabled', kind: 'toggle', label: t('enabled'), hint: t('enabledHint') },
      ],
    },
    whereSection(),
    signInSection(),
    {
      id: 'tokens',
      title: t('ownTokens'),
      text: t('ownTokensText'),
      inputs: [enrolmentInput({ required: false })],
    },
    selfServiceSection(),
    filtersSection(filters, toFilters),
    browsersSection(),
    resultsSection(),
  ];
}

/** Where the widget may be, and where a hosted page leads. */
function whereSection(): SettingsSection {
  return {
    id: 'where',
    title: t('where'),
    text: t('whereText'),
    inputs: [
      ...originInputs(),
      {
        name: 'redirectUris',
        kind: 'list',
        maxItems: 20,
        label: t('redirectUris'),
        hint: t('redirectUrisHint'),
        placeholder: 'https://www.example.com/signed-in',
        read: readRedirectUri,
      },
      {
        name: 'appRedirectUris',
        kind: 'list',
        maxItems: 20,
        label: t('appRedirectUris'),
        hint: t('appRedirectUrisHint'),
        placeholder: 'com.example.app:/signed-in',
        read: readAppRedirectUri,
      },
    ],
  };
}

/** What users show to sign in, and what protects them. */
function signInSection(): SettingsSection {
  return {
    id: 'sign-in',
    title: t('howPeople'),
    text: t('howPeopleText'),
    inputs: [
      {
        name: 'methodPolicy',
        kind: 'one-of',
        label: t('methodPolicy'),
        choices: choicesOf<MethodPolicy>({
          auto: { label: t('methodAuto'), hint: t('methodAutoHint') },
          'password-otp': { label: t('methodBoth'), hint: t('methodBothHint') },
          password: { label: t('methodPassword'), hint: t('methodPasswordHint') },
          otp: { label: t('methodOtp'), hint: t('methodOtpHint') },
        }),
      },
      {
        name: 'firstFactor',
        kind: 'one-of',
        label: t('firstFactor'),
        hint: t('firstFactorHint'),
        choices: choicesOf<FirstFactor>({
          password: { label: t('firstPassword') },
          'mailed-code': { label: t('firstMailed'), hint: t('firstMailedHint') },
        }),
      },
      {
        name: 'tokenKinds',
        kind: 'some-of',
        label: t('tokenKinds'),
        hint: t('tokenKindsHint'),
        choices: TOKEN_KINDS.map(kindChoice),
      },
      {
        name: 'failedAttemptsBeforeLock',
        kind: 'number',
        min: FAILED_ATTEMPTS_BEFORE_LOCK.least,
        max: FAILED_ATTEMPTS_BEFORE_LOCK.most,
        label: t('threshold'),
        hint: t('thresholdHint'),
      },
      { name: 'passkeySignIn', kind: 'toggle', label: t('passkeySignIn'), hint: t('passkeySignInHint') },
      { name: 'passwordReset', kind: 'toggle', label: t('passwordReset'), hint: t('passwordResetHint') },
      {
        name: 'trustedBrowserDays',
        kind: 'number',
        min: 1,
        max: 30,
        initial: 30,
        without: t('notAtAll'),
        label: t('trustedBrowserDays'),
        hint: t('trustedBrowserDaysHint'),
      },
      { name: 'signInNotices', kind: 'toggle', label: t('signInNotices'), hint: t('signInNoticesHint') },
      {
        name: 'breachedPasswords',
        kind: 'one-of',
        label: t('breachedPasswords'),
        hint: t('breachedPasswordsHint'),
        choices: choicesOf<BreachPolicy>({
          off: { label: t('breachOff') },
          warn: { label: t('breachWarn'), hint: t('breachWarnHint') },
          refuse: { label: t('breachRefuse') },
        }),
      },
    ],
  };
}

/** What users change by themselves. */
function selfServiceSection(): SettingsSection {
  return {
    id: 'self-service',
    title: t('ownPage'),
    text: t('ownPageText'),
    inputs: [
      {
        name: 'selfService',
        kind: 'group',
        label: t('selfService'),
        hint: t('selfServiceHint'),
        initial: { tokens: true, password: true, details: OWN_DETAILS, browsers: true },
        inputs: [
          { name: 'tokens', kind: 'toggle', label: t('selfTokens'), hint: t('selfTokensHint') },
          { name: 'password', kind: 'toggle', label: t('selfPassword') },
          {
            name: 'details',
            kind: 'some-of',
            label: t('selfDetails'),
            choices: OWN_DETAILS.map((detail) => ({ value: detail, label: t(`self_${detail}`) })),
          },
          { name: 'browsers', kind: 'toggle', label: t('selfBrowsers') },
        ],
      },
    ],
  };
}

function filtersSection(filters: FilterChoices, toFilters: ComponentChildren): SettingsSection {
  const filter = (name: 'geoFilter' | 'timeFilter' | 'ipFilter', choices: readonly Choice[]) =>
    ({
      name,
      kind: 'select',
      label: t(name),
      choices,
      without: t('noFilter'),
      ...(choices.length === 0 && { hint: t('noFilters') }),
    }) as const;
  return {
    id: 'filters',
    title: t('filters'),
    text: t('filtersText'),
    inputs: [filter('geoFilter', filters.geo), filter('timeFilter', filters.time), filter('ipFilter', filters.ip)],
    foot: toFilters,
  };
}

/** How a sign-in compares the browser with those that the user had before. */
function browsersSection(): SettingsSection {
  return {
    id: 'browsers',
    title: t('browsers'),
    text: t('browsersText'),
    inputs: [
      {
        name: 'environment',
        kind: 'group',
        label: t('environment'),
        hint: t('environmentHint'),
        initial: {
          action: 'demand-otp',
          threshold: 60,
          weights: { language: 15, zone: 20, platform: 20, screen: 20, colourDepth: 5, browser: 20 },
        },
        inputs: [
          {
            name: 'action',
            kind: 'one-of',
            label: t('envAction'),
            choices: choicesOf<EnvironmentAction>({
              'demand-otp': { label: t('envDemand'), hint: t('envDemandHint') },
              refuse: { label: t('envRefuse') },
            }),
          },
          { name: 'threshold', kind: 'number', min: 1, max: 100, label: t('envThreshold') },
          {
            name: 'weights',
            kind: 'weights',
            max: 100,
            label: t('envWeights'),
            labels: Object.fromEntries(TRAITS.map((trait) => [trait, t(`trait_${trait}`)])),
          },
        ],
      },
    ],
  };
}

/** What a result says, and how long it is valid. */
function resultsSection(): SettingsSection {
  return {
    id: 'results',
    title: t('results'),
    text: t('resultsText'),
    inputs: [
      {
        name: 'resultLifetimeMs',
        kind: 'duration',
        min: 10_000,
        max: 300_000,
        label: t('resultLifetimeMs'),
        hint: t('resultLifetimeMsHint'),
      },
      {
        name: 'rememberMs',
        kind: 'duration',
        min: 1_000,
        max: 12 * HOUR_MS,
        initial: 8 * HOUR_MS,
        without: t('notAtAll'),
        label: t('rememberMs'),
        hint: t('rememberMsHint'),
      },
      {
        name: 'resultClaims',
        kind: 'group',
        label: t('resultClaims'),
        hint: t('resultClaimsHint'),
        initial: { fields: ['email', 'name'], metadata: [] },
        inputs: [
          {
            name: 'fields',
            kind: 'some-of',
            label: t('claimFields'),
            choices: PROFILE_FIELDS.map((field) => ({ value: field, label: t(`claim_${field}`) })),
          },
          {
            name: 'metadata',
            kind: 'list',
            maxItems: 16,
            label: t('claimMetadata'),
            hint: t('claimMetadataHint'),
            placeholder: 'plan',
            read: readMetadataKey,
          },
        ],
      },
    ],
  };
}
