/** Where Model Monitor's own image is: in another account of AWS in each region. */
import { CfnMapping, Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { show, when, type Problem } from '../spec/problem';

/**
 * As of August 2026, from `image_uri_config/model-monitor.json` of https://github.com/aws/sagemaker-python-sdk. It has
 * no entry for GovCloud, ap-south-2, ap-southeast-4 and ca-west-1.
 */
const ACCOUNTS: Readonly<Record<string, string>> = {
  'af-south-1': '875698925577',
  'ap-east-1': '001633400207',
  'ap-northeast-1': '574779866223',
  'ap-northeast-2': '709848358524',
  'ap-northeast-3': '990339680094',
  'ap-south-1': '126357580389',
  'ap-southeast-1': '245545462676',
  'ap-southeast-2': '563025443158',
  'ap-southeast-3': '669540362728',
  'ca-central-1': '536280801234',
  'cn-north-1': '453000072557',
  'cn-northwest-1': '453252182341',
  'eu-central-1': '048819808253',
  'eu-central-2': '590183933784',
  'eu-north-1': '895015795356',
  'eu-south-1': '933208885752',
  'eu-south-2': '437450045455',
  'eu-west-1': '468650794304',
  'eu-west-2': '749857270468',
  'eu-west-3': '680080141114',
  'il-central-1': '843974653677',
  'me-central-1': '588750061953',
  'me-south-1': '607024016150',
  'sa-east-1': '539772159869',
  'us-east-1': '156813124566',
  'us-east-2': '777275614652',
  'us-west-1': '890145073186',
  'us-west-2': '159807026194',
};

const REPOSITORY = 'sagemaker-model-monitor-analyzer';

export interface Analyzer {
  readonly uri: string;
  /** ARN of its repository. */
  readonly repository: string;
}

/** Where the region is known only at the deployment, a mapping in the template knows the account. */
export function analyzerImage(scope: Construct): Analyzer {
  const { region, urlSuffix } = Stack.of(scope);
  const account = Token.isUnresolved(region)
    ? new CfnMapping(scope, 'Analyzer', {
        mapping: Object.fromEntries(Object.entries(ACCOUNTS).map(([name, value]) => [name, { account: value }])),
      }).findInMap(region, 'account')
    : ACCOUNTS[region]!;
  return {
    uri: `${account}.dkr.ecr.${region}.${urlSuffix}/${REPOSITORY}`,
    repository: Stack.of(scope).formatArn({
      service: 'ecr',
      resource: 'repository',
      resourceName: REPOSITORY,
      account,
    }),
  };
}

export function checkAnalyzerRegion(scope: Construct): Problem[] {
  const { region } = Stack.of(scope);
  return when(!Token.isUnresolved(region) && !(region in ACCOUNTS), {
    path: 'region',
    got: show(region),
    expected: 'a region that has Model Monitor',
    fix: 'use a Monitor, which runs in every region that has SageMaker Pipelines',
  });
}
