/** Where everything is, and what everything is called. */
import { Config } from '@pulumi/pulumi';

const gcp = new Config('gcp');
export const project = gcp.require('project');
export const location = gcp.require('region');
const number = new Config().require('projectNumber');

export const system = 'bike-rentals';
export const endpoint = 'online';
export const labels = { mlops_system: system };
export const bucketName = `${system}-${number}`;

export const agent = (domain: string): string => `serviceAccount:service-${number}@${domain}.iam.gserviceaccount.com`;
export const agents = {
  aiplatform: agent('gcp-sa-aiplatform'),
  monitoring: agent('gcp-sa-monitoring-notification'),
  pubsub: agent('gcp-sa-pubsub'),
  storage: agent('gs-project-accounts'),
};
