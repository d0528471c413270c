/** Upload: files and texts that the bucket must hold before anything runs. What is uploaded stays when the stack goes. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CustomResource, Duration, Stack } from 'aws-cdk-lib/core';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { SpecError } from '../spec/problem';
import { allow, mayWrite } from './access';
import { CustomResourceFunction } from './custom-resource';
import type { Storage } from './storage';

export interface UploadProps {
  readonly storage: Storage;
  /** A file or folder of this machine, and the folder of the bucket that it goes to. */
  readonly files?: { readonly from: string; readonly to: string };
  /** Contents by path in the bucket. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Where the files are named in the spec. */
  readonly path: string;
}

/** CloudFormation hands all of them over in one message. */
const MOST_FILES = 200;

export class Upload extends Construct {
  constructor(scope: Construct, id: string, { storage, files, texts = {}, path }: UploadProps) {
    super(scope, id);
    const uploads = Uploads.of(storage);
    const found = files ? filesBelow(files.from) : [];
    if (found.length > MOST_FILES)
      throw new SpecError(Stack.of(this).stackName, [
        {
          path,
          got: `${found.length} files in ${files!.from}`,
          expected: `at most ${MOST_FILES} that are uploaded with the stack`,
          fix: `turn the upload off in the options, and copy them once: aws s3 sync ${files!.from} s3://BUCKET/${files!.to}`,
        },
      ]);
    const assets = found.map((file) => ({
      asset: new Asset(this, file || 'File', { path: join(files!.from, file) }),
      key: file ? `${files!.to}/${file}` : `${files!.to}/${files!.from.split('/').at(-1)!}`,
    }));
    if (assets[0]) uploads.mayReadAssets(assets[0].asset.s3BucketName);
    const resource = new CustomResource(this, 'Resource', {
      serviceToken: uploads.functionArn,
      resourceType: 'Custom::Upload',
      serviceTimeout: Duration.minutes(15),
      properties: {
        Bucket: storage.bucket.bucketName,
        Copies: assets.map(({ asset, key }) => ({
          SourceBucket: asset.s3BucketName,
          SourceKey: asset.s3ObjectKey,
          Key: key,
        })),
        Texts: texts,
      },
    });
    resource.node.addDependency(uploads);
  }
}

/** The function behind all uploads to one bucket. */
class Uploads extends CustomResourceFunction {
  private readsAssets = false;

  static of(storage: Storage): Uploads {
    return (storage.node.tryFindChild('Uploads') as Uploads | undefined) ?? new Uploads(storage);
  }

  private constructor(storage: Storage) {
    super(storage, 'Uploads', {
      handler: 'upload',
      key: storage.key,
      statements: mayWrite(storage, ['data', 'code', 'artifacts', 'loop']),
    });
  }

  /** The bucket that `cdk bootstrap` made: all assets of this account and region lie in it, each named by its contents. */
  mayReadAssets(bucket: string): void {
    if (this.readsAssets) return;
    this.readsAssets = true;
    const { partition } = Stack.of(this);
    this.role.addToPrincipalPolicy(allow('ReadAssets', ['s3:GetObject'], [`arn:${partition}:s3:::${bucket}/*`]));
  }
}

/** Relative paths, in order; one empty path for a file. */
function filesBelow(from: string): string[] {
  if (!statSync(from).isDirectory()) return [''];
  return readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.split('/').includes('__pycache__'))
    .map((entry) => join(entry.parentPath, entry.name).slice(from.length + 1))
    .sort();
}
