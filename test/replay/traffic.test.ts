/** The clients: what is sent, in which order, and what is kept of the answers. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { arrival, Clients } from '../../replay/traffic';
import type { HistoryRow } from '../../replay/history';

interface Seen {
  readonly url: string | undefined;
  readonly at: number;
  readonly body: unknown;
}

let server: Server;
let clients: Clients;
let seen: Seen[];
let open: number;
let mostOpen: number;

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

beforeEach(async () => {
  seen = [];
  open = mostOpen = 0;
  server = createServer((request, response) => {
    mostOpen = Math.max(mostOpen, ++open);
    void read(request).then((text) => {
      const body = JSON.parse(text) as { instances: [{ x: number }] };
      seen.push({ url: request.url, at: arrival(request), body });
      const { x } = body.instances[0];
      setImmediate(() => {
        open--;
        if (x !== 4) response.setHeader('x-mlops-version', x % 2 ? 'v1' : 'v2');
        if (x === 3) response.writeHead(500).end('{"error":{"message":"no"}}');
        else if (x === 4) response.writeHead(503).end('none yet');
        else response.writeHead(200).end(JSON.stringify({ predictions: [x / 2] }));
      });
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  clients = new Clients(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'online');
});
afterEach(async () => {
  await clients.close();
  await new Promise((closed) => server.close(closed));
});

const rows = (n: number): HistoryRow[] =>
  Array.from({ length: n }, (_, x) => ({ at: 1000 + x, instance: `{"x":${x}}`, label: x }));

it('sends each row with its own time, and keeps version and prediction', async () => {
  const answers = await clients.send(rows(3), true);
  expect(seen).toEqual([0, 1, 2].map((x) => ({ url: '/online/predict', at: 1000 + x, body: { instances: [{ x }] } })));
  expect(answers).toEqual([
    { at: 1000, label: 0, version: 'v2', prediction: 0 },
    { at: 1001, label: 1, version: 'v1', prediction: 0.5 },
    { at: 1002, label: 2, version: 'v2', prediction: 1 },
  ]);
});

it('keeps what a failed request was told, and who failed', async () => {
  const answers = await clients.send(rows(5), false);
  expect(answers[3]).toEqual({
    at: 1003,
    label: 3,
    version: 'v1',
    prediction: null,
    failure: '500 {"error":{"message":"no"}}',
  });
  expect(answers[4]).toEqual({ at: 1004, label: 4, version: null, prediction: null, failure: '503 none yet' });
});

it('sends one after the other in turn, else together, and answers in the order of the rows', async () => {
  expect((await clients.send(rows(40), true)).map(({ at }) => at - 1000)).toEqual([...rows(40).keys()]);
  expect(mostOpen).toBe(1);
  expect((await clients.send(rows(40), false)).map(({ at }) => at - 1000)).toEqual([...rows(40).keys()]);
  expect(mostOpen).toBeGreaterThan(1);
});
