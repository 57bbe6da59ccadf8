/** Names of the families of browsers and systems, the same in every language. */
const FAMILIES: Record<string, string> = {
  edge: 'Edge',
  opera: 'Opera',
  samsung: 'Samsung Internet',
  yandex: 'Yandex',
  vivaldi: 'Vivaldi',
  firefox: 'Firefox',
  chrome: 'Chrome',
  safari: 'Safari',
  windows: 'Windows',
  ios: 'iOS',
  android: 'Android',
  chromeos: 'ChromeOS',
  macos: 'macOS',
  linux: 'Linux',
};

/** `Chrome`, `Linux`: as far as the families are known. */
export const browserNames = ({ browser, platform }: { browser?: string; platform?: string }): string[] =>
  [browser, platform].flatMap((family) => FAMILIES[family ?? ''] ?? []);
