/** The texts that are on their way into the address. One of them that arrives is no news: more may have been typed since. Pure. */
export class TextsOnTheirWay {
  #address: string
  #sent: string[] = []

  constructor(address: string) {
    this.#address = address
  }

  /** Whether a text must be sent: it is not in the address, and not on its way there. From here on it is. */
  send(text: string): boolean {
    if (text === (this.#sent.at(-1) ?? this.#address)) return false
    this.#sent.push(text)
    return true
  }

  /** The address has a text. Gives whether others put it there: a link, or the browser's way back. */
  arrive(text: string): boolean {
    const at = this.#sent.indexOf(text)
    this.#address = text
    this.#sent = at < 0 ? [] : this.#sent.slice(at + 1)
    return at < 0
  }
}
