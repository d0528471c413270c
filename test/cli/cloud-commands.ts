/** The commands on a system that is deployed: what they show, and what they ask of the loop. The same for every cloud. */
import type { LoopEvent, Request } from '../../runtime/loop/platform';
import type { CloudPerson } from './cloud-person';

export function commandsOn(person: CloudPerson): void {
  const mlops = person.mlops.bind(person);
  const printed = person.printed.bind(person);
  const requests = () => person.objects.keys('loop/online/requests/');
  const same = `--target ${person.target}`;

  describe('status', () => {
    it('shows what serves, what is waited for, and that the loop looks', async () => {
      await person.serve();
      person.wait(3);
      person.traffic(200, 1);
      expect(await printed('status')).toBe(
        [
          person.heading,
          '',
          'online, at 2026-11-20 00:13 UTC',
          '  loop      looked 3 minutes ago',
          '  serves    v1 at 100 % (200 requests, 0.5 % failed, p99 20 ms since the shares are so)',
          '  monitors  no report yet',
          '  alarms    none',
          '  runs      none',
          '  does      nothing now',
          '  waits     v1 bakes at 100 % until 2026-11-20T01:10Z',
        ].join('\n'),
      );
    });

    it('shows alarms and runs, and what the loop would do if it looked', async () => {
      await person.serve();
      person.ring();
      await mlops('train');
      const out = await printed('status');
      expect(out).toContain('  alarms    quality rings\n');
      expect(out).toContain('  does      asked for by hand: training run 2\n');
      await person.look();
      expect(await printed('status')).toContain('  runs      train-2 (request) since 2026-11-20 00:10\n');
    });

    it('gives commands that are about the same system', async () => {
      await person.renew({ approval: 'manual' });
      await person.look();
      person.trained(1);
      await person.look();
      expect(await printed('status', '--stack', 'shop')).toContain(
        `  pending   v1: \`mlops approve v1 ${same} --stack shop\` or \`mlops reject v1 ${same} --stack shop\`; ` +
          `why it won: \`mlops logs train-1 ${same} --stack shop\``,
      );
    });

    it('says that the loop has stopped looking, and where it says why', async () => {
      await person.serve();
      person.wait(40);
      expect(await printed('status')).toContain(`  loop      has not looked for 40 minutes: ${person.log}\n`);
      person.silence();
      expect(await printed('status')).toContain('  loop      has not looked for 3 hours or more: ');
    });

    it('works before the loop has ever looked, and before a deployment is complete', async () => {
      expect(await printed('status')).toContain('  does      there is no version yet: training run 1\n');
      person.objects.delete('loop/online/release.json');
      expect(await printed('status')).toContain(
        '  waits     no deployment is released: the stack is not there as a whole yet',
      );
    });

    it('follows the spec that is deployed, whatever the spec here says', async () => {
      await person.serve();
      const { spec } = person;
      person.write({ ...spec, endpoints: { online: { model: 'training', rollout: { bake: '9 days' } } } });
      person.objects.delete('loop/online/status.json');
      expect(await printed('status')).toContain('v1 bakes at 100 % until 2026-11-20T01:10Z');
      person.write(spec);
    });

    it('writes nothing, also where it finds out what the loop would note', async () => {
      await person.serve();
      await mlops('train');
      await person.look();
      await person.monitored('inputs-1');
      person.trained(2);
      const all = () => person.objects.keys().map((key) => [key, person.objects.bytes(key).toString('base64')]);
      const before = all();
      const out = await printed('status');
      expect(out).toContain('training run 2 passed its gate: v2 is registered');
      expect(out).toContain('inputs: violated for v1 in the window until 2026-11-20 00:00');
      expect(all()).toEqual(before);
    });

    it('prints JSON', async () => {
      await person.serve();
      const status = JSON.parse(await printed('status', '--json')) as Record<string, unknown>;
      expect(status).toMatchObject({ name: 'shop', region: person.region });
      expect(status['endpoints']).toMatchObject([
        {
          endpoint: 'online',
          deployments: [{ version: 'v1', state: 'ready', share: 100 }],
          waits: ['v1 bakes at 100 % until 2026-11-20T01:10Z'],
          loop: 'looked less than a minute ago',
        },
      ]);
    });
  });

  describe('events', () => {
    it('are those of the bucket', async () => {
      expect(await printed('events')).toBe(
        `Nothing has happened yet. Its loops look every five minutes: mlops status ${same} says what they wait for.`,
      );
      await person.serve();
      person.wait(60 * 48);
      expect(await printed('events')).toBe(
        [
          '2026-11-20 00:00  online  there is no version yet: training run 1',
          '2026-11-20 00:05  online  training run 1 passed its gate: v1 is registered',
          '2026-11-20 00:05  online  v1 is placed beside what serves',
        ].join('\n'),
      );
      expect(await printed('events', '--since', '1 day')).toContain('Nothing has happened yet.');
      const lines = (await printed('events', '--json')).split('\n').map((line) => JSON.parse(line) as LoopEvent);
      expect(lines.map(({ what }) => what)).toEqual(['start', 'register', 'place']);
    });
  });

  describe('a request', () => {
    beforeEach(async () => {
      await person.renew({ approval: 'manual' });
      await person.look();
      person.trained(1);
      await person.look();
    });
    afterEach(() => {
      person.folder.pause = undefined;
    });

    it.each([
      ['approve', 'v1 of online is approved: it is rolled out as the spec says.'],
      [
        'reject',
        'v1 of online is rejected. No other version is approved: what serves goes on until another is trained.',
      ],
      [
        'rollback',
        'v1 of online is rejected. No other version is approved: what serves goes on until another is trained.',
      ],
    ])('to %s is filed in the bucket, and the loop does it', async (kind, effect) => {
      expect(await printed(kind, 'v1')).toBe(`${effect}\nThe loop of online in ${person.region} does it now.`);
      const [key] = requests();
      expect(person.objects.json<Request>(key!)).toMatchObject({ kind, version: 'v1', at: person.now });
      await person.look();
      expect(requests()).toEqual([]);
      expect(person.approval()).toBe(kind === 'approve' ? 'approved' : 'rejected');
    });

    it('with --wait prints what came of it', async () => {
      person.folder.pause = () => person.look();
      const out = await printed('approve', 'v1', '--wait');
      expect(out.split('\n')).toEqual([
        'v1 of online is approved: it is rolled out as the spec says.',
        `The loop of online in ${person.region} does it now.`,
        '2026-11-20 00:05  online  v1 is approved by hand',
        '2026-11-20 00:05  online  v1 is approved',
        '2026-11-20 00:05  online  v1 is placed beside what serves',
      ]);
    });

    it('with --wait says meanwhile what the loop waits for, and gives up where it stops looking', async () => {
      let pauses = 0;
      person.folder.pause = async () => {
        pauses += 1;
        if (pauses === 2) person.silence();
      };
      const { code, out, err } = await mlops('train', '--wait');
      expect(code).toBe(69);
      expect(out).toContain('  now: v1 waits for approval');
      expect(err).toBe(`The loop of online has not looked for 3 hours or more. Why is in its log: ${person.log}.`);
    });

    it('is refused where the loop would not do it', async () => {
      expect(await mlops('approve', 'v7')).toMatchObject({
        code: 64,
        err: 'There is no version v7 of online; it has v1 (pending).',
      });
      await mlops('reject', 'v1');
      await person.look();
      expect(await mlops('approve', 'v1')).toMatchObject({
        code: 64,
        err: 'v1 of online is rejected, and a rejection is final. Train another with mlops train.',
      });
      expect(await printed('reject', 'v1')).toBe('v1 of online is rejected already: nothing to do.');
      expect(requests()).toEqual([]);
    });

    it('waits for a loop that does not look, and is not waited for', async () => {
      person.wait(20);
      expect((await printed('train')).split('\n')[1]).toBe(
        `It is done when the loop looks again. The loop of online has not looked for 20 minutes. Why is in its log: ${person.log}`,
      );
      expect(await mlops('train', '--wait')).toMatchObject({
        code: 69,
        err: `The loop of online has not looked for 20 minutes. Why is in its log: ${person.log}. Or leave out --wait: the request then waits for it.`,
      });
      expect(requests()).toHaveLength(1);
    });

    it('prints JSON', async () => {
      expect(JSON.parse(await printed('train', '--json'))).toMatchObject({
        endpoint: 'online',
        request: { kind: 'train' },
        filed: true,
        running: true,
        events: [],
      });
    });
  });

  test('an endpoint that is not deployed is refused, with those that are', async () => {
    expect(await mlops('train', '--endpoint', 'second')).toMatchObject({
      code: 64,
      err: `There is no endpoint second; ${person.holder} has online.`,
    });
  });
}
