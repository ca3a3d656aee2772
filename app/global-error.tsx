'use client'

/** The last resort, when not even the frame can be drawn: no component of ours is used. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <main>
          <h1>Corbel could not draw this page</h1>
          <p>Nothing you saved is lost. Try again; if it stays, tell the people who run this portal.</p>
          <button type="button" onClick={reset}>
            Try again
          </button>
        </main>
      </body>
    </html>
  )
}
