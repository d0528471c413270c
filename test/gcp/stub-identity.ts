/** Accounts, roles, services and keys as the STUB provider knows them. */
import type { Rules } from '../pulumi/stub-rules';
import * as names from './stub-names';
import { handwritten, iamMember, mmv1, path, text } from './stub-rule';

export const IDENTITY: Rules = {
  'gcp:serviceaccount/account:Account': handwritten('resourcemanager/resource_google_service_account.go [unverified]', {
    replacedOn: ['accountId', 'project'],
    id: (inputs, { project }) =>
      `projects/${project}/serviceAccounts/${text(inputs, 'accountId')}@${project}.iam.gserviceaccount.com`,
    outputs: (inputs, id, place) => {
      const email = `${text(inputs, 'accountId')}@${place.project}.iam.gserviceaccount.com`;
      return {
        email,
        member: `serviceAccount:${email}`,
        name: id,
        uniqueId: String(100_000_000_000_000_000_000n + BigInt(place.next())),
      };
    },
    check: names.accountId,
  }),
  'gcp:serviceaccount/iAMMember:IAMMember': iamMember('serviceAccountId'),
  'gcp:projects/iAMMember:IAMMember': iamMember('project'),
  'gcp:projects/iAMCustomRole:IAMCustomRole': handwritten(
    'resourcemanager/resource_google_project_iam_custom_role.go [unverified]',
    {
      replacedOn: ['roleId', 'project'],
      id: (inputs, { project }) => `projects/${project}/roles/${text(inputs, 'roleId')}`,
      outputs: (_, id) => ({ name: id, deleted: false }),
      check: names.roleId,
    },
  ),
  'gcp:projects/service:Service': handwritten('resourcemanager/resource_google_project_service.go.tmpl [unverified]', {
    replacedOn: ['service', 'project'],
    id: (inputs, { project }) => `${text(inputs, 'project') || project}/${text(inputs, 'service')}`,
    check: names.matches('service', /^[a-z0-9-]+\.googleapis\.com$/, 'such as storage.googleapis.com'),
  }),
  'gcp:projects/serviceIdentity:ServiceIdentity': handwritten(
    'resourcemanager/resource_project_service_identity.go [unverified]',
    {
      replacedOn: ['service', 'project'],
      id: (inputs, { project }) => `projects/${text(inputs, 'project') || project}/services/${text(inputs, 'service')}`,
      outputs: (inputs, _, { projectNumber }) => {
        const email = `service-${projectNumber}@gcp-sa-${text(inputs, 'service').split('.')[0]}.iam.gserviceaccount.com`;
        return { email, member: `serviceAccount:${email}` };
      },
    },
  ),
  'gcp:kms/keyRing:KeyRing': mmv1('kms/KeyRing', {
    replacedOn: 'all',
    named: true,
    id: (inputs, place) => path(inputs, place, 'locations/{place}/keyRings', 'name'),
    check: names.keyName,
  }),
  'gcp:kms/cryptoKey:CryptoKey': mmv1('kms/CryptoKey', {
    replacedOn: [
      'keyRing',
      'name',
      'purpose',
      'skipInitialVersionCreation',
      'destroyScheduledDuration',
      'importOnly',
      'versionTemplate.protectionLevel',
    ],
    named: true,
    id: (inputs) => `${text(inputs, 'keyRing')}/cryptoKeys/${text(inputs, 'name')}`,
    check: names.all(names.keyName, names.labels('labels')),
  }),
  'gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember': iamMember('cryptoKeyId'),
  'gcp:secretmanager/secretIamMember:SecretIamMember': iamMember('secretId'),
};
