/** A person with credentials of the faked AWS. */
import { shop } from '../aws/runtime/shop';
import { AwsCloud, LOG_GROUP } from './aws-cloud';
import { CloudPerson, type Objects, type Online } from './cloud-person';

export class AwsPerson extends CloudPerson {
  readonly target = 'aws';
  readonly region = 'eu-central-1';
  readonly heading = 'shop runs in eu-central-1: stack shop (UPDATE_COMPLETE)';
  readonly holder = 'the stack shop';
  readonly log = `aws logs tail ${LOG_GROUP} --since 3h --region eu-central-1`;
  readonly left = 'the endpoint shop-online';
  readonly bucket = 's3://record';
  readonly aws = new AwsCloud();
  readonly spec = shop;

  protected openCloud = () => this.aws.open();
  protected closeCloud = () => this.aws.close();

  get now(): number {
    return this.aws.cloud.shop.now;
  }

  get objects(): Objects {
    const { s3 } = this.aws.cloud.shop;
    return {
      keys: s3.keys,
      json: s3.json,
      bytes: (key) => s3.objects.get(key)!.body,
      put: (key, body) => s3.put(key, body),
      delete: (key) => void s3.objects.delete(key),
    };
  }

  renew = (online?: Online): void => this.aws.renew(online);
  wait = (minutes: number): void => this.aws.cloud.wait(minutes);
  look = (): Promise<void> => this.aws.look();
  trained = (n: number): void => this.aws.trained(n);
  changed = (): void => this.aws.changed();
  monitored = (id: string): Promise<void> => this.aws.monitored(id);
  addRows = (days: number): void => this.aws.cloud.addRows(days);
  release = (deployment: string): void => this.aws.cloud.release(deployment);
  lookAs = (deployment: string, code: string): Promise<void> =>
    this.aws.cloud.look(this.aws.cloud.host({ deployment, code }));

  stopped(): void {
    const { shop, endpoints } = this.aws.cloud;
    for (const run of shop.sagemaker.executions) if (run.status === 'Stopping') run.status = 'Stopped';
    if (endpoints.endpoint?.status === 'Deleting') endpoints.end();
  }

  looksAt(time: number): void {
    this.aws.cloud.wait((time - this.now) / 60_000);
    this.aws.looked = time;
  }

  silence(): void {
    this.aws.looked = undefined;
  }

  ring(): void {
    this.aws.cloud.cloudwatch.alarms.set('shop-online-quality-degraded', { StateValue: 'ALARM' });
  }

  traffic(requests: number, failed: number): void {
    this.aws.cloud.cloudwatch.figures
      .set('Invocations Sum blue', requests)
      .set('Invocation5XXErrors Sum blue', failed)
      .set('ModelLatency p99 blue', 20_000);
  }

  runs = () =>
    this.aws.cloud.shop.sagemaker.executions.map(({ name, status }) => ({
      id: name!,
      isOver: !['Executing', 'Stopping'].includes(status),
    }));

  get serves(): boolean {
    const { endpoint } = this.aws.cloud.endpoints;
    return endpoint !== undefined && endpoint.status !== 'Deleting';
  }

  approval() {
    const { approval } = this.aws.cloud.shop.sagemaker.packages[0]!;
    return ({ Approved: 'approved', Rejected: 'rejected' } as const)[approval as 'Approved'] ?? 'pending';
  }
}
