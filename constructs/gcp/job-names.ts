/** How runs of the loop are called on Vertex AI: both halves of this target must agree. */
import { fittingName } from '../packaging/names';

/** What the ids of an endpoint's runs begin with, so that what is logged of them is told apart; a run's own id follows a hyphen. */
export const jobsOf = (system: string, endpoint: string): string => fittingName(80, system, endpoint);
