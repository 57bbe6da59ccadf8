import {
  answerEmail,
  answerEnrolment,
  answerSignInOtp,
  answerSignInPassword,
} from '../../server/administration/login/answer-sign-in.ts';
import { presentSignIn } from '../../server/administration/login/present-sign-in.ts';
import { startSignIn } from '../../server/administration/login/start-sign-in.ts';
import type { AccountId, TokenId } from '../../server/kernel/ids.ts';
import type { ClientInfo } from '../../server/kernel/request-context.ts';
import { base32Decode } from '../../server/tokens/kinds/oath/base32.ts';
import { appCode } from './devices.ts';
import { must, type Past } from './past.ts';

export interface Credentials {
  account: AccountId;
  email: string;
  password: string;
}

/** The first sign-in of an administrator, which enrols their token. */
export async function enrolAtFirstSignIn(
  past: Past,
  who: Credentials,
): Promise<{ token: TokenId; seed: Uint8Array; otpauthUri: string }> {
  const { handle, progress } = await toSecondFactor(past, who, {});
  const { enrolment } = await presentSignIn(past, progress);
  const seed = base32Decode(enrolment?.secret ?? '');
  if (!enrolment || !seed) throw new Error('the demo could not be made: no token is offered to its administrator');
  const otp = appCode(seed, past.clock.now());
  const { opened } = must(await answerEnrolment(past, { handle, seq: 2, otp, client: {} }));
  const token = opened?.administrator.token;
  if (token === undefined) throw new Error('the demo could not be made: its administrator has no token');
  return { token, seed, otpauthUri: enrolment.otpauthUri };
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
