import { readFileSync } from 'node:fs';
import { generateSchema, SCHEMA_FILE } from '../../scripts/generate-schema';

test('spec.schema.json is what the interfaces say; if not, run npm run generate', () => {
  expect(readFileSync(SCHEMA_FILE, 'utf8')).toBe(generateSchema());
});
