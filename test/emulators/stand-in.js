'use strict';
/**
 * A Lambda function that stands in, on an emulator without SageMaker, for what CloudFormation does with a resource of
 * SageMaker: it makes the same calls, to wherever SageMaker is. Sent as one file, so it needs nothing but Node.
 */
const KINDS = {
  'AWS::SageMaker::Pipeline': {
    noun: 'Pipeline',
    request: ({ PipelineDefinition: { PipelineDefinitionBody }, ...rest }) => ({
      ...rest,
      PipelineDefinition: PipelineDefinitionBody,
    }),
    // What `Ref` and `Fn::GetAtt` of the resource are.
    ref: ({ PipelineName }) => PipelineName,
    attributes: () => ({}),
  },
  'AWS::SageMaker::ModelPackageGroup': {
    noun: 'ModelPackageGroup',
    request: (properties) => properties,
    ref: (_properties, { ModelPackageGroupArn }) => ModelPackageGroupArn,
    attributes: (_properties, { ModelPackageGroupArn }) => ({ ModelPackageGroupArn }),
  },
};

async function call(operation, body) {
  const response = await fetch(process.env.AWS_ENDPOINT_URL_SAGEMAKER, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `SageMaker.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${process.env.AWS_REGION}/sagemaker/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${operation}: ${response.status} ${text.slice(0, 500)}`);
  return text ? JSON.parse(text) : {};
}

async function act({ RequestType, PhysicalResourceId, ResourceProperties: { Type, Of } }) {
  const kind = KINDS[Type];
  if (!kind) throw new Error(`nothing stands in for ${Type}: teach it to test/emulators/stand-in.js`);
  const name = `${kind.noun}Name`;
  if (RequestType === 'Delete') {
    await call(`Delete${kind.noun}`, { [name]: Of[name] });
    return { PhysicalResourceId };
  }
  const { Tags: _tags, ...request } = kind.request(Of);
  const answer = await call(`${RequestType}${kind.noun}`, request);
  return { PhysicalResourceId: kind.ref(Of, answer), Data: kind.attributes(Of, answer) };
}

exports.handler = async (event) => {
  const { ResponseURL, StackId, RequestId, LogicalResourceId } = event;
  const result = await act(event).then(
    (done) => ({ Status: 'SUCCESS', ...done }),
    (error) => ({ Status: 'FAILED', Reason: error.message, PhysicalResourceId: event.PhysicalResourceId ?? 'none' }),
  );
  await fetch(ResponseURL, {
    method: 'PUT',
    body: JSON.stringify({ StackId, RequestId, LogicalResourceId, ...result }),
  });
};
