/**
 * The adapter through random histories: days of trainings, versions, people and monitors over fakes of AWS, with faults that no
 * emulator shows. An umpire watches every effect. More of them with MLOPS_HISTORIES, others with MLOPS_SEED.
 */
import { chosen } from './cases';
import { History } from './history';
import { faultsOfRequests, requests } from './requests';

const { histories, title } = chosen(20);

test(
  title,
  async () => {
    for (const [i, given] of histories.entries()) {
      const { umpire } = await new History(given).run();
      const findings = umpire.findings.map(({ guarantee, text }) => `[${guarantee}] ${text}`);
      expect({ history: i, kind: given.kind, findings }).toEqual({ history: i, kind: given.kind, findings: [] });
    }
  },
  600_000,
);

test('every request of these histories is one that the SDK knows', () => {
  expect(requests().length).toBeGreaterThan(0);
  expect(faultsOfRequests()).toEqual([]);
});
