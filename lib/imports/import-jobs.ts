/** The jobs of imports, for the worker. */
import { type RunnableJob, runnable } from '#lib/jobs/run-jobs.ts'
import { watchAdoptionJob, watchAdoptionsJob } from './adoption-jobs.ts'
import { lostScansJob } from './lost-scans.ts'
import { removeOldRunsJob } from './remove-old-runs.ts'
import { scanInventoryJob } from './scan-inventory.ts'
import { scanProjectsJob } from './unmanaged-scan.ts'

export const importJobs: RunnableJob[] = [
  runnable(scanInventoryJob),
  runnable(lostScansJob),
  runnable(removeOldRunsJob),
  runnable(watchAdoptionJob),
  runnable(watchAdoptionsJob),
  runnable(scanProjectsJob),
]
