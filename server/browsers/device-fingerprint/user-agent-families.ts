import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { SelfClient } from '@countersign/protocol/self-service';

/**
 * Families of browsers and systems, by marks in their user agents. Other browsers contain these marks too, so the order
 * matters. The family changes with another browser, and not with each version.
 */
const BROWSERS: readonly (readonly [mark: string, family: string])[] = [
  ['Edg/', 'edge'],
  ['EdgA/', 'edge'],
  ['EdgiOS/', 'edge'],
  ['OPR/', 'opera'],
  ['SamsungBrowser/', 'samsung'],
  ['YaBrowser/', 'yandex'],
  ['Vivaldi/', 'vivaldi'],
  ['FxiOS/', 'firefox'],
  ['Firefox/', 'firefox'],
  ['CriOS/', 'chrome'],
  ['Chrome/', 'chrome'],
  ['Safari/', 'safari'],
];

const PLATFORMS: readonly (readonly [mark: string, family: string])[] = [
  ['Windows', 'windows'],
  ['iPhone', 'ios'],
  // iPads report to be Macs since iPadOS 13, consistently.
  ['iPad', 'ios'],
  ['Android', 'android'],
  ['CrOS', 'chromeos'],
  ['Macintosh', 'macos'],
  ['Linux', 'linux'],
];

/** The family of the user's browser; `other` is a family too. */
export function browserFamily(userAgent: string): string {
  return familyIn(BROWSERS, userAgent);
}

export function platformFamily(userAgent: string): string {
  return familyIn(PLATFORMS, userAgent);
}

function familyIn(families: typeof BROWSERS, userAgent: string): string {
  const text = userAgent.slice(0, 512);
  return families.find(([mark]) => text.includes(mark))?.[1] ?? 'other';
}

/** What is shown of a client: its address, and families in place of the user agent. */
export function presentClient({
  address,
  userAgent,
}: {
  address?: string | undefined;
  userAgent?: string | undefined;
}): SelfClient {
  return {
    ...omitUndefined({ address }),
    ...(userAgent !== undefined && { browser: browserFamily(userAgent), platform: platformFamily(userAgent) }),
  };
}
