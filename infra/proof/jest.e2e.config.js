import preset from '../../jest.preset.js';

const [shown, totals] = preset.reporters;

/** Whole platforms under load. They run what was built, as a user does, so `npm run build` comes first. */
export default {
  ...preset,
  displayName: 'infra/proof e2e',
  testMatch: ['**/e2e/**/*.spec.ts'],
  testEnvironmentOptions: { customExportConditions: ['node', 'node-addons'] },
  modulePathIgnorePatterns: ['<rootDir>/out-tsc/'],
  reporters: [shown, [totals, { suite: 'e2e' }]],
  maxWorkers: 1,
  testTimeout: 300_000,
};
