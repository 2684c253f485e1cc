import preset from '../../jest.preset.js';

// Longer than any wait of `test/support/until.ts`, so that a wait that fails says what it was for.
export default { ...preset, displayName: 'services/auth', testTimeout: 60_000 };
