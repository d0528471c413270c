/** What "it is not there" looks like: each service, and each emulator of one, has its own word for it. */

const NAMES: readonly string[] = ['NoSuchKey', 'NotFound', 'ResourceNotFound', 'ResourceNotFoundException'];

/** SageMaker models no error for most absent things: the message of a ValidationException is all that it says. */
export function isAbsent(error: unknown): boolean {
  const { name, message } = error as Error;
  return NAMES.includes(name) || (name === 'ValidationException' && /could not find|does not exist/i.test(message));
}

export async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
