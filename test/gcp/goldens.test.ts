/** Systems as they are reviewed: the example and what it does not have, a noun at a time. */
import { join } from 'node:path';
import { bikeRentalsOnGcp } from '../../stacks/gcp';
import { expectGolden } from '../golden';
import type { Recorded } from '../pulumi/record';
import { caseFolder } from '../targets/files';
import { gcp } from '../targets/gcp';
import { whole } from '../targets/targets';
import { goldensOf, type Rooms } from './goldens';
import { IMAGE, recordProgramOf, recordSystem } from './program';

const root = caseFolder();

const ENDPOINT: Rooms = [
  [/\/loop\/(on-|tick)/, 'wake-ups'],
  [/\/loop\/(account|deploys|may-|reads|writes|role|runs-as|sees|tells|caller)/, 'loop-access'],
  [/\/loop\/(run-failed|monitor-failed|loop-failed|heartbeat)/, 'loop-alerts'],
  [/\/loop(\/|$)/, 'loop'],
  [/\/signals(\/|$)/, 'signals'],
  [/\/dashboard(\/|$)/, 'dashboard'],
  [/\/monitoring(\/|$)/, 'monitors'],
];

const cases: Readonly<Record<string, { readonly record: () => Promise<Recorded>; readonly rooms: Rooms }>> = {
  'bike-rentals': {
    record: () => recordProgramOf(() => bikeRentalsOnGcp().outputs),
    rooms: [
      [/\/apis(\/|$)/, 'apis'],
      [/\/(storage|datasets)(\/|$)/, 'storage'],
      [/\/(builds|image)(\/|$)/, 'image'],
      [/\/training(\/|$)/, 'training'],
      ...ENDPOINT,
      [/\/(monitors|trial)(\/|$)/, 'monitors'],
      [/\/endpoint(\/|$)/, 'endpoint'],
    ],
  },
  // What the example does not have, or has less of.
  full: {
    record: () =>
      recordSystem(gcp.adapt(whole), root, {
        image: IMAGE,
        encryption: 'customer',
        emails: ['a@example.com', 'b@example.com'],
      }),
    rooms: [
      [/\/apis(\/|$)|\/datasets(\/|$)|\/endpoints\/second(\/|$)|\/dashboard(\/|$)|\/image(\/|$)/, false],
      [
        /\/loop\/(run-failed|monitor-failed|loop-failed|heartbeat|on-|tick)|\/monitors\/(predictions|errors)(\/|$)/,
        false,
      ],
      [/\/storage(\/|$)/, 'storage'],
      [/\/(pipelines\/own|training)(\/|$)/, 'graph'],
      ...ENDPOINT,
      [/\/(monitors|trial)(\/|$)/, 'monitors'],
      [/\/endpoint(\/|$)/, 'endpoint'],
    ],
  },
};

describe.each(Object.entries(cases))('%s', (name, { record, rooms }) => {
  let parts: ReadonlyMap<string, string>;
  beforeAll(async () => {
    parts = goldensOf(await record(), rooms);
  });

  test('is as it was reviewed, and each part short enough to be', () => {
    for (const [room, text] of parts) {
      expectGolden(join(__dirname, 'golden', `${name}.${room}.yaml`), text);
      expect([room, text.split('\n').length < 400]).toEqual([room, true]);
    }
  });
});
