/**
 * The addresses of the administrators' console, which the service answers and the console's pages know. The three that
 * links in mails and logs lead to carry a secret behind `#`, which no server sees.
 */
export const CONSOLE_PLACES = {
  setup: '/setup',
  invitation: '/invitation',
  recovery: '/recovery',
  home: '/console',
  ownSignIn: '/console/your-sign-in',
} as const;
export type ConsolePlace = keyof typeof CONSOLE_PLACES;

/** The place at this path, or undefined. */
export function placeAt(path: string): ConsolePlace | undefined {
  const places = Object.keys(CONSOLE_PLACES) as ConsolePlace[];
  return places.find((place) => CONSOLE_PLACES[place] === path);
}
