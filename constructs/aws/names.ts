/** AWS's rules for names that people read. */
import { fittingName } from '../packaging/names';

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

export const physicalName = (kind: keyof typeof NAME_LIMITS, ...parts: readonly string[]): string =>
  fittingName(NAME_LIMITS[kind], ...parts);
