/** Tests run through swc: nothing is type-checked at run time; `npm run lint` does that. */
// The CDK's own validator takes seconds for each template; npm run test:templates runs it.
process.env.CDK_VALIDATION ??= 'false';
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

module.exports = {
  testEnvironment: 'node',
  // As many as there are cores, and a new one where an old one has grown: what a test file leaves behind stays in its process.
  maxWorkers: '100%',
  workerIdleMemoryLimit: '1500MB',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.mlops'],
};
