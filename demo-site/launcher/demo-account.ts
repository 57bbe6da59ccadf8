import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The demo's default data folder, the same as in the service. */
export const DEMO_FOLDER = './demo-data';

/** A login of the demo, as it is now. */
export interface DemoLogin {
  /** Undefined: blocked, or deleted. */
  login?: string;
  /** Undefined: changed since. */
  password?: string;
  otpauthUri: string;
  /** Whether the codes of the token sign in, or why not. */
  code: CodeState;
}

type CodeState = 'right' | 'changed' | 'locked' | 'deactivated' | 'expired' | 'out-of-step' | 'secret-lost';

/** The file that the service's demo mode writes into its data folder, and updates. */
export interface DemoAccount {
  resource: string;
  apiKey: string;
  user: DemoLogin;
  administrator: DemoLogin;
}

/** @throws Error if the folder has no demo or an incomplete one */
export async function readDemoAccount(dataFolder: string): Promise<DemoAccount> {
  const file = join(dataFolder, 'demo.json');
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`There is no demo in ${dataFolder}: its first start makes one.`);
  });
  const { resource, apiKey, user, token, administrator, state } = JSON.parse(text) as Partial<Written>;
  const { password } = user ?? {};
  const otpauthUri = token?.otpauthUri;
  if (!resource || !apiKey || !password || !otpauthUri || !administrator || !state) {
    throw new Error(`${file} does not describe a demo. Start it with --fresh, and it makes a new one.`);
  }
  return {
    resource,
    apiKey,
    user: loginOf(state.user, password, otpauthUri),
    administrator: loginOf(state.administrator, administrator.password, administrator.otpauthUri),
  };
}

function loginOf({ login, password, code }: WrittenState, printed: string, otpauthUri: string): DemoLogin {
  return {
    ...(login !== undefined && { login }),
    ...(password === 'right' && { password: printed }),
    otpauthUri,
    code,
  };
}

interface WrittenState {
  login?: string;
  password: 'right' | 'changed';
  code: CodeState;
}

interface Written {
  resource: string;
  apiKey: string;
  user: { password?: string };
  token: { otpauthUri?: string };
  administrator: { password: string; otpauthUri: string };
  state: { user: WrittenState; administrator: WrittenState };
}
