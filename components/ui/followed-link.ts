/**
 * Calls back when somebody follows a link to another page of the portal; what it gives ends that. What waits for a pause in typing to
 * change the address must let it be then: the later of two ways wins, and it would call the person back.
 */
export function onFollowedLink(callback: () => void): () => void {
  const listen = (event: MouseEvent) => {
    // the router takes the click over from the browser; a click that opens another tab it leaves alone
    if (event.defaultPrevented && event.target instanceof Element && event.target.closest('a[href]')) callback()
  }
  window.addEventListener('click', listen)
  return () => window.removeEventListener('click', listen)
}
