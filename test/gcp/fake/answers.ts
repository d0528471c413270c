/** Messages as Google's REST writes them: no defaults, no field that is for input only, integers of 64 bits as texts. */
import { behavesAs, messageOf, type JsonObject } from '../protos';
import { checkAnswer } from '../protos-check';
import { withoutDefaults } from '../protos-defaults';

/** Throws, as a fault of the fake or of the test that set the state, where the answer is no such message. */
export function written(type: string, value: JsonObject): JsonObject {
  const answer = withoutDefaults(messageOf(type), value, (field) => behavesAs(field, 'INPUT_ONLY'));
  const found = checkAnswer(type, answer);
  if (found.length > 0) throw new Error(`an answer is no ${type}: ${JSON.stringify(found)}`);
  return answer;
}
