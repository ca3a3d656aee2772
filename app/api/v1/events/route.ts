import { route } from '#lib/api/route.ts'
import { liveEvents } from '#lib/inventory/live-pings.ts'

export const GET = route({
  summary: 'What changed, as server-sent events: {scope, cluster?, namespaces?, id?, revision}, without data',
  access: 'signed-in',
  reply: { 200: null },
  handle: ({ actor, request }) =>
    new Response(liveEvents(actor, request.signal), {
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' },
    }),
})
