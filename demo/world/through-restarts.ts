import { Unavailable } from '#lib/errors.ts'

const pauseMs = 2000
const tries = 6

/**
 * Does work that may be done again from its beginning, however often the control plane goes away under it. It has done so
 * by itself: while many definitions arrive, kube-apiserver 1.37.2 can end with a nil pointer in its merging of OpenAPI
 * documents (k8s.io/kube-openapi, cached.listMerger); the supervisor starts it again within a second. `told` hears of each wait.
 */
export async function throughRestarts<T>(work: () => Promise<T>, told: (why: string) => void = () => {}): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Unavailable) || attempt === tries) throw error
      told(error.message)
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}
