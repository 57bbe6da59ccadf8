import { DEMO_FOLDER, readDemoAccount } from './launcher/demo-account.ts';
import { liveCode } from './launcher/live-code.ts';
import { codeLine } from './launcher/show-demo.ts';

/** `npm run demo:code`: prints the current code of the demo user's authenticator app. */
readDemoAccount(process.env.COUNTERSIGN_DATA || DEMO_FOLDER)
  .then(({ otpauthUri }) => console.log(codeLine(liveCode(otpauthUri, Date.now()))))
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
