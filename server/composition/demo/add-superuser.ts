import {
  answerEmail,
  answerEnrolment,
  answerSignInOtp,
  answerSignInPassword,
} from '../../administrators/login/answer-sign-in.ts';
import { presentSignIn } from '../../administrators/login/present-sign-in.ts';
import { startSignIn } from '../../administrators/login/start-sign-in.ts';
import { issueSetupLink, setUpInstallation } from '../../administrators/set-up.ts';
import type { AccountId } from '../../kernel/ids.ts';
import type { ClientInfo } from '../../kernel/request-context.ts';
import { base32Decode } from '../../tokens/kinds/oath/base32.ts';
import type { Demo } from './demo.ts';
import { appCode } from './devices.ts';
import { must, type Past } from './past.ts';

const SUPERUSER = { email: 'robin@example.com', name: 'Robin Hale', language: 'en' } as const;

/** The account with its superuser, by the setup link, and the token that their first sign-in enrols. */
export async function addSuperuser(
  past: Past,
  password: string,
): Promise<{ account: AccountId; administrator: NonNullable<Demo['administrator']> }> {
  const issued = await issueSetupLink(past);
  const secret = new URL(issued?.link ?? '').hash.slice(1);
  const made = must(await setUpInstallation(past, { secret, accountName: 'Demo', password, ...SUPERUSER }));
  const { account, administrator } = made;
  const { email } = administrator;
  const started = await toSecondFactor(past, { account: account.id, email, password }, {});
  const { enrolment } = await presentSignIn(past, started.progress);
  const seed = base32Decode(enrolment?.secret ?? '');
  if (!enrolment || !seed) throw new Error('the demo could not be made: no token is offered to its administrator');
  const otp = appCode(seed, past.clock.now());
  const { opened } = must(await answerEnrolment(past, { handle: started.handle, seq: 2, otp, client: {} }));
  const token = opened?.administrator.token;
  if (token === undefined) throw new Error('the demo could not be made: its administrator has no token');
  const { id } = administrator;
  return { account: account.id, administrator: { id, email, password, token, otpauthUri: enrolment.otpauthUri } };
}

interface Credentials {
  account: AccountId;
  email: string;
  password: string;
}

/** Signs in to the console with this code. */
export async function signInToConsole(past: Past, who: Credentials, otp: string, client: ClientInfo): Promise<void> {
  const { handle } = await toSecondFactor(past, who, client);
  must(await answerSignInOtp(past, { handle, seq: 2, otp, client }));
}

async function toSecondFactor(past: Past, { account, email, password }: Credentials, client: ClientInfo) {
  const { handle } = must(await startSignIn(past, { account, client }));
  must(await answerEmail(past, { handle, seq: 0, email, client }));
  return { handle, progress: must(await answerSignInPassword(past, { handle, seq: 1, password, client })) };
}
