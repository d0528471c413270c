/** What a new project says of itself: on the screen, and in its README. */
import type { MlopsSpec } from '../../constructs/spec';
import type { Choice } from './choose';
import type { Made } from './init';

export function printChoice(folder: string, { name, choice, renamed }: Made): string {
  const { time, key, label, task, features, leftOut } = choice;
  const line = (what: string, value: string, why: string) => `  ${what.padEnd(9)} ${value} (${why})`;
  const kinds = Object.entries(features).map(
    ([column, feature]) => `${column} (${typeof feature === 'string' ? feature : feature.kind})`,
  );
  const aside = Object.entries(leftOut).map(([column, why]) => `${column} ${why}`);
  const called = Object.entries(renamed).map(
    ([from, to]) => `${from} is called ${to} in data/, because captures use that name`,
  );
  return [
    `${folder} is made. What was guessed, and how to change it:`,
    line('time', time.value, `${time.why}; --time`),
    line('key', key.value.join(', '), `${key.why}; --key`),
    line('label', label.value, `${label.why}: ${task}; --label`),
    ...section('features', kinds),
    ...section('left out', aside),
    ...section('renamed', called),
    '  all of it can be changed in mlops.yaml',
    '',
    `Next: cd ${name}, then`,
    '  mlops check    are spec and data right?',
    '  mlops replay   how would this policy have done on this data?',
    '  mlops up       run it; README.md has a request for it',
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.map((line, i) => `  ${(i === 0 ? title : '').padEnd(9)} ${line}`);

export function readme(
  { name }: MlopsSpec,
  { label, task }: Choice,
  instance: Readonly<Record<string, unknown>>,
): string {
  const body = JSON.stringify({ instances: [instance] }).replaceAll("'", "'\\''");
  const answer = task === 'classification' ? 'the probability that it is 1' : 'a number';
  return `# ${name}

Predicts \`${label.value}\`: ${answer}. \`mlops.yaml\` is the whole system, \`model/model.py\` the model, \`data/\` its rows; new files there
are new rows.

\`\`\`sh
mlops check      # are spec and data right?
mlops replay     # how would this policy have done on this data?
mlops up         # runs it on http://127.0.0.1:8080, until Ctrl-C
\`\`\`

With \`mlops up\` running, and after the first training:

\`\`\`sh
curl -s http://127.0.0.1:8080/online/predict -H 'content-type: application/json' -d '${body}'
\`\`\`

\`mlops status\` says what serves, \`mlops labels add FILE\` tells what the right answers were.
`;
}
