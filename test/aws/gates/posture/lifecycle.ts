/** What must outlive a stack does, logs end, images cannot change, and no secret is written down. */
import { concrete } from '../concrete';
import { at, list, object, ofType, steps, target, text, texts, written, type Template } from '../template';
import { loopSettings } from './network';
import { finding, findingIf, type Rule } from './rule';

/** What cannot be made again. */
const KEPT = ['AWS::KMS::Key', 'AWS::S3::Bucket', 'AWS::SageMaker::ModelPackageGroup'];

export const kept: Rule = {
  claim: 'data, keys and the registry outlive the stack',
  findings: (template) =>
    ofType(template, ...KEPT).flatMap((resource) =>
      ['DeletionPolicy', 'UpdateReplacePolicy'].flatMap((policy) =>
        findingIf(resource.whole[policy] !== 'Retain', resource, `${policy} is not Retain`),
      ),
    ),
};

export const logsEnd: Rule = {
  claim: 'every log has an end, and a function or build writes into such a one',
  findings: (template) => {
    const groups = ofType(template, 'AWS::Logs::LogGroup');
    const writers = [
      ...ofType(template, 'AWS::Lambda::Function').map((it) => [it, 'LoggingConfig.LogGroup', '/aws/lambda/'] as const),
      ...ofType(template, 'AWS::CodeBuild::Project').map(
        (it) => [it, 'LogsConfig.CloudWatchLogs.GroupName', '/aws/codebuild/'] as const,
      ),
    ];
    return [
      ...groups.flatMap((group) =>
        findingIf(!(Number(group.properties['RetentionInDays']) > 0), group, 'keeps its lines for ever'),
      ),
      ...writers.flatMap(([writer, path, prefix]) => {
        const named = groups.some(({ id }) => id === target(at(writer.properties, path)));
        const byName = groups.some(
          ({ properties }) => written(properties['LogGroupName']) === `${prefix}\${${writer.id}}`,
        );
        return findingIf(!named && !byName, writer, 'writes into a log that is made on the way and has no end');
      }),
    ];
  },
};

export const fixedImages: Rule = {
  claim: 'an image is named by its contents',
  findings: (template) => {
    const images = [
      ...steps(template).map(({ pipeline, name, arguments: job }) => ({
        path: `${pipeline.path} ${name}`,
        image: at(job, 'AlgorithmSpecification.TrainingImage') ?? at(job, 'AppSpecification.ImageUri'),
      })),
      ...ofType(template, 'AWS::SageMaker::Model').flatMap(({ path, properties }) =>
        [properties['PrimaryContainer'], ...list(properties['Containers'])]
          .filter((container) => container !== undefined)
          .map((container) => ({ path, image: object(container)['Image'] })),
      ),
      ...loopSettings(template).map(({ resource, settings }) => ({ path: resource.path, image: settings['image'] })),
    ];
    return images.flatMap(({ path, image }) => {
      const name = image === undefined ? '(none)' : text(concrete(template, image));
      return findingIf(!isContent(name), { path }, `the image ${name} may change under its name`);
    });
  },
};

/** By digest, or by a tag that is one. */
const isContent = (image: string): boolean => /@sha256:[0-9a-f]{64}$|:[0-9a-f]{12,64}$|:<asset of [^>]+>$/.test(image);

const SECRETS: readonly (readonly [string, RegExp])[] = [
  ['an access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['a password in an address', /\b[a-z][a-z0-9+.-]*:\/\/[^/\s:@$]+:[^/\s:@$]+@/],
  [
    'the address of a webhook',
    /hooks\.slack\.com\/services\/\w|discord(?:app)?\.com\/api\/webhooks\/\w|webhook\.office\.com\/\w/,
  ],
  ['a token', /\b(?:ghp|gho|ghs|github_pat|glpat|xox[abp])[_-]\w{10,}/],
];

/** Names of values that are secrets, unless the value only says where one is. */
const SECRET_NAME = /(?:password|passwd|secret|token|api_?key|credential)$/i;
const PLACE = /^(?:\{\{resolve:|arn:|\$\{)/;

export const noSecrets: Rule = {
  claim: 'no secret is written into the template',
  findings: (template) =>
    template.resources.flatMap((resource) =>
      texts(resource.properties).flatMap(({ path, text }) => [
        ...SECRETS.filter(([, pattern]) => pattern.test(text)).map(([what]) =>
          finding(resource, `${path} holds ${what}`),
        ),
        ...findingIf(
          SECRET_NAME.test(path) && text.length >= 8 && !PLACE.test(text),
          resource,
          `${path} holds a value that looks like a secret`,
        ),
      ]),
    ),
};

/** Roles that jobs and models run as are handed over by ARN; the loop must know the key too. */
export const loopKnowsKey: Rule = {
  claim: 'the loop is told the key for what it makes',
  findings: (template: Template) =>
    loopSettings(template).flatMap(({ resource, settings }) =>
      findingIf(
        !(target(settings['key']) ?? /^arn:.*:kms:/.exec(written(settings['key']))),
        resource,
        'MLOPS_SETTINGS names no key',
      ),
    ),
};
