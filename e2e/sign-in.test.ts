import { expect } from '@playwright/test';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { makePerson, makePersonWithDevice, makeResource, wrongCode } from './harness/people.ts';
import { heardBy, resultOf, type Stage, setStage } from './harness/stage.ts';
import { TITLES, widgetOn } from './harness/widget-view.ts';

let stage: Stage;
let resource: string;

beforeAll(async () => {
  stage = await setStage();
  resource = (await makeResource(stage.service.client, stage.host.origin)).id;
});
afterEach(() => stage.clear());
afterAll(() => stage?.close());

describe('who comes in', () => {
  test('with a password, where that is all they have', async () => {
    const person = await makePerson(stage.service.client, resource);
    const { page, nonce } = await stage.openWidget(resource);
    const widget = widgetOn(page);
    await widget.identify(person.login);
    await widget.givePassword(person.password);
    await expect(widget.heading).toHaveText(TITLES.done);

    const result = await resultOf(page);
    const claims = await stage.service.verifierOf(resource).verifyResult(result, { nonce, origin: stage.host.origin });
    expect(claims).toMatchObject({
      sub: person.user.id,
      preferred_username: person.login,
      amr: ['pwd'],
      acr: '1',
      otp: 'not_used',
    });
    expect((await heardBy(page)).map(([name]) => name)).toEqual(['change', 'ready', 'change', 'change', 'success']);
  });
});
