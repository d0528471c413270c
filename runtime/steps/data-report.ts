/** data-report.json and its readable twin data-report.md: what `prepare` found in the data. */
import type { Problem } from '../../constructs/spec/problem';
import type { ColumnFacts } from './data-checks';
import type { Split, TableCounts } from './data-table';
import { count } from './step';

export interface DataReport extends TableCounts, Split {
  readonly format: 1;
  readonly columns: Readonly<Record<string, ColumnFacts>>;
  /** Columns that the schema does not name: they are left out. */
  readonly unknownColumns: readonly string[];
  /** Files in the folder that are no data: they are left out. */
  readonly otherFiles: readonly string[];
  readonly problems: readonly Problem[];
}

export function printDataReport(report: DataReport): string {
  const { train, test, columns, problems } = report;
  const rows = (train?.rows ?? 0) + (test?.rows ?? 0);
  const sentences = [
    `${count(report.rowsRead, 'row')} read, ${count(rows, 'row')} used.`,
    train && `Train: ${train.from} to ${train.to}, ${count(train.rows, 'row')}.`,
    test && `Test: ${test.from} to ${test.to}, ${count(test.rows, 'row')}.`,
    train && test && `Span: ${Number(((Date.parse(test.to) - Date.parse(train.from)) / 86_400_000).toFixed(2))} days.`,
    report.rowsWithoutLabel > 0 && `Left out: ${count(report.rowsWithoutLabel, 'row')} without a label.`,
    report.duplicates > 0 && `Left out: ${count(report.duplicates, 'row')} replaced by a later one with the same key.`,
    report.unknownColumns.length > 0 && `Columns not in the spec: ${report.unknownColumns.join(', ')}.`,
    report.otherFiles.length > 0 && `Files that are no data: ${report.otherFiles.join(', ')}.`,
  ].filter(Boolean);
  const table = Object.entries(columns).map(([name, facts]) => {
    const share = rows > 0 ? `${((100 * facts.missing) / rows).toFixed(1)} %` : '';
    const values = facts.distinct ?? (facts.min === null ? '' : `${facts.min} to ${String(facts.max)}`);
    return `| ${cell(name)} | ${facts.kind} | ${facts.missing} | ${share} | ${facts.outside} | ${values} |`;
  });
  const wrong = problems.map(
    ({ path, got, expected, fix }) => `- ${path}: got ${got}, expected ${expected}. Fix: ${fix}.`,
  );
  return [
    '# Data report',
    '',
    ...(wrong.length > 0 ? [`**${count(wrong.length, 'problem')}: nothing was written.**`, '', ...wrong, ''] : []),
    ...sentences.map((sentence) => `- ${String(sentence)}`),
    '',
    '| column | kind | missing | share | out of range | values |',
    '|---|---|---|---|---|---|',
    ...table,
    '',
  ].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
