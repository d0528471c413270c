/**
 * The adapter through random histories: days of trainings, versions, people and monitors over fakes of AWS, with faults that no
 * emulator shows. An umpire watches every effect. More of them with MLOPS_HISTORIES, others with MLOPS_SEED.
 */
import { chosen } from './cases';
import { History } from './history';
import { faultsOfRequests, requests } from './requests';

const { histories, title } = chosen(20);
const seen = new Set<string>();

/** Without these the umpire would have nothing to say. */
const EVERYWHERE = [
  ...['live', 'rolled back by the platform', 'Creating: failed', 'Deleting: done', 'captures given'],
  ...['fault: before', 'fault: after', 'start: alarm', 'start: schedule', 'start: request', 'start: trial'],
];

test(
  title,
  async () => {
    for (const [i, given] of histories.entries()) {
      const { umpire } = await new History(given).run();
      for (const what of umpire.seen.keys()) seen.add(what);
      const findings = umpire.findings.map(({ guarantee, text }) => `[${guarantee}] ${text}`);
      expect({ history: i, kind: given.kind, findings }).toEqual({ history: i, kind: given.kind, findings: [] });
    }
  },
  600_000,
);

// A few need not; that they can is what the planted bugs show.
if (histories.length >= 100)
  test('these histories go everywhere', () => {
    expect(EVERYWHERE.filter((what) => !seen.has(what))).toEqual([]);
  });

test('every request of these histories is one that the SDK knows', () => {
  expect(requests().length).toBeGreaterThan(0);
  expect(faultsOfRequests()).toEqual([]);
});
