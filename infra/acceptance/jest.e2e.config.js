import preset from '../../jest.preset.js';

const [shown, totals] = preset.reporters;

/** The platform on a cluster, from its built packages: `src/main.ts` sees to both and runs this. */
export default {
  ...preset,
  displayName: 'infra/acceptance e2e',
  testMatch: ['**/e2e/**/*.spec.ts'],
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons'] },
  modulePathIgnorePatterns: ['<rootDir>/out-tsc/'],
  reporters: [shown, [totals, { suite: 'cluster' }]],
  maxWorkers: 1,
  testTimeout: 300_000,
};
