import type { BrowserContextOptions } from '@playwright/test';
import { afterAll, afterEach, beforeAll, test } from 'vitest';
import type { FixtureAdministrator } from '../../server/testing/administrators.ts';
import type { TestPorts } from '../../server/testing/test-ports.ts';
import { type ConsoleFixture, createConsoleFixture } from './console-fixture.ts';
import { signedInState } from './console-people.ts';
import type { ConsoleView } from './console-view.ts';
import { expect } from './expect.ts';

/** The smallest width that WCAG requires (1.4.10). */
export const PHONE = { viewport: { width: 320, height: 720 } };
export const DESK = { viewport: { width: 1280, height: 900 } };

/** The pages of the console with their service, for all tests of a file. */
export interface ConsoleSessions {
  readonly stage: ConsoleFixture;
  readonly ports: TestPorts;
  /** Opens this address in a new browser. */
  open(path: string, options?: BrowserContextOptions): Promise<ConsoleView>;
  /** Opens this address, signed in, in a new browser. */
  enter(who: FixtureAdministrator, path: string, options?: BrowserContextOptions): Promise<ConsoleView>;
}

/** Sets up the fixture before the tests of the file; after each of them no page may have complained. */
export function openConsoleSessions(seed: string): ConsoleSessions {
  let stage: ConsoleFixture;
  const views: ConsoleView[] = [];
  beforeAll(async () => {
    stage = await createConsoleFixture(seed);
  });
  afterAll(() => stage?.close());
  afterEach(async () => {
    stage.ports.store.intercept = {};
    for (const view of views.splice(0)) {
      expect(view.complaints).toEqual([]);
      await view.close();
    }
  });
  const open: ConsoleSessions['open'] = async (path, options) => {
    const view = await stage.open(path, options);
    views.push(view);
    return view;
  };
  return {
    open,
    get stage() {
      return stage;
    },
    get ports() {
      return stage.ports;
    },
    async enter(who, path, options = DESK) {
      const view = await open(path, { ...options, ...(await signedInState(stage, who)) });
      if (path === '/console') await expect(view.heading).toHaveText(/^(Home|Your sign-in)$/);
      return view;
    },
  };
}

/** A test on each size of screen: axe finds no violations there, and nothing scrolls sideways. */
export function testAccessibility(where: string, look: (size: BrowserContextOptions) => Promise<void>): void {
  test.each([
    ['a phone', PHONE],
    ['a desk', DESK],
  ])(`axe finds no violations, and nothing scrolls sideways, ${where}, on %s`, (_, size) => look(size));
}
