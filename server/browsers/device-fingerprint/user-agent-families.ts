/**
 * Families of browsers and systems, by what their user agents carry. Others say they are these too, so the order counts.
 * A family changes when a person changes their browser, and not with each of its versions.
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
  // iPads say they are Macs since iPadOS 13; then they are that, every time.
  ['iPad', 'ios'],
  ['Android', 'android'],
  ['CrOS', 'chromeos'],
  ['Macintosh', 'macos'],
  ['Linux', 'linux'],
];

/** The person's own browser, whatever it is; `other` is a family too. */
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
