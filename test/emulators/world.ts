/** The whole of AWS that the example needs: ministack, and SageMaker behind a router. */
import { startFakecloud, startMinistack, startMoto, type Emulator } from './emulators';
import type { Running } from './processes';
import { startRouter, type Router } from './router';

export class World implements Running {
  private constructor(
    readonly ministack: Emulator,
    readonly router: Router,
    /** Of Application Auto Scaling. */
    readonly scaling: Emulator,
    private readonly running: readonly Running[],
  ) {}

  /** @param inherited - variables of the Lambda functions, beside their own */
  static async start(inherited: Readonly<Record<string, string>> = {}): Promise<World> {
    const running: Running[] = [];
    const keep = <T extends Running>(one: T): T => {
      running.push(one);
      return one;
    };
    try {
      const moto = keep(await startMoto());
      const fakecloud = keep(await startFakecloud());
      const router = keep(await startRouter(moto.endpoint, fakecloud.endpoint));
      // What ministack does not have. Its functions inherit the variables.
      const ministack = keep(
        await startMinistack({
          AWS_ENDPOINT_URL_SAGEMAKER: router.endpoint,
          AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING: moto.endpoint,
          ...inherited,
        }),
      );
      return new World(ministack, router, moto, running);
    } catch (error) {
      await stopAll(running);
      throw error;
    }
  }

  stop(): Promise<void> {
    return stopAll(this.running);
  }
}

async function stopAll(running: readonly Running[]): Promise<void> {
  await Promise.all(running.map((one) => one.stop()));
}
