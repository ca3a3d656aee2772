import { TooLarge } from '#lib/errors.ts'

/**
 * A request's body as text, read no further than `mostBytes` whatever its headers say of its length. Throws TooLarge with the
 * sentence for people.
 */
export async function readText(request: Request, mostBytes: number, sentence: string): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > mostBytes) throw new TooLarge(sentence)
  if (!request.body) return ''
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const parts: string[] = []
  let bytes = 0
  for await (const chunk of request.body) {
    bytes += chunk.byteLength
    if (bytes > mostBytes) throw new TooLarge(sentence)
    parts.push(decoder.decode(chunk, { stream: true }))
  }
  return parts.join('') + decoder.decode()
}
