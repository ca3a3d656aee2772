/** Which content a page of the portal may load and where it may send forms. */

/**
 * The policy of one answer. Scripts and style elements need its nonce; scripts they load are trusted in turn
 * (`strict-dynamic`), which is how Next loads its chunks. Style attributes are allowed: React writes them into HTML.
 * `formOrigins` are where a form's answer may redirect to (identity provider, GitHub): browsers apply `form-action` to
 * redirects too. The development server needs eval and inline
 * style elements, the product never does.
 */
export function contentSecurityPolicy(
  nonce: string,
  formOrigins: readonly string[],
  options: { development: boolean; https: boolean },
): string {
  const directives: Record<string, string[]> = {
    'default-src': ["'self'"],
    'script-src': [`'nonce-${nonce}'`, "'strict-dynamic'", ...(options.development ? ["'unsafe-eval'"] : [])],
    'style-src': ["'self'", options.development ? "'unsafe-inline'" : `'nonce-${nonce}'`],
    'style-src-attr': ["'unsafe-inline'"],
    'img-src': ["'self'", 'data:'],
    'font-src': ["'self'"],
    'connect-src': ["'self'", ...(options.development ? ['ws:'] : [])],
    'object-src': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'self'", ...new Set(formOrigins)],
    'frame-ancestors': ["'none'"],
    ...(options.https ? { 'upgrade-insecure-requests': [] } : {}),
  }
  return Object.entries(directives)
    .map(([name, values]) => [name, ...values].join(' '))
    .join('; ')
}

/** Headers every answer carries beside the policy. HSTS only where the portal is served over HTTPS. */
export function securityHeaders(https: boolean): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
    'x-frame-options': 'DENY',
    ...(https ? { 'strict-transport-security': 'max-age=63072000; includeSubDomains' } : {}),
  }
}
