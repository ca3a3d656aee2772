import { ConfigurationError, config } from '#lib/config/config.ts'

/** Reads the configuration; ends the process with exit code 78 (EX_CONFIG of sysexits.h) and plain sentences when it is wrong. */
export function checkAtStart(): void {
  try {
    config()
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    console.error(error.message)
    process.exit(78)
  }
}
