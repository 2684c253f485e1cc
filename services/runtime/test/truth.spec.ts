import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigurationError, readConfiguration, ringVariables } from '../src/configuration/index.js';
import { truthReader } from '../src/service/truth.js';

const environment = (values: Record<string, string>) =>
  readConfiguration(z.object(ringVariables), { KEYTURN_POD_UID: 'pod', ...values });

const problems = (values: Record<string, string>) => {
  try {
    truthReader(environment(values));
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
};

describe('the truth of the rings', () => {
  it('is read by those who are told where it is: a folder, or a namespace', () => {
    expect(truthReader(environment({}))).toBeUndefined();
    expect(truthReader(environment({ KEYTURN_TRUTH_DIR: '/truth' }))).toBeDefined();
    const pod = { KEYTURN_TRUTH_NAMESPACE: 'platform', KUBERNETES_SERVICE_HOST: '10.0.0.1' };
    expect(truthReader(environment(pod))).toBeDefined();
  });

  it('is asked of the API server in pods only, and in one place only', () => {
    expect(problems({ KEYTURN_TRUTH_NAMESPACE: 'platform' })).toEqual([
      { name: 'KEYTURN_TRUTH_NAMESPACE', rule: 'is for pods: KUBERNETES_SERVICE_HOST is missing' },
    ]);
    expect(problems({ KEYTURN_TRUTH_NAMESPACE: 'platform', KEYTURN_TRUTH_DIR: '/truth' })).toEqual([
      { name: 'KEYTURN_TRUTH_NAMESPACE', rule: 'must not be given together with KEYTURN_TRUTH_DIR' },
    ]);
  });
});
