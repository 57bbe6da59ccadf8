import { addressesOf, REPOSITORY_SETTING } from './addresses.ts';
import type { Manifest } from './service-files.ts';

/** The state of the checkout that is to be published. */
export interface Checkout {
  readonly manifest: Pick<Manifest, 'version' | 'repository'>;
  /** By the file that names it. */
  readonly versions: Readonly<Record<string, string | undefined>>;
  /** The address of `origin`. */
  readonly remote: string | undefined;
  readonly isClean: boolean;
  /** The tags that exist. */
  readonly tags: readonly string[];
  readonly changelog: string;
}

/** Why a release cannot be published, each as a sentence that says what to do; none: its tag can be pushed. */
export function refusePublishing(checkout: Checkout): string[] {
  const { manifest, versions, remote, isClean, tags, changelog } = checkout;
  const { version } = manifest;
  if (manifest.repository === undefined) return [`The project has no address yet: ${REPOSITORY_SETTING}.`];
  const addresses = addressesOf(manifest);
  const others = Object.entries(versions).filter(([, other]) => other !== version);
  return [
    ...(remote === addresses?.git || remote === addresses?.web
      ? []
      : [`origin is ${remote ?? 'not set'}, and repository in package.json names ${addresses?.git}: make them equal.`]),
    ...others.map(
      ([file, other]) => `${file} has version ${other ?? 'none'}, and package.json ${version}: make them equal.`,
    ),
    ...(isClean ? [] : ['There are changes that are not committed: commit or remove them.']),
    ...(tags.includes(`v${version}`) ? [`v${version} is published already: raise the version.`] : []),
    ...(changelog.includes(`\n## [${version}]`) ? [] : [`CHANGELOG.md has no section [${version}]: write it.`]),
  ];
}
