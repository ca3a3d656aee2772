/** Linking GitHub accounts, against the GitHub stand-in. */
import { describe, expect, test } from 'vitest'
import { alice, link, person, withProposalWorld } from '#demo/github/proposal-world.ts'
import { database } from '#lib/database/client.ts'
import { Invalid } from '#lib/errors.ts'
import { accountToken, beginLink, finishLink, unlink } from './github-account.ts'

withProposalWorld()

describe('linking a GitHub account', () => {
  test('goes to GitHub and back, and keeps the tokens sealed', async () => {
    const carol = await person('carol')
    const back = await link(carol, 'alice')
    expect(back.status).toBe(303)
    expect(back.headers.get('location')).toBe('/projects')
    const row = await database().githubLink.findUniqueOrThrow({ where: { userId: carol.userId } })
    expect(row.login).toBe('alice')
    const token = await accountToken(carol.userId)
    expect(token).toBeTruthy()
    expect(JSON.stringify(row)).not.toContain(token)
    await unlink(carol, 'test')
    expect(await accountToken(carol.userId)).toBeUndefined()
  })

  test('two requests at once refresh an ending token once', async () => {
    const dave = await person('dave')
    await link(dave, 'alice')
    await database().githubLink.update({ where: { userId: dave.userId }, data: { accessExpiresAt: new Date() } })
    const tokens = await Promise.all([accountToken(dave.userId), accountToken(dave.userId)])
    expect(tokens[0]).toBeTruthy()
    expect(tokens[1]).toBe(tokens[0])
  })

  test('an answer with another state is refused', async () => {
    const leave = beginLink(alice, 'https://evil.test/')
    const cookie = leave.headers.get('set-cookie')?.split(';')[0] ?? ''
    const forged = new Request('http://corbel.test/api/github/callback?code=1&state=x', { headers: { cookie } })
    await expect(finishLink(alice, forged, 'test')).rejects.toThrow(Invalid)
  })
})
