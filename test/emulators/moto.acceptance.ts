/** The example's stack on moto, by the CDK's own command line. */
import { STACK } from './assembly';
import { answerInTheirPlace } from './custom-resources';
import { Deployment } from './deployment';
import { startMoto, type Emulator } from './emulators';
import { contradictions, unlisted } from './listed';
import { propertiesThatMotoLacks as lacking, skippedByMoto } from './skipped';
import { steps } from './steps';
import { withoutAttributesOf, withoutBootstrapRule, withoutProperties } from './template';

let moto: Emulator | undefined;
let on: Deployment;
let answered: readonly string[] = [];
const step = steps();

beforeAll(async () => {
  moto = await startMoto();
  on = await Deployment.of(moto, (template) =>
    withoutAttributesOf(withoutProperties(withoutBootstrapRule(template), lacking), Object.keys(skippedByMoto)),
  );
});
afterAll(async () => {
  await moto?.stop();
  on?.close();
});

step('cdk bootstrap and cdk deploy, the custom resources answered in their place', async () => {
  await on.create(async () => {
    answered = await answerInTheirPlace(on.clients, STACK, on.first.template);
  });
  expect(await on.status()).toBe('CREATE_COMPLETE');
});

step('creates everything but what is listed', async () => {
  expect(await contradictions(on, skippedByMoto, { answered, lacking })).toEqual([]);
});

step('what was created is there, says each of its services', async () => {
  expect(Object.keys(await on.look()).sort()).toEqual([...unlisted(on, skippedByMoto)].sort());
});

step('cdk deploy again changes nothing', async () => {
  const before = await on.look();
  const { output, events, now } = await on.deployAgain();
  expect(output).toContain('(no changes)');
  expect(events).toBe(0);
  expect(now).toEqual(before);
});

step('cdk deploy of another threshold changes what depends on it, in place, and nothing else', async () => {
  const { differ, should, replaced } = await on.deployChange();
  expect(await on.status()).toBe('UPDATE_COMPLETE');
  expect(should).not.toEqual([]);
  expect(differ).toEqual(should);
  expect(replaced).toEqual([]);
});

step('cdk destroy leaves what is to be kept, and nothing else', async () => {
  const { left, kept } = await on.destroy();
  expect(await on.status()).toBeUndefined();
  expect(kept).not.toEqual([]);
  expect(left).toEqual(kept);
});
