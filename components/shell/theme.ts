/** The person's choice of light or dark, in a cookie the server reads before it draws the page. */

export type Theme = 'system' | 'light' | 'dark'

export const themeCookie = 'corbel-theme'

/** The theme a cookie's value means; anything unknown is the system's. */
export const themeOf = (value: string | undefined): Theme => (value === 'light' || value === 'dark' ? value : 'system')

/** Applies a theme to this page and remembers it for a year. */
export function chooseTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  const secure = window.location.protocol === 'https:' ? '; secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in some browsers we support
  document.cookie = `${themeCookie}=${theme}; path=/; max-age=31536000; samesite=lax${secure}`
}
