/** The control plane that system tests run against. */
export function testKubeconfig(): string {
  const file = process.env.TEST_KUBECONFIG
  if (!file) throw new Error('TEST_KUBECONFIG names no kubeconfig. Run the tests with npm test, which starts a control plane.')
  return file
}
