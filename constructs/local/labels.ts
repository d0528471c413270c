/** Labels that came later: files named by their arrival, so that a monitor reads only those that may be about its window. */
import type { Time } from '../../runtime/loop/platform';

const ARRIVAL = /^(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)?(\d\d)?Z/;

/**
 * When the labels in a file came: from a name that begins with a UTC time such as `2011-02-03T04Z`, `2011-02-03T0405Z` or
 * `2011-02-03T040506Z`. Undefined for any other name: such a file is read for every window.
 */
export function arrivalOf(name: string): Time | undefined {
  const found = ARRIVAL.exec(name);
  if (!found) return undefined;
  const [, day, hour, minute = '00', second = '00'] = found;
  return Date.parse(`${day}T${hour}:${minute}:${second}Z`);
}

/** The name, without its ending, of a file of labels that came at that time. */
export const labelsName = (at: Time): string => `${new Date(at).toISOString().slice(0, 19).replaceAll(':', '')}Z`;
