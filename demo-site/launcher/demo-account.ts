import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The demo's default data folder, the same as in the service. */
export const DEMO_FOLDER = './demo-data';

/** The file that the service's demo mode writes into its data folder, with everything needed to try a login. */
export interface DemoAccount {
  resource: string;
  apiKey: string;
  login: string;
  password: string;
  otpauthUri: string;
  /** Login of a user with the same password and no token yet; absent in a demo created by an older version. */
  newcomer?: string;
}

/** @throws Error if the folder has no demo or an incomplete one */
export async function readDemoAccount(dataFolder: string): Promise<DemoAccount> {
  const file = join(dataFolder, 'demo.json');
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`There is no demo in ${dataFolder}: its first start makes one.`);
  });
  const { resource, apiKey, user, token, newcomer } = JSON.parse(text) as Partial<Written>;
  const { login, password } = user ?? {};
  const otpauthUri = token?.otpauthUri;
  if (!resource || !apiKey || !login || !password || !otpauthUri) {
    throw new Error(`${file} does not describe a demo. Remove the data folder, and the next start makes a new one.`);
  }
  return {
    resource,
    apiKey,
    login,
    password,
    otpauthUri,
    ...(newcomer?.login && { newcomer: newcomer.login }),
  };
}

interface Written {
  resource: string;
  apiKey: string;
  user: { login?: string; password?: string };
  token: { otpauthUri?: string };
  newcomer: { login?: string };
}
