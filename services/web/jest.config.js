import preset from '../../jest.preset.js';

export default {
  ...preset,
  displayName: 'services/web',
  moduleNameMapper: { ...preset.moduleNameMapper, '^@/(.*)$': '<rootDir>/src/$1' },
  testPathIgnorePatterns: ['<rootDir>/test/e2e/'],
  modulePathIgnorePatterns: ['<rootDir>/.next/', '<rootDir>/out-tsc/'],
};
