/** The node's own network. Only this machine knows of it, so there is one such cluster per machine. */
export const NETWORK = {
  /** On the loopback interface. */
  node: '10.111.0.1',
  pods: '10.111.1.0/24',
  services: '10.111.2.0/24',
  /** The first address of the services belongs to the API server. */
  api: '10.111.2.1',
  dns: '10.111.2.10',
  bridge: 'keyturn0',
} as const;

export const API_PORT = 6443;
export const NODE_NAME = 'node';
