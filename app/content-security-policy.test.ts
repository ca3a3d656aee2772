import { expect, test } from 'vitest'
import { contentSecurityPolicy, securityHeaders } from './content-security-policy.ts'

const product = contentSecurityPolicy('abc', ['https://id.test', 'https://id.test'], { development: false, https: true })

test('the product runs no inline script or style element and no eval', () => {
  expect(product).toContain("script-src 'nonce-abc' 'strict-dynamic';")
  expect(product).toContain("style-src 'self' 'nonce-abc';")
  expect(product).not.toContain('unsafe-eval')
})

test('forms may go to the portal and the configured origins, each named once; nobody may frame a page', () => {
  expect(product).toContain("form-action 'self' https://id.test;")
  expect(product).toContain("frame-ancestors 'none'")
})

test('strict transport security is said over HTTPS only', () => {
  expect(Object.keys(securityHeaders(true))).toContain('strict-transport-security')
  expect(Object.keys(securityHeaders(false))).not.toContain('strict-transport-security')
})
