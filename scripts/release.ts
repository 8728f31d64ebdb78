import { execFileSync } from 'node:child_process'
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import {
  createReadStream,
  createWriteStream,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { publicKeys, updateHead } from '../hub/io/update-file.ts'
import type { Arch } from './package/arch.ts'
import { ARCHS, ROOT } from './package/arch.ts'
import { makeBinary } from './package/binary.ts'
import { makePackage } from './package/debian.ts'
import { licenceList, notesOf } from './package/papers.ts'
import { projectVersion, sourceDate } from './package/project.ts'

// `npm run release`: everything that is published of a version, in dist/. With SOLAR_FAMILY_SIGNING_KEY (a private ed25519 key, PEM)
// the updates are made too, and the sums are signed. `-- --new-key FILE` makes such a key: docs/releasing.md.

const DIST = join(ROOT, 'dist')
const version = projectVersion()
const [option, keyFile] = process.argv.slice(2)
if (option === '--new-key' && keyFile !== undefined) newKey(keyFile)
else await release(process.env['SOLAR_FAMILY_SIGNING_KEY'])

async function release(key: string | undefined): Promise<void> {
  if (key) checkKey(key)
  rmSync(DIST, { recursive: true, force: true })
  for (const arch of ARCHS) {
    const program = await makeBinary(arch)
    makePackage({ arch, program, version, compression: 'xz' })
    if (key) await makeUpdate(arch, program, key)
  }
  writeFileSync(join(DIST, 'solar-family.cdx.json'), billOfMaterials())
  writeFileSync(join(DIST, 'solar-family-licences.txt'), licenceList(ROOT))
  writeFileSync(join(DIST, 'NOTES.md'), notesOf(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'), version))
  const sums = readdirSync(DIST)
    .toSorted()
    .map((name) => `${sha256(join(DIST, name))}  ${name}\n`)
    .join('')
  writeFileSync(join(DIST, 'SHA256SUMS'), sums)
  if (key) writeFileSync(join(DIST, 'SHA256SUMS.sig'), sign(null, Buffer.from(sums), key))
  else process.stdout.write('No SOLAR_FAMILY_SIGNING_KEY: no update files, and the sums are not signed.\n')
}

async function makeUpdate(arch: Arch, program: string, key: string): Promise<void> {
  const out = join(DIST, `solar-family-${version}-linux-${arch}.update`)
  const { size: bytes } = statSync(program)
  const head = updateHead(
    { format: 'solar-family-update', program: version, arch, bytes, sha256: sha256(program) },
    key,
  )
  writeFileSync(out, head)
  await pipeline(createReadStream(program), createGzip({ level: 9 }), createWriteStream(out, { flags: 'a' }))
}

/** Updates signed by a key that the program itself does not trust would be refused by everybody. */
function checkKey(key: string): void {
  const own = createPublicKey(createPrivateKey(key)).export({ type: 'spki', format: 'pem' }).toString().trim()
  if (!publicKeys(readFileSync(join(ROOT, 'hub/release-keys.pem'), 'utf8')).includes(own))
    throw new Error('the public half of SOLAR_FAMILY_SIGNING_KEY is not in hub/release-keys.pem: see docs/releasing.md')
}

/** CycloneDX, of what is inside; its serial number and time are those of the commit, so that it is the same for everybody. */
function billOfMaterials(): string {
  const text = execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--omit=dev', '--package-lock-only'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  const bill = JSON.parse(text) as {
    serialNumber?: string
    metadata: { timestamp?: string; component: { name: string } }
  }
  delete bill.serialNumber
  // npm calls it by the folder that it happens to lie in.
  bill.metadata.component.name = 'solar-family'
  bill.metadata.timestamp = new Date(sourceDate() * 1000).toISOString()
  return `${JSON.stringify(bill, null, 2)}\n`
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}

function newKey(file: string): void {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  writeFileSync(file, privateKey, { mode: 0o600, flag: 'wx' })
  process.stdout.write(
    `${basename(file)} is the private key: keep it off this machine. Add to hub/release-keys.pem:\n${publicKey}`,
  )
}
