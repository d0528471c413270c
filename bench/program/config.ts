/** The stack's configuration, the same for both programs. */
export const CONFIG = {
  project: 'bike-rentals',
  stack: 'dev',
  config: {
    'gcp:project': 'acme-ml',
    'gcp:region': 'europe-west4',
    'bike-rentals:projectNumber': '123456789012',
  },
};
