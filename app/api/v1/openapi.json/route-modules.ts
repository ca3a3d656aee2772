// Printed by scripts/write-route-modules.ts from the route tree; a test compares.
import type { RouteModule } from '#lib/api/openapi.ts'
import * as route0 from '../../auth/callback/oidc/route.ts'
import * as route1 from '../../github/callback/route.ts'
import * as route2 from '../../github/link/route.ts'
import * as route3 from '../../health/live/route.ts'
import * as route4 from '../../health/ready/route.ts'
import * as route28 from '../../webhooks/github/route.ts'
import * as route6 from '../drafts/[...key]/route.ts'
import * as route5 from '../drafts/route.ts'
import * as route7 from '../dry-run/route.ts'
import * as route8 from '../events/route.ts'
import * as route9 from '../github/route.ts'
import * as route11 from '../kinds/[cluster]/[kind]/route.ts'
import * as route10 from '../kinds/route.ts'
import * as route12 from '../manifests/[cluster]/[namespace]/[kind]/[name]/route.ts'
import * as route13 from '../me/route.ts'
import * as route15 from '../projects/[cluster]/[namespace]/route.ts'
import * as route14 from '../projects/route.ts'
import * as route18 from '../proposals/[id]/retry/route.ts'
import * as route17 from '../proposals/[id]/route.ts'
import * as route19 from '../proposals/[id]/withdraw/route.ts'
import * as route20 from '../proposals/preview/route.ts'
import * as route16 from '../proposals/route.ts'
import * as route23 from '../resources/[cluster]/[namespace]/[kind]/[name]/history/route.ts'
import * as route22 from '../resources/[cluster]/[namespace]/[kind]/[name]/route.ts'
import * as route24 from '../resources/facets/route.ts'
import * as route21 from '../resources/route.ts'
import * as route25 from '../search/route.ts'
import * as route26 from '../session/sign-in/route.ts'
import * as route27 from '../session/sign-out/route.ts'

/** Every route of the API. */
export const routeModules: { path: string; module: RouteModule }[] = [
  { path: '/api/auth/callback/oidc', module: route0 },
  { path: '/api/github/callback', module: route1 },
  { path: '/api/github/link', module: route2 },
  { path: '/api/health/live', module: route3 },
  { path: '/api/health/ready', module: route4 },
  { path: '/api/v1/drafts', module: route5 },
  { path: '/api/v1/drafts/{key}', module: route6 },
  { path: '/api/v1/dry-run', module: route7 },
  { path: '/api/v1/events', module: route8 },
  { path: '/api/v1/github', module: route9 },
  { path: '/api/v1/kinds', module: route10 },
  { path: '/api/v1/kinds/{cluster}/{kind}', module: route11 },
  { path: '/api/v1/manifests/{cluster}/{namespace}/{kind}/{name}', module: route12 },
  { path: '/api/v1/me', module: route13 },
  { path: '/api/v1/projects', module: route14 },
  { path: '/api/v1/projects/{cluster}/{namespace}', module: route15 },
  { path: '/api/v1/proposals', module: route16 },
  { path: '/api/v1/proposals/{id}', module: route17 },
  { path: '/api/v1/proposals/{id}/retry', module: route18 },
  { path: '/api/v1/proposals/{id}/withdraw', module: route19 },
  { path: '/api/v1/proposals/preview', module: route20 },
  { path: '/api/v1/resources', module: route21 },
  { path: '/api/v1/resources/{cluster}/{namespace}/{kind}/{name}', module: route22 },
  { path: '/api/v1/resources/{cluster}/{namespace}/{kind}/{name}/history', module: route23 },
  { path: '/api/v1/resources/facets', module: route24 },
  { path: '/api/v1/search', module: route25 },
  { path: '/api/v1/session/sign-in', module: route26 },
  { path: '/api/v1/session/sign-out', module: route27 },
  { path: '/api/webhooks/github', module: route28 },
]
