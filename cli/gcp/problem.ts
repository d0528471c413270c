/** What Google Cloud refuses, in words: what was asked for, and the way out. No client is loaded for it. */
import { askerOf, NoToken } from '../../constructs/gcp/asker';
import { GoogleError, isTransient, Unreachable } from '../../constructs/gcp/google-error.runtime';
import { Unavailable, UserError } from '../../constructs/spec';
import { permissionOf } from './permission';

/** Of Node's. */
const UNREACHED = ['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'ETIMEDOUT'];
const SIGN_IN = 'gcloud auth application-default login';
/** Projects of Google's own that a person's credentials belong to who has named none: gcloud's, and that of its older releases. */
const NOBODYS = ['764086051850', '32555940559'];

/** Undefined for an error that Google has nothing to do with, or that it has no fault of the user's to tell of. */
export function googleProblem(error: unknown): UserError | Unavailable | undefined {
  if (error instanceof NoToken) return noToken(error.cause as TokenFailure);
  if (error instanceof Unreachable) return unreached(error);
  if (!(error instanceof GoogleError)) return undefined;
  const said = wordsOf(error);
  if (error.status === 401)
    return new UserError(`Google Cloud does not take these credentials (${said}). Sign in again: ${SIGN_IN}.`);
  if (error.status === 403) return disabled(said, error) ?? misplaced(said) ?? denied(said, error);
  if (isTransient(error))
    return new Unavailable(
      `Google Cloud does not answer ${permissionOf(error.call)} now (${said}). ` +
        `Try again ${error.status === 429 ? 'in a minute' : 'later'}.`,
    );
  return undefined;
}

/** What Google said where nothing better is known: it is not ours, and no stack trace helps. */
export function googleAnswer(error: unknown): string | undefined {
  if (!(error instanceof GoogleError)) return undefined;
  return `Google Cloud answered ${error.call} with ${error.reason}: ${wordsOf(error)}`;
}

/** Google's own, without what was asked and the status, and as a part of a sentence. */
const wordsOf = ({ message, call, status, reason }: GoogleError): string =>
  message
    .replace(`${call}: `, '')
    .replace(` (${status} ${reason})`, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '');

/** https://cloud.google.com/apis/docs/troubleshooting and https://cloud.google.com/docs/authentication/adc-troubleshooting/user-creds */
function disabled(said: string, { call }: GoogleError): UserError | undefined {
  const project = /has not been used in project (\S+) before or it is disabled/.exec(said)?.[1];
  if (/requires a quota project/.test(said) || (project !== undefined && NOBODYS.includes(project)))
    return new UserError(
      "The credentials name no project whose quota is used, and Google's APIs ask for one: " +
        'gcloud auth application-default set-quota-project PROJECT.',
    );
  if (project === undefined) return undefined;
  const service = `${call.split(' ')[1]}.googleapis.com`;
  return new UserError(
    `${service} is not enabled in the project ${project}: gcloud services enable ${service} --project ${project}. ` +
      'It takes some minutes until it is.',
  );
}

/** Google tells nobody what does not exist from what is not theirs. */
function misplaced(said: string): UserError | undefined {
  const location = /denied on '?locations\/([\w-]+)/i.exec(said)?.[1];
  if (location !== undefined)
    return new UserError(
      `There is no region ${location}, or it is closed to this project (${said}). GOOGLE_CLOUD_REGION says which region.`,
    );
  if (/project\b.*\b(deleted|not found)|billing/i.test(said))
    return new UserError(
      `The project cannot be used (${said}). GOOGLE_CLOUD_PROJECT says which one, by its id; the credentials may name another ` +
        'for quota.',
    );
  return undefined;
}

function denied(said: string, error: GoogleError): UserError {
  const permission =
    /permission\s+['"]?((?:\w+\.){2,}\w+)/i.exec(said)?.[1] ??
    (/use project|serviceUsageConsumer/.test(said) ? 'serviceusage.services.use' : permissionOf(error.call));
  const who = askerOf(error) ?? 'the owner of these credentials';
  return new UserError(
    `Google Cloud does not allow ${who} ${permission} (${said}). Ask whoever keeps your permissions for it: ` +
      'the README lists what each command needs.',
  );
}

function unreached({ message, call }: Unreachable): Unavailable {
  const why = message.replace(`${call}: `, '');
  return new Unavailable(`Google Cloud cannot be reached for ${permissionOf(call)} (${why}). Is there a network?`);
}

/** As google-auth-library throws it: its own, those of files, and what the token's endpoint answered. */
interface TokenFailure extends Error {
  readonly code?: string | number;
  readonly response?: {
    readonly status?: number;
    readonly data?: { readonly error?: string; readonly error_description?: string };
  };
}

function noToken({ message, code, response }: TokenFailure): UserError | Unavailable {
  const { error, error_description: description } = response?.data ?? {};
  const said = (error === undefined ? message : [error, description].filter(Boolean).join(': ')).replace(/\.$/, '');
  if (UNREACHED.some((why) => code === why || message.includes(why)))
    return new Unavailable(`Google cannot be reached for a token (${said}). Is there a network?`);
  if ((response?.status ?? 0) >= 500) return new Unavailable(`Google gives no token now (${said}). Try again later.`);
  if (/Could not load the default credentials/.test(message))
    return new UserError(
      `There are no credentials for Google Cloud. Sign in with ${SIGN_IN}, or name a file of credentials in ` +
        'GOOGLE_APPLICATION_CREDENTIALS.',
    );
  // Of an account that belongs to nobody it is the key or the clock that is wrong.
  if (error === 'invalid_grant' && !/JWT|account not found/i.test(description ?? ''))
    return new UserError(`The credentials for Google Cloud have expired (${said}). Renew them: ${SIGN_IN}.`);
  return new UserError(
    `The credentials for Google Cloud give no token (${said}). Check GOOGLE_APPLICATION_CREDENTIALS and the clock of this ` +
      `machine, or sign in with ${SIGN_IN}.`,
  );
}
