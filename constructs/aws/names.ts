/** AWS's rules for names that people read, and the one way in which a name is made to fit. */
import { createHash } from 'node:crypto';

/** Longest name of a resource. All of them allow letters, digits and hyphens. */
export const NAME_LIMITS = {
  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html */
  endpoint: 63,
  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackageGroup.html */
  packageGroup: 63,
  /** 256, but a console shows no more: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html */
  pipeline: 80,
  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateMonitoringSchedule.html */
  monitoringSchedule: 63,
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
  alarm: 255,
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html */
  dashboard: 255,
} as const;

/**
 * The parts with hyphens between them; where that is too long, cut and ended by a digest of the whole, so that two long names
 * stay apart and a name never changes by chance.
 */
export function physicalName(kind: keyof typeof NAME_LIMITS, ...parts: readonly string[]): string {
  const whole = parts.join('-');
  const limit = NAME_LIMITS[kind];
  if (whole.length <= limit) return whole;
  const digest = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  return `${whole.slice(0, limit - 9).replace(/-+$/, '')}-${digest}`;
}
