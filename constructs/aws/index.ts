/** `mlops-constructs/aws`: Amazon SageMaker as a target. */
export * from './mlops';
export * from './options';
export type { AwsOutputs } from './outputs';
export { Datasets, type DatasetOptions, type DatasetsProps } from './datasets';
export { Storage, type StorageProps } from './storage';
export { ModelImage, type ImageSource, type ModelImageProps } from './image';
export { Registry, type PackageGroup, type RegistryProps } from './registry';
export { Pipeline, type Image, type JobOptions, type PipelineProps } from './pipeline';
export {
  BatchPipeline,
  TrainingPipeline,
  type BatchPipelineProps,
  type TrainingPipelineProps,
} from './training-pipeline';
export { TrialPipeline, type TrialPipelineProps } from './trial-pipeline';
export { Endpoint, type EndpointProps } from './endpoint';
export type { EndpointKind } from './endpoint-kind';
export { Monitor, type MonitorProps } from './monitor';
export { NativeMonitor, type NativeMonitorProps } from './native-monitor';
export { RetrainLoop } from './loop';
export type { RetrainLoopProps, Served } from './loop-props';
export { Dashboard, type DashboardProps } from './dashboard';
export { Budget, type BudgetProps } from './budget';
export { Notices, type NoticesProps } from './topic';
export { Upload, type UploadProps } from './upload';
export type { NetworkOptions } from './network';
export { support } from './support';
