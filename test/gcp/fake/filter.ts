/**
 * Filters as Google's lists take them: https://google.aip.dev/160. Comparisons, AND (also by standing beside one another), OR, which
 * binds tighter, NOT, brackets, and the functions one_of and starts_with of Monitoring.
 */
import { camelCase, isObject } from '../protos';
import { invalid } from './errors';

type Test = (entity: unknown) => boolean;
type Operator = (typeof OPERATORS)[number];

const OPERATORS = ['<=', '>=', '!=', '=', '<', '>', ':'] as const;

/** Which operators each field takes; `labels.*` stands for each label. A field that is not here is refused. */
export type Fields = Readonly<Record<string, readonly Operator[]>>;

export function filterOf(text: string | undefined, fields: Fields): Test {
  const tokens = tokensOf(text ?? '');
  if (tokens.length === 0) return () => true;
  const reader = new Reader(tokens, fields, text!);
  const test = reader.all();
  if (!reader.isDone) throw invalid(`Invalid filter: ${text}`);
  return test;
}

/** The comparisons of a filter without OR and NOT, by field. */
export function comparisonsOf(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/([\w.-]+)\s*=\s*(?:"([^"]*)"|([\w./-]+))/g);
  return new Map([...found].map(([, field, quoted, plain]) => [field!, quoted ?? plain!]));
}

function tokensOf(text: string): string[] {
  const found = text.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|<=|>=|!=|[=<>:(),]|[^\s"'=<>!:(),]+|\S/g);
  return [...found].map(([token]) => token);
}

class Reader {
  private at = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly fields: Fields,
    private readonly text: string,
  ) {}

  get isDone(): boolean {
    return this.at >= this.tokens.length;
  }

  all(): Test {
    const tests = [this.any()];
    while (!this.isDone && this.tokens[this.at] !== ')') {
      this.skip('AND');
      tests.push(this.any());
    }
    return (entity) => tests.every((test) => test(entity));
  }

  private any(): Test {
    const tests = [this.one()];
    while (this.skip('OR')) tests.push(this.one());
    return (entity) => tests.some((test) => test(entity));
  }

  private one(): Test {
    if (this.skip('NOT') || this.skip('-')) {
      const test = this.one();
      return (entity) => !test(entity);
    }
    if (!this.skip('(')) return this.comparison();
    const test = this.all();
    if (!this.skip(')')) throw invalid(`Invalid filter, a bracket is open: ${this.text}`);
    return test;
  }

  private comparison(): Test {
    const field = this.take();
    const operator = this.take() as Operator;
    if (!OPERATORS.includes(operator)) throw invalid(`Invalid filter: ${this.text}`);
    const path = this.known(field, operator);
    const wanted = this.values();
    return (entity) => wanted.some(({ text, isStart }) => holds(valueAt(entity, path), operator, text, isStart));
  }

  private values(): { readonly text: string; readonly isStart?: boolean }[] {
    const value = this.take();
    if ((value !== 'one_of' && value !== 'starts_with') || !this.skip('(')) return [{ text: unquoted(value) }];
    const values: string[] = [];
    do values.push(unquoted(this.take()));
    while (this.skip(','));
    if (!this.skip(')')) throw invalid(`Invalid filter, a bracket is open: ${this.text}`);
    return values.map((text) => ({ text, isStart: value === 'starts_with' }));
  }

  private known(field: string, operator: Operator): readonly string[] {
    const [first, ...rest] = field
      .replace(/\.label\./, '.labels.')
      .split('.')
      .map(unquoted);
    const path = [camelCase(first!), ...rest];
    const whole = path.join('.');
    const general = [...path.slice(0, -1), '*'].join('.');
    const operators = this.fields[whole] ?? this.fields[general];
    if (!operators) throw invalid(`Invalid filter, unknown field ${field}: ${this.text}`);
    if (!operators.includes(operator)) throw invalid(`Invalid filter, ${field} takes no ${operator}: ${this.text}`);
    return path;
  }

  private take(): string {
    const token = this.tokens[this.at++];
    if (token === undefined) throw invalid(`Invalid filter, it ends too early: ${this.text}`);
    return token;
  }

  private skip(token: string): boolean {
    const isThere = this.tokens[this.at] === token;
    if (isThere) this.at += 1;
    return isThere;
  }
}

const unquoted = (token: string): string =>
  /^["'].*["']$/s.test(token) ? token.slice(1, -1).replace(/\\(.)/g, '$1') : token;

export const valueAt = (entity: unknown, path: readonly string[]): unknown =>
  path.reduce((inner, step) => (isObject(inner) ? inner[step] : undefined), entity);

function holds(value: unknown, operator: Operator, wanted: string, isStart = false): boolean {
  if (operator === ':' && wanted === '*') return value !== undefined;
  if (operator === ':' && isObject(value)) return wanted in value;
  const actual = value === undefined && wanted === 'false' ? 'false' : textOf(value);
  if (actual === undefined) return operator === '!=';
  if (isStart) return actual.startsWith(wanted) === (operator === '=');
  const parts = wanted.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const [a, b] = [comparable(actual), comparable(wanted)];
  switch (operator) {
    case '=':
      return actual === wanted;
    case '!=':
      return actual !== wanted;
    case ':':
      return new RegExp(`^${parts.join('.*')}$`, 's').test(actual);
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : value === undefined || value === null ? undefined : JSON.stringify(value);

/** Times by what they mean, numbers by their size. */
function comparable(text: string): number {
  const number = Number(text);
  return text !== '' && !Number.isNaN(number) ? number : Date.parse(text);
}
