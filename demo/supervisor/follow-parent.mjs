/**
 * Loaded with `--import` into every part that is a Node program. The supervisor holds the other end of the part's standard
 * input; when that closes, the supervisor is gone (killed even), and the part must not outlive it.
 */
const graceMs = 5_000

const leave = () => {
  setTimeout(() => process.exit(1), graceMs).unref()
  process.once('exit', () => {
    try {
      process.kill(-process.pid, 'SIGKILL') // a part leads its process group: what it started ends with it
    } catch {
      // it started nothing that is left
    }
  })
  process.kill(process.pid, 'SIGTERM')
}
process.stdin.on('end', leave).on('error', leave).resume()
// Standard output goes to the supervisor too; writing to it after its death must not end the clean-up half-way.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
