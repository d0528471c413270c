/** What AWS refuses, in words: what was asked for, and the way out. No client is loaded for it. */
import { callOf, type Call } from '../../constructs/aws/called';
import { Unavailable, UserError } from '../../constructs/spec';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html, and S3's own words. */
const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired'];
/** Of the SDK, which has found none, or none that are good. */
const NO_KEYS = ['CredentialsProviderError', 'TokenProviderError'];
const DENIED = ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'Forbidden', '403'];
const UNKNOWN_KEYS = [
  'AuthFailure',
  'IncompleteSignature',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'InvalidToken',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
];
const BUSY = [
  'InternalError',
  'InternalFailure',
  'InternalServiceError',
  'RequestLimitExceeded',
  'ServiceUnavailable',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
];
/** Of Node's, and of the SDK where it gives up waiting. */
const UNREACHED = ['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'ETIMEDOUT'];

interface Failure extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Undefined for an error that AWS has nothing to do with, or that it has no fault of the user's to tell of. */
export function awsProblem(error: unknown): UserError | Unavailable | undefined {
  const call = callOf(error);
  if (!call) return undefined;
  const failure = error as Failure;
  const { name, message, code, $metadata } = failure;
  if (/region is missing/i.test(message))
    return new UserError(
      'AWS is not told which region. Set AWS_REGION, or region in the profile that AWS_PROFILE names.',
    );
  if (EXPIRED.includes(name)) return expired(failure);
  if (NO_KEYS.includes(name)) return /expired/i.test(message) ? expired(failure) : noCredentials(failure);
  if (DENIED.includes(name)) return denied(failure, call);
  if (UNKNOWN_KEYS.includes(name))
    return new UserError(
      `AWS does not take these credentials (${name}: ${message}). Check AWS_PROFILE, the keys, and the clock of this machine.`,
    );
  if (name === 'TimeoutError' || UNREACHED.some((why) => code === why || message.includes(why)))
    return unreached(failure, call);
  if (BUSY.includes(name) || ($metadata?.httpStatusCode ?? 0) >= 500)
    return new Unavailable(`AWS does not answer ${call.action} now (${name}: ${message}). Try again later.`);
  return undefined;
}

/** What AWS said where nothing better is known: it is not ours, and no stack trace helps. */
export function awsAnswer(error: unknown): string | undefined {
  const call = callOf(error);
  const { name, message, $metadata } = error as Failure;
  if (!call || !$metadata?.httpStatusCode) return undefined;
  return `AWS answered ${call.action} with ${name}: ${message}`;
}

const expired = ({ name, message }: Failure): UserError =>
  new UserError(
    `The AWS credentials have expired (${name}: ${message}). Renew them: aws sso login, or wherever they came from.`,
  );

const noCredentials = ({ message }: Failure): UserError =>
  new UserError(
    `There are no AWS credentials (${message}). Sign in with aws sso login or aws configure, and name the profile in AWS_PROFILE.`,
  );

/** AWS says who, and on what; S3 does not always say which action. */
function denied({ message }: Failure, { action }: Call): UserError {
  const asked = /not authorized to perform: ([\w-]+:\w+)/.exec(message)?.[1] ?? action;
  return new UserError(
    `AWS does not allow ${asked} (${message}). Ask whoever keeps your permissions for it: ` +
      'the README lists what each command needs.',
  );
}

const unreached = ({ message, name }: Failure, { action, region }: Call): Unavailable =>
  new Unavailable(
    `AWS cannot be reached for ${action} in ${region ?? 'no region'} (${message || name}). Is there a network, and such a region?`,
  );
