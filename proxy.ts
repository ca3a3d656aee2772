/**
 * Runs before every page: gives the answer its content security policy with a fresh nonce, the security headers, and
 * tells server components the address asked for (which Next keeps from them). It decides nothing about access, but refuses headers that
 * would speak for somebody else.
 */
import { type NextRequest, NextResponse } from 'next/server'
import { foreignHeader } from '#lib/api/foreign-headers.ts'
import { config as settings } from '#lib/config/config.ts'
import { contentSecurityPolicy, securityHeaders } from './app/content-security-policy.ts'

const originOf = (address: string): string[] => {
  try {
    return [new URL(address).origin]
  } catch {
    return []
  }
}

export function proxy(request: NextRequest): NextResponse {
  // the API says so itself, with the person's name in the log
  const foreign = request.nextUrl.pathname.startsWith('/api/') ? undefined : foreignHeader(request.headers)
  if (foreign !== undefined)
    return new NextResponse(`This request carries the header "${foreign}", which Corbel takes from nobody.\n`, { status: 403 })
  const { url, oidc, github } = settings()
  const https = url.startsWith('https:')
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString('base64')
  const policy = contentSecurityPolicy(nonce, [...originOf(oidc.issuer), ...originOf(oidc.discoveryUrl), ...originOf(github.url)], {
    development: process.env.NODE_ENV === 'development', // set by Next itself, not a setting
    https,
  })
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  headers.set('content-security-policy', policy)
  headers.set('x-corbel-path', request.nextUrl.pathname + request.nextUrl.search)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  for (const [name, value] of Object.entries(securityHeaders(https))) response.headers.set(name, value)
  return response
}

export const config = {
  matcher: [
    // Built files carry no documents; prefetches of pages get the policy with the page itself.
    { source: '/((?!_next/static|_next/image|icon.svg).*)' },
  ],
}
