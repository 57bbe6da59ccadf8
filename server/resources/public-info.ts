import type { Appearance } from '@countersign/protocol/appearance';
import type { Links } from '@countersign/protocol/links';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { TextFiles, TextOwner } from '../kernel/own-texts.ts';
import { mailsFirstFactor, type Resource, upgradesToPasskeys } from './resource.ts';

/** The public information about a resource that the sign-in shows. */
export interface PublicInfo {
  title: string;
  passwordReset: boolean;
  /** Whether the browser reports its signals. */
  comparesBrowsers: boolean;
  /** Whether users can trust their browser. */
  trustsBrowsers: boolean;
  /** Whether the browser may create a passkey after the sign-in. */
  upgradesToPasskeys: boolean;
  /** Whether users are mailed a code in place of the password. */
  mailsCodes: boolean;
  isTest: boolean;
  /** Hash of the logo. */
  logo?: string;
  appearance?: Appearance;
  links?: Links;
  /** On a page of the service: the origin of the site. */
  back?: string;
  /** Whose texts it has, if there are any beside ours. */
  own?: TextOwner;
}

/** For a page without a resource. */
export const EMPTY_INFO: PublicInfo = {
  title: 'Countersign',
  passwordReset: false,
  comparesBrowsers: false,
  trustsBrowsers: false,
  upgradesToPasskeys: false,
  mailsCodes: false,
  isTest: false,
};

export function publicInfo(resource: Resource, files: TextFiles): PublicInfo {
  const { name: title, passwordReset = false, testMode, logo, environment, appearance, links, id, texts } = resource;
  const hasTexts = texts !== undefined || files.all.size > 0 || files.resources.has(id);
  const own = hasTexts ? { id, ...omitUndefined({ texts }) } : undefined;
  const trustsBrowsers = resource.trustedBrowserDays !== undefined;
  const comparesBrowsers = environment !== undefined;
  return {
    title,
    passwordReset,
    comparesBrowsers,
    trustsBrowsers,
    upgradesToPasskeys: upgradesToPasskeys(resource),
    mailsCodes: mailsFirstFactor(resource),
    isTest: testMode !== undefined,
    ...omitUndefined({ logo, appearance, links, own }),
  };
}
