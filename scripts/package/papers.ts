import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Locked {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
}

/** Licences of everything inside: Node, and every package that is not for development alone, with their texts where they come with one. */
export function licenceList(root: string): string {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>
  }
  const parts = Object.entries(packages)
    .filter(([path, { dev }]) => path.startsWith('node_modules/') && dev !== true && existsSync(join(root, path)))
    .map(([path, { version, license }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
      return `${'='.repeat(78)}\n${name} ${version}: ${license ?? 'see its text'}\n\n${licenceText(join(root, path))}`
    })
  return `Solar Family: MIT. What it contains, and under which licence:\n\n${parts.join('\n')}`
}

function licenceText(folder: string): string {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name))
  return file === undefined ? '(it comes without a text)\n' : `${readFileSync(join(folder, file), 'utf8').trim()}\n`
}

/** The part of the changelog that tells of a version, or of what is not released yet. */
export function notesOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1)
  const section = sections.find((s) => s.startsWith(version)) ?? sections.find((s) => s.startsWith('Unreleased'))
  if (section === undefined) throw new Error(`CHANGELOG.md has no section "${version}" and none "Unreleased"`)
  return section.slice(section.indexOf('\n')).trim().concat('\n')
}
