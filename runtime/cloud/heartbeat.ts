/** What the gauge of a loop's looks says of the loop, in milliseconds. */

const MINUTE = 60_000;
/** How far back it is looked for. */
export const HEARTBEATS_MS = 180 * MINUTE;
/** A look comes every five minutes, and its gauge may be some minutes late: three that are missing are silence. */
export const SILENCE_MS = 15 * MINUTE;
