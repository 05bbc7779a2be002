/**
 * The key and secret that the simulated exchange accepts unless configured otherwise.
 * Never a secret: the simulator listens on loopback and holds no money.
 */
export const SIM_KEY = 'sim'
export const SIM_SECRET = 'sim-secret'
