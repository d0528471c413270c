/** Vertex AI's dialect of captures: JSON lines that hold requests and answers as lists of texts. They become rows like our own captures'. */
import type { VertexCaptures } from '../../constructs/spec/capture';
import { bodyIn, type Body } from './captured-body';
import { openLines } from './captured-lines';
import type { Database } from './database';
import type { Part } from './source';
import { refuse } from './step';

/** One line. */
interface Line {
  readonly request_id?: string;
  readonly logging_time?: string;
  readonly request_payload?: unknown;
  readonly response_payload?: unknown;
}

export function openVertex(db: Database, directory: string, manifest: VertexCaptures, path: string): Promise<Part> {
  return openLines(db, directory, manifest, (line, file) => {
    const { request_id, logging_time, request_payload, response_payload } = parse(line, `${path}: ${file}`);
    return {
      id: request_id ?? '',
      at: Date.parse(logging_time ?? ''),
      request: bodyOf(request_payload, 'instances'),
      answer: bodyOf(response_payload, 'predictions'),
    };
  });
}

/** A text for the whole body, or one for each of its rows: which of them it is is documented nowhere. [unverified] */
function bodyOf(payload: unknown, name: 'instances' | 'predictions'): Body | undefined {
  const texts = (Array.isArray(payload) ? payload : []).filter((text) => typeof text === 'string');
  const whole = texts.length === 1 ? bodyIn(texts[0]!, name) : undefined;
  if (whole) return whole;
  const isRow = name === 'instances' ? isInstance : isNumber;
  if (texts.length === 0 || !texts.every(isRow)) return undefined;
  return { json: `{"${name}":[${texts.join(',')}]}`, rows: texts.length };
}

function isInstance(text: string): boolean {
  const value = valueOf(text);
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

const isNumber = (text: string): boolean => typeof valueOf(text) === 'number';

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parse(line: string, path: string): Line {
  try {
    return JSON.parse(line) as Line;
  } catch (error) {
    const got = `a line that is not JSON (${(error as Error).message})`;
    return refuse(path, got, 'what Vertex AI logged: a JSON object a line', 'remove the file');
  }
}
