import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { mayUseRpId } from './parse.ts';

interface Values {
  COUNTERSIGN_RP_ID?: string | undefined;
  COUNTERSIGN_RELATED_ORIGINS?: readonly string[] | undefined;
}

interface PasskeyConfig {
  /** The domain of passkeys, if it is not the URL's host name. */
  readonly rpId?: string;
  /** Other origins of this service that may use its passkeys. Absent: none. */
  readonly relatedOrigins?: readonly string[];
}

export function passkeysOf(values: Values): PasskeyConfig {
  const { COUNTERSIGN_RP_ID: rpId, COUNTERSIGN_RELATED_ORIGINS: related } = values;
  return omitUndefined({ rpId, relatedOrigins: related && Object.freeze([...related]) });
}

/** Browsers let no page of the URL use passkeys of another domain, unless that domain names the page's origin. */
export function isRpIdUnusable(url: string | undefined, values: Values): boolean {
  const { COUNTERSIGN_RP_ID: rpId, COUNTERSIGN_RELATED_ORIGINS: related = [] } = values;
  if (url === undefined || rpId === undefined) return false;
  return !mayUseRpId(url, rpId) && !related.includes(url);
}
