/**
 * Google Cloud as the STUB provider knows it: ids, outputs, what makes a resource anew, and some of what Google or its provider
 * refuses. `source` names the file of https://github.com/GoogleCloudPlatform/magic-modules, from which Google's providers are
 * generated, that says what makes it anew; `[unverified]` where nobody looked there.
 */
import type { Rules } from '../pulumi/stub-rules';
import { DATA } from './stub-data';
import { IDENTITY } from './stub-identity';
import { SERVING } from './stub-serving';
import { STORAGE } from './stub-storage';
import { WATCHING } from './stub-watching';

export const GCP_RULES: Rules = { ...STORAGE, ...IDENTITY, ...DATA, ...SERVING, ...WATCHING };
