import preset from '../../jest.preset.js';

const [shown, totals] = preset.reporters;

/** A browser on the running platform, as it was built: `npm run build` comes first. */
export default {
  ...preset,
  displayName: 'services/web e2e',
  testMatch: ['**/test/e2e/**/*.spec.ts'],
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons'] },
  modulePathIgnorePatterns: ['<rootDir>/.next/', '<rootDir>/out-tsc/'],
  reporters: [shown, [totals, { suite: 'e2e' }]],
  maxWorkers: 1,
  testTimeout: 240_000,
};
