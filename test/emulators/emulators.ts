/** The emulators of AWS, as the acceptance runs need them. */
import { join } from 'node:path';
import { cacheFolder, installEmulators, type Emulators } from '../../scripts/emulators';
import { freePort, start, type Running } from './processes';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';

/** The runs are the same on a machine with an engine as on one without. */
const NO_DOCKER = 'unix:///nowhere';

export interface Emulator extends Running {
  readonly name: 'ministack' | 'moto' | 'fakecloud';
  /** Named `localhost`: moto takes the host of a template's address for S3 only by that word. */
  readonly endpoint: string;
  readonly log: string;
}

let installed: Promise<Emulators> | undefined;
const programs = () => (installed ??= installEmulators((line) => console.log(line)));
/** Of the last run. */
const logOf = (name: string) => join(cacheFolder(), `${name}.log`);

/** @param inherited - variables of the Lambda functions, beside their own: it hands its own to them */
export async function startMinistack(inherited: Readonly<Record<string, string>> = {}): Promise<Emulator> {
  const port = await freePort();
  const name = 'ministack';
  const log = logOf(name);
  const running = await start({
    name,
    command: [(await programs()).python, join(__dirname, 'start_ministack.py')],
    variables: {
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_ACCOUNT_ID: ACCOUNT,
      MINISTACK_REGION: REGION,
      LAMBDA_EXECUTOR: 'local',
      DOCKER_HOST: NO_DOCKER,
      // These would open ports of their own.
      SFTP_ENABLED: '0',
      IOT_MTLS_ENABLED: '0',
      ...inherited,
    },
    ready: `http://127.0.0.1:${port}/_ministack/ready`,
    log,
  });
  return { name, endpoint: `http://localhost:${port}`, log, ...running };
}

export async function startMoto(): Promise<Emulator> {
  const port = await freePort();
  const name = 'moto';
  const log = logOf(name);
  const running = await start({
    name,
    command: [(await programs()).python, '-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
    variables: { MOTO_PORT: String(port), MOTO_ACCOUNT_ID: ACCOUNT, DOCKER_HOST: NO_DOCKER },
    ready: `http://127.0.0.1:${port}/moto-api/`,
    log,
  });
  return { name, endpoint: `http://localhost:${port}`, log, ...running };
}

/** SageMaker alone. */
export async function startFakecloud(): Promise<Emulator> {
  const port = await freePort();
  const name = 'fakecloud';
  const log = logOf(name);
  const running = await start({
    name,
    command: [(await programs()).sagemaker, `127.0.0.1:${port}`, ACCOUNT, REGION],
    variables: {},
    ready: `http://127.0.0.1:${port}/`,
    log,
  });
  return { name, endpoint: `http://localhost:${port}`, log, ...running };
}
