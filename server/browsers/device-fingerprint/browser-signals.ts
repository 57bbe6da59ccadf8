import { TRAITS, type Trait } from '@countersign/protocol/resources';
import { browserFamily, platformFamily } from './user-agent-families.ts';

/**
 * A browser in comparable form: short texts, each a MAC wherever it is stored. A trait that the browser does not report
 * is absent.
 */
export type Environment = { readonly [T in Trait]?: string };

/** Reported by the browser itself or by a host's backend. */
export interface ReportedTraits {
  /** BCP 47. */
  language?: string | undefined;
  /** IANA name of the time zone. */
  zone?: string | undefined;
  /** Pixels, in either orientation. */
  screen?: { width: number; height: number } | undefined;
  /** Bits. */
  colourDepth?: number | undefined;
  /** Only its families are extracted; the text itself is never stored. */
  userAgent?: string | undefined;
}

const LANGUAGE = /^[a-z]{2,8}(?:-[a-z0-9]{1,8}){0,4}$/;
const ZONE = /^[a-z][a-z0-9_+-]{0,31}(?:\/[a-z0-9_+-]{1,31}){0,2}$/;
const MAX_SCREEN = 100_000;

/** Normalises the traits. A phone has the same screen in both orientations. An invalid value counts as not reported. */
export function environmentOf(said: ReportedTraits): Environment {
  const traits: Record<Trait, string | undefined> = {
    language: validText(LANGUAGE, said.language),
    zone: validText(ZONE, said.zone),
    screen: said.screen && screenText(said.screen),
    colourDepth: said.colourDepth === undefined ? undefined : numberText(said.colourDepth, 1, 128),
    platform: said.userAgent === undefined ? undefined : platformFamily(said.userAgent),
    browser: said.userAgent === undefined ? undefined : browserFamily(said.userAgent),
  };
  return mapTraits(traits, (_trait, value) => value);
}

/** Maps the values of the traits; a trait without a result is left out. */
export function mapTraits(
  environment: { readonly [T in Trait]?: string | undefined },
  change: (trait: Trait, value: string) => string | undefined,
): Environment {
  const changed = TRAITS.flatMap((trait) => {
    const value = environment[trait];
    const next = value === undefined ? undefined : change(trait, value);
    return next === undefined ? [] : [[trait, next] as const];
  });
  return Object.fromEntries(changed);
}

function validText(shape: RegExp, text: string | undefined): string | undefined {
  const lower = text?.slice(0, 100).toLowerCase();
  return lower !== undefined && shape.test(lower) ? lower : undefined;
}

function screenText({ width, height }: { width: number; height: number }): string | undefined {
  const sides = [width, height].sort((a, b) => b - a).map((side) => numberText(side, 1, MAX_SCREEN));
  return sides.every((side) => side !== undefined) ? sides.join('x') : undefined;
}

function numberText(value: number, min: number, max: number): string | undefined {
  return Number.isInteger(value) && value >= min && value <= max ? String(value) : undefined;
}
