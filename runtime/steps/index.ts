/** What other parts of the product use of the steps. */
export { runStep, EXIT } from './main';
export type { Log } from './step';
export type { RowSpan, WindowFile } from './data-table';
export { addErrorSums, errorSums, measure, measureAll, pooledWape, type ErrorSums, type Scored } from './measure';
export { addProfiles, binsOf, profile, referenceEdges, type Bins } from './profile';
export { distance, drifted, type DistanceValue } from './distances';
export { driftReport } from './drift';
export { Database } from './database';
