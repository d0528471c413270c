/** mlops down and mlops up: the loop takes what serves away, and nothing but `mlops up` lets it serve again. The same for every cloud. */
import type { CloudPerson } from './cloud-person';

/** What a cloud calls what it has. */
export interface SwitchWords {
  /** Removes the system, as the end of a sentence. */
  readonly removes: string;
  /** What to do where the loop does not: a sentence. */
  readonly without: string;
}

export function switchOn(person: CloudPerson, { removes, without }: SwitchWords): void {
  const mlops = person.mlops.bind(person);
  const { left, target } = person;
  const up = `mlops up --target ${target}`;
  const position = () => person.objects.json<{ position: string }>('loop/online/switch.json').position;

  beforeEach(() => {
    person.folder.pause = undefined;
  });

  describe('down', () => {
    it('stops runs and takes away what serves, which the loop does, and waits until it is gone', async () => {
      await person.serve();
      await mlops('train');
      await person.look();
      person.live();
      const { code, out, err } = await mlops('down');
      expect({ code, out }).toEqual({
        code: 0,
        out:
          `shop is down\nkept: data, versions, reports and all else of ${person.holder}. ` +
          `No deployment lets it serve again before ${up} does; ${removes}`,
      });
      expect(err.split('\n')[0]).toBe(`online: train-2 and ${left} are still there`);
      expect(person.serves).toBe(false);
      expect(person.runs().at(-1)).toEqual({ id: 'train-2', isOver: true });
      expect((await person.printed('events')).split('\n').slice(3)).toEqual(
        expect.arrayContaining([expect.stringMatching(/the endpoint is taken down$/)]),
      );
      expect(person.approval()).toBe('approved');
    });

    it('keeps it down, whatever happens: a tick, an alarm, new rows, a deployment', async () => {
      await person.serve();
      person.live();
      await mlops('down');
      const runs = person.runs().length;
      person.ring();
      person.addRows(40);
      for (const deployment of ['d1', 'd2']) {
        person.release(deployment);
        person.wait(60 * 24);
        await person.look();
        await person.lookAs('d2', 'other');
      }
      expect(person.serves).toBe(false);
      expect(person.runs()).toHaveLength(runs);
    });

    it('forgets what was asked for and not done', async () => {
      await mlops('train');
      expect(person.objects.keys('loop/online/requests/')).toHaveLength(1);
      person.live();
      await mlops('down');
      expect(person.objects.keys('loop/online/requests/')).toEqual([]);
    });

    it('is done at once where nothing is left', async () => {
      expect(JSON.parse(await person.printed('down', '--json'))).toMatchObject({
        name: 'shop',
        stopped: false,
        kept: expect.arrayContaining(['versions']) as unknown,
      });
      expect(position()).toBe('down');
    });

    it('is left to a loop that does not look now', async () => {
      await person.serve();
      person.wait(30);
      expect(await mlops('down')).toMatchObject({
        code: 69,
        err:
          `online: ${left} is still there. The loop, which takes them down, has not looked for 30 minutes; ` +
          `why is in its log: ${person.log}. ${without}`,
      });
      expect(position()).toBe('down');
      await person.look();
      expect(person.serves).toBe(false);
    });

    it('says what is still there after half an hour', async () => {
      await person.serve();
      const { now } = person;
      person.folder.pause = async () => {
        person.looksAt(now + 10 * 60_000 * (pauses += 1));
        jest.setSystemTime(person.now);
      };
      let pauses = 0;
      const { code, err } = await mlops('down');
      expect(code).toBe(69);
      expect(err.split('\n')).toEqual([
        `online: ${left} is still there`,
        `online: ${left} is still there after 40 minutes. mlops status --target ${target} says what the loop waits for.`,
      ]);
    });
  });

  describe('while it is down', () => {
    let since: string;

    beforeEach(async () => {
      await person.serve();
      since = minute(person.now);
      person.live();
      await mlops('down');
      await person.look();
      person.folder.pause = undefined;
    });

    it('status says so, and how to undo it', async () => {
      const { out } = await mlops('status');
      expect(out).toContain(
        `  loop      looked less than a minute ago; down since ${since} UTC: ${up} lets it serve again\n` +
          '  serves    nothing yet\n',
      );
      expect(out.split('\n').slice(-2)).toEqual([
        '  does      nothing now',
        `  waits     it was taken down by hand at ${since} UTC: \`${up}\` lets it serve again`,
      ]);
    });

    it('a request waits, and is not waited for', async () => {
      expect((await mlops('train')).out.split('\n')[1]).toBe(
        `online was taken down at ${since} UTC: the loop does it when ${up} has let it serve again.`,
      );
      expect(await mlops('train', '--wait')).toMatchObject({
        code: 69,
        err:
          `online was taken down at ${since} UTC: ${up} lets it serve again. ` +
          'Or leave out --wait: the request then waits for it.',
      });
    });

    it('up lets it serve again: the newest approved version, without a training', async () => {
      expect(await person.printed('up')).toBe(
        `online is up again, after it was taken down at ${since} UTC; the loop looked less than a minute ago`,
      );
      const runs = person.runs().length;
      await person.look();
      expect(person.serves).toBe(true);
      expect((await person.printed('events')).split('\n').at(-1)).toMatch(/v1 is placed beside what serves$/);
      expect(person.runs()).toHaveLength(runs);
    });
  });

  test('up says how it is where it was not down', async () => {
    await person.serve();
    expect(await person.printed('up')).toBe('online is up; the loop looked less than a minute ago');
    person.silence();
    expect((await mlops('up', '--json')).out).toBe(
      JSON.stringify({
        endpoint: 'online',
        text: `is up; the loop has not looked for 3 hours or more; why is in its log: ${person.log}`,
      }),
    );
    expect(person.objects.keys('loop/online/switch')).toEqual([]);
  });

  test('up takes no port', async () => {
    expect(await mlops('up', '--port', '80')).toMatchObject({
      code: 64,
      err: `--port: got 80, and ${target} has addresses of its own; fix: leave it out.`,
    });
  });
}

const minute = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
