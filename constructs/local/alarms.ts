/** The alarms of an endpoint: a document that holds the gauge of each monitor, and rings while a gauge says degraded. */
import type { Storage } from './storage';

/** Degraded or not, by monitor. */
type Gauges = Readonly<Record<string, boolean>>;

export class Alarms {
  private gauges: Gauges = {};

  constructor(
    private readonly storage: Storage,
    private readonly endpoint: string,
  ) {}

  async open(): Promise<void> {
    this.gauges = (await this.storage.read<Gauges>(this.path))?.value ?? {};
  }

  ringing(): readonly string[] {
    return Object.keys(this.gauges).filter((monitor) => this.gauges[monitor]);
  }

  /** Silence is as good as fine: an alarm here has no memory of its own, so only a change is written. */
  async tell(monitor: string, degraded: boolean): Promise<void> {
    if ((this.gauges[monitor] ?? false) === degraded) return;
    const gauges = { ...this.gauges, [monitor]: degraded };
    await this.storage.write(this.path, gauges);
    this.gauges = gauges;
  }

  private get path(): string {
    return `loop/${this.endpoint}/alarms.json`;
  }
}
