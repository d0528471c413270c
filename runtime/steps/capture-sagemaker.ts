/** SageMaker's dialect of captures: JSON lines that hold requests and answers as texts. They become rows like our own captures'. */
import type { SagemakerCaptures } from '../../constructs/spec/capture';
import { answerOf, requestOf, type Captured } from './captured-body';
import { openLines } from './captured-lines';
import type { Database } from './database';
import type { Part } from './source';
import { refuse } from './step';

/** One line. Other fields, such as `mode` and `eventVersion`, say nothing that matters here. */
interface Line {
  readonly captureData?: { readonly endpointInput?: Captured; readonly endpointOutput?: Captured };
  readonly eventMetadata?: { readonly eventId?: string; readonly inferenceTime?: string };
}

export function openSagemaker(
  db: Database,
  directory: string,
  manifest: SagemakerCaptures,
  path: string,
): Promise<Part> {
  return openLines(db, directory, manifest, (line, file) => {
    const { captureData, eventMetadata } = parse(line, `${path}: ${file}`);
    return {
      id: eventMetadata?.eventId ?? '',
      at: Date.parse(eventMetadata?.inferenceTime ?? ''),
      request: requestOf(captureData?.endpointInput, manifest.schema),
      answer: answerOf(captureData?.endpointOutput),
    };
  });
}

function parse(line: string, path: string): Line {
  try {
    return JSON.parse(line) as Line;
  } catch (error) {
    const got = `a line that is not JSON (${(error as Error).message})`;
    return refuse(path, got, 'what SageMaker captured: a JSON object a line', 'remove the file');
  }
}
