import { breakGlassApi } from './break-glass-paths.ts'

/** Leaves for the identity provider, which asks who one is once more and leads back to `returnTo`. Posted, so that no link can start it. */
export function proveWhoIAm(returnTo: string): void {
  const form = document.createElement('form')
  form.method = 'post'
  form.action = breakGlassApi.stepUp(returnTo)
  document.body.append(form)
  form.submit()
}
