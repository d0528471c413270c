/**
 * The adapter through random histories: days of trainings, versions, people and monitors over the fake of Google Cloud, with its
 * faults. An umpire watches every effect. More of them with MLOPS_HISTORIES, others with MLOPS_SEED.
 */
import { chosen } from './cases';
import { History } from './history';

const { histories, title } = chosen(10);

test(
  title,
  async () => {
    for (const [i, given] of histories.entries()) {
      const { umpire } = await new History(given).run();
      const findings = umpire.findings.map(({ guarantee, text }) => `[${guarantee}] ${text}`);
      expect({ history: i, findings }).toEqual({ history: i, findings: [] });
    }
  },
  3_600_000,
);
