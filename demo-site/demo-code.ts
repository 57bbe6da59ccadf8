import { DEMO_FOLDER, readDemoAccount } from './launcher/demo-account.ts';
import { codeText } from './launcher/screen.ts';

/** `npm run demo:code`: prints the current code of the demo user's authenticator app. */
readDemoAccount(process.env.COUNTERSIGN_DATA || DEMO_FOLDER)
  .then(({ user }) => console.log(codeText(user.otpauthUri, Date.now())))
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
