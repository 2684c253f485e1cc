import preset from '../../jest.preset.js';

export default { ...preset, displayName: 'infra/conformance', testTimeout: 60_000 };
