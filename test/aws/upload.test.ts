/** The custom resource that fills the bucket, against a server that speaks as much of S3 as it needs. */
import { S3Client } from '@aws-sdk/client-s3';
import { upload, type UploadProperties } from '../../constructs/aws/upload.runtime';
import { answerTo, CLIENT, FakeServer, silence, type Received, type Reply } from './cloudformation';

silence();

const COPIED = '<CopyObjectResult><ETag>"1"</ETag></CopyObjectResult>';
const denied = (code: string) => ({ status: 403, body: `<Error><Code>${code}</Code><Message>no</Message></Error>` });

/** Objects by key, and where each was copied from. */
async function uploaded(
  properties: UploadProperties,
  change: Parameters<typeof answerTo<UploadProperties>>[2] = {},
  fails: (request: Received) => Reply | undefined = () => undefined,
) {
  const s3 = await FakeServer.open((request) => fails(request) ?? { status: 200, body: COPIED });
  const client = new S3Client({ ...CLIENT, endpoint: s3.url, forcePathStyle: true });
  try {
    const answer = await answerTo(upload(client), properties, change);
    const put = s3.received.map(({ path, headers, body }) => [path, headers['x-amz-copy-source'] ?? body]);
    return { answer, put: put.sort(), requests: s3.received };
  } finally {
    client.destroy();
    s3.close();
  }
}

const copy = (name: string) => ({ SourceBucket: 'assets', SourceKey: `${name}.parquet`, Key: `data/rentals/${name}` });

test('copies objects and writes texts', async () => {
  const { answer, put, requests } = await uploaded({
    Bucket: 'record',
    Copies: [copy('a'), copy('with space+plus')],
    Texts: { 'artifacts/none/none.json': '{}\n' },
  });
  expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'Thing' });
  expect(put).toEqual([
    ['/record/artifacts/none/none.json', '{}\n'],
    ['/record/data/rentals/a', 'assets/a.parquet'],
    ['/record/data/rentals/with space+plus', 'assets/with%20space%2Bplus.parquet'],
  ]);
  expect(requests.find(({ path }) => path.endsWith('none.json'))!.headers['content-type']).toBe('application/json');
});

test('an update copies what is new or changed, and writes every text', async () => {
  const before = { Bucket: 'record', Copies: [copy('a'), copy('b')], Texts: { 'loop/release.json': '1' } };
  const { put } = await uploaded(
    { ...before, Copies: [copy('a'), { ...copy('b'), SourceKey: 'newer.parquet' }, copy('c')] },
    { RequestType: 'Update', OldResourceProperties: before },
  );
  expect(put).toEqual([
    ['/record/data/rentals/b', 'assets/newer.parquet'],
    ['/record/data/rentals/c', 'assets/c.parquet'],
    ['/record/loop/release.json', '1'],
  ]);
});

test('an update to another bucket copies everything', async () => {
  const before = { Bucket: 'old', Copies: [copy('a')] };
  const { put } = await uploaded(
    { ...before, Bucket: 'record' },
    { RequestType: 'Update', OldResourceProperties: before },
  );
  expect(put).toEqual([['/record/data/rentals/a', 'assets/a.parquet']]);
});

test('a deletion deletes nothing', async () => {
  const { answer, put } = await uploaded({ Bucket: 'record', Copies: [copy('a')] }, { RequestType: 'Delete' });
  expect([answer.Status, put]).toEqual(['SUCCESS', []]);
});

test('a copy that fails says which one, and holds up no other', async () => {
  const properties = { Bucket: 'record', Copies: [copy('a'), copy('b'), copy('c')] };
  const { answer, put } = await uploaded(properties, {}, ({ path }) =>
    path.endsWith('/b') ? denied('AccessDenied') : undefined,
  );
  expect(answer).toMatchObject({
    Status: 'FAILED',
    Reason: 'could not copy s3://assets/b.parquet to s3://record/data/rentals/b: AccessDenied: no',
  });
  expect(put).toHaveLength(3);
});

test('a copy that S3 begins well and ends badly is a failure', async () => {
  const properties = { Bucket: 'record', Copies: [copy('a')] };
  const body = denied('InternalError').body;
  const { answer } = await uploaded(properties, {}, () => ({ status: 200, body }));
  expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('InternalError') as string });
});

test('many failures are told by the first three and their number', async () => {
  const Texts = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`loop/${i}`, 'x']));
  const { answer } = await uploaded({ Bucket: 'record', Texts }, {}, () => denied('NoSuchBucket'));
  expect(answer.Reason!.match(/could not write/g)).toHaveLength(3);
  expect(answer.Reason).toContain('s3://record/loop/0: NoSuchBucket: no');
  expect(answer.Reason).toMatch(/; and 27 more$/);
});

test('a few at a time', async () => {
  let open = 0;
  let most = 0;
  const client = {
    send: async () => {
      most = Math.max(most, ++open);
      await new Promise(setImmediate);
      open--;
    },
  } as unknown as S3Client;
  const Copies = Array.from({ length: 100 }, (_, i) => copy(String(i)));
  expect((await answerTo(upload(client), { Bucket: 'record', Copies })).Status).toBe('SUCCESS');
  expect(most).toBe(8);
});
