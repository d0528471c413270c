/** The files that the cases name, in a folder for one test file. Contents do not matter: nothing runs. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const FILES = {
  'data/rows.csv': 'when,shop,order,price,colour,x,y,bought\n',
  'other-data/more.csv': 'when,shop,order,price,colour,x,y,bought\n',
  'model/model.py': 'def predict(model, batch): ...\n',
  'model/requirements.txt': 'numpy==2.2.6\n',
  'own/model.py': 'def predict(model, batch): ...\n',
  'own/train.py': 'print("trained")\n',
  'own/requirements.txt': 'numpy==2.2.6\n',
  'other-code/model.py': 'def predict(model, batch): return []\n',
  'other-code/requirements.txt': 'numpy==2.2.5\n',
};

/** Call it at the top of a test file. */
export function caseFolder(): string {
  const root = mkdtempSync(join(tmpdir(), 'mlops-case-'));
  for (const [path, contents] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), contents);
  }
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return root;
}
