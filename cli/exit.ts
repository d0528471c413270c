/** Exit codes, and how an error becomes one. */
import { SpecError, Unavailable, UserError } from '../constructs/spec';
import { awsAnswer, awsProblem } from './aws/problem';
import { googleAnswer, googleProblem } from './gcp/problem';

export const EXIT = {
  done: 0,
  /** Something failed that is not the user's to mend in the spec or the command line. */
  failed: 1,
  /** The command line, the spec, the model code, the data or the credentials are wrong. */
  user: 64,
  /** Nothing is running or cannot be reached, or somebody else holds the state. */
  unavailable: 69,
  interrupted: 130,
} as const;

/** The exit code of an error, and what is printed of it. A fault of ours keeps its stack trace: it is to be reported. */
export function explain(thrown: unknown): { readonly code: number; readonly text: string } {
  const error = awsProblem(thrown) ?? googleProblem(thrown) ?? thrown;
  if (error instanceof SpecError || error instanceof UserError) return { code: EXIT.user, text: error.message };
  if (error instanceof Unavailable) return { code: EXIT.unavailable, text: error.message };
  if (error instanceof Error && error.name === 'AbortError') return { code: EXIT.interrupted, text: 'interrupted' };
  const answer = awsAnswer(error) ?? googleAnswer(error);
  if (answer !== undefined) return { code: EXIT.failed, text: answer };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: EXIT.failed, text: `mlops failed, and it is not your fault:\n${text}` };
}
