/** The fake's objects hold the contract that fake-gcs-server is asked for too; and what is the fake's own. */
import { startGoogle } from './fake';
import { askOf } from './fake/asks';
import { describeObjects } from './fake/objects-contract';

describeObjects(() => startGoogle(), 'record');

describe('the fake alone', () => {
  test('its clock is that of the objects, and whoever waits for one is told', async () => {
    const google = await startGoogle();
    const told: string[] = [];
    google.objects.onWrite(({ name, generation }) => told.push(`${name} ${generation}`));
    google.clock.advance(1);
    await askOf(google)('POST', '/upload/storage/v1/b/record/o', {
      query: { uploadType: 'media', name: 'a' },
      raw: 'x',
    });
    google.objects.put('record', 'b', { json: true });
    expect(told).toEqual(['a 1795132800001000', 'b 1795132800001001']);
    expect(google.objects.json('record', 'b')).toEqual({ json: true });
    const query = { fields: 'items(name,updated),nextPageToken', maxResults: '1' };
    expect((await askOf(google)('GET', '/storage/v1/b/record/o', { query })).body).toEqual({
      ...{ nextPageToken: expect.any(String) as string, items: [{ name: 'a', updated: '2026-11-20T00:00:00.001Z' }] },
    });
    expect((await askOf(google)('GET', '/storage/v1/b/other/o')).body).toMatchObject({
      error: { code: 404, errors: [{ reason: 'notFound' }] },
    });
    await google.stop();
  });
});
