import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Of a demo that names no data folder, as the service has it. */
export const DEMO_FOLDER = './demo-data';

/** What the service's demo mode writes into its data folder: everything somebody needs to try a login. */
export interface DemoAccount {
  resource: string;
  apiKey: string;
  login: string;
  password: string;
  otpauthUri: string;
  /** Somebody with the same password and no token yet; absent in a demo that an older version made. */
  newcomer?: string;
}

/** @throws Error when there is no demo in the folder, or it is not whole. */
export async function readDemoAccount(dataFolder: string): Promise<DemoAccount> {
  const file = join(dataFolder, 'demo.json');
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`There is no demo in ${dataFolder}: npm start makes one.`);
  });
  const { resource, apiKey, user, token, newcomer } = JSON.parse(text) as Partial<Written>;
  const { login, password } = user ?? {};
  const otpauthUri = token?.otpauthUri;
  if (!resource || !apiKey || !login || !password || !otpauthUri) {
    throw new Error(`${file} does not describe a demo. Remove the data folder, and npm start makes a new one.`);
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
