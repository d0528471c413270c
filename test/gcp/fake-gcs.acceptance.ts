/** fake-gcs-server, as somebody else wrote it, holds the contract of objects as far as it goes: what it does not do is named. */
import { describeObjects } from './fake/objects-contract';
import { startGcs } from './gcs';

describeObjects(() => startGcs(['record']), 'record', {
  'an object is deleted as it was read: ifGenerationMatch': 'fake-gcs-server 1.56.1 deletes whatever the generation',
  'a copy is made once: ifGenerationMatch 0': 'fake-gcs-server 1.56.1 rewrites whatever the generation',
});
